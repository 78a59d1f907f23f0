#include "core/tls/tls.h"
#include "core/base/addr.h"
#include "core/base/err.h"
#include "core/tls/context.h"
#include "core/tls/random.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_tls {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in, *out; /* the ssl's: of the wire, for the wire */
    struct nt_rand rand;
    enum nt_tls_state state;
    bool server, stream_ended, closed;
    int alert; /* the peer's fatal one; 0: none */
    int64_t epoch;
    nt_time handshake_end;
    char reason[120];
    void (*key_log)(void *user, const char *line);
    void *user;
};

/* Before each call into OpenSSL that may draw random bytes or fail; leave() after it. */
static void enter(struct nt_tls *t, nt_time now)
{
    nt_tls_random_from(&t->rand);
    ERR_clear_error();
    X509_VERIFY_PARAM_set_time(SSL_get0_param(t->ssl), (time_t)(t->epoch + now / NT_SEC));
}

static void leave(void)
{
    ERR_clear_error();
    nt_tls_random_done();
}

static void log_key(const SSL *ssl, const char *line)
{
    const struct nt_tls *t = SSL_get_app_data(ssl);
    if (t != NULL && t->key_log != NULL)
        t->key_log(t->user, line);
}

static void note_alert(const SSL *ssl, int where, int value)
{
    struct nt_tls *t = SSL_get_app_data(ssl);
    if ((where & SSL_CB_READ) != 0 && (where & SSL_CB_ALERT) != 0 && value >> 8 == SSL3_AL_FATAL)
        t->alert = value & 0xff;
}

/* What a certificate is refused for. */
static const char *certificate_flaw(long result)
{
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "the certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "the certificate is not valid yet";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "the certificate is for another name";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return "the certificate is signed by itself";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return "the certificate is signed by an authority that is not known";
    default: return X509_verify_cert_error_string(result);
    }
}

static void fail_for(struct nt_tls *t, const char *what, const char *detail)
{
    t->state = NT_TLS_FAILED;
    snprintf(t->reason, sizeof t->reason, "%s%s", what, detail != NULL ? detail : "");
}

/* OpenSSL has given up: why. */
static void fail(struct nt_tls *t)
{
    long verified = t->server ? X509_V_OK : SSL_get_verify_result(t->ssl);
    unsigned long error = ERR_peek_error();
    if (t->alert != 0)
        fail_for(t, "the peer has sent an alert: ", SSL_alert_desc_string_long(t->alert));
    else if (verified != X509_V_OK)
        fail_for(t, certificate_flaw(verified), NULL);
    else
        fail_for(t, "TLS: ", error != 0 ? ERR_reason_error_string(error) : "no reason given");
}

/* After a call that has not done what it should: WANT_READ is no failure. */
static void take_result(struct nt_tls *t, int result)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        if (t->stream_ended)
            fail_for(t,
                     t->state == NT_TLS_HANDSHAKE ? "the stream ended within the handshake"
                                                  : "cut off: the stream ended without close_notify",
                     NULL);
        break;
    case SSL_ERROR_ZERO_RETURN: t->state = NT_TLS_ENDED; break;
    default: fail(t); break;
    }
}

static void shake_hands(struct nt_tls *t)
{
    if (t->state != NT_TLS_HANDSHAKE)
        return;
    int result = SSL_do_handshake(t->ssl);
    if (result == 1) {
        t->state = NT_TLS_OPEN;
        t->handshake_end = NT_TIME_NEVER;
    } else {
        take_result(t, result);
    }
}

/* The server's name, by which it is asked for and known (RFC 8489, 6.2.3: "The client MUST verify the identity of the server"). */
static bool expect_name(SSL *ssl, const char *name)
{
    struct nt_addr ip;
    if (nt_addr_parse(&ip, name) == NT_OK)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

static bool offer_protocol(SSL *ssl, const char *alpn)
{
    uint8_t list[256];
    size_t len = strlen(alpn);
    if (len == 0 || len >= sizeof list)
        return false;
    list[0] = (uint8_t)len;
    memcpy(list + 1, alpn, len);
    return SSL_set_alpn_protos(ssl, list, (unsigned)len + 1) == 0;
}

static bool set_up(struct nt_tls *t, const struct nt_tls_config *config)
{
    t->context = nt_tls_context_make(config);
    t->ssl = t->context != NULL ? SSL_new(t->context) : NULL;
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
        BIO_free(t->in);
        BIO_free(t->out);
        return false;
    }
    BIO_set_mem_eof_return(t->in, -1);
    BIO_set_mem_eof_return(t->out, -1);
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_app_data(t->ssl, t);
    SSL_CTX_set_keylog_callback(t->context, log_key);
    SSL_set_info_callback(t->ssl, note_alert);
    if (config->server)
        SSL_set_accept_state(t->ssl);
    else
        SSL_set_connect_state(t->ssl);
    return config->server || (config->name != NULL && expect_name(t->ssl, config->name) &&
                              (config->alpn == NULL || offer_protocol(t->ssl, config->alpn)));
}

