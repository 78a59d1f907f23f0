#include "core/stun/security_features.h"

#include <string.h>

#define PREFIX "obMatJos2"
#define PREFIX_LEN (sizeof PREFIX - 1)

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void nt_nonce_cookie_write(char out[NT_NONCE_COOKIE_LEN], uint32_t features)
{
    memcpy(out, PREFIX, PREFIX_LEN);
    for (size_t i = 0; i < 4; i++)
        out[PREFIX_LEN + i] = base64[features >> (18 - 6 * i) & 63];
}

uint32_t nt_nonce_features(const char *nonce, size_t len)
{
    uint32_t features = 0;
    if (len < NT_NONCE_COOKIE_LEN || memcmp(nonce, PREFIX, PREFIX_LEN) != 0)
        return 0;
    for (size_t i = PREFIX_LEN; i < NT_NONCE_COOKIE_LEN; i++) {
        const char *digit = memchr(base64, nonce[i], sizeof base64 - 1);
        if (digit == NULL)
            return 0;
        features = features << 6 | (uint32_t)(digit - base64);
    }
    return features;
}
