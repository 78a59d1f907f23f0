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
                 * an earlier one, by the number of its NT_TR_PACKET from 1, and then n[0] may be -1: it was held. n[3]: the MTU
                 * that it exceeds */
    NT_TR_TRANSLATED, /* fate of a packet, named as in NT_TR_DROP: n[1] 0 source, 1 destination rewritten; a: from, b: to */
    NT_TR_MAPPED,     /* a mapping was made: a internal, b external, n[0] mapping number */
    NT_TR_EXPIRED,    /* a mapping ended: a internal, b external, n[0] mapping number */
    NT_TR_NODE,       /* a node was controlled: text says what */
    NT_TR_STEP,       /* a step of the scenario begins, at its node: n[0] its line, text what it does */
    /* hosts, and the programs on them */
    NT_TR_DISCARDED = 16, /* a datagram or an ICMP error that a program was handed is dropped or passed over: n[0] enum nt_discard;
                           * text, a, b: struct nt_why; n[1]: the tap that it came through, from 1 (the emitter need not know it) */
    NT_TR_UNSENT,         /* what was to leave makes no packet: b where to, text says why */
    NT_TR_HELD,           /* what was to leave waits: b where to, text says why */
    NT_TR_PORT_REFUSED,   /* a program asked for a port, and does not get it: a the address asked for, text says why */
    NT_TR_TLS_FAILED,     /* the handshake of a connection, or what came on it: a ours, b remote, text says why */
    /* ICE agent; n[0] stream, n[1] component where they make sense */
    NT_TR_ICE_GATHERED = 32,
    NT_TR_ICE_CHECK_SENT,      /* a new transaction: a base, b remote, n[2] pair number, n[3] 1 with USE-CANDIDATE, 2 triggered */
    NT_TR_ICE_CHECK_RECEIVED,  /* an authenticated request: a base, b remote */
    NT_TR_ICE_CHECK_ANSWERED,  /* our success response left: a base, b remote */
    NT_TR_ICE_CHECK_SUCCEEDED, /* a base, b remote, n[2] pair number */
    NT_TR_ICE_PRFLX_LOCAL,     /* a the candidate, b its base */
    NT_TR_ICE_PRFLX_REMOTE,    /* a the candidate, b the base it came to */
    NT_TR_ICE_PAIR,            /* pair n[2] is formed or changes state: a local, b remote, n[3] enum nt_ice_pair_state; text says
                                * why it has failed */
    NT_TR_ICE_PAIR_GONE,       /* pair n[2] was pruned: a local, b remote, text says why */
    NT_TR_ICE_NOMINATED,       /* a local, b remote */
    NT_TR_ICE_SELECTED,        /* a local, b remote */
    NT_TR_ICE_COMPLETED,
    NT_TR_ICE_FAILED,       /* text says why, if it is known */
    NT_TR_ICE_CONSENT_LOST, /* a local, b remote, text says why */
    NT_TR_ICE_ROLE,         /* role switched; n[2] the new enum nt_ice_role */
    NT_TR_ICE_PASSED_OVER,  /* a candidate of the peer is not used: a its address, n[2] enum nt_ice_pass, text says
                               why */
    NT_TR_ICE_DROPPED,      /* something that was to leave, or was kept, is dropped: a local, b remote where known, text says why */
    NT_TR_ICE_REFUSED,      /* a request is answered with an error: a base, b remote, n[2] code, text says why */
    NT_TR_ICE_PAIR_REFUSED, /* a pair is not formed: a local, b remote, text says why */
    NT_TR_ICE_RESTARTED,    /* our credentials have changed: n[2] how often */
    NT_TR_ICE_ROLLED_BACK,  /* a restart comes to nothing, and the session goes on: text says why */
    NT_TR_ICE_DISCONNECTED, /* no pair carries data any more: text says why */
    NT_TR_ICE_RECOVERED,    /* after that, or after failure, a pair carries data again: a local, b remote */
    NT_TR_ICE_PAIR_CHANGED, /* another pair carries data than before: a local, b remote */
    NT_TR_ICE_INTERFACE,    /* a its address, n[2] enum nt_ice_interface_change */
    NT_TR_ICE_CLOSED,       /* allocations are released */
    NT_TR_ICE_ENDED,        /* stream n[0], or its component n[1], goes on without ICE: text says why */
    /* TURN server */
    NT_TR_TURN_ALLOCATED = 64, /* a client, b relayed */
    NT_TR_TURN_RELEASED,       /* a client, b relayed */
    NT_TR_TURN_PERMISSION,     /* a client, b peer */
    NT_TR_TURN_CHANNEL,        /* a client, b peer, n[0] number */
    NT_TR_TURN_REFUSED,        /* a request is answered with an error: a client, n[0] code, text says why */
    /* STUN and TURN servers */
    NT_TR_CONNECTION_ENDED, /* by the server, over TCP or TLS: a ours, b remote, text says why */
    /* STUN and TURN clients */
    NT_TR_REQUEST_FAILED, /* a request to a server: a base, b server, or the peer that it is about, n[0] method, n[1] code (0: none
                             that counts), bytes: the reason phrase, or why, text: what the client does about it. n[3]: the tap of
                             the response, from 1 */
    NT_TR_TURN_LOST,      /* an allocation is gone: a base, b relayed, text says why */
    NT_TR_TURN_DROPPED,   /* something is not asked of the server: a base, b peer where known, text says why */
    NT_TR_STUN_PASSED_OVER, /* an attribute of RFC 3489 in a response: a base, b server, n[0] type, text its name, n[3] as above */
    /* signalling and data applications */
    NT_TR_OFFER_SENT = 80,
    NT_TR_OFFER_RECEIVED,
    NT_TR_ANSWER_SENT,
    NT_TR_ANSWER_RECEIVED,
    NT_TR_CALL,
    NT_TR_DATA_SENT,     /* n[0] sequence number, b remote */
    NT_TR_DATA_RECEIVED, /* n[0] sequence number */
    NT_TR_TOO_BIG,       /* an ICMP error tells the sender: a local, b remote, n[0] the MTU, 0: it does not say */
    NT_TR_MOVED,         /* an attachment is on another network: a its first address there, b before, n[0] its number */
    NT_TR_BYE_SENT,      /* the call ends: text says why */
    NT_TR_BYE_RECEIVED,
    NT_TR_OFFER_REJECTED, /* by the peer: n[0] the status of SIP; text says so */
    NT_TR_SDP_NOTE /* of a description or a fragment that came: n[0] line, n[1] enum nt_sdp_note_kind, n[2] 1: the line counts,
                    * text says what and quotes it; line 0: how many more notes there are. n[3]: the tap that it came through, from
                    * 1 */
};

