#include "reports/result/result.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>

#define CASES_MAX 10000000 /* of one run */

static void free_agent(struct nt_result_agent *a)
{
    free(a->name);
    free(a->stack);
    free(a->state);
    free(a->role);
    for (size_t i = 0; i < a->candidate_count; i++) {
        free(a->candidates[i].type);
        free(a->candidates[i].transport);
        free(a->candidates[i].foundation);
    }
    for (size_t i = 0; i < a->selected_count; i++) {
        free(a->selected[i].local.type);
        free(a->selected[i].remote.type);
    }
    for (size_t i = 0; i < a->pair_count; i++) {
        free(a->pairs[i].local_type);
        free(a->pairs[i].remote_type);
        free(a->pairs[i].state);
        free(a->pairs[i].generated_by);
    }
    free(a->candidates);
    free(a->selected);
    free(a->pairs);
    free(a->prflx);
}

void nt_result_case_free(struct nt_result_case *c)
{
    for (size_t i = 0; i < c->param_count; i++) {
        free(c->params[i].name);
        free(c->params[i].json);
        free(c->params[i].label);
    }
    for (size_t i = 0; i < c->agent_count; i++)
        free_agent(&c->agents[i]);
    for (size_t i = 0; i < c->violation_count; i++) {
        free(c->violations[i].rule);
        free(c->violations[i].agent);
        free(c->violations[i].detail);
    }
    free(c->params);
    free(c->agents);
    free(c->violations);
    free(c->id);
    free(c->file);
    free(c->claim);
    free(c->reason);
    free(c->path);
    free(c->agent_l);
    free(c->carrier);
    free(c->agent_r);
    free(c->capture);
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
