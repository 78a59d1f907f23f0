#include "reports/conformance/nonce.h"

#define TEXT "obMatJos2"
#define TEXT_LEN 9
#define COOKIE_LEN 13

static bool has_first_bit(uint8_t base64)
{
    return (base64 >= 'g' && base64 <= 'z') || (base64 >= '0' && base64 <= '9') || base64 == '+' || base64 == '/';
}

bool nt_nonce_has_cookie(const struct nt_item_attr *nonce)
{
    return nonce->len >= COOKIE_LEN && memcmp(nonce->value, TEXT, TEXT_LEN) == 0;
}

bool nt_nonce_offers_algorithms(const struct nt_item_attr *nonce)
{
    return nt_nonce_has_cookie(nonce) && has_first_bit(nonce->value[TEXT_LEN]);
}