/* Why a program does not take what it was handed. What is taken needs no word: it is answered, or shows in what happens next. */
enum nt_discard {
    /* dropped: it is broken, not allowed, or there is no room for it */
    NT_DISCARD_UNREADABLE = 1, /* unreadable: no message of the protocol, or a damaged one */
    NT_DISCARD_FINGERPRINT,    /* fingerprint: wrong, or missing where it must be there */
    NT_DISCARD_INTEGRITY,      /* integrity: MESSAGE-INTEGRITY or the user is wrong, or missing */
    NT_DISCARD_UNSUPPORTED,    /* unsupported: a method, an attribute or a protocol that it does not have */
    NT_DISCARD_NO_ALLOCATION,  /* no-allocation */
    NT_DISCARD_NO_PERMISSION,  /* no-permission */
    NT_DISCARD_NO_CHANNEL,     /* no-channel */
    NT_DISCARD_FORBIDDEN,      /* forbidden: the configuration or an RFC forbids it */
    NT_DISCARD_HOPS,           /* hops: the hop count is used up */
    NT_DISCARD_SIZE,           /* size: too long to be passed on, or empty */
    NT_DISCARD_NO_ROOM,        /* no-room: a queue or table is full, or there is no memory */
    NT_DISCARD_SOURCE,         /* source: it comes from an address that is not expected */
    NT_DISCARD_STATE,          /* state: it is not expected now */
    NT_DISCARD_NO_RECIPIENT,   /* no-recipient: it is for nobody here */
    /* passed over: nothing is wrong with it, and it changes nothing */
    NT_DISCARD_NO_TRANSACTION, /* no-transaction: a response to no request, or one that is over */
    NT_DISCARD_DUPLICATE,      /* duplicate: it was taken before */
    NT_DISCARD_OUTDATED,       /* outdated: of a session, a call or an address that is gone */
    NT_DISCARD_UNRELATED,      /* unrelated: about nothing that was sent from here */
    NT_DISCARD_UNUSED,         /* unused: of no use to this program */
    NT_DISCARD_COUNT
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

/* Why something is discarded: the word for captures, and static words for people, where %a and %b stand for the addresses of the
 * event (%i: b without its port). */
struct nt_why {
    enum nt_discard reason;
    const char *text;
};

/* What is being handed in right now, to input() of an endpoint, is discarded. At most once for each input, and of a stream once for
 * each message in it; addresses may be NULL. */
void nt_trace_discard(const struct nt_trace *t, const struct nt_why *why, const struct nt_addr *a, const struct nt_addr *b,
                      nt_time now);

const char *nt_discard_name(enum nt_discard reason); /* "no-permission", ... */
bool nt_discard_is_drop(enum nt_discard reason);     /* else it is passed over */
/* Static words with the addresses in them. */
const char *nt_trace_detail(const char *why, const struct nt_addr *a, const struct nt_addr *b, char *buf, size_t cap);

/* The event's name in the language: "check-sent", "mapped", ...; "" for those a scenario cannot name. */
const char *nt_trace_name(enum nt_trace_kind kind);

#endif
