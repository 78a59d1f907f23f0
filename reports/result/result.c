#include "reports/result/result.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/result/result_fields.h"

#include <stdlib.h>

#define CASES_MAX 10000000 /* of one run */

static void free_members(const struct nt_record *r, void *record)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct nt_field *f = &r->fields[i];
        char **at = (char **)(void *)((char *)record + f->at);
        bool many = f->kind == NT_FIELD_LIST || f->kind == NT_FIELD_MAP || f->kind == NT_FIELD_PARAMS;
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

void nt_results_free(struct nt_results *r)
{
    for (size_t i = 0; i < r->case_count; i++)
        nt_result_case_free(&r->cases[i]);
    free(r->cases);
    free(r->stamp);
    *r = (struct nt_results){0};
}

int nt_results_add(struct nt_results *r, struct nt_result_case *c)
{
    int err = nt_grow(&r->cases, &r->case_cap, r->case_count + 1, sizeof *r->cases, CASES_MAX);
    if (err != NT_OK)
        return err;
    r->cases[r->case_count++] = *c;
    *c = (struct nt_result_case){0};
    return NT_OK;
}

void nt_results_count(const struct nt_results *r, size_t counts[4])
{
    for (int i = 0; i < 4; i++)
        counts[i] = 0;
    for (size_t i = 0; i < r->case_count; i++)
        counts[r->cases[i].outcome]++;
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
