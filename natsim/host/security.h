/* What a host needs for TLS: the certificate that it serves with, and whose it believes in. */
#ifndef NT_HOST_SECURITY_H
#define NT_HOST_SECURITY_H

#include <stddef.h>
#include <stdint.h>

struct nt_tls_identity;

struct nt_host_security {
    const struct nt_tls_identity *identity;     /* of its listeners; NULL: it has none */
    const struct nt_tls_identity *const *trust; /* of its connections to others: none is good without */
    size_t trust_count;
    int64_t epoch; /* of certificates: seconds from 1970 to the time 0 */
    /* Each line of the key log, without its end; NULL: none are wanted. */
    void (*key_log)(void *user, const char *line);
    void *user;
};

#endif
