/* The answer to one Binding request: decided when the request comes, written when the answer is pulled. Private to core/stun. */
#ifndef NT_STUN_BINDING_ANSWER_H
#define NT_STUN_BINDING_ANSWER_H

#include "core/stun/admission.h"

/* RFC 5780, 7.2: the bits A and B of CHANGE-REQUEST */
#define NT_CHANGE_IP UINT32_C(4)
#define NT_CHANGE_PORT UINT32_C(2)

struct nt_binding_answer {
    uint8_t id[NT_STUN_ID];
    uint32_t cookie; /* the request's: classic clients do not send the magic one */
    uint16_t code;   /* 0: success */
    bool fingerprint, padding;
    uint8_t unknown_count;
    uint16_t unknown[NT_STUN_UNKNOWN_MAX];
    struct nt_addr mapped, to;   /* the source of the request; where the answer goes */
    struct nt_addr alternate;    /* ALTERNATE-SERVER of 300 */
    struct nt_addr local, other; /* RESPONSE-ORIGIN and OTHER-ADDRESS; other is unset on a plain server */
};

/* The four sockets of an RFC 5780 server; index bit 0: the other port, bit 1: the other address. */
struct nt_binding_sockets {
    struct nt_addr at[4];
    unsigned count; /* 1 or 4 */
};

/* The answer to `request` that came to socket `at`, with `cookie` in its header; false: it gets no answer. */
bool nt_binding_answer_make(struct nt_binding_answer *a, const struct nt_stun_msg *request, uint32_t cookie,
                            const struct nt_addr *from, const struct nt_binding_sockets *sockets, unsigned at);
/* Makes it the error that the owner has decided on. */
void nt_binding_answer_refuse(struct nt_binding_answer *a, const struct nt_stun_decision *d);
/* The length written, 0 when it does not fit. */
size_t nt_binding_answer_write(const struct nt_binding_answer *a, const char *software, uint8_t *buf, size_t cap);

#endif
