/* What a connection may do: versions, cipher suites, certificates, trust. Private to core/tls. */
#ifndef NT_TLS_CONTEXT_H
#define NT_TLS_CONTEXT_H

#include "core/tls/config.h"

#include <openssl/ssl.h>

/* NULL: it cannot be made. */
SSL_CTX *nt_tls_context_make(const struct nt_tls_config *config);

#endif
