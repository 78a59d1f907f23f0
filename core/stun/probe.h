/* The sockets of a behaviour discovery and its one running question, at the pace of RFC 5780. Private to core/stun. */
#ifndef NT_STUN_PROBE_H
#define NT_STUN_PROBE_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"
#include "core/stun/transaction.h"

/* Sockets stay open to the end, so that a fresh one was never used before. The lifetime search needs most of them. */
#define NT_PROBE_SOCKETS_MAX 192
/* Four sends at 0, 0.5, 1.5 and 3.5 s, and 2 s for the last answer: silence is a result, too, and must not take 39.5 s. */
#define NT_PROBE_RC 4
#define NT_PROBE_RM 4

#define NT_PROBE_UNUSABLE (-1) /* RFC 8489, 6.3.3 and 6.3.4: a response that makes the transaction fail */

struct nt_probe_question {
    unsigned socket;
    struct nt_addr to;
    uint32_t change;        /* CHANGE-REQUEST, 0: none */
    uint16_t response_port; /* RESPONSE-PORT, 0: none */
    bool once;              /* one send, and an RTO to wait for the answer */
};

struct nt_probe_answer {
    unsigned socket;       /* it came to */
    int code;              /* 0: success; NT_PROBE_UNUSABLE */
    struct nt_addr source; /* it came from */
    struct nt_addr mapped, other;
    nt_time sent, at; /* of the question's first send, of the answer */
};

enum nt_probe_phase { NT_PROBE_IDLE = 0, NT_PROBE_WAIT, NT_PROBE_RUN, NT_PROBE_REFUSED };

struct nt_probe {
    struct nt_addr local; /* port 0 */
    struct nt_rand *rand;
    struct {
        struct nt_addr addr;
        bool bound;
    } sockets[NT_PROBE_SOCKETS_MAX];
    unsigned count, asked, closed;
    bool closing;
    enum nt_probe_phase phase;
    bool send_due;
    nt_time not_before;
    struct nt_probe_question question;
    struct nt_stun_txn txn;
};

void nt_probe_init(struct nt_probe *p, const struct nt_addr *local, struct nt_rand *rand);
/* The running question ends, and each socket is to be closed. */
void nt_probe_close(struct nt_probe *p);
/* A fresh socket, -1 when there is none left. */
int nt_probe_open(struct nt_probe *p);
/* Asks as soon as the socket is bound and the pace allows. */
void nt_probe_ask(struct nt_probe *p, const struct nt_probe_question *q);
/* A socket was granted or refused. */
void nt_probe_bound(struct nt_probe *p, const struct nt_path *path, bool granted);
/* True when this message answers the running question. */
bool nt_probe_take(struct nt_probe *p, const struct nt_path *path, const struct nt_stun_msg *m, struct nt_probe_answer *a,
                   nt_time now);
/* True when the running question ends without an answer. */
bool nt_probe_timer(struct nt_probe *p, nt_time now);
nt_time nt_probe_deadline(const struct nt_probe *p);
size_t nt_probe_output(struct nt_probe *p, struct nt_path *path, uint8_t *buf, size_t cap);
int nt_probe_request(struct nt_probe *p, struct nt_request *req);

#endif
