#include "scenarios/model/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_reason(struct nt_verdict *v, const char *fmt, va_list args)
{
    int len = vsnprintf(v->reason, sizeof v->reason, fmt, args);
    if (len >= (int)sizeof v->reason)
        memcpy(v->reason + sizeof v->reason - sizeof "...", "...", sizeof "...");
}

void nt_verdict_error(struct nt_verdict *v, const char *fmt, ...)
{
    va_list args;
    if (v->outcome == NT_ERROR)
        return;
    v->outcome = NT_ERROR;
    v->line = 0;
    v->packet = 0;
    va_start(args, fmt);
    write_reason(v, fmt, args);
    va_end(args);
}

void nt_verdict_fail(struct nt_verdict *v, struct nt_place place, uint32_t packet, const char *fmt, ...)
{
    va_list args;
    if (v->outcome != NT_PASS)
        return;
    v->outcome = NT_FAIL;
    v->line = place.line > 0 ? place.line : v->fallback.line;
    v->packet = packet;
    va_start(args, fmt);
    write_reason(v, fmt, args);
    va_end(args);
}

static bool count_holds(const struct nt_scn_count *c, int64_t found)
{
    switch (c->op) {
    case NT_OP_EQ: return found == c->value;
    case NT_OP_NE: return found != c->value;
    case NT_OP_LT: return found < c->value;
    case NT_OP_LE: return found <= c->value;
    case NT_OP_GT: return found > c->value;
    case NT_OP_GE: return found >= c->value;
    }
    return false;
}

static const char *count_text(const struct nt_scn_count *c, char *buf, size_t cap)
{
    static const char *const ops[] = {"", "!= ", "< ", "<= ", "> ", ">= "};
    snprintf(buf, cap, "%s%" PRId64, ops[c->op], c->value);
    return buf;
}

void nt_verdict_count(struct nt_verdict *v, const struct nt_scn_count *expected, int64_t found, const char *what)
{
    char want[40];
    if (expected->set && !count_holds(expected, found))
        nt_verdict_fail(v, expected->place, 0, "%s: expected %s, found %" PRId64, what, count_text(expected, want, sizeof want),
                        found);
}

void nt_verdict_give(const struct nt_verdict *v, struct nt_result_case *r)
{
    char *reason = strdup(v->reason);
    if (reason == NULL)
        return; /* out of memory: the result stays an error */
    free(r->reason);
    r->reason = reason;
    r->outcome = v->outcome;
    r->line = v->line;
    r->packet = v->packet;
}
