/* One fault: a row of a table, with small functions that see each datagram of the faulty party on its way and may change it, drop
 * it, hold it, double it, or send more. */
#ifndef FAULTY_FAULT_H
#define FAULTY_FAULT_H

#include "tests/faulty/frame.h"
#include "tests/faulty/sdp_edit.h"
#include "tests/faulty/secrets.h"
#include "tests/faulty/stun_edit.h"

struct faulty;

/* What one fault keeps between its calls; zero before the first. */
struct fault_memory {
    uint32_t n;
    bool done;
    uint8_t id[NT_STUN_ID];
    uint64_t number;
    char text[SDP_LINE_MAX], other[SDP_LINE_MAX];
    struct nt_stun_key key;
    nt_time wakes; /* the fault's timer is called then; 0: never */
};

/* A pair on which the party has sent checks. */
struct fault_pair {
    struct nt_path path;
    struct frame frame;
    struct nt_addr peer;
    struct stun_edit check; /* the last one, as it should be */
    struct nt_stun_key key; /* of the check */
    bool succeeded, nominated;
};

/* A datagram on its way out of the party, or into it. What TURN carries is seen without its frame, unless the fault asks for
 * frames. */
struct fault_event {
    struct faulty *party;
    nt_time now;
    bool outgoing;
    struct frame frame;  /* TURN's around it; FRAME_NONE: it goes straight to the other end */
    struct nt_path path; /* of the host */
    struct nt_addr peer; /* the other end: behind the relay the peer */
    uint8_t *bytes;      /* the payload; may be changed within `cap` */
    size_t len, cap;
    struct stun_edit *stun;         /* the same when it is STUN; NULL: it is not */
    struct secret_request *request; /* of STUN: the request, or the one that it answers; NULL: none */
    struct nt_stun_key *key;        /* it is signed with this; NULL: not known */
    struct sdp_edit *sdp;           /* of signalling: its description */
    /* what the fault does */
    bool changed; /* `stun` or `sdp` is to be written */
    bool dropped;
    nt_time held; /* for so long */
    bool doubled;
};

struct fault {
    const char *name;
    const char *does; /* one sentence */
    enum nt_app_part part;
    bool frames; /* it sees TURN's frames as they are */
    /* Most faults change some messages: `edit` changes e->stun or e->sdp, or the bytes of data, of those for which `when` is true.
     */
    bool (*when)(const struct fault_event *e);
    void (*edit)(struct fault_event *e, struct fault_memory *m);
    /* Others do what they want with each datagram of `part`, and with each description, both ways. */
    void (*acts)(struct fault_event *e, struct fault_memory *m);
    void (*tells)(struct fault_event *e, struct fault_memory *m);
    void (*timer)(struct faulty *party, struct fault_memory *m, nt_time now); /* of `part`, at m->wakes */
};

/* --- what the functions of faults ask --- */

static inline bool is_check(const struct fault_event *e) /* a connectivity check, for consent too */
{
    return e->stun != NULL && e->stun->class_ == NT_STUN_REQUEST && e->request != NULL && e->request->check;
}
static inline bool is_answer(const struct fault_event *e) /* to a check */
{
    return e->stun != NULL && e->stun->class_ >= NT_STUN_SUCCESS && e->request != NULL && e->request->check;
}
static inline bool sends_check(const struct fault_event *e)
{
    return e->outgoing && is_check(e);
}
static inline bool sends_answer(const struct fault_event *e)
{
    return e->outgoing && is_answer(e);
}
static inline bool sends_success(const struct fault_event *e)
{
    return sends_answer(e) && e->stun->class_ == NT_STUN_SUCCESS;
}
static inline bool gets_check(const struct fault_event *e)
{
    return !e->outgoing && is_check(e);
}
static inline bool gets_answer(const struct fault_event *e)
{
    return !e->outgoing && is_answer(e);
}
static inline bool gets_success(const struct fault_event *e)
{
    return gets_answer(e) && e->stun->class_ == NT_STUN_SUCCESS;
}
static inline bool sends_error(const struct fault_event *e)
{
    return sends_answer(e) && e->stun->class_ == NT_STUN_ERROR;
}
static inline bool is_again(const struct fault_event *e) /* a retransmission */
{
    return e->request != NULL && e->request->times > 1;
}
/* A check on a pair that has been nominated before. */
static inline bool sends_consent(const struct fault_event *e)
{
    return sends_check(e) && e->request->consent;
}
static inline bool tells(const struct fault_event *e)
{
    return e->outgoing && e->sdp != NULL;
}
static inline bool offers(const struct fault_event *e) /* or answers: not a fragment */
{
    return tells(e) && e->sdp->kind != NT_SIP_INFO;
}
static inline bool sends_data(const struct fault_event *e)
{
    return e->outgoing && e->stun == NULL && e->sdp == NULL && e->len > 0;
}
static inline bool is_data(const struct fault_event *e)
{
    return e->stun == NULL && e->sdp == NULL && e->len > 0;
}

#endif
