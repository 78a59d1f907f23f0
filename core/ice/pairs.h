/* Candidate pairs (RFC 8445, sections 6.1.2.2 to 6.1.2.6, 6.1.4.1): the check lists' pairs, their limit, states, freezing and the
 * triggered-check queue. Only pairs.c changes a pair, and it keeps these sentences: a pair that is Frozen, Waiting or in the queue
 * can be sent, or will be sendable once a permission is granted; what is in the queue is on a check list; no more pairs are listed
 * than the limit allows; what connects, and what was answered with success as long as our check of it has not ended, is never
 * pruned by the limit: a new pair is refused then; a pair that has ended is never again anything but Failed, nor admitted.
 *
 * A pair is known by its number, from 1 in order of forming, never reused. Pairs that are off their check list are remembered for
 * reports; past NT_ICE_PAIRS_KEPT the first ones are forgotten, and `get` answers NULL. Pointers are valid until the next `admit`.
 */
#ifndef NT_ICE_PAIRS_H
#define NT_ICE_PAIRS_H

#include "core/ice/candidates.h"
#include "core/stun/stun.h"

#define NT_ICE_PAIRS_KEPT 1000 /* pairs remembered, those on check lists included */
#define NT_ICE_RELAYED_KEPT 8  /* relayed pairs that direct ones never push out; at most half of the limit */
#define NT_ICE_SEEN 4          /* transaction ids remembered of each pair's requests */

/* Can a packet leave for the pair's remote candidate? */
enum nt_ice_way { NT_ICE_WAY_OPEN = 0, NT_ICE_WAY_PENDING /* a permission is asked for */, NT_ICE_WAY_CLOSED };

/* What a pair is admitted for: it is formed of told candidates; the peer's check came on it; that check nominates it; or it has
 * been answered with success already, before there were check lists. The last two are refused only when all pairs are kept. */
enum nt_ice_why { NT_ICE_FORMED = 0, NT_ICE_HEARD, NT_ICE_NOMINATED, NT_ICE_ANSWERED };

struct nt_ice_pair {
    uint32_t number;
    uint32_t own, remote; /* candidates; own is a host or relayed one (6.1.2.4) */
    struct nt_ice_via via;
    uint8_t stream;
    uint16_t component;
    enum nt_ice_pair_state state;
    enum nt_ice_way way;
    uint64_t priority;
    uint64_t queued;            /* place in the triggered-check queue; 0: not in it */
    bool listed;                /* on its check list */
    bool nominating;            /* controlling: its checks carry USE-CANDIDATE */
    bool ended;                 /* its consent was lost: only a restart brings it back (RFC 7675, 5.1) */
    bool use_candidate_pending; /* controlled: the peer nominated it, and a check of ours is still to succeed */
    bool receivable, sendable;  /* our check was answered; we answered the peer's check with success */
    uint16_t valid;             /* pairs of the valid list that it produced or equals */
    nt_time rtt, answered_at;   /* of its last successful check */
    uint8_t seen[NT_ICE_SEEN][NT_STUN_ID];
    unsigned seen_next;
};

struct nt_ice_admission {
    uint32_t pair;       /* 0: refused */
    const char *refusal; /* why */
    uint32_t pruned;     /* the pair that made room; 0: none */
};

struct nt_ice_pairs;

/* NULL without memory. */
struct nt_ice_pairs *nt_ice_pairs_new(struct nt_ice_record *record, const struct nt_ice_candidates *own,
                                      const struct nt_ice_candidates *remotes, uint16_t limit, enum nt_ice_role role);
void nt_ice_pairs_del(struct nt_ice_pairs *t);
/* The pair of both candidates, on its check list: the one there is, or a new one, Frozen. */
struct nt_ice_admission nt_ice_pairs_admit(struct nt_ice_pairs *t, uint32_t own, uint32_t remote, enum nt_ice_way way,
                                           enum nt_ice_why why, nt_time now);
const struct nt_ice_pair *nt_ice_pairs_get(const struct nt_ice_pairs *t, uint32_t number);
const struct nt_ice_pair *nt_ice_pairs_find(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote); /* listed, if one is */
size_t nt_ice_pairs_count(const struct nt_ice_pairs *t);
const struct nt_ice_pair *nt_ice_pairs_at(const struct nt_ice_pairs *t, size_t i); /* by place, in order of forming */
/* A number for a valid pair that is on no check list. The last number that was given. */
uint32_t nt_ice_pairs_new_number(struct nt_ice_pairs *t);
uint32_t nt_ice_pairs_last_number(const struct nt_ice_pairs *t);

