/* One record of something that happened. core and natsim emit it without knowing who reads: captures, the ladder, the
 * conformance rules, steps that wait for an event, expectations. Emitting formats nothing and allocates nothing. */
#ifndef NT_BASE_TRACE_H
#define NT_BASE_TRACE_H

#include "core/base/addr.h"
#include "core/base/time.h"

/* What a, b, n and text hold stands behind each kind; what is not named is unset (0, NULL). */
enum nt_trace_kind {
    /* fabric */
    NT_TR_PACKET = 1, /* a packet crossed tap n[0]; n[1]: 1 in, 2 out; n[2]: enum nt_packet_mark; bytes: the IP packet */
    NT_TR_DROP, /* fate of the last packet at tap n[0]: n[1] enum nt_drop; a, b: the addresses the reason speaks of; n[2] > 0: of
                 * an earlier one, by the number of its NT_TR_PACKET from 1 */
    NT_TR_TRANSLATED, /* fate of the last packet at tap n[0]: n[1] 0 source, 1 destination rewritten; a: from, b: to */
    NT_TR_MAPPED,     /* a mapping was made: a internal, b external, n[0] mapping number */
    NT_TR_EXPIRED,    /* a mapping ended: a internal, b external, n[0] mapping number */
    NT_TR_NODE,       /* a node was controlled: text says what */
    /* ICE agent; n[0] stream, n[1] component where they make sense */
    NT_TR_ICE_GATHERED = 32,
    NT_TR_ICE_CHECK_SENT,      /* a new transaction: a base, b remote, n[2] pair number, n[3] 1 with USE-CANDIDATE, 2 triggered */
    NT_TR_ICE_CHECK_RECEIVED,  /* an authenticated request: a base, b remote */
    NT_TR_ICE_CHECK_ANSWERED,  /* our success response left: a base, b remote */
    NT_TR_ICE_CHECK_SUCCEEDED, /* a base, b remote, n[2] pair number */
    NT_TR_ICE_PRFLX_LOCAL,     /* a the candidate, b its base */
    NT_TR_ICE_PRFLX_REMOTE,    /* a the candidate, b the base it came to */
    NT_TR_ICE_PAIR,            /* pair n[2] is formed or changes state: a local, b remote, n[3] enum nt_ice_pair_state */
    NT_TR_ICE_PAIR_GONE,       /* pair n[2] was pruned: a local, b remote, text says why */
    NT_TR_ICE_NOMINATED,       /* a local, b remote */
    NT_TR_ICE_SELECTED,        /* a local, b remote */
    NT_TR_ICE_COMPLETED,
    NT_TR_ICE_FAILED,
    NT_TR_ICE_CONSENT_LOST, /* a local, b remote */
    NT_TR_ICE_ROLE,         /* role switched; n[2] the new enum nt_ice_role */
    NT_TR_ICE_PASSED_OVER,  /* a candidate of the peer is not used: a its address (unset: a name), n[2] enum nt_ice_pass, text says
                               why */
    NT_TR_ICE_DROPPED,      /* something that came or was to leave is dropped: a local, b remote where known, text says why */
    NT_TR_ICE_REFUSED,      /* a request is answered with an error: a base, b remote, n[2] code, text says why */
    NT_TR_ICE_PAIR_REFUSED, /* a pair is not formed: a local, b remote, text says why */
    /* TURN server */
    NT_TR_TURN_ALLOCATED = 64, /* a client, b relayed */
    NT_TR_TURN_RELEASED,       /* a client, b relayed */
    NT_TR_TURN_PERMISSION,     /* a client, b peer */
    NT_TR_TURN_CHANNEL,        /* a client, b peer, n[0] number */
    NT_TR_TURN_DROP,           /* a packet of a client (a) or peer (b) was not relayed: text says why */
    /* signalling and data applications */
    NT_TR_OFFER_SENT = 80,
    NT_TR_OFFER_RECEIVED,
    NT_TR_ANSWER_SENT,
    NT_TR_ANSWER_RECEIVED,
    NT_TR_CALL,
    NT_TR_DATA_SENT,    /* n[0] sequence number, b remote */
    NT_TR_DATA_RECEIVED /* n[0] sequence number */
};

struct nt_trace_event {
    nt_time at;
    uint32_t node; /* the emitter's, from its struct nt_trace */
    enum nt_trace_kind kind;
    struct nt_addr a, b;
    int64_t n[4];
    const char *text;     /* static, or valid during the call */
    const uint8_t *bytes; /* valid during the call */
    size_t len;
};

struct nt_trace {
    void (*emit)(void *user, const struct nt_trace_event *event); /* NULL: nobody listens */
    void *user;
    uint32_t node;
};

static inline void nt_trace_emit(const struct nt_trace *t, struct nt_trace_event event)
{
    if (t->emit != NULL) {
        event.node = t->node;
        t->emit(t->user, &event);
    }
}

/* The event's name in the language: "check-sent", "mapped", ...; "" for those a scenario cannot name. */
const char *nt_trace_name(enum nt_trace_kind kind);

#endif
