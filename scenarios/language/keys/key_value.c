#include "scenarios/language/keys/key_value.h"

#include "scenarios/language/text/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64
#define LIST_TEXT 400

static const struct nt_word switch_words[] = {
    {"on", 1, false}, {"off", 0, false}, {"true", 1, false}, {"false", 0, false}, {NULL, 0, false}};

bool nt_word_read(struct nt_load *l, const struct nt_word *words, const char *what, const struct nt_yaml *v, int *value)
{
    const char *names[WORDS_MAX];
    char list[LIST_TEXT];
    size_t n = 0;
    if (v->kind != NT_YAML_SCALAR || nt_yaml_is_null(v)) {
        nt_load_error(l, v, "'%s' must be a word, not %s", what, nt_yaml_kind_name(v));
        return false;
    }
    for (const struct nt_word *w = words; w->name != NULL; w++) {
        if (strcmp(w->name, v->text) == 0) {
            if (w->unbuilt)
                nt_load_error(l, v, "'%s' is not in this version", w->name);
            *value = w->value;
            return !w->unbuilt;
        }
        if (!w->unbuilt && n < WORDS_MAX)
            names[n++] = w->name;
    }
    struct nt_diag *d = nt_load_error(l, v, "unknown value '%s' of '%s'", v->text, what);
    if (!nt_suggest(d, v->text, names, n))
        nt_diag_mend(d, "write %s%s", n > 1 ? "one of " : "", nt_words_join(list, sizeof list, names, n));
    return false;
}

static bool check_scalar(struct nt_load *l, const struct nt_yaml *v, const char *name, const char *what)
{
    if (v->kind == NT_YAML_SCALAR && !nt_yaml_is_null(v))
        return true;
    nt_load_error(l, v, "'%s' must be %s, not %s", name, what, nt_yaml_kind_name(v));
    return false;
}

/* Reports what is wrong with a number; `unit` is suggested when it has none. */
static bool accept_unit(struct nt_load *l, const struct nt_yaml *v, enum nt_unit_result r, const char *what, const char *unit,
                        const char *form)
{
    switch (r) {
    case NT_UNIT_OK: return true;
    case NT_UNIT_NONE:
        nt_diag_mend(nt_load_error(l, v, "'%s' has no unit", v->text), "write %s%s", v->text,
                     strcmp(v->text, "0") == 0 && unit[0] == 'm' ? "s" : unit);
        return false;
    case NT_UNIT_RANGE: nt_diag_mend(nt_load_error(l, v, "'%s' is too large", v->text), "%s", form); return false;
    case NT_UNIT_FINE: nt_diag_mend(nt_load_error(l, v, "'%s' has too many digits", v->text), "%s", form); return false;
    case NT_UNIT_FORM: nt_diag_mend(nt_load_error(l, v, "'%s' is not %s", v->text, what), "%s", form); return false;
    }
    return false;
}

static bool read_time(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, nt_time *out)
{
    if (!check_scalar(l, v, k->name, "a time"))
        return false;
    nt_time t = 0;
    if (!accept_unit(l, v, nt_unit_time(v->text, &t), "a time", "ms",
                     "a time is a number and ns, us, ms, s, m or h, as in 20ms, up to 100000h"))
        return false;
    if (k->high != 0 && ((uint64_t)t < k->low || (uint64_t)t > k->high)) {
        struct nt_diag *d = nt_load_error(l, v, "'%s' is out of range for '%s'", v->text, k->name);
        uint64_t bound = (uint64_t)t < k->low ? k->low : k->high;
        if (bound < NT_MSEC || bound % NT_MSEC != 0)
            nt_diag_mend(d, t == 0 ? "it must be above 0" : "see 'natsim schema' for its bounds");
        else
            nt_diag_mend(d, "write %" PRIu64 "ms or %s", bound / NT_MSEC, (uint64_t)t < k->low ? "more" : "less");
        return false;
    }
    *out = t;
    return true;
}

static bool read_integer(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, uint64_t low, uint64_t high,
                         uint64_t *out)
{
    if (!check_scalar(l, v, k->name, "a whole number"))
        return false;
    enum nt_unit_result r = nt_unit_integer(v->text, out);
    if (r == NT_UNIT_OK && *out > high && (k->flags & NT_KEY_ONLY) != 0) {
        nt_load_error(l, v, "'%s: %s' is not in this version", k->name, v->text);
        return false;
    }
    if (r == NT_UNIT_OK && *out >= low && *out <= high)
        return true;
    struct nt_diag *d = r == NT_UNIT_FORM ? nt_load_error(l, v, "'%s' is not a whole number", v->text)
                                          : nt_load_error(l, v, "%s is out of range for '%s'", v->text, k->name);
    if (low == high)
        nt_diag_mend(d, "write %llu", (unsigned long long)low);
    else
        nt_diag_mend(d, "write a number from %llu to %llu", (unsigned long long)low, (unsigned long long)high);
    return false;
}

