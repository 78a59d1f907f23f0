/* A table of candidates: the agent's own, or the peer's of one session. A candidate's id is its place. Ids are never reused: what
 * is gone keeps its place. Each reached limit is a trace event. */
#ifndef NT_ICE_CANDIDATES_H
#define NT_ICE_CANDIDATES_H

#include "core/ice/candidate.h"
#include "core/ice/record.h"

/* Peer-reflexive candidates of a table. An endless discovery (a new port for each check) makes one each Ta. RFC 8445, 19.5.1: "ICE
 * agents SHOULD limit the total number of connectivity checks they perform to 100": of the peer's, so many are learnt of what comes
 * straight, or as many as the limit of pairs if that is higher; what comes through a relay has room still. */
#define NT_ICE_PRFLX_MAX 1024
#define NT_ICE_PRFLX_DIRECT_MAX 100

/* A candidate, and what the agent knows of it beside what is signalled. */
struct nt_ice_entry {
    struct nt_ice_candidate c;
    struct nt_ice_via via; /* own */
    struct nt_addr server; /* own: where a reflexive or relayed one was learnt, for the foundation */
    bool by_stream;        /* own: and over TCP (TLS is over it), not UDP */
    uint32_t rank;         /* own: its place among all that may come of its type for its component; lower is preferred */
    bool told;             /* it has been in a description: ours of our own, the peer's of its own */
    bool paired;           /* with each candidate of the other side that is told and paired */
    bool gone;             /* no packet leaves from it any more */
};

struct nt_ice_candidates;

struct nt_ice_candidates *nt_ice_candidates_new(struct nt_ice_record *record); /* NULL without memory */
void nt_ice_candidates_del(struct nt_ice_candidates *t);
uint32_t nt_ice_candidates_count(const struct nt_ice_candidates *t);
const struct nt_ice_entry *nt_ice_candidates_at(const struct nt_ice_candidates *t, uint32_t id);
/* Room for `more` candidates that are gathered or signalled, as far as `most` of all of them allow. NT_OK or NT_ENOMEM. */
int nt_ice_candidates_reserve(struct nt_ice_candidates *t, size_t more, size_t most);
void nt_ice_candidates_mark_paired(struct nt_ice_candidates *t); /* all that are told */
void nt_ice_candidates_mark_told(struct nt_ice_candidates *t, uint32_t id);

/* Our own. */
/* A gathered one, into reserved room; false: there is none. `settled`: what it is, it is at once (RFC 8838, 9); a redundant one is
 * not added. */
bool nt_ice_candidates_add(struct nt_ice_candidates *t, const struct nt_ice_entry *e, bool settled);
/* From what was gathered to what is announced: redundant ones go, then local preferences, priorities, order (stream, component,
 * falling priority) and foundations. Ids count from here. */
void nt_ice_candidates_settle(struct nt_ice_candidates *t);
/* The id of the candidate with the mapped address of a response to a check from `sender`; a new peer-reflexive one when there is
 * none (RFC 8445, 7.2.5.3.1). NT_ICE_NONE: the limit, or memory. */
uint32_t nt_ice_candidates_mapped(struct nt_ice_candidates *t, uint32_t sender, const struct nt_addr *mapped,
                                  const struct nt_addr *remote, uint32_t priority, nt_time now);
/* The host or relayed one of `via` that is not gone, or NT_ICE_NONE. */
uint32_t nt_ice_candidates_sender(const struct nt_ice_candidates *t, struct nt_ice_via via);
void nt_ice_candidates_retire(struct nt_ice_candidates *t, struct nt_ice_via via); /* all of `via` are gone */
size_t nt_ice_candidates_settled(const struct nt_ice_candidates *t);               /* without peer-reflexive ones */
/* The next one that was gathered since the last call, or NULL. */
const struct nt_ice_candidate *nt_ice_candidates_next_gathered(struct nt_ice_candidates *t);

/* The peer's. */
uint32_t nt_ice_candidates_find(const struct nt_ice_candidates *t, uint8_t stream, uint16_t component, const struct nt_addr *addr);
/* A peer-reflexive one (RFC 8445, 7.3.1.3) from a request that came to `to`, of at most `limit`; `told`: how many are told at most.
 * NT_ICE_NONE: a limit, or memory. */
uint32_t nt_ice_candidates_learn(struct nt_ice_candidates *t, const struct nt_ice_candidate *learnt, size_t limit, size_t told,
                                 const struct nt_addr *to, nt_time now);
/* A signalled one; it takes over a peer-reflexive one with its address. False: there is no room. */
bool nt_ice_candidates_signalled(struct nt_ice_candidates *t, const struct nt_ice_candidate *c);
/* The same address, told anew as another candidate. */
void nt_ice_candidates_replace(struct nt_ice_candidates *t, uint32_t id, const struct nt_ice_candidate *c);

#endif
