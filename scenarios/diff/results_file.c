#include "scenarios/diff/results_file.h"

#include "core/base/err.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"
#include "scenarios/diff/json_stream.h"
#include "scenarios/files/inside.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MEMBER_MAX 65536 /* bytes of a member beside the cases */
#define MEND_FILE "give the --out directory of a run, or its results.json"
#define MEND_DAMAGED "the file is damaged: run again"

struct reader {
    struct nt_json_stream stream;
    struct nt_diff_run *run;
    const struct nt_diff_taker *taker;
    struct nt_diags *diags;
    bool has_schema, has_cases;
};

static int refuse(struct reader *r, size_t line, const char *what, const char *mend)
{
    struct nt_diag *d = nt_diag_add(r->diags, r->run->name, (int)line, 0, "%s", what);
    nt_diag_mend(d, "%s", mend);
    return NT_EFORMAT;
}

/* A value could not be read. */
static int refuse_value(struct reader *r, int err)
{
    if (err == NT_ENOMEM)
        return err;
    if (err == NT_EIO)
        return refuse(r, 0, strerror(errno), MEND_FILE);
    return refuse(r, r->stream.line, err == NT_ELIMIT ? "a value is too long" : "it ends in the middle", MEND_DAMAGED);
}

static int read_case(struct reader *r)
{
    char what[NT_DIFF_WHAT], text[2 * NT_DIFF_WHAT];
    struct nt_result_case c;
    nt_json_stream_peek(&r->stream);
    size_t line = r->stream.line;
    int err = nt_json_stream_value(&r->stream, NT_RESULT_JSON_MAX);
    if (err != NT_OK)
        return refuse_value(r, err);
    err = nt_result_case_from_json(&c, r->stream.value.p, r->stream.value.len, what, sizeof what);
    if (err == NT_OK) {
        r->run->cases++;
        r->run->outcomes[c.outcome]++;
        err = r->taker->take(r->taker->user, &c, what);
    }
    nt_result_case_free(&c);
    if (err == NT_OK || err == NT_ENOMEM)
        return err;
    snprintf(text, sizeof text, "case %zu: %s", r->run->cases + (err != NT_EINVAL), what);
    return refuse(r, line, text, "it is damaged, or of another version of natsim: run again");
}

static int read_cases(struct reader *r)
{
    int err = NT_OK;
    r->has_cases = true;
    if (!nt_json_stream_take(&r->stream, '['))
        return refuse(r, r->stream.line, "'cases' must be a list", MEND_FILE);
    if (nt_json_stream_take(&r->stream, ']'))
        return NT_OK;
    do
        err = read_case(r);
    while (err == NT_OK && nt_json_stream_take(&r->stream, ','));
    if (err == NT_OK && !nt_json_stream_take(&r->stream, ']'))
        return refuse_value(r, NT_EFORMAT);
    return err;
}

static int check_schema(struct reader *r, const json_t *v)
{
    char what[NT_DIFF_WHAT];
    r->has_schema = true;
    if (!json_is_integer(v))
        return refuse(r, r->stream.line, "'schema' must be a number", MEND_FILE);
    if (json_integer_value(v) == NT_DIFF_SCHEMA)
        return NT_OK;
    snprintf(what, sizeof what, "its schema is %lld, this natsim reads %d", (long long)json_integer_value(v), NT_DIFF_SCHEMA);
    return refuse(r, r->stream.line, what, "compare with the natsim that wrote it, or run again");
}

static int note_member(struct reader *r, const char *key, const json_t *v)
{
    int err = NT_OK;
    if (strcmp(key, "schema") == 0)
        return check_schema(r, v);
    if (strcmp(key, "natsim") == 0 && json_is_string(v) && r->run->natsim == NULL) {
        r->run->natsim = strdup(json_string_value(v));
        err = r->run->natsim != NULL ? NT_OK : NT_ENOMEM;
    } else if (strcmp(key, "seed") == 0) {
        r->run->seed = json_integer_value(v);
    } else if (strcmp(key, "partial") == 0) {
        r->run->partial = json_is_true(v);
    }
    return err;
}

/* A member of the head or the foot. */
static int read_small_member(struct reader *r, const char *key)
{
    int err = nt_json_stream_value(&r->stream, MEMBER_MAX);
    if (err != NT_OK)
        return refuse_value(r, err);
    json_t *v = json_loadb(r->stream.value.p, r->stream.value.len, JSON_DECODE_ANY, NULL);
    if (v == NULL)
        return refuse(r, r->stream.line, "not JSON", MEND_FILE);
    err = note_member(r, key, v);
    json_decref(v);
    return err;
}

static int read_member(struct reader *r)
{
    int err = nt_json_stream_peek(&r->stream) == '"' ? nt_json_stream_value(&r->stream, MEMBER_MAX) : NT_EFORMAT;
    if (err != NT_OK)
        return refuse_value(r, err);
    char *key = strndup(r->stream.value.p + 1, r->stream.value.len - 2);
    if (key == NULL)
        return NT_ENOMEM;
    if (!nt_json_stream_take(&r->stream, ':'))
        err = refuse(r, r->stream.line, "not JSON", MEND_FILE);
    else if (strcmp(key, "cases") == 0 && !r->has_cases)
        err = read_cases(r);
    else
        err = read_small_member(r, key);
    free(key);
    return err;
}

static int read_document(struct reader *r)
{
    int err = NT_OK;
    if (!nt_json_stream_take(&r->stream, '{'))
        return refuse(r, 0, "it holds no results of a run", MEND_FILE);
    do
        err = read_member(r);
    while (err == NT_OK && nt_json_stream_take(&r->stream, ','));
    if (err != NT_OK)
        return err;
    if (!nt_json_stream_take(&r->stream, '}') || nt_json_stream_peek(&r->stream) != EOF)
        return refuse(r, r->stream.line, "not JSON", MEND_DAMAGED);
    if (!r->has_schema || !r->has_cases)
        return refuse(r, 0, "it holds no results of a run", MEND_FILE);
    return NT_OK;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void refuse_results(struct reader *r, const char *why)
{
    char what[NT_INSIDE_WHY + 20];
    snprintf(what, sizeof what, "results.json: %s", why);
    refuse(r, 0, what, MEND_FILE);
}

/* A directory may have been filled by anybody; what the user names may be a pipe. */
static FILE *open_results(struct reader *r)
{
    char why[NT_INSIDE_WHY];
    if (!is_directory(r->run->name)) {
        FILE *in = fopen(r->run->name, "rb");
        if (in == NULL)
            refuse(r, 0, strerror(errno), MEND_FILE);
        return in;
    }
    int fd = nt_inside_open(r->run->name, "results.json", why);
    if (fd >= 0)
        return fdopen(fd, "rb");
    if (errno == ENOENT)
        refuse(r, 0, "has no results.json", "if the run was killed, 'natsim merge' makes it of cases.jsonl");
    else
        refuse_results(r, why);
    return NULL;
}

int nt_diff_run_read(struct nt_diff_run *run, const struct nt_diff_taker *taker, struct nt_diags *diags)
{
    struct reader r = {.stream.line = 1, .run = run, .taker = taker, .diags = diags};
    r.stream.in = open_results(&r);
    if (r.stream.in == NULL)
        return diags->count > 0 ? NT_EFORMAT : NT_ENOMEM;
    int err = read_document(&r);
    nt_json_stream_free(&r.stream);
    fclose(r.stream.in);
    return err;
}

void nt_diff_run_free(struct nt_diff_run *run)
{
    free(run->natsim);
    run->natsim = NULL;
}
