#include "reports/result/result.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "reports/result/result_fields.h"
#include "reports/result/words.h"

#include <stdlib.h>
#include <string.h>

static void free_members(const struct nt_record *r, void *record)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct nt_field *f = &r->fields[i];
        char **at = (char **)(void *)((char *)record + f->at);
        bool many = f->kind == NT_FIELD_LIST || f->kind == NT_FIELD_ROWS || f->kind == NT_FIELD_TEXTS || f->kind == NT_FIELD_MAP ||
                    f->kind == NT_FIELD_PARAMS;
        if (f->kind == NT_FIELD_OBJECT)
            free_members(f->of, at);
        for (size_t k = 0; many && k < nt_field_count(f, record); k++)
            free_members(f->of, *at + k * f->of->size);
        if (many || f->kind == NT_FIELD_TEXT)
            free(*at);
    }
}

void nt_result_forget_list(struct nt_result_case *c, const char *name)
{
    const struct nt_field *f = nt_case_record.fields;
    while (strcmp(f->name, name) != 0)
        f++;
    char **items = (char **)(void *)((char *)c + f->at);
    for (size_t i = 0; i < nt_field_count(f, c); i++)
        free_members(f->of, *items + i * f->of->size);
    free(*items);
    *items = NULL;
    *(size_t *)(void *)((char *)c + f->count_at) = 0;
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

int nt_result_reword_reason(struct nt_result_case *c, const char *text)
{
    if (nt_result_put_reason(c, text) != NT_OK)
        return NT_ENOMEM;
    if (c->reason_count > 1) {
        free(c->reasons[1].text);
        memmove(c->reasons + 1, c->reasons + 2, (c->reason_count - 2) * sizeof *c->reasons);
        c->reason_count--;
    }
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

static bool is_any_of(const char *name, const char *a, const char *b)
{
    return strcmp(name, a) == 0 || strcmp(name, b) == 0;
}

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A permission that the server did not grant: with it there would be a path by the relay, whatever NATs do. */
static bool is_refusal_of_relay(const struct nt_result_case *c, const struct nt_result_why_not *y)
{
    bool has_path = c->path != NULL && strcmp(c->path, "none") != 0;
    return !has_path && (c->expected_paths & NT_PATH_RELAYED) != 0 && nt_addr_is_set(&y->local) &&
           strcmp(y->reason, "refused") == 0 && begins_with(y->text, NT_WHY_UNCHECKED);
}

/* What kept a side from candidates explains its pairs, but a relayed one does not make a path direct: it counts where there is
 * none, and least where only a direct one was expected. Nor does a server explain them where another gave the candidate. A rule of
 * a NAT says more than an address that nobody outside can reach. */
static int weight_of(const struct nt_result_case *c, const struct nt_result_why_not *y)
{
    bool has_path = c->path != NULL && strcmp(c->path, "none") != 0;
    bool pair = nt_addr_is_set(&y->local), unreached = is_any_of(y->reason, "no-route", "unchecked");
    if (begins_with(y->text, NT_WHY_DATA) || begins_with(y->text, NT_WHY_CONSENT))
        return has_path ? -2 : 4;
    if (is_refusal_of_relay(c, y))
        return 3;
    if (begins_with(y->text, NT_WHY_NO_RELAYED) && (has_path || c->expected_paths == NT_PATH_DIRECT))
        return has_path ? -2 : -1;
    if (begins_with(y->text, NT_WHY_NO_MORE_SRFLX) || begins_with(y->text, NT_WHY_NO_MORE_RELAYED))
        return -2;
    if (!pair)
        return is_any_of(y->reason, "no-pairs", "unasked") || strcmp(y->reason, "passed-over") == 0 ||
                       (!has_path && strcmp(y->reason, "policy") == 0)
                   ? 1
                   : 3;
    return y->rule_count > 0 ? 2 : !unreached;
}

const struct nt_result_why_not *nt_result_why(const struct nt_result_case *c)
{
    const struct nt_result_why_not *most = c->why_not_count > 0 ? &c->why_not[0] : NULL;
    for (size_t i = 1; i < c->why_not_count; i++)
        if (weight_of(c, &c->why_not[i]) > weight_of(c, most))
            most = &c->why_not[i];
    return most != NULL && weight_of(c, most) > -2 ? most : NULL;
}

const char *nt_event_text(const struct nt_result_case *c, uint32_t number)
{
    return number < c->event_text_count ? c->event_texts[number].text : "";
}

const struct nt_result_why_not *nt_result_why_besides(const struct nt_result_case *c)
{
    const struct nt_result_why_not *first = nt_result_why(c);
    if (first == NULL || !is_refusal_of_relay(c, first))
        return NULL;
    for (size_t i = 0; i < c->why_not_count; i++)
        if (nt_addr_is_set(&c->why_not[i].local) && c->why_not[i].rule_count > 0)
            return &c->why_not[i];
    return NULL;
}

const char *nt_result_where_lost(const struct nt_result_case *c, const char *agent, bool *further)
{
    static const char behind[] = "datagrams: ";
    const char *first = NULL;
    *further = false;
    for (size_t i = 0; i < c->why_not_count; i++) {
        const struct nt_result_why_not *y = &c->why_not[i];
        const char *where = begins_with(y->text, NT_WHY_DATA) ? strstr(y->text, behind) : NULL;
        if (where == NULL || (agent != NULL && strcmp(y->agent, agent) != 0))
            continue;
        *further = first != NULL;
        first = first != NULL ? first : where + sizeof behind - 1;
    }
    return first;
}

/* The entry of that agent, or of any other one (`but`). */
static const struct nt_result_why_not *consent_of(const struct nt_result_case *c, const char *agent, bool but)
{
    for (size_t i = 0; i < c->why_not_count; i++)
        if ((strcmp(c->why_not[i].agent, agent) == 0) != but && begins_with(c->why_not[i].text, NT_WHY_CONSENT))
            return &c->why_not[i];
    return NULL;
}

/* When the other agent did not answer, for it had lost consent itself, the cause is that. */
const char *nt_result_why_no_consent(const struct nt_result_case *c, const char *agent)
{
    const struct nt_result_why_not *own = consent_of(c, agent, false), *other = consent_of(c, agent, true);
    if (own == NULL)
        return NULL;
    return other != NULL && strcmp(own->reason, "state") == 0 ? other->text : own->text;
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

const char *nt_result_place(const struct nt_result_case *c)
{
    const char *place = c->found_at != NULL ? c->found_at : c->file;
    return place != NULL ? place : "";
}
