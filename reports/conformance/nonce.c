#include "reports/conformance/nonce.h"

#define TEXT "obMatJos2"
#define TEXT_LEN 9
#define COOKIE_LEN 13

/* The six bits of a character of base64. */
static unsigned bits_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26u;
    if (c >= '0' && c <= '9')
        return c - '0' + 52u;
    return c == '+' ? 62 : c == '/' ? 63 : 0;
}

bool nt_nonce_has_cookie(const struct nt_item_attr *nonce)
{
    return nonce->len >= COOKIE_LEN && memcmp(nonce->value, TEXT, TEXT_LEN) == 0;
}

bool nt_nonce_offers_algorithms(const struct nt_item_attr *nonce)
{
    return nt_nonce_has_cookie(nonce) && (bits_of(nonce->value[TEXT_LEN]) & 0x20) != 0;
}

bool nt_nonce_asks_for_userhash(const struct nt_item_attr *nonce)
{
    return nt_nonce_has_cookie(nonce) && (bits_of(nonce->value[TEXT_LEN]) & 0x10) != 0;
}
