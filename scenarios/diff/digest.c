#include "scenarios/diff/digest.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "reports/result/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED "#seed="

/* The length of an id without its seed. */
static size_t name_length(const char *id, struct nt_diff_id *out)
{
    char again[40];
    const char *seed = strstr(id, SEED);
    for (const char *next; seed != NULL && (next = strstr(seed + 1, SEED)) != NULL;)
        seed = next;
    out->seed = seed != NULL ? strtoull(seed + sizeof SEED - 1, NULL, 10) : 0;
    snprintf(again, sizeof again, SEED "%" PRIu64, out->seed);
    out->seeded = seed != NULL && strcmp(seed, again) == 0;
    if (out->seeded)
        return (size_t)(seed - id);
    out->seed = 0;
    return strlen(id);
}

static uint32_t shown_name(struct nt_strings *names, const char *id, size_t len)
{
    char *part = strndup(id, len), *shown = part != NULL ? nt_shown(part, false) : NULL;
    if (shown == NULL)
        names->err = NT_ENOMEM;
    uint32_t n = shown != NULL ? nt_string_number(names, shown, strlen(shown)) : 0;
    free(part);
    free(shown);
    return n;
}

int nt_diff_digest_make(struct nt_diff_digest *d, const struct nt_result_case *c, struct nt_strings *names,
                        struct nt_strings *texts)
{
    struct nt_text t = {0};
    *d = (struct nt_diff_digest){.outcome = c->outcome, .path = c->path != NULL ? nt_path_by_name(c->path) : 0};
    d->connect_ms = c->connect_ms;
    d->gap_ms = c->data_gap_ms;
    d->id.name = shown_name(names, c->id, name_length(c->id, &d->id));
    for (enum nt_diff_fact i = NT_FACT_OUTCOME; i < NT_FACT_COUNT && t.err == NT_OK; i++) {
        nt_diff_fact_put(&t, i, c);
        if (t.err == NT_OK)
            d->facts[i] = nt_string_number(texts, t.len > 0 ? t.p : "", t.len); /* a fact of nothing has no bytes */
    }
    int err = t.err != NT_OK ? t.err : names->err != NT_OK ? names->err : texts->err;
    nt_text_free(&t);
    return err;
}
