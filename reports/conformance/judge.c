/* Judges one trace: walks it once into a view, then lets each table judge the view. */
#include "reports/conformance/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void nt_judge_broken(struct nt_judge *j, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...)
{
    size_t count;
    const struct nt_conf_rule *r = nt_conf_rules(&count) + rule;
    struct nt_conf_verdict *to = j->verdict;
    if (r->level != NT_CONF_MUST || to->count == NT_CONF_VIOLATIONS_MAX || j->err != NT_OK)
        return;
    j->err = nt_grow(&to->violations, &to->cap, to->count + 1, sizeof *to->violations, NT_CONF_VIOLATIONS_MAX);
    if (j->err != NT_OK)
        return;
    struct nt_conf_violation *broken = &to->violations[to->count++];
    *broken = (struct nt_conf_violation){.rule = r, .party = j->v->in->parties[party].name, .frame = frame};
    va_list args;
    va_start(args, fmt);
    vsnprintf(broken->detail, sizeof broken->detail, fmt, args);
    va_end(args);
}

static int by_frame(const void *pa, const void *pb)
{
    const struct nt_conf_violation *a = pa, *b = pb;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    int party = strcmp(a->party, b->party);
    return party != 0 ? party : strcmp(a->detail, b->detail);
}

int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict)
{
    static void (*const tables[])(struct nt_judge *) = {nt_judge_stun, nt_judge_ice, nt_judge_turn, nt_judge_sdp, nt_judge_consent,
                                                        nt_judge_patience};
    struct nt_view v;
    struct nt_judge j = {.v = &v, .verdict = verdict};
    *verdict = (struct nt_conf_verdict){0};
    j.err = nt_view_init(&v, in);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && j.err == NT_OK; i++)
        tables[i](&j);
    nt_view_free(&v);
    for (size_t i = 0; i < NT_RULE_COUNT; i++)
        verdict->exercised += j.exercised[i];
    if (verdict->count > 1)
        qsort(verdict->violations, verdict->count, sizeof *verdict->violations, by_frame);
    if (j.err != NT_OK)
        nt_conf_verdict_free(verdict);
    return j.err;
}

void nt_conf_verdict_free(struct nt_conf_verdict *v)
{
    free(v->violations);
    *v = (struct nt_conf_verdict){0};
}