static void report_signed(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, enum nt_unit_result r)
{
    bool whole = k->type == NT_KEY_I32, fine = r == NT_UNIT_FINE && !whole;
    const char *what = whole ? "whole number" : "number";
    int64_t part = whole ? 1 : 1000;
    struct nt_diag *d = fine                 ? nt_load_error(l, v, "'%s' has too many digits", v->text)
                        : r == NT_UNIT_RANGE ? nt_load_error(l, v, "%s is out of range for '%s'", v->text, k->name)
                                             : nt_load_error(l, v, "'%s' is not a %s", v->text, what);
    nt_diag_mend(d, "write a %s from %" PRId64 " to %" PRId64 "%s", what, (int64_t)k->low / part, (int64_t)k->high / part,
                 fine ? ", with at most 3 decimals" : "");
}

/* A whole number, or thousandths, with a sign. */
static bool read_signed(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, int32_t *out)
{
    int64_t n = 0, unit = k->type == NT_KEY_I32 ? 1000 : 1;
    if (!check_scalar(l, v, k->name, k->type == NT_KEY_I32 ? "a whole number" : "a number"))
        return false;
    enum nt_unit_result r = nt_unit_decimal(v->text, &n);
    if (r == NT_UNIT_OK && n % unit != 0)
        r = NT_UNIT_FORM;
    if (r == NT_UNIT_OK && (n / unit < (int64_t)k->low || n / unit > (int64_t)k->high))
        r = NT_UNIT_RANGE;
    if (r != NT_UNIT_OK) {
        report_signed(l, k, v, r);
        return false;
    }
    *out = (int32_t)(n / unit);
    return true;
}

static bool read_switch(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, bool *on)
{
    int value = 0;
    if (!nt_word_read(l, switch_words, k->name, v, &value))
        return false;
    *on = value != 0;
    return true;
}

static bool read_addr(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, struct nt_addr *out)
{
    bool endpoint = k->type == NT_KEY_ENDPOINT;
    struct nt_addr a;
    if (!check_scalar(l, v, k->name, "an address"))
        return false;
    if (nt_addr_parse(&a, v->text) != 0 || (a.port != 0) != endpoint) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is not an address%s", v->text, endpoint ? " with a port" : ""),
                     endpoint ? "write it as in 203.0.113.2:5000 or [2001:db8::2]:5000"
                              : "write it as in 203.0.113.2 or 2001:db8::2");
        return false;
    }
    *out = a;
    return true;
}

static bool read_prefix(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, struct nt_prefix *out)
{
    struct nt_prefix p;
    bool v6 = k->type == NT_KEY_PREFIX6;
    if (!check_scalar(l, v, k->name, "a prefix"))
        return false;
    if (nt_prefix_parse(&p, v->text) == 0 && p.addr.family == (v6 ? NT_AF_IPV6 : NT_AF_IPV4)) {
        *out = p;
        return true;
    }
    nt_diag_mend(nt_load_error(l, v, "'%s' is not an IPv%c prefix", v->text, v6 ? '6' : '4'),
                 "write it as in %s, with zeros behind the prefix", v6 ? "2001:db8:1::/64" : "203.0.113.0/24");
    return false;
}

/* The text behind the comparison, which is optional. */
static const char *read_comparison(const char *text, enum nt_scn_op *op)
{
    static const struct {
        const char *text;
        enum nt_scn_op op;
    } ops[] = {{"<=", NT_OP_LE}, {">=", NT_OP_GE}, {"==", NT_OP_EQ}, {"!=", NT_OP_NE},
               {"<", NT_OP_LT},  {">", NT_OP_GT},  {"=", NT_OP_EQ}};
    *op = NT_OP_EQ;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strncmp(text, ops[i].text, strlen(ops[i].text)) == 0) {
            *op = ops[i].op;
            text += strlen(ops[i].text);
            return text + strspn(text, " ");
        }
    return text;
}

/* What is counted is never below 0. */
static bool says_something(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, const struct nt_scn_count *c)
{
    if (c->value != 0 || (c->op != NT_OP_LT && (c->op != NT_OP_GE || (k->flags & NT_KEY_DEMANDS) != 0)))
        return true;
    nt_diag_mend(nt_load_error(l, v, "'%s' is %s true", v->text, c->op == NT_OP_LT ? "never" : "always"),
                 "write another number, or leave '%s' out", k->name);
    return false;
}

/* 5, "5", ">= 5" */
static bool read_count(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, struct nt_scn_count *out)
{
    if (!check_scalar(l, v, k->name, "a count"))
        return false;
    struct nt_scn_count c = {.set = true, .place = v->place};
    uint64_t n = 0;
    if (nt_unit_integer(read_comparison(v->text, &c.op), &n) != NT_UNIT_OK || n > INT64_MAX) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is not a count", v->text),
                     "write a number, or one with <, <=, >, >=, != as in \">= 1\"");
        return false;
    }
    c.value = (int64_t)n;
    *out = c;
    return says_something(l, k, v, &c);
}

