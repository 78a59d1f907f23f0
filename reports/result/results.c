#include "reports/result/results.h"

#include "core/base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int nt_results_begin(struct nt_results *r, size_t count)
{
    *r = (struct nt_results){.case_count = 0, .log.fd = -1, .others.fd = -1};
    nt_strings_init(&r->shared);
    if (count > NT_RESULTS_MAX)
        return NT_ELIMIT;
    r->cases = calloc(count + 1, sizeof *r->cases);
    if (r->cases == NULL)
        return NT_ENOMEM;
    r->case_count = count;
    return NT_OK;
}

void nt_results_free(struct nt_results *r)
{
    for (size_t i = 0; i < r->case_count; i++)
        nt_brief_free(&r->cases[i].brief);
    free(r->cases);
    free(r->stamp);
    nt_text_free(&r->line);
    nt_strings_free(&r->shared);
    nt_append_close(&r->log);
    nt_append_close(&r->others);
    *r = (struct nt_results){.log.fd = -1, .others.fd = -1};
}

static int put_down(struct nt_results *r, struct nt_results_entry *e, const char *head, const char *json, const char *others,
                    size_t others_len)
{
    size_t json_len = e->texts.len[NT_CASE_JSON];
    r->line.len = 0;
    nt_text_put(&r->line, head);
    nt_text_add(&r->line, json + 1, json_len - 2);
    nt_text_add(&r->line, json + json_len, e->texts.len[NT_CASE_LOG]);
    nt_text_add(&r->line, "}\n", 2);
    if (r->line.err != NT_OK)
        return r->line.err;
    e->json_at = r->log.len + strlen(head);
    e->others_at = r->others.len;
    int err = nt_append(&r->log, r->line.p, r->line.len);
    return err == NT_OK ? nt_append(&r->others, others, others_len) : err;
}

static void count_details(struct nt_results *r)
{
    for (; r->first_missing < r->case_count && nt_results_has(r, r->first_missing); r->first_missing++)
        r->details += r->cases[r->first_missing].texts.details_least;
}

int nt_results_take(struct nt_results *r, size_t index, const char *head, const char *texts, size_t len)
{
    struct nt_results_entry *e = &r->cases[index];
    size_t sum = sizeof e->texts;
    if (len < sum)
        return NT_EFORMAT;
    memcpy(&e->texts, texts, sizeof e->texts);
    for (int i = 0; i < NT_CASE_TEXTS; i++)
        sum += e->texts.len[i];
    if (sum != len || e->texts.len[NT_CASE_JSON] < 2)
        return NT_EFORMAT;
    const char *brief = texts + sizeof e->texts, *json = brief + e->texts.len[NT_CASE_BRIEF],
               *others = json + e->texts.len[NT_CASE_JSON] + e->texts.len[NT_CASE_LOG];
    int err = nt_brief_unpack(&e->brief, brief, e->texts.len[NT_CASE_BRIEF], &r->shared);
    count_details(r);
    if (err == NT_OK)
        err = put_down(r, e, head, json, others, (size_t)(texts + len - others));
    r->incomplete |= err != NT_OK;
    return err;
}

bool nt_results_want_details(const struct nt_results *r)
{
    return r->details < NT_PAGE_DETAILS_MAX;
}

bool nt_results_has(const struct nt_results *r, size_t index)
{
    return r->cases[index].brief.id != NULL;
}

void nt_results_close_gaps(struct nt_results *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->case_count; i++) {
        if (nt_results_has(r, i))
            r->cases[kept++] = r->cases[i];
        else
            nt_brief_free(&r->cases[i].brief);
    }
    if (kept < r->case_count) {
        r->partial = true;
        r->whole = r->case_count;
    }
    r->case_count = kept;
}

const char *nt_results_part(const struct nt_results *r, char text[NT_RESULTS_PART])
{
    if (r->whole > r->case_count)
        snprintf(text, NT_RESULTS_PART, "part of a run: %zu of %" PRIu64 " cases", r->case_count, r->whole);
    else
        snprintf(text, NT_RESULTS_PART, "part of a run: %zu cases, of how many is not known", r->case_count);
    return text;
}

int nt_results_text(const struct nt_results *r, size_t index, enum nt_case_text which, struct nt_text *t)
{
    const struct nt_results_entry *e = &r->cases[index];
    bool is_json = which == NT_CASE_JSON; /* without its braces */
    uint64_t at = is_json ? e->json_at : e->others_at;
    size_t len = e->texts.len[which];
    for (int i = NT_CASE_JUNIT; i < (int)which; i++)
        at += e->texts.len[i];
    t->len = 0;
    nt_text_reserve(t, len);
    if (t->err != NT_OK)
        return t->err;
    t->len = len;
    t->p[len] = '\0';
    if (!is_json)
        return nt_append_read(&r->others, at, t->p, len);
    t->p[0] = '{';
    t->p[len - 1] = '}';
    return nt_append_read(&r->log, at, t->p + 1, len - 2);
}

void nt_results_count(const struct nt_results *r, size_t counts[4])
{
    for (int i = 0; i < 4; i++)
        counts[i] = 0;
    for (size_t i = 0; i < r->case_count; i++)
        counts[r->cases[i].brief.n.outcome]++;
}
