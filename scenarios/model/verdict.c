#include "scenarios/model/verdict.h"
#include "core/base/err.h"
#include "core/base/strings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_reason(char reason[NT_VERDICT_REASON], const char *fmt, va_list args)
{
    int len = vsnprintf(reason, NT_VERDICT_REASON, fmt, args);
    if (len >= NT_VERDICT_REASON)
        memcpy(reason + NT_VERDICT_REASON - sizeof "...", "...", sizeof "...");
}

void nt_verdict_put(struct nt_verdict *v, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_reason(v->reason, fmt, args);
    va_end(args);
}

/* Room for a further reason. */
static char *add_reason(struct nt_verdict *v)
{
    if (v->more_count < NT_VERDICT_MORE_MAX)
        return v->more[v->more_count++];
    v->left_out++;
    return NULL;
}

void nt_verdict_error(struct nt_verdict *v, const char *fmt, ...)
{
    va_list args;
    char *at = v->outcome == NT_PASS ? v->reason : add_reason(v);
    if (v->outcome == NT_FAIL && at != NULL)
        memcpy(at, v->reason, NT_VERDICT_REASON);
    if (v->outcome != NT_ERROR) {
        at = v->reason;
        v->outcome = NT_ERROR;
        v->line = 0;
        v->packet = 0;
    }
    va_start(args, fmt);
    if (at != NULL)
        write_reason(at, fmt, args);
    va_end(args);
}

void nt_verdict_fail(struct nt_verdict *v, struct nt_place place, uint32_t packet, const char *fmt, ...)
{
    va_list args;
    char *at = v->outcome == NT_PASS ? v->reason : add_reason(v);
    if (v->outcome == NT_PASS) {
        v->outcome = NT_FAIL;
        v->line = place.line > 0 ? place.line : v->fallback.line;
        v->packet = packet;
    }
    va_start(args, fmt);
    if (at != NULL)
        write_reason(at, fmt, args);
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

static const char *const ops[] = {"", "!= ", "< ", "<= ", "> ", ">= "};

static const char *count_text(const struct nt_scn_count *c, char *buf, size_t cap)
{
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

/* "800 ms", rounded up. */
static const char *span_text(nt_time t, char *buf, size_t cap)
{
    snprintf(buf, cap, "%" PRId64 " ms", (t + NT_MSEC - 1) / NT_MSEC);
    return buf;
}

void nt_verdict_span(struct nt_verdict *v, const struct nt_scn_count *expected, nt_time found, const char *what, const char *which,
                     const char *why)
{
    char want[40], is[40];
    if (!expected->set || count_holds(expected, found))
        return;
    nt_verdict_fail(v, expected->place, 0, "%s: expected %s%s, found %s: %s%s", what, ops[expected->op],
                    span_text(expected->value, want, sizeof want), span_text(found, is, sizeof is), which, why);
}

/* The reasons, the last first, each before those that are there. */
static int put_reasons(const struct nt_verdict *v, struct nt_result_case *r)
{
    char left_out[80];
    snprintf(left_out, sizeof left_out, "and %zu more", v->left_out);
    int err = v->left_out > 0 ? nt_result_put_reason(r, left_out) : NT_OK;
    for (size_t i = v->more_count; i-- > 0 && err == NT_OK;)
        err = nt_result_put_reason(r, v->more[i]);
    return err == NT_OK ? nt_result_put_reason(r, v->reason) : err;
}

void nt_verdict_give(const struct nt_verdict *v, struct nt_result_case *r)
{
    nt_result_forget_reasons(r);
    if (v->outcome != NT_PASS && put_reasons(v, r) != NT_OK)
        return; /* the result stays an error */
    r->outcome = v->outcome;
    r->line = v->line;
    r->packet = v->packet;
}
