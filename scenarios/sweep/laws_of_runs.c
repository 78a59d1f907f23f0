#include "scenarios/sweep/laws_of_runs.h"
#include "reports/result/result_json.h"
#include "reports/result/result_parse.h"
#include "scenarios/run/explore.h"

#include <stdio.h>
#include <string.h>

#define REPEATED 8 /* one world in so many is run again */
#define WHAT 200

static bool same_text(const struct nt_text *a, const struct nt_text *b)
{
    return a->err == NT_OK && b->err == NT_OK && a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

/* Where two texts of JSON begin to differ, with a little of what is before. */
static void show_difference(const struct nt_text *a, const struct nt_text *b, char *detail, const char *what)
{
    size_t at = 0, before = 60;
    while (at < a->len && at < b->len && a->p[at] == b->p[at])
        at++;
    at = at > before ? at - before : 0;
    snprintf(detail, NT_LAW_DETAIL, "%s: %.120s / %.120s", what, a->p != NULL && at < a->len ? a->p + at : "",
             b->p != NULL && at < b->len ? b->p + at : "");
}

/* --- repeats --- */

static bool same_frame(const struct nt_capture_frame *a, const struct nt_capture_frame *b)
{
    return a->at == b->at && a->tap == b->tap && a->direction == b->direction && a->fate == b->fate && a->reason == b->reason &&
           a->len == b->len && a->offset == b->offset && nt_addr_equal(&a->a, &b->a) && nt_addr_equal(&a->b, &b->b);
}

static bool same_packets(const struct nt_capture *a, const struct nt_capture *b, char *detail)
{
    size_t i = 0;
    while (i < a->frame_count && i < b->frame_count && same_frame(&a->frames[i], &b->frames[i]) &&
           memcmp(a->bytes + a->frames[i].offset, b->bytes + b->frames[i].offset, a->frames[i].len) == 0)
        i++;
    if (i == a->frame_count && i == b->frame_count)
        return true;
    snprintf(detail, NT_LAW_DETAIL, "run again, packet %zu is another one", i + 1);
    return false;
}

static bool same_result(const struct nt_result_case *a, const struct nt_result_case *b, char *detail)
{
    struct nt_text first = {0}, second = {0};
    nt_result_case_json(&first, a);
    nt_result_case_json(&second, b);
    bool same = same_text(&first, &second);
    if (!same)
        show_difference(&first, &second, detail, "run again, the result is another one");
    nt_text_free(&first);
    nt_text_free(&second);
    return same;
}

enum nt_law_holds nt_law_repeats(const struct nt_observation *o, char *detail)
{
    struct nt_capture capture;
    struct nt_result_case again = {0};
    struct nt_run_options options = {.seed = o->c->seed};
    if (o->packets == NULL || o->c->seed % REPEATED != 0)
        return NT_LAW_NOT_TRIED;
    nt_capture_init(&capture);
    nt_run_case(o->c, &options, &capture, NULL, &again);
    bool same = same_packets(o->packets, &capture, detail) && same_result(o->r, &again, detail);
    nt_result_case_free(&again);
    nt_capture_free(&capture);
    return same ? NT_LAW_KEPT : NT_LAW_BROKEN;
}

/* --- reads-back --- */

enum nt_law_holds nt_law_reads_back(const struct nt_observation *o, char *detail)
{
    struct nt_text written = {0}, again = {0};
    struct nt_result_case read = {0};
    char what[WHAT] = "";
    nt_result_case_json(&written, o->r);
    int err = written.err == NT_OK ? nt_result_case_from_json(&read, written.p, written.len, what, sizeof what) : written.err;
    if (err == NT_OK)
        nt_result_case_json(&again, &read);
    bool same = err == NT_OK && same_text(&written, &again);
    if (err != NT_OK)
        snprintf(detail, NT_LAW_DETAIL, "its result cannot be read: %s", what);
    else if (!same)
        show_difference(&written, &again, detail, "its result, read and written again, is another one");
    nt_text_free(&written);
    nt_text_free(&again);
    if (err == NT_OK)
        nt_result_case_free(&read);
    return same ? NT_LAW_KEPT : NT_LAW_BROKEN;
}
