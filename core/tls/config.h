/* The configuration of a connection of TLS. */
#ifndef NT_TLS_CONFIG_H
#define NT_TLS_CONFIG_H

#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/tls/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_TLS_HANDSHAKE_MAX (30 * NT_SEC)

struct nt_tls_config {
    bool server;
    const struct nt_tls_identity *identity;     /* of the server */
    const struct nt_tls_identity *const *trust; /* of the client: whose certificates it believes in, and those they have signed */
    size_t trust_count;
    const char *name;      /* of the client: that the certificate must have, a DNS name or an IP address as text */
    const char *alpn;      /* of the client: the protocol that it offers; NULL: none. The server takes the first that is offered */
    bool tls12;            /* 1.2 alone */
    int64_t epoch;         /* of certificates: seconds from 1970 to the time 0 */
    nt_time handshake_max; /* 0: NT_TLS_HANDSHAKE_MAX */
    struct nt_rand rand;   /* a stream of the connection's own, which is copied */
    /* The lines of a key log (NSS's format), without their ends; NULL: none are wanted. */
    void (*key_log)(void *user, const char *line);
    void *user;
};

#endif
