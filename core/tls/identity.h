/* A certificate and its key (P-256), made from a random stream: of an authority, or signed by one, or by itself. */
#ifndef NT_TLS_IDENTITY_H
#define NT_TLS_IDENTITY_H

#include "core/base/rand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_tls_identity;

struct nt_tls_identity_config {
    const char *name;                     /* a DNS name, or an IP address as text */
    bool authority;                       /* it may sign others; its name is nobody's then */
    const struct nt_tls_identity *issuer; /* NULL: itself */
    int64_t from, until;                  /* valid, in seconds from 1970 */
};

/* NULL without memory, or when OpenSSL refuses it. The same stream gives the same bytes. */
struct nt_tls_identity *nt_tls_identity_make(const struct nt_tls_identity_config *config, struct nt_rand *rand);
void nt_tls_identity_del(struct nt_tls_identity *i);
/* Both as PEM, for programs that read files, with NUL. 0, or NT_ENOSPC. */
int nt_tls_identity_pem(const struct nt_tls_identity *i, char *certificate, char *key, size_t cap);

#endif