/* "<= 800ms" */
static bool read_span(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, struct nt_scn_count *out)
{
    if (!check_scalar(l, v, k->name, "a time"))
        return false;
    struct nt_scn_count c = {.set = true, .place = v->place};
    enum nt_unit_result r = nt_unit_time(read_comparison(v->text, &c.op), &c.value);
    if (!accept_unit(l, v, r, "a time", "ms",
                     "write a number and ns, us, ms, s, m or h, with <, <=, >, >= or != before it, as in \"<= 800ms\""))
        return false;
    *out = c;
    return says_something(l, k, v, &c);
}

static bool read_number(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, void *field)
{
    uint64_t n = 0, top = k->type == NT_KEY_U16 ? UINT16_MAX : k->type == NT_KEY_U32 ? UINT32_MAX : UINT64_MAX;
    if (!read_integer(l, k, v, k->low, k->high != 0 ? k->high : top, &n))
        return false;
    if (k->type == NT_KEY_U16)
        *(uint16_t *)field = (uint16_t)n;
    else if (k->type == NT_KEY_U32)
        *(uint32_t *)field = (uint32_t)n;
    else
        *(uint64_t *)field = n;
    return true;
}

static bool read_quantity(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, void *field)
{
    if (k->type == NT_KEY_RATE)
        return check_scalar(l, v, k->name, "a rate") &&
               accept_unit(l, v, nt_unit_rate(v->text, field), "a rate", "Mbit",
                           "a rate is a number and bit, kbit, Mbit or Gbit, as in 10Mbit, up to 1000Gbit");
    return check_scalar(l, v, k->name, "a percentage") &&
           accept_unit(l, v, nt_unit_percent(v->text, field), "a percentage", "%", "write 0% to 100%, as in 1% or 0.5%");
}

static bool read_text(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, char **field)
{
    if (!check_scalar(l, v, k->name, "a text"))
        return false;
    if (v->len == 0) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is empty", k->name), "write at least one character");
        return false;
    }
    if (k->high != 0 && v->len > k->high) {
        nt_diag_mend(nt_load_error(l, v, "'%s' has %zu bytes", k->name, v->len), "write at most %" PRIu64, k->high);
        return false;
    }
    *field = nt_load_text(l, v->text);
    return true;
}

static bool read_words(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, unsigned *bits)
{
    const char *names[WORDS_MAX];
    char list[LIST_TEXT];
    size_t n = 0;
    bool good = true;
    for (size_t i = 0; i < nt_yaml_count(v); i++) {
        int bit = 0;
        bool known = nt_word_read(l, k->words, k->name, nt_yaml_item(v, i), &bit);
        if (known && bit != 0 && (*bits & (unsigned)bit) == (unsigned)bit)
            nt_diag_mend(nt_load_error(l, nt_yaml_item(v, i), "'%s' adds nothing to '%s'", nt_yaml_item(v, i)->text, k->name),
                         "leave it out");
        good = known && good;
        *bits |= (unsigned)bit;
    }
    if (nt_yaml_count(v) > 0)
        return good;
    for (const struct nt_word *w = k->words; w->name != NULL && n < WORDS_MAX; w++)
        if (!w->unbuilt)
            names[n++] = w->name;
    nt_diag_mend(nt_load_error(l, v, "'%s' is empty", k->name), "write %s%s", n > 1 ? "one or more of " : "",
                 nt_words_join(list, sizeof list, names, n));
    return false;
}

bool nt_key_read(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, void *object)
{
    void *field = (char *)object + k->offset;
    bool on = false;
    int word = 0;
    switch (k->type) {
    case NT_KEY_NODE: memcpy(field, &v, sizeof v); return true;
    case NT_KEY_TEXT: return read_text(l, k, v, field);
    case NT_KEY_TIME: return read_time(l, k, v, field);
    case NT_KEY_RATE:
    case NT_KEY_PERCENT: return read_quantity(l, k, v, field);
    case NT_KEY_U16:
    case NT_KEY_U32:
    case NT_KEY_U64: return read_number(l, k, v, field);
    case NT_KEY_I32:
    case NT_KEY_DECIMAL: return read_signed(l, k, v, field);
    case NT_KEY_BOOL:
    case NT_KEY_NOT:
        if (!read_switch(l, k, v, &on))
            return false;
        *(bool *)field = on == (k->type == NT_KEY_BOOL);
        return true;
    case NT_KEY_TRI:
        if (!read_switch(l, k, v, &on))
            return false;
        *(enum nt_tri *)field = on ? NT_TRI_YES : NT_TRI_NO;
        return true;
    case NT_KEY_WORD:
        if (!nt_word_read(l, k->words, k->name, v, &word))
            return false;
        memcpy(field, &word, sizeof word);
        return true;
    case NT_KEY_WORDS: return read_words(l, k, v, field);
    case NT_KEY_ADDR:
    case NT_KEY_ENDPOINT: return read_addr(l, k, v, field);
    case NT_KEY_PREFIX4:
    case NT_KEY_PREFIX6: return read_prefix(l, k, v, field);
    case NT_KEY_COUNT: return read_count(l, k, v, field);
    case NT_KEY_SPAN: return read_span(l, k, v, field);
    }
    return false;
}
