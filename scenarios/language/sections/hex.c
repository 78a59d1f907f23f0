#include "scenarios/language/sections/hex.h"

#include <string.h>

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool nt_load_hex(struct nt_load *l, const struct nt_yaml *v, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    const char *p = v->text;
    if (v->kind != NT_YAML_SCALAR) {
        nt_load_error(l, v, "expected hexadecimal bytes, not %s", nt_yaml_kind_name(v));
        return false;
    }
    p += strncmp(p, "0x", 2) == 0 ? 2 : 0;
    while (*p != '\0') {
        if (*p == ' ' || *p == '\n') {
            p++;
            continue;
        }
        if (nibble(p[0]) < 0 || nibble(p[1]) < 0) {
            nt_diag_mend(nt_load_error(l, v, "not hexadecimal bytes"), "write pairs of digits, as in \"0001 0000 2112a442\"");
            return false;
        }
        if (*len == cap) {
            nt_load_error(l, v, "more than %zu bytes", cap);
            return false;
        }
        out[(*len)++] = (uint8_t)(nibble(p[0]) << 4 | nibble(p[1]));
        p += 2;
    }
    return true;
}
