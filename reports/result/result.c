#include "reports/result/result.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "reports/result/result_fields.h"

#include <stdlib.h>
#include <string.h>

static void free_members(const struct nt_record *r, void *record)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct nt_field *f = &r->fields[i];
        char **at = (char **)(void *)((char *)record + f->at);
        bool many = f->kind == NT_FIELD_LIST || f->kind == NT_FIELD_TEXTS || f->kind == NT_FIELD_MAP || f->kind == NT_FIELD_PARAMS;
        if (f->kind == NT_FIELD_OBJECT)
            free_members(f->of, at);
        for (size_t k = 0; many && k < nt_field_count(f, record); k++)
            free_members(f->of, *at + k * f->of->size);
        if (many || f->kind == NT_FIELD_TEXT)
            free(*at);
    }
}

void nt_result_case_free(struct nt_result_case *c)
{
    free_members(&nt_case_record, c);
    *c = (struct nt_result_case){0};
}

int nt_result_put_reason(struct nt_result_case *c, const char *text)
{
    int err = NT_OK;
    char *reason = nt_strdup(text, &err), *again = nt_strdup(text, &err);
    struct nt_result_reason *more = err == NT_OK ? realloc(c->reasons, (c->reason_count + 1) * sizeof *more) : NULL;
    if (more == NULL) {
        free(reason);
        free(again);
        return NT_ENOMEM;
    }
    memmove(more + 1, more, c->reason_count * sizeof *more);
    more[0].text = again;
    c->reasons = more;
    c->reason_count++;
    free(c->reason);
    c->reason = reason;
    return NT_OK;
}

void nt_result_forget_reasons(struct nt_result_case *c)
{
    for (size_t i = 0; i < c->reason_count; i++)
        free(c->reasons[i].text);
    c->reason_count = 0;
    if (c->reason != NULL)
        c->reason[0] = '\0';
}

/* What kept a side from candidates explains its pairs; a rule of a NAT says more than an address that nobody outside can reach. */
static int weight_of(const struct nt_result_why_not *y)
{
    bool pair = nt_addr_is_set(&y->local), unreached = strcmp(y->reason, "no-route") == 0 || strcmp(y->reason, "unchecked") == 0;
    return !pair ? 3 : y->rule_count > 0 ? 2 : !unreached;
}

const struct nt_result_why_not *nt_result_why(const struct nt_result_case *c)
{
    const struct nt_result_why_not *most = c->why_not_count > 0 ? &c->why_not[0] : NULL;
    for (size_t i = 1; i < c->why_not_count; i++)
        if (weight_of(&c->why_not[i]) > weight_of(most))
            most = &c->why_not[i];
    return most;
}

const char *nt_outcome_name(enum nt_outcome o)
{
    static const char *const names[] = {"pass", "fail", "error", "skip"};
    return names[o];
}

const char *nt_side_name(bool remote)
{
    return remote ? "remote" : "local";
}

const char *nt_param_label(const struct nt_result_param *p)
{
    return p->label != NULL ? p->label : p->json != NULL ? p->json : "";
}
