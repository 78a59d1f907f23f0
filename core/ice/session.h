/* A check session: the role, both sides' credentials, the peer's candidates, the check lists. What happens to a pair happens here,
 * where its check, the valid list and the nominations follow. */
#ifndef NT_ICE_SESSION_H
#define NT_ICE_SESSION_H

#include "core/ice/checks.h"
#include "core/ice/component.h"
#include "core/ice/early.h"
#include "core/ice/env.h"
#include "core/ice/lists.h"
#include "core/ice/pairs.h"

/* waiting: for the peer's description, or for our candidates; running: checks are made. 6.1.3 has the others, but for kept: a newer
 * session has taken over, and until that has selected its pairs those of this one carry data and keep consent. */
enum nt_ice_session_state {
    NT_ICE_SESSION_WAITING = 0,
    NT_ICE_SESSION_RUNNING,
    NT_ICE_SESSION_COMPLETED,
    NT_ICE_SESSION_FAILED,
    NT_ICE_SESSION_KEPT
};

struct nt_ice_session;

/* `env`: the agent's parts of it count, or those of another session. The first generation draws from `rand`, a later one from
 * another stream of its key. NULL without memory. */
struct nt_ice_session *nt_ice_session_new(const struct nt_ice_env *env, struct nt_rand *rand, uint32_t generation,
                                          enum nt_ice_role role);
void nt_ice_session_del(struct nt_ice_session *s);

const struct nt_ice_env *nt_ice_session_env(const struct nt_ice_session *s);
/* It is to take the place of `former`: streams have the same tags, and the peer trickles if it did (RFC 8838, 15). */
void nt_ice_session_follow(struct nt_ice_session *s, const struct nt_ice_session *former);
enum nt_ice_session_state nt_ice_session_state(const struct nt_ice_session *s);
enum nt_ice_role nt_ice_session_role(const struct nt_ice_session *s);
/* Does a USERNAME begin with its user name fragment and a colon? */
bool nt_ice_session_is_named(const struct nt_ice_session *s, const uint8_t *username, size_t len);
const char *nt_ice_session_ufrag(const struct nt_ice_session *s);
const char *nt_ice_session_pwd(const struct nt_ice_session *s);
const struct nt_stun_key *nt_ice_session_key(const struct nt_ice_session *s);
struct nt_ice_pairs *nt_ice_session_pairs(const struct nt_ice_session *s);
struct nt_ice_checks *nt_ice_session_checks(const struct nt_ice_session *s);
struct nt_ice_lists *nt_ice_session_lists(const struct nt_ice_session *s); /* NULL before the peer's description */
struct nt_ice_candidates *nt_ice_session_remotes(const struct nt_ice_session *s);
struct nt_ice_early *nt_ice_session_early(const struct nt_ice_session *s);

/* The peer's description. */
/* Can it be taken? NT_OK; NT_EINVAL, NT_EUNSUPPORTED (other credentials than before: a restart), traced with the reason. */
int nt_ice_session_check(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now);
/* RFC 8839, 4.4.1.1.1: which of the streams that use ICE, before and in a later description, have other credentials? Some: traced.
 */
enum nt_ice_restarts { NT_ICE_RESTARTS_NONE = 0, NT_ICE_RESTARTS_ALL, NT_ICE_RESTARTS_SOME };
enum nt_ice_restarts nt_ice_session_what_restarts(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now);
/* What can be taken. The first one makes the check lists. NT_OK or NT_ENOMEM. */
int nt_ice_session_describe(struct nt_ice_session *s, const struct nt_ice_description *d);
void nt_ice_session_undescribe(struct nt_ice_session *s); /* without memory for what follows */
bool nt_ice_session_described(const struct nt_ice_session *s);
const struct nt_ice_peer *nt_ice_session_peer(const struct nt_ice_session *s, uint8_t stream);
/* RFC 8839, 4.2.5 and 4.3: a stream goes on without ICE; before the first description, it may be found to use it all the same. */
void nt_ice_session_end_ice(struct nt_ice_session *s, uint8_t stream, const char *why, nt_time now);
void nt_ice_session_begin_ice(struct nt_ice_session *s, uint8_t stream);
bool nt_ice_session_uses_ice(const struct nt_ice_session *s, uint8_t stream);
bool nt_ice_session_is_without_ice(const struct nt_ice_session *s); /* none of its streams uses it */
/* An offer of ours is to be answered. */
void nt_ice_session_set_offered(struct nt_ice_session *s, bool offered);
bool nt_ice_session_offered(const struct nt_ice_session *s);
/* draft-thatcher-ice-renomination: both sides have the option. */
bool nt_ice_session_renominates(const struct nt_ice_session *s);
/* Other pairs than the selected ones are kept alive. */
bool nt_ice_session_keeps_backups(const struct nt_ice_session *s);
const char *nt_ice_session_mid(const struct nt_ice_session *s, uint8_t stream);
/* Trickle: does the peer? Has it no more candidates for a stream? Have we told that there are no more of ours? */
void nt_ice_session_set_peer_trickles(struct nt_ice_session *s, bool trickles);
bool nt_ice_session_peer_trickles(const struct nt_ice_session *s);
void nt_ice_session_end_peer(struct nt_ice_session *s, uint8_t stream);
bool nt_ice_session_peer_ended(const struct nt_ice_session *s, uint8_t stream);
void nt_ice_session_end_own(struct nt_ice_session *s);
bool nt_ice_session_own_ended(const struct nt_ice_session *s);
/* Candidates have come that are not paired. */
void nt_ice_session_set_unpaired(struct nt_ice_session *s, bool unpaired);
bool nt_ice_session_unpaired(const struct nt_ice_session *s);
/* RFC 8839, 4.3.4: default destinations, as last told. Do they match the selected pairs of all streams that have them? */
void nt_ice_session_note_own_default(struct nt_ice_session *s, uint8_t stream, const struct nt_addr *addr);
void nt_ice_session_note_peer_default(struct nt_ice_session *s, uint8_t stream, const struct nt_addr *addr);
bool nt_ice_session_is_aligned(const struct nt_ice_session *s);
/* An offer of ours has told what has come of the check lists. */
void nt_ice_session_note_outcome_offered(struct nt_ice_session *s);
bool nt_ice_session_has_offered_outcome(const struct nt_ice_session *s);
bool nt_ice_session_peer_has_ice2(const struct nt_ice_session *s);
void nt_ice_session_run(struct nt_ice_session *s, nt_time now);              /* its check lists are formed */
void nt_ice_session_keep(struct nt_ice_session *s);                          /* one that is described makes no check any more */
bool nt_ice_session_carries(const struct nt_ice_session *s, uint8_t stream); /* all its components have selected pairs */
nt_time nt_ice_session_started(const struct nt_ice_session *s);
void nt_ice_session_note_heard(struct nt_ice_session *s, nt_time now); /* the peer has told something */
nt_time nt_ice_session_heard(const struct nt_ice_session *s);