struct nt_tls *nt_tls_new(const struct nt_tls_config *config, nt_time now)
{
    struct nt_tls *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->rand = config->rand;
    t->server = config->server;
    t->epoch = config->epoch;
    t->key_log = config->key_log;
    t->user = config->user;
    t->handshake_end = nt_time_after(now, config->handshake_max != 0 ? config->handshake_max : NT_TLS_HANDSHAKE_MAX);
    nt_tls_random_from(&t->rand);
    bool made = set_up(t, config);
    nt_tls_random_done();
    if (!made) {
        nt_tls_del(t);
        return NULL;
    }
    enter(t, now);
    shake_hands(t);
    leave();
    return t;
}

void nt_tls_del(struct nt_tls *t)
{
    if (t == NULL)
        return;
    SSL_free(t->ssl);
    SSL_CTX_free(t->context);
    free(t);
}

int nt_tls_input(struct nt_tls *t, const uint8_t *bytes, size_t len, nt_time now)
{
    if (len > NT_TLS_HELD_MAX || BIO_ctrl_pending(t->in) > NT_TLS_HELD_MAX - len)
        return NT_ELIMIT;
    if (t->state == NT_TLS_FAILED || len == 0)
        return NT_OK;
    enter(t, now);
    if (BIO_write(t->in, bytes, (int)len) != (int)len)
        fail_for(t, "no memory for what has come", NULL);
    shake_hands(t);
    leave();
    return NT_OK;
}

void nt_tls_input_end(struct nt_tls *t, nt_time now)
{
    uint8_t one;
    if (t->state == NT_TLS_FAILED)
        return;
    t->stream_ended = true;
    enter(t, now);
    shake_hands(t);
    int result = t->state == NT_TLS_OPEN ? SSL_peek(t->ssl, &one, 1) : 1;
    if (result <= 0)
        take_result(t, result);
    leave();
}

size_t nt_tls_read(struct nt_tls *t, uint8_t *buf, size_t cap, nt_time now)
{
    if (t->state != NT_TLS_OPEN || cap == 0)
        return 0;
    enter(t, now);
    int n = SSL_read(t->ssl, buf, cap > INT32_MAX ? INT32_MAX : (int)cap);
    if (n <= 0)
        take_result(t, n);
    leave();
    return n > 0 ? (size_t)n : 0;
}

int nt_tls_write(struct nt_tls *t, const uint8_t *bytes, size_t len, nt_time now)
{
    if ((t->state != NT_TLS_OPEN && t->state != NT_TLS_ENDED) || t->closed)
        return NT_ESTATE;
    if (len > NT_TLS_HELD_MAX || BIO_ctrl_pending(t->out) > NT_TLS_HELD_MAX - len)
        return NT_ENOSPC;
    if (len == 0)
        return NT_OK;
    enter(t, now);
    int n = SSL_write(t->ssl, bytes, (int)len);
    if (n <= 0)
        take_result(t, n);
    leave();
    return n > 0 ? NT_OK : NT_ESTATE;
}

void nt_tls_close(struct nt_tls *t, nt_time now)
{
    if ((t->state != NT_TLS_OPEN && t->state != NT_TLS_ENDED) || t->closed)
        return;
    t->closed = true;
    enter(t, now);
    SSL_shutdown(t->ssl);
    leave();
}

size_t nt_tls_output(struct nt_tls *t, uint8_t *buf, size_t cap)
{
    int n = BIO_read(t->out, buf, cap > INT32_MAX ? INT32_MAX : (int)cap);
    return n > 0 ? (size_t)n : 0;
}

void nt_tls_timer(struct nt_tls *t, nt_time now)
{
    if (t->state == NT_TLS_HANDSHAKE && now >= t->handshake_end)
        fail_for(t, "the handshake takes too long", NULL);
}

nt_time nt_tls_deadline(const struct nt_tls *t)
{
    return t->state == NT_TLS_HANDSHAKE ? t->handshake_end : NT_TIME_NEVER;
}

enum nt_tls_state nt_tls_state(const struct nt_tls *t)
{
    return t->state;
}

const char *nt_tls_reason(const struct nt_tls *t)
{
    return t->reason;
}
