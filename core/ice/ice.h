/* A full ICE agent (RFC 8445, 8863, 7675), sans-IO. The owner says which interfaces there are (NT_IN_IF_UP), grants ports,
 * carries the descriptions, and reads the events. Threads: none; one agent, one caller at a time. */
#ifndef NT_ICE_ICE_H
#define NT_ICE_ICE_H

#include "core/ice/types.h"

struct nt_ice_agent;

/* The configuration is copied. NULL with *err set: NT_EINVAL (a value that RFC 8445 rules out), NT_ELIMIT (too many servers,
 * streams, components), NT_EUNSUPPORTED (lite, aggressive nomination: not in this version; no such transport), NT_ENOMEM. */
struct nt_ice_agent *nt_ice_agent_new(const struct nt_ice_config *config, int *err);
void nt_ice_agent_del(struct nt_ice_agent *a); /* NULL: nothing */

/* Law 1's calls. They have no errors: what cannot be used, or finds no room, is dropped with a trace event that says why. */
/* NT_IN_CONNECTED and NT_IN_CLOSED in answer to nt_ice_request, NT_IN_DATAGRAM, NT_IN_ICMP; of connections to TURN servers over TCP
 * and TLS, which nt_ice_request asks for, NT_IN_CONNECTED, NT_IN_STREAM, NT_IN_SEND_FAILED and NT_IN_CLOSED; NT_IN_IF_UP for each
 * address that the host has, before nt_ice_gather, and both NT_IN_IF_UP and NT_IN_IF_DOWN as addresses come and go later (a renewed
 * one goes and comes): NT_ICE_EV_INTERFACE says what it means. Other kinds mean nothing here: a datagram that could not be sent is
 * one that was lost (RFC 8863, 4). */
void nt_ice_input(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                  nt_time now);
void nt_ice_timer(struct nt_ice_agent *a, nt_time now);
size_t nt_ice_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now); /* 0: nothing */
nt_time nt_ice_deadline(const struct nt_ice_agent *a);
int nt_ice_event(struct nt_ice_agent *a, struct nt_ice_event *ev);  /* 1: *ev is one */
int nt_ice_request(struct nt_ice_agent *a, struct nt_request *req); /* 1: *req is one */

/* Starts gathering on the interfaces given so far. NT_OK; NT_ESTATE after the first time; NT_ELIMIT (more than 1024 ports or 4096
 * transactions), NT_ENOMEM: as it was, it may be called again. */
int nt_ice_gather(struct nt_ice_agent *a, nt_time now);
/* Our description (the caller frees it), for an offer or an answer: all candidates until ICE has completed, then those of the
 * selected pairs alone, with remote-candidates in the controlling agent's offer (RFC 8839, 4.4). With trickle (RFC 8838) it may be
 * had as soon as the interfaces are bound, but a half trickle offer only when gathering has ended. After failure the streams that
 * have failed are removed in it, by the port 0 (RFC 8839, 4.3.4). What it holds counts as told from then on: the owner sends it.
 * NT_OK; NT_ESTATE before there is one, or an offer while the peer's is open; NT_ELIMIT (more candidates than a description holds),
 * NT_ENOMEM. */
int nt_ice_local(struct nt_ice_agent *a, bool offer, struct nt_ice_description *d);
/* The peer's offer, before our answer. The first one comes before gathering: its pacing counts for both agents (RFC 8445, 14.2),
 * and streams that do not use ICE in it do not in our answer. A later one may restart ICE (RFC 8445, 9: other credentials):
 * candidates are gathered anew, while the session goes on as it was. NT_ICE_EV_LOCAL follows, at once or later, when nt_ice_local
 * has the answer: with remote-candidates it waits for their pairs (RFC 8839, 4.4.2). The same description is given to
 * nt_ice_set_remote once the answer has left. NT_OK, or what that would return: such an offer is not to be accepted. NT_ESTATE: an
 * offer of ours is not answered yet (glare), or ICE has been closed. */
