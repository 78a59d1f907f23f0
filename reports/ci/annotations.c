#include "reports/ci/annotations.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "reports/ci/failures.h"

#include <stdlib.h>
#include <string.h>

/* GitHub, toolkit/packages/core/src/command.ts: in the message %, CR and LF are escaped, in a property ':' and ',', too. */
static void put_escaped(struct nt_text *t, const char *s, bool property)
{
    const char *const special = property ? "%\r\n:," : "%\r\n";
    char *shown = nt_shown(s, true);
    if (shown == NULL)
        t->err = NT_ENOMEM;
    for (const char *p = shown; p != NULL && *p != '\0';) {
        size_t n = strcspn(p, special);
        nt_text_add(t, p, n);
        p += n;
        if (*p != '\0')
            nt_text_printf(t, "%%%02X", (unsigned)(unsigned char)*p++);
    }
    free(shown);
}

static void put_failure(struct nt_text *t, const struct nt_ci_failure *f)
{
    const struct nt_brief *b = f->first;
    nt_text_put(t, "::error file=");
    put_escaped(t, b->place, true);
    if (b->n.line > 0)
        nt_text_printf(t, ",line=%d", b->n.line);
    nt_text_put(t, ",title=");
    put_escaped(t, b->id, true);
    nt_text_put(t, "::");
    put_escaped(t, b->reason, false);
    if (f->count > 1)
        nt_text_printf(t, "%%0Aand %zu more of this file, for the same cause", f->count - 1);
    nt_text_put(t, "%0A");
    put_escaped(t, b->command, false);
    nt_text_put(t, "\n");
}

/* The last annotation that GitHub shows counts the rest. */
static void put_failures(struct nt_text *t, const struct nt_ci_failures *f)
{
    size_t shown = f->count <= NT_CI_ANNOTATIONS_MAX ? f->count : NT_CI_ANNOTATIONS_MAX - 1, hidden = f->others;
    for (size_t i = 0; i < f->count; i++) {
        if (i < shown)
            put_failure(t, &f->items[i]);
        else
            hidden += f->items[i].count;
    }
    if (hidden > 0)
        nt_text_printf(t, "::error title=natsim::%zu more case%s failed: see the report\n", hidden, hidden == 1 ? "" : "s");
}

static void put_rest(struct nt_text *t, const struct nt_results *r)
{
    char part[NT_RESULTS_PART];
    size_t n[4];
    nt_results_count(r, n);
    if (n[NT_SKIP] > 0)
        nt_text_printf(t, "::warning title=natsim::%zu case%s skipped\n", n[NT_SKIP], n[NT_SKIP] == 1 ? " was" : "s were");
    if (r->partial)
        nt_text_printf(t, "::warning title=natsim::%s\n", nt_results_part(r, part));
}

int nt_ci_annotate_github(FILE *out, const struct nt_results *r)
{
    struct nt_ci_failures f;
    struct nt_text t = {0};
    int err = nt_ci_failures_make(&f, r);
    put_failures(&t, &f);
    put_rest(&t, r);
    if (err == NT_OK)
        err = t.err;
    if (err == NT_OK && t.len > 0)
        fwrite(t.p, 1, t.len, out);
    nt_ci_failures_free(&f);
    nt_text_free(&t);
    return err;
}
