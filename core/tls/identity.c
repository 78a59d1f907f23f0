#include "core/tls/identity.h"
#include "core/base/addr.h"
#include "core/base/err.h"
#include "core/tls/identity_state.h"
#include "core/tls/random.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_BYTES 8

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_names(X509 *certificate, const struct nt_tls_identity_config *config)
{
    char text[300];
    struct nt_addr ip;
    int len = snprintf(text, sizeof text, "%s:%s", nt_addr_parse(&ip, config->name) == NT_OK ? "IP" : "DNS", config->name);
    X509_NAME *subject = X509_get_subject_name(certificate);
    return len < (int)sizeof text &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)config->name, -1, -1, 0) == 1 &&
           (config->authority || add_extension(certificate, certificate, NID_subject_alt_name, text));
}

static bool add_purposes(X509 *certificate, X509 *issuer, bool authority)
{
    return add_extension(certificate, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage, authority ? "critical,keyCertSign" : "critical,digitalSignature") &&
           (authority || add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth"));
}

static bool fill(const struct nt_tls_identity *i, const struct nt_tls_identity_config *config, struct nt_rand *rand)
{
    uint8_t serial[SERIAL_BYTES];
    X509 *x = i->certificate, *issuer = config->issuer != NULL ? config->issuer->certificate : x;
    nt_rand_bytes(rand, serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 1); /* positive (RFC 5280, 4.1.2.2) */
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    bool numbered = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
    BN_free(number);
    return numbered && X509_set_version(x, X509_VERSION_3) == 1 && ASN1_TIME_set(X509_getm_notBefore(x), config->from) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(x), config->until) != NULL && X509_set_pubkey(x, i->key) == 1 && add_names(x, config) &&
           X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 && add_purposes(x, issuer, config->authority) &&
           X509_sign(x, config->issuer != NULL ? config->issuer->key : i->key, EVP_sha256()) > 0;
}

struct nt_tls_identity *nt_tls_identity_make(const struct nt_tls_identity_config *config, struct nt_rand *rand)
{
    struct nt_tls_identity *i = calloc(1, sizeof *i);
    if (i == NULL)
        return NULL;
    nt_tls_random_from(rand);
    i->key = EVP_EC_gen("P-256");
    i->certificate = X509_new();
    bool made = i->key != NULL && i->certificate != NULL && fill(i, config, rand);
    nt_tls_random_done();
    if (made)
        return i;
    nt_tls_identity_del(i);
    return NULL;
}

void nt_tls_identity_del(struct nt_tls_identity *i)
{
    if (i == NULL)
        return;
    X509_free(i->certificate);
    EVP_PKEY_free(i->key);
    free(i);
}

static bool copy_text(BIO *bio, bool written, char *out, size_t cap)
{
    int len = bio != NULL && written ? BIO_read(bio, out, (int)cap - 1) : -1;
    bool whole = len > 0 && BIO_pending(bio) == 0;
    out[whole ? len : 0] = '\0';
    BIO_free(bio);
    return whole;
}

int nt_tls_identity_pem(const struct nt_tls_identity *i, char *certificate, char *key, size_t cap)
{
    BIO *x = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());
    bool first = copy_text(x, x != NULL && PEM_write_bio_X509(x, i->certificate) == 1, certificate, cap);
    bool second = copy_text(k, k != NULL && PEM_write_bio_PrivateKey(k, i->key, NULL, NULL, 0, NULL, NULL) == 1, key, cap);
    return first && second ? NT_OK : NT_ENOSPC;
}
