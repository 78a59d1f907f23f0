#include "core/tls/context.h"
#include "core/tls/identity_state.h"

/* RFC 8489, 6.2.3: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 and TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 ciphersuites MUST be
 * implemented", "Perfect Forward Secrecy (PFS) ciphersuites MUST be preferred". Our certificates have P-256 keys, and take the
 * first. One cipher, so that the bytes do not depend on what the processor is good at. */
#define SUITES_12 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256"
#define SUITES_13 "TLS_AES_128_GCM_SHA256"
#define GROUPS "X25519:P-256"

/* The time of day would be in tickets, and nothing is resumed. "Implementations MUST disable TLS-level compression." */
static bool set_limits(SSL_CTX *context, const struct nt_tls_config *config)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_dh_auto(context, 1);
    return SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, config->tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, SUITES_12) == 1 && SSL_CTX_set_ciphersuites(context, SUITES_13) == 1 &&
           SSL_CTX_set1_groups_list(context, GROUPS) == 1;
}

/* The server takes the first protocol that the client offers: STUN and TURN are served on the same port. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in, unsigned in_len,
                           void *arg)
{
    (void)ssl, (void)arg;
    if (in_len < 2)
        return SSL_TLSEXT_ERR_NOACK;
    *out_len = in[0];
    *out = in + 1;
    return SSL_TLSEXT_ERR_OK;
}

static bool set_server(SSL_CTX *context, const struct nt_tls_config *config)
{
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return config->identity != NULL && SSL_CTX_use_certificate(context, config->identity->certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, config->identity->key) == 1;
}

static bool set_client(SSL_CTX *context, const struct nt_tls_config *config)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    for (size_t i = 0; i < config->trust_count; i++)
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), config->trust[i]->certificate) != 1)
            return false;
    return true;
}

SSL_CTX *nt_tls_context_make(const struct nt_tls_config *config)
{
    SSL_CTX *context = SSL_CTX_new(config->server ? TLS_server_method() : TLS_client_method());
    if (context == NULL)
        return NULL;
    if (set_limits(context, config) && (config->server ? set_server(context, config) : set_client(context, config)))
        return context;
    SSL_CTX_free(context);
    return NULL;
}