/* Priorities, by the role. */
/* Takes back our nominations that are not sent yet. The peer's have been answered, and stand. */
void nt_ice_pairs_set_role(struct nt_ice_pairs *t, enum nt_ice_role role);
void nt_ice_pairs_reprice(struct nt_ice_pairs *t); /* a candidate has changed */
uint64_t nt_ice_pairs_priority(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote);

/* Freezing. */
void nt_ice_pairs_set_initial_states(struct nt_ice_pairs *t, nt_time now); /* 6.1.2.6 */
void nt_ice_pairs_set_late_states(struct nt_ice_pairs *t, uint32_t after,
                                  nt_time now); /* RFC 8838, 12: of pairs numbered after `after` */
void nt_ice_pairs_unfreeze_group(struct nt_ice_pairs *t, uint32_t pair,
                                 nt_time now); /* 7.2.5.3.3: a pair of this foundation succeeded */
void nt_ice_pairs_unfreeze_idle(struct nt_ice_pairs *t, uint8_t stream, nt_time now); /* 6.1.4.2, step 2 */

/* One pair's life. */
bool nt_ice_pairs_is_new_request(struct nt_ice_pairs *t, uint32_t pair, const uint8_t id[NT_STUN_ID]);
void nt_ice_pairs_answered(struct nt_ice_pairs *t, uint32_t pair);             /* a request on it, with success */
void nt_ice_pairs_trigger(struct nt_ice_pairs *t, uint32_t pair, nt_time now); /* Waiting, and in the queue */
void nt_ice_pairs_enqueue(struct nt_ice_pairs *t, uint32_t pair);              /* checked again, Succeeded as it is */
void nt_ice_pairs_dequeue(struct nt_ice_pairs *t, uint32_t pair);
void nt_ice_pairs_begin_check(struct nt_ice_pairs *t, uint32_t pair,
                              nt_time now); /* off the queue; In-Progress, unless Succeeded */
void nt_ice_pairs_note_success(struct nt_ice_pairs *t, uint32_t pair, nt_time started, nt_time now);
void nt_ice_pairs_note_answer(struct nt_ice_pairs *t, uint32_t pair, nt_time now); /* to a request for consent */
void nt_ice_pairs_succeed(struct nt_ice_pairs *t, uint32_t pair, nt_time now);
void nt_ice_pairs_fail(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now);
void nt_ice_pairs_end(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now);   /* Failed for good */
void nt_ice_pairs_prune(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now); /* off its check list */
void nt_ice_pairs_set_nominating(struct nt_ice_pairs *t, uint32_t pair);                      /* and in the queue */
void nt_ice_pairs_set_use_candidate_pending(struct nt_ice_pairs *t, uint32_t pair);
void nt_ice_pairs_clear_nomination(struct nt_ice_pairs *t, uint32_t pair);
/* A valid pair comes of it, or equals it; and has left the valid list. A pair that is held is not forgotten. */
void nt_ice_pairs_hold(struct nt_ice_pairs *t, uint32_t pair);
void nt_ice_pairs_release(struct nt_ice_pairs *t, uint32_t pair);
void nt_ice_pairs_set_way(struct nt_ice_pairs *t, uint32_t pair, enum nt_ice_way way); /* closed: its session fails it */
/* How many requests can be answered with success before there are check lists, so that each gets its pair. */
size_t nt_ice_pairs_early_limit(const struct nt_ice_pairs *t);

/* Questions. */
const struct nt_ice_pair *nt_ice_pairs_first_triggered(const struct nt_ice_pairs *t,
                                                       uint8_t stream);                            /* of those that can be sent */
const struct nt_ice_pair *nt_ice_pairs_best_waiting(const struct nt_ice_pairs *t, uint8_t stream); /* of those that can be sent */
bool nt_ice_pairs_may_check(const struct nt_ice_pairs *t, uint8_t stream); /* has it a pair to check, now or later? */
bool nt_ice_pairs_all_ended(const struct nt_ice_pairs *t, uint8_t stream); /* Succeeded or Failed, none in the queue */
bool nt_ice_pairs_better_to_come(const struct nt_ice_pairs *t, uint8_t stream, uint16_t component, uint64_t priority);
bool nt_ice_pairs_has_begun(const struct nt_ice_pairs *t, uint32_t remote); /* a check of a listed pair of this remote candidate */
size_t nt_ice_pairs_listed(const struct nt_ice_pairs *t);
size_t nt_ice_pairs_busy(const struct nt_ice_pairs *t); /* Waiting or In-Progress */

#endif
