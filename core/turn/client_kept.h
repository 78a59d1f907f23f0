/* The permissions or the channels of a TURN client (RFC 8656, sections 9, 10 and 12): each is asked for, granted or refused, kept
 * alive, and told to the owner. */
#ifndef NT_TURN_CLIENT_KEPT_H
#define NT_TURN_CLIENT_KEPT_H

#include "core/base/map.h"
#include "core/base/time.h"
#include "core/turn/client_config.h"
#include "core/turn/client_event.h"

#include <stdbool.h>

/* Each is asked for again this long before its end. */
#define NT_TURN_KEEP_MARGIN (60 * NT_SEC)

struct nt_turn_kept {
    struct nt_addr peer; /* port 0: a permission */
    nt_time refresh;     /* NT_TIME_NEVER: not while a request is under way */
    nt_time expires;     /* while granted */
    nt_time asked_at;    /* the last request was formed then */
    bool wanted;         /* a request for it is to be formed */
    bool asked;          /* a request for it is under way */
    bool granted, refused;
    bool proved;           /* granted, but no response has said so */
    bool alone;            /* it shares no request: one with several peers was refused */
    uint8_t failures;      /* of its refreshes, in a row */
    nt_time refused_until; /* when it may be asked for again */
    uint8_t notice;        /* enum nt_turn_event_kind to tell, or 0 */
    int code;
};

struct nt_turn_keep {
    struct nt_turn_kept *items; /* an item keeps its index */
    size_t count, cap;
    struct nt_map by_peer;
};

void nt_turn_keep_init(struct nt_turn_keep *k);
void nt_turn_keep_free(struct nt_turn_keep *k);
struct nt_turn_kept *nt_turn_keep_find(const struct nt_turn_keep *k, const struct nt_addr *peer);
/* The same, made when there is none. NULL with *err NT_ELIMIT or NT_ENOMEM. */
struct nt_turn_kept *nt_turn_keep_entry(struct nt_turn_keep *k, const struct nt_addr *peer, int *err);
void nt_turn_keep_stop(struct nt_turn_keep *k); /* nothing is granted or wanted any more */
bool nt_turn_keep_wants(const struct nt_turn_keep *k);
nt_time nt_turn_keep_deadline(const struct nt_turn_keep *k);
/* Ends what has expired and wants what is to be refreshed: true when a request is to be formed. */
bool nt_turn_keep_timer(struct nt_turn_keep *k, nt_time now);
/* The items of the next request, at most `max`: their number. They count as asked for now. */
uint8_t nt_turn_keep_ask(struct nt_turn_keep *k, uint16_t *items, uint8_t max, nt_time now);
bool nt_turn_keep_event(struct nt_turn_keep *k, struct nt_turn_event *ev);

/* A request for it is to be formed, unless it is granted or asked for. */
void nt_turn_kept_want(struct nt_turn_kept *p);
/* Its request has ended and must be made once more, with no other peer in it if `alone`. */
void nt_turn_kept_again(struct nt_turn_kept *p, bool alone);
/* Its request has ended for good; what follows says how. */
void nt_turn_kept_answered(struct nt_turn_kept *p);
void nt_turn_kept_grant(struct nt_turn_kept *p, enum nt_turn_event_kind kind, nt_time lifetime, nt_time now);
void nt_turn_kept_refuse(struct nt_turn_kept *p, int code, nt_time until); /* it may be asked for again then */
void nt_turn_kept_last(struct nt_turn_kept *p);                            /* it lives to its end, and is not asked for again */
/* Its refresh has failed, and is tried again while it lives: false when that was the last time. */
bool nt_turn_kept_refresh_again(struct nt_turn_kept *p, nt_time now);
/* It is granted though no response has come. `refresh`: NT_TIME_NEVER while its own request is under way. */
void nt_turn_kept_prove(struct nt_turn_kept *p, enum nt_turn_event_kind kind, nt_time refresh, nt_time expires);

#endif
