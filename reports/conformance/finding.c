#include "reports/conformance/finding.h"

#include "core/base/err.h"
#include "reports/conformance/roles.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t cell(uint32_t party, size_t rule)
{
    return (size_t)party * NT_RULE_COUNT + rule;
}

/* --- who is judged by what --- */

static const char *lacked(unsigned needs)
{
    if ((needs & NT_CONF_NEEDS_TIMES) != 0)
        return "a step held back its datagrams: when it sent them is not known";
    if ((needs & NT_CONF_NEEDS_TOLD) != 0)
        return "a step held back or dropped what it told: what it conveyed when is not known";
    return "a check of its peer claimed both roles: what it then took for its own, and for nominated, is not known";
}

static unsigned lacks(const struct nt_view *v, uint32_t party)
{
    const struct nt_conf_party *p = &v->in->parties[party];
    return (p->held ? (unsigned)NT_CONF_NEEDS_TIMES : 0) | (p->told_partly ? (unsigned)NT_CONF_NEEDS_TOLD : 0) |
           (v->parties[party].both_roles ? (unsigned)NT_CONF_NEEDS_ROLES : 0);
}

static void set_states(struct nt_finder *finder, uint32_t party, unsigned is)
{
    size_t count;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    unsigned missing = lacks(finder->v, party);
    for (size_t i = 0; i < count; i++)
        finder->states[cell(party, i)] = (rules[i].binds & ~is) != 0       ? NT_FINDER_NOT_BOUND
                                         : (rules[i].needs & missing) != 0 ? NT_FINDER_LACKS
                                                                           : NT_FINDER_JUDGES;
}

/* Parties that are the same and lack the same are judged by the same rules. */
static void bind_parties(struct nt_finder *finder, unsigned (*what)(const struct nt_view *v, uint32_t party))
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->in->party_count; i++) {
        uint32_t like = 0;
        unsigned is = what(v, i);
        while (like < i && (what(v, like) != is || lacks(v, like) != lacks(v, i)))
            like++;
        if (like < i)
            memcpy(&finder->states[cell(i, 0)], &finder->states[cell(like, 0)], NT_RULE_COUNT);
        else
            set_states(finder, i, is);
    }
}

static unsigned kind_binds(const struct nt_view *v, uint32_t party)
{
    return nt_conf_kind_binds(v->in->parties[party].kind);
}

int nt_finder_init(struct nt_finder *finder)
{
    finder->states = malloc((finder->v->in->party_count + 1) * NT_RULE_COUNT);
    if (finder->states == NULL)
        return NT_ENOMEM;
    bind_parties(finder, kind_binds);
    return NT_OK;
}

void nt_finder_bind(struct nt_finder *finder)
{
    bind_parties(finder, nt_view_binds);
}

void nt_finder_free(struct nt_finder *finder)
{
    free(finder->states);
    free(finder->tallies);
}

/* --- what is found --- */

static struct nt_finder_tally *tally(struct nt_finder *finder, enum nt_rule rule, uint32_t party)
{
    if (finder->err != NT_OK)
        return NULL;
    if (finder->tallies == NULL)
        finder->tallies = calloc((finder->v->in->party_count + 1) * NT_RULE_COUNT, sizeof *finder->tallies);
    if (finder->tallies == NULL)
        finder->err = NT_ENOMEM;
    return finder->tallies != NULL ? &finder->tallies[cell(party, rule)] : NULL;
}

void nt_not_judged(struct nt_finder *finder, enum nt_rule rule, uint32_t party, const char *why)
{
    struct nt_finder_tally *t = tally(finder, rule, party);
    if (t != NULL && t->not_judged == NULL)
        t->not_judged = why;
}

void nt_finder_lacks(struct nt_finder *finder, enum nt_rule rule, uint32_t party)
{
    size_t count;
    nt_not_judged(finder, rule, party, lacked(nt_conf_rules(&count)[rule].needs & lacks(finder->v, party)));
}

void nt_find_violation(struct nt_finder *finder, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...)
{
    size_t count;
    const struct nt_conf_rule *r = nt_conf_rules(&count) + rule;
    struct nt_finder_tally *t = nt_is_judged(finder, rule, party) ? tally(finder, rule, party) : NULL;
    struct nt_conf_findings *list = r->level == NT_CONF_SHOULD ? &finder->verdict->advice : &finder->verdict->violations;
    if (t == NULL)
        return;
    if (t->count++ >= NT_CONF_LISTED_MAX) {
        list->of[t->last].count++;
        return;
    }
    struct nt_conf_finding *found = nt_conf_verdict_add(list);
    if (found == NULL) {
        finder->err = NT_ENOMEM;
        return;
    }
    t->last = (uint32_t)list->count - 1;
    *found = (struct nt_conf_finding){.rule = r, .party = finder->v->in->parties[party].name, .frame = frame, .count = 1};
    va_list args;
    va_start(args, fmt);
    vsnprintf(found->detail, sizeof found->detail, fmt, args);
    va_end(args);
}

void nt_finder_end(struct nt_finder *finder)
{
    size_t count;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    for (size_t i = 0; i < count && finder->tallies != NULL && finder->err == NT_OK; i++)
        for (uint32_t p = 0; p < finder->v->in->party_count && finder->err == NT_OK; p++) {
            struct nt_conf_not_judged n = {&rules[i], finder->v->in->parties[p].name, finder->tallies[cell(p, i)].not_judged};
            if (n.why != NULL)
                finder->err = nt_conf_verdict_add_not_judged(finder->verdict, &n);
        }
}
