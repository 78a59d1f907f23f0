/* What the files of core/tls see of an identity. */
#ifndef NT_TLS_IDENTITY_STATE_H
#define NT_TLS_IDENTITY_STATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct nt_tls_identity {
    EVP_PKEY *key;
    X509 *certificate;
};

#endif
