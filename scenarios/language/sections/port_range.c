#include "scenarios/language/sections/port_range.h"

#include <stdio.h>
#include <string.h>

bool nt_load_port_range(struct nt_load *l, const struct nt_yaml *v, const char *key, uint16_t *low, uint16_t *high)
{
    unsigned a = 0, b = 0;
    int used = 0;
    bool form = v->kind == NT_YAML_SCALAR && v->len <= 12 && strspn(v->text, "0123456789.") == v->len &&
                sscanf(v->text, "%5u..%5u%n", &a, &b, &used) == 2 && (size_t)used == v->len;
    if (form && a >= 1 && a <= b && b <= 65535) {
        *low = (uint16_t)a;
        *high = (uint16_t)b;
        return true;
    }
    struct nt_diag *d = v->kind == NT_YAML_SCALAR
                            ? nt_load_error(l, v, "'%s' is not a range of ports", v->text)
                            : nt_load_error(l, v, "'%s' must be a range of ports, not %s", key, nt_yaml_kind_name(v));
    nt_diag_mend(d, "write A..B with 1 <= A <= B <= 65535, as in 1024..65535");
    return false;
}
