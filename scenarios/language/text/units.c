#include "scenarios/language/text/units.h"

#include <stddef.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t scale;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads "12.5" into a whole number and a fraction of `digits` digits. Returns the rest, or NULL when there is no number. */
static const char *read_number(const char *p, uint64_t *whole, uint64_t *fraction, unsigned *digits, bool *overflow)
{
    if (!is_digit(*p))
        return NULL;
    *whole = *fraction = 0;
    *digits = 0;
    *overflow = false;
    for (; is_digit(*p); p++) {
        *overflow = *overflow || *whole > (UINT64_MAX - 9) / 10;
        *whole = *overflow ? 0 : *whole * 10 + (uint64_t)(*p - '0');
    }
    if (*p != '.')
        return p;
    if (!is_digit(*++p))
        return NULL;
    for (; is_digit(*p); p++) {
        if (*p == '0' && strspn(p, "0") == strspn(p, "0123456789"))
            continue; /* trailing zeros do not count */
        if (++*digits > 12)
            *overflow = true;
        *fraction = *overflow ? 0 : *fraction * 10 + (uint64_t)(*p - '0');
    }
    return p;
}

static enum nt_unit_result read_scaled(const char *text, const struct unit *units, size_t n, uint64_t max, uint64_t *out)
{
    uint64_t whole, fraction, power = 1;
    unsigned digits;
    bool overflow;
    const char *rest = read_number(text, &whole, &fraction, &digits, &overflow);
    if (rest == NULL)
        return NT_UNIT_FORM;
    if (*rest == '\0')
        return NT_UNIT_NONE;
    size_t u = 0;
    while (u < n && strcmp(units[u].name, rest) != 0)
        u++;
    if (u == n)
        return NT_UNIT_FORM;
    if (overflow || whole > max / units[u].scale)
        return NT_UNIT_RANGE;
    /* The fraction is below one unit: divide before multiplying where the unit allows it, so that nothing overflows. */
    uint64_t scale = units[u].scale;
    for (unsigned i = 0; i < digits; i++) {
        if (scale % 10 == 0)
            scale /= 10;
        else
            power *= 10;
    }
    if (fraction > UINT64_MAX / scale || fraction * scale % power != 0)
        return NT_UNIT_FINE;
    *out = whole * units[u].scale + fraction * scale / power;
    return *out > max ? NT_UNIT_RANGE : NT_UNIT_OK;
}

enum nt_unit_result nt_unit_time(const char *text, int64_t *ns)
{
    static const struct unit units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", UINT64_C(60000000000)}, {"h", UINT64_C(3600000000000)},
    };
    uint64_t v = 0;
    enum nt_unit_result r = read_scaled(text, units, sizeof units / sizeof *units, (uint64_t)NT_UNIT_TIME_MAX, &v);
    if (r == NT_UNIT_OK)
        *ns = (int64_t)v;
    return r;
}

enum nt_unit_result nt_unit_rate(const char *text, uint64_t *bits)
{
    static const struct unit units[] = {{"bit", 1}, {"kbit", 1000}, {"Mbit", 1000000}, {"Gbit", 1000000000}};
    return read_scaled(text, units, sizeof units / sizeof *units, UINT64_C(1000000000000), bits);
}

enum nt_unit_result nt_unit_percent(const char *text, uint32_t *parts)
{
    static const struct unit units[] = {{"%", 10000000}};
    uint64_t v = 0;
    enum nt_unit_result r = read_scaled(text, units, 1, 1000000000, &v);
    if (r == NT_UNIT_OK)
        *parts = (uint32_t)v;
    return r;
}

enum nt_unit_result nt_unit_decimal(const char *text, int64_t *thousandths)
{
    uint64_t whole, fraction;
    unsigned digits;
    bool overflow, minus = *text == '-';
    const char *rest = read_number(text + minus, &whole, &fraction, &digits, &overflow);
    if (rest == NULL || *rest != '\0')
        return NT_UNIT_FORM;
    if (digits > 3)
        return NT_UNIT_FINE;
    if (overflow || whole > INT64_MAX / 1000 - 1)
        return NT_UNIT_RANGE;
    for (; digits < 3; digits++)
        fraction *= 10;
    int64_t v = (int64_t)(whole * 1000 + fraction);
    *thousandths = minus ? -v : v;
    return NT_UNIT_OK;
}

enum nt_unit_result nt_unit_integer(const char *text, uint64_t *value)
{
    uint64_t v = 0;
    if (*text == '\0')
        return NT_UNIT_FORM;
    for (const char *p = text; *p != '\0'; p++) {
        if (!is_digit(*p))
            return NT_UNIT_FORM;
        if (v > (UINT64_MAX - (uint64_t)(*p - '0')) / 10)
            return strspn(text, "0123456789") == strlen(text) ? NT_UNIT_RANGE : NT_UNIT_FORM;
        v = v * 10 + (uint64_t)(*p - '0');
    }
    *value = v;
    return NT_UNIT_OK;
}
