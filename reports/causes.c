#include "reports/causes.h"

#include "core/base/map.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool in_word(char ch)
{
    return isalnum((unsigned char)ch) != 0 || ch == '_' || ch == '-';
}

/* The length of `label` if it stands at s as a word of its own, else 0. */
static size_t label_length(const char *s, const char *label)
{
    size_t len = strlen(label);
    return strncmp(s, label, len) == 0 && !in_word(s[len]) ? len : 0;
}

/* Steps over the values of one axis, of either cell. */
static bool skip_labels(const struct nt_brief *a, const struct nt_brief *b, const char **s, const char **t)
{
    for (uint32_t i = 0; i < a->n.param_count && i < b->n.param_count; i++) {
        size_t la = label_length(*s, a->params[i].label), lb = label_length(*t, b->params[i].label);
        if (la == 0 || lb == 0)
            continue;
        *s += la;
        *t += lb;
        return true;
    }
    return false;
}

static bool skip_numbers(const char **s, const char **t)
{
    size_t a = strspn(*s, "0123456789"), b = strspn(*t, "0123456789");
    *s += a > 0 && b > 0 ? a : 0;
    *t += a > 0 && b > 0 ? b : 0;
    return a > 0 && b > 0;
}

bool nt_cause_is_same(const struct nt_brief *a, const struct nt_brief *b)
{
    const char *s = a->reason, *t = b->reason;
    bool starts = true, letters = false; /* a word starts here; it has letters, as names of rules have, whose numbers matter */
    if (s == t || strcmp(s, t) == 0)
        return true;
    while (*s != '\0' && *t != '\0') {
        if (starts && skip_labels(a, b, &s, &t))
            continue;
        if (!letters && skip_numbers(&s, &t))
            continue;
        if (*s != *t)
            return false;
        starts = !in_word(*s);
        letters = *s != ' ' && (letters || isalpha((unsigned char)*s) != 0);
        s++;
        t++;
    }
    return *s == *t;
}

static bool add_to_cause(struct nt_causes *causes, const struct nt_results *r, size_t i)
{
    const struct nt_brief *b = &r->cases[i].brief;
    for (size_t k = 0; k < causes->count; k++) {
        struct nt_cause *cause = &causes->of[k];
        const struct nt_brief *first = &r->cases[cause->first[0]].brief;
        if (!nt_cause_is_same(first, b))
            continue;
        if (cause->count < NT_CAUSE_CASES_SHOWN)
            cause->first[cause->count] = i;
        cause->count++;
        cause->alike |= strcmp(first->reason, b->reason) != 0;
        return true;
    }
    return false;
}

void nt_causes_find(struct nt_causes *causes, const struct nt_results *r, enum nt_outcome outcome)
{
    *causes = (struct nt_causes){0};
    for (size_t i = 0; i < r->case_count; i++) {
        if (r->cases[i].brief.n.outcome != outcome || add_to_cause(causes, r, i))
            continue;
        if (nt_grow(&causes->of, &causes->cap, causes->count + 1, sizeof *causes->of, NT_CAUSES_MAX) != 0)
            causes->others++;
        else
            causes->of[causes->count++] = (struct nt_cause){.count = 1, .first = {i}};
    }
}

void nt_causes_free(struct nt_causes *causes)
{
    free(causes->of);
}
