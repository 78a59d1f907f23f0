/* Binding requests of all editions of STUN, and their answers (RFC 8489, 6.3.1; RFC 5780, 6.1; RFC 3489, 8.1). Private to core/stun
 * and core/turn. */
#ifndef NT_STUN_BINDING_ANSWER_H
#define NT_STUN_BINDING_ANSWER_H

#include "core/base/endpoint.h"
#include "core/stun/admission.h"
#include "core/stun/transports.h"

/* RFC 5780, 7.2: the bits A and B of CHANGE-REQUEST */
#define NT_CHANGE_IP UINT32_C(4)
#define NT_CHANGE_PORT UINT32_C(2)

/* No attribute of classic STUN makes a request longer than this. */
#define NT_STUN_CLASSIC_MAX 548
/* Room for an answer to a request of so many bytes: UNKNOWN-ATTRIBUTES is shorter than the request. */
#define NT_STUN_ANSWER_MAX(request_len) (4096 + (request_len))

/* The sockets of a server in one address family. Of the four for RFC 5780, index bit 0 is the other port, bit 1 the other address.
 */
struct nt_binding_sockets {
    struct nt_addr at[4];
    unsigned count; /* 1 or 4 */
};

struct nt_binding_request {
    const struct nt_stun_msg *msg;
    uint32_t cookie;            /* of its header: classic clients do not send the magic one */
    const struct nt_path *path; /* on which it came */
    const struct nt_binding_sockets *sockets;
    unsigned at; /* the socket that it came to */
};

/* Reads a classic client's Binding request, with the magic cookie in its place, from a copy. 0, NT_EFORMAT: it is none; or as
 * nt_stun_parse. */
int nt_stun_parse_classic(struct nt_stun_msg *m, uint8_t copy[NT_STUN_CLASSIC_MAX], const uint8_t *bytes, size_t len);
/* Writes the answer, which may be the error that the owner has decided on: its length, and its path. 0: it does not fit. */
size_t nt_binding_answer(const struct nt_binding_request *q, const struct nt_stun_decision *d, const char *software,
                         struct nt_path *path, uint8_t *buf, size_t cap);

#endif
