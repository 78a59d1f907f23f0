/* Over what a server serves besides UDP, and how much of it: RFC 8489, 12: "It MUST support UDP and TCP. It SHOULD support [...]
 * TLS". */
#ifndef NT_STUN_TRANSPORTS_H
#define NT_STUN_TRANSPORTS_H

#include "core/base/endpoint.h"

#include <stdbool.h>

#define NT_STUN_TLS_PORT 5349
#define NT_STUN_OVER(transport) (1U << (transport)) /* of enum nt_transport */

struct nt_stun_transports {
    uint8_t over;             /* NT_STUN_OVER of each; 0: UDP alone */
    uint16_t tls_port;        /* 0: NT_STUN_TLS_PORT. TCP has the port of UDP */
    uint32_t connections_max; /* at a time, over TCP and TLS together; 0: 1024 */
    nt_time idle;             /* a connection on which no whole message has come for so long is closed; 0: ten minutes */
};

#define NT_STUN_LISTENS 6 /* UDP, TCP and TLS, each in IPv4 and IPv6 */

bool nt_stun_serves_over(const struct nt_stun_transports *t, enum nt_transport transport);
/* The request for listening place `n` below NT_STUN_LISTENS; the places of UDP are 0 and 1, its id is to be set. Addresses may be
 * unset. False: nothing is served there. */
bool nt_stun_listen_request(const struct nt_stun_transports *t, const struct nt_addr *v4, const struct nt_addr *v6, unsigned n,
                            struct nt_request *req);
/* On which an answer goes back to whom sent on `path`. */
static inline struct nt_path nt_stun_way_back(const struct nt_path *path)
{
    return (struct nt_path){
        .transport = path->transport, .id = path->transport != NT_UDP ? path->id : 0, .local = path->local, .remote = path->remote};
}

#endif