/* Roles. */
void nt_ice_session_take_role(struct nt_ice_session *s, enum nt_ice_role role, nt_time now); /* before any check: no switch */
void nt_ice_session_switch_role(struct nt_ice_session *s, enum nt_ice_role role, nt_time now);
/* RFC 8445, 7.2.5.1: 487 answered a request with this value. One that has changed since stays, so that roles come to rest. */
void nt_ice_session_change_tie_breaker(struct nt_ice_session *s, uint64_t refused);
/* Is a pair checked again after 487, or has that switched the role too often? */
bool nt_ice_session_settles_conflicts(const struct nt_ice_session *s);
void nt_ice_session_note_conflict(struct nt_ice_session *s); /* 487 switches the role */
uint64_t nt_ice_session_tie_breaker(const struct nt_ice_session *s);
void nt_ice_session_reprice(struct nt_ice_session *s); /* all priorities, after a change of role or candidate */

/* Pairs. */
struct nt_ice_admission nt_ice_session_admit(struct nt_ice_session *s, uint32_t own, uint32_t remote, enum nt_ice_why why,
                                             nt_time now);
void nt_ice_session_trigger(struct nt_ice_session *s, uint32_t pair,
                            nt_time now); /* 7.3.1.4: its check is cancelled, it is queued */
void nt_ice_session_recheck(struct nt_ice_session *s, uint32_t pair, nt_time now); /* queued, Succeeded as it is */
/* A check of `pair` succeeded; valid_pair: the listed one that its valid pair equals, or 0. */
void nt_ice_session_succeed(struct nt_ice_session *s, uint32_t pair, uint32_t valid_pair, nt_time now);
/* And takes what it produced off the valid list. */
void nt_ice_session_fail(struct nt_ice_session *s, uint32_t pair, const char *why, nt_time now);
/* RFC 7675, 5.1: its consent is lost. It fails for good, and leaves the valid list, if it is not selected. */
void nt_ice_session_end_pair(struct nt_ice_session *s, uint32_t pair, const char *why, nt_time now);
void nt_ice_session_open_way(struct nt_ice_session *s, int16_t relay, const struct nt_addr *peer, nt_time now);
void nt_ice_session_close_way(struct nt_ice_session *s, int16_t relay, const struct nt_addr *peer,
                              nt_time now); /* peer NULL: to anybody */
/* RFC 8445, 5.1.1.4: candidates whose base has gone away are no more, and their pairs fail. True: a selected pair used one. */
bool nt_ice_session_lose_bases(struct nt_ice_session *s, nt_time now);
void nt_ice_session_permit(struct nt_ice_session *s, nt_time now); /* of all of the peer's candidates, on all allocations */
/* The valid pair of the candidate `own` that the check of `generator` produced. NT_ICE_NONE: the limit, or memory. */
uint32_t nt_ice_session_add_valid(struct nt_ice_session *s, uint32_t generator, uint32_t own, nt_time now);
/* Trickle: may more candidates of the stream come, ours or the peer's? `gathered`: we have all of ours. */
bool nt_ice_session_expects(const struct nt_ice_session *s, uint8_t stream, bool gathered, nt_time now);
/* When a check list fails since the peer's nomination has failed; NT_TIME_NEVER: none does. */
nt_time nt_ice_session_abandoned_at(const struct nt_ice_session *s);
const char *nt_ice_session_why_failed(const struct nt_ice_session *s);
/* The states of the lists, then the session's own. */
enum nt_ice_session_state nt_ice_session_update(struct nt_ice_session *s, bool gathered, nt_time now);

#endif
