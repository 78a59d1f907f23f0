#include "scenarios/diff/markdown.h"

#include "core/base/err.h"
#include "reports/ci/markdown.h"
#include "scenarios/diff/sentences.h"

#define CHANGES_SHOWN 50 /* of a group: GitHub takes 1 MiB for a step, and 64 KiB of a comment */
#define IDS_SHOWN 20     /* of a change */

/* What is put here alone stands outside of code: words of natsim's own. */
static void put_run(struct nt_text *t, const char *which, const struct nt_diff_run *run)
{
    struct nt_text text = {0};
    nt_diff_put_run(&text, run);
    nt_text_printf(t, "- %s: ", which);
    nt_markdown_code(t, run->name);
    nt_text_put(t, ": ");
    nt_markdown_code(t, text.p);
    nt_text_put(t, "\n");
    t->err = text.err != NT_OK ? text.err : t->err;
    nt_text_free(&text);
}

static void put_members(struct nt_text *t, const struct nt_diff *d, const struct nt_diff_change *c)
{
    bool folded = c->member_count > 3;
    if (folded)
        nt_text_printf(t, "\n  <details><summary>%zu cases</summary>\n\n", c->cases);
    for (size_t i = 0; i < c->member_count && i < IDS_SHOWN; i++) {
        nt_text_put(t, "  - ");
        nt_markdown_code(t, d->names.items[c->members[i].name]);
        nt_diff_put_seeds(t, &c->members[i]);
        nt_text_put(t, "\n");
    }
    if (c->member_count > IDS_SHOWN)
        nt_text_printf(t, "  - and %zu more\n", c->member_count - IDS_SHOWN);
    nt_text_put(t, folded ? "\n  </details>\n" : "");
}

static void put_change(struct nt_text *t, const struct nt_diff *d, const struct nt_diff_change *c)
{
    nt_text_put(t, "- ");
    nt_markdown_code(t, c->text);
    if (c->also[0] != '\0') {
        nt_text_put(t, c->cases > 1 ? "; in the first also " : "; also ");
        nt_markdown_code(t, c->also);
    }
    nt_text_put(t, "\n");
    put_members(t, d, c);
    if (c->command == NULL)
        return;
    nt_text_put(t, "\n  ");
    nt_markdown_code(t, c->command);
    nt_text_put(t, "\n");
}

static void put_group(struct nt_text *t, const struct nt_diff *d, size_t first, size_t count)
{
    enum nt_diff_group g = d->changes[first].group;
    nt_text_printf(t, "\n### %s: ", nt_diff_group_title(g));
    nt_diff_put_cases(t, d->in_group[g]);
    nt_text_put(t, "\n\n");
    for (size_t i = 0; i < count && i < CHANGES_SHOWN; i++)
        put_change(t, d, &d->changes[first + i]);
    if (count > CHANGES_SHOWN)
        nt_text_printf(t, "- and %zu more changes\n", count - CHANGES_SHOWN);
}

static void put_notes(struct nt_text *t, const struct nt_diff *d)
{
    for (size_t i = 0;; i++) {
        size_t before = t->len;
        if (!nt_diff_put_note(t, d, i))
            return;
        nt_text_put(t, t->len > before ? "\n\n" : "");
    }
}

int nt_diff_markdown(FILE *out, const struct nt_diff *d)
{
    struct nt_text t = {0};
    nt_text_put(&t, "## ");
    nt_diff_put_headline(&t, d);
    nt_text_put(&t, "\n\n");
    put_run(&t, "old", &d->runs[0]);
    put_run(&t, "new", &d->runs[1]);
    nt_text_put(&t, "\n");
    nt_diff_put_totals(&t, d);
    nt_text_put(&t, "\n\n");
    put_notes(&t, d);
    for (size_t i = 0, n; (n = nt_diff_group_span(d, i)) > 0; i += n)
        put_group(&t, d, i, n);
    if (t.err == NT_OK)
        fwrite(t.p, 1, t.len, out);
    int err = t.err;
    nt_text_free(&t);
    return err;
}
