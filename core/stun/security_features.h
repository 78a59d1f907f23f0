/* The nonce cookie (RFC 8489, sections 9.2 and 18.1): "obMatJos2" and the base64 of 24 feature bits. Private to core/stun. */
#ifndef NT_STUN_SECURITY_FEATURES_H
#define NT_STUN_SECURITY_FEATURES_H

#include <stddef.h>
#include <stdint.h>

#define NT_NONCE_COOKIE_LEN 13

/* "Bit 0: Password algorithms, Bit 1: Username anonymity ... Bit 0 is the leftmost bit" of 24. */
#define NT_FEATURE_PASSWORD_ALGORITHMS UINT32_C(0x800000)
#define NT_FEATURE_USERNAME_ANONYMITY UINT32_C(0x400000)

void nt_nonce_cookie_write(char out[NT_NONCE_COOKIE_LEN], uint32_t features);
/* The features; 0 when the nonce has no cookie. */
uint32_t nt_nonce_features(const char *nonce, size_t len);

#endif
