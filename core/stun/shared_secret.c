#include "core/stun/shared_secret.h"

#include <nettle/base64.h>
#include <nettle/hmac.h>

#include <string.h>

_Static_assert(BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE) + 1 == NT_STUN_SECRET_PASSWORD, "a digest and NUL");

void nt_stun_secret_password(const char *secret, const char *username, char out[NT_STUN_SECRET_PASSWORD])
{
    struct hmac_sha1_ctx hmac;
    uint8_t digest[SHA1_DIGEST_SIZE];
    hmac_sha1_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
    hmac_sha1_update(&hmac, strlen(username), (const uint8_t *)username);
    hmac_sha1_digest(&hmac, sizeof digest, digest);
    base64_encode_raw(out, sizeof digest, digest);
    out[NT_STUN_SECRET_PASSWORD - 1] = '\0';
}
