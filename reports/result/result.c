#include "reports/result/result.h"

#include "reports/result/result_fields.h"

#include <stdlib.h>

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