int nt_ice_set_offer(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now);
/* The peer's description: checks start, once our candidates are there. Before it, requests are answered and remembered (7.3). A
 * repeated description with the same credentials updates (RFC 8839, 4.4). A stream that does not use ICE in it goes on without
 * (RFC 8839, 4.2.5 and 4.3.3): what comes to its ports is data, and where its data go is the owner's to know; ICE ends for all, and
 * the agent closes, when none uses it, or when a default destination in the answer to our offer is no candidate. When the peer
 * refuses all streams while checks run and none has its pairs, ICE has failed. After failure such an exchange only ends: no data
 * leave, and the state stays. NT_OK; NT_EINVAL
 * (another number of streams, too long credentials, an answer to a restart with credentials of before); NT_EUNSUPPORTED (other
 * credentials than before, and no restart is open); NT_ESTATE after the end, or before nt_ice_local in a restart; NT_ENOMEM: as it
 * was. */
int nt_ice_set_remote(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now);
/* RFC 8445, 9: a new session with new credentials, whose candidates are gathered at once; roles stay. NT_ICE_EV_LOCAL follows when
 * nt_ice_local has the offer. Until the answer is given to nt_ice_set_remote the session goes on as it was, checks included; then
 * the pairs it has selected carry data and keep consent until the new session has selected its own (RFC 7675, 5.1). It is the way
 * out of `failed` and `disconnected`, too. NT_OK; NT_ESTATE before the peer's first description, while an offer is open, after
 * nt_ice_close, or when ICE has ended (RFC 3264 alone); NT_ENOMEM: as it was. */
int nt_ice_restart(struct nt_ice_agent *a, nt_time now);
/* The peer has refused our offer, or nothing has come of the peer's: the session goes on as it was before nt_ice_restart or
 * nt_ice_set_offer. NT_OK; NT_ESTATE: nothing is open. */
int nt_ice_rollback(struct nt_ice_agent *a, nt_time now);
/* With config.renomination on both sides, by the controlling agent: the best valid pair with that remote address, or (unset) type,
 * is nominated. The selected one stays when that is the best. The last nomination counts: one under way gives way to it. NT_OK;
 * NT_ESTATE (not controlling, no such pair, the peer has not the option). */
int nt_ice_renominate(struct nt_ice_agent *a, enum nt_ice_type remote, const struct nt_addr *addr, nt_time now);
/* RFC 8838 between two agents that both trickle: NT_ESTATE before nt_ice_set_remote, when the peer does not, and after the end.
 * nt_ice_trickle: what the owner sends now, as RFC 8840, 4.4 has it: all candidates told so far and new ones at the end, and the
 * end of candidates once gathering has ended. New ones are told and paired by that; none is after the end of candidates, nor once
 * its component has its pair. NT_ELIMIT, NT_ENOMEM. nt_ice_add_remote: what came; candidates known already mean nothing, so that
 * fragments may be lost, doubled or late. NT_EINVAL: it is not of this session. NT_ENOMEM. */
int nt_ice_trickle(struct nt_ice_agent *a, struct nt_ice_description *d, nt_time now);
int nt_ice_add_remote(struct nt_ice_agent *a, const struct nt_ice_description *fragment, nt_time now);
/* Data over the selected pair (through nt_ice_output). `df`: it is not to be fragmented; through a relay that takes
 * config.dont_fragment where no channel is bound (RFC 8656, 11.1). NT_OK; NT_EINVAL (no such component, or no bytes); NT_ESTATE
 * when its stream has not all its pairs, or consent is lost; NT_ELIMIT when the queue (64 datagrams) is full; NT_ENOMEM. */
int nt_ice_send(struct nt_ice_agent *a, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len, bool df, nt_time now);
/* Releases allocations and ends: state closed once that is done (or after a transaction's time). */
void nt_ice_close(struct nt_ice_agent *a, nt_time now);

enum nt_ice_state nt_ice_state(const struct nt_ice_agent *a);
enum nt_ice_role nt_ice_role(const struct nt_ice_agent *a);
struct nt_ice_stats nt_ice_stats(const struct nt_ice_agent *a);
/* Reports: local candidates after redundancy elimination, without peer-reflexive ones, by stream, component, falling
 * priority; every pair formed (pruned ones too), then valid pairs that are not also check-list pairs. */
size_t nt_ice_candidate_count(const struct nt_ice_agent *a);
const struct nt_ice_candidate *nt_ice_candidate_at(const struct nt_ice_agent *a, size_t i); /* NULL: no i-th */
size_t nt_ice_pair_count(const struct nt_ice_agent *a);
void nt_ice_pair_at(const struct nt_ice_agent *a, size_t i, struct nt_ice_pair_info *info);
/* The selected pair of a component; false: none. */
bool nt_ice_selected(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                     struct nt_ice_candidate *remote);

#endif
