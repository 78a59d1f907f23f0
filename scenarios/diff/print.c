#include "scenarios/diff/print.h"

#include "core/base/err.h"
#include "scenarios/diff/sentences.h"

#define CHANGES_SHOWN 20 /* of a group */
#define IDS_SHOWN 3      /* of a change */

struct printer {
    const struct nt_console *c;
    struct nt_text t;
    int err;
};

/* Bad, changed and good have the colours of what failed, was skipped and passed. */
static const char *colour_of(const struct printer *p, enum nt_diff_mark mark)
{
    static const enum nt_outcome outcomes[] = {NT_FAIL, NT_SKIP, NT_PASS};
    return nt_console_colour(p->c, outcomes[mark]);
}

static const char *mark_of(enum nt_diff_mark mark)
{
    return mark == NT_DIFF_CHANGED ? "~" : nt_console_glyph(mark == NT_DIFF_BAD ? NT_FAIL : NT_PASS);
}

/* Prints p->t from column `at` on, and empties it. */
static void put_text(struct printer *p, size_t at, size_t indent)
{
    if (p->t.err != NT_OK)
        p->err = p->t.err;
    nt_console_put_wrapped(p->c, p->t.len > 0 ? p->t.p : "", at, indent);
    fputc('\n', p->c->out);
    p->t.len = 0;
}

static void put_line(struct printer *p, size_t indent)
{
    fprintf(p->c->out, "%*s", (int)indent, "");
    put_text(p, indent, indent + 2);
}

static void put_run(struct printer *p, const char *which, const struct nt_diff_run *run)
{
    nt_text_printf(&p->t, "%s: %s: ", which, run->name);
    nt_diff_put_run(&p->t, run);
    put_line(p, 0);
}

static void put_members(struct printer *p, const struct nt_diff *d, const struct nt_diff_change *c)
{
    for (size_t i = 0; i < c->member_count && i < IDS_SHOWN; i++) {
        nt_text_put(&p->t, d->names.items[c->members[i].name]);
        nt_diff_put_seeds(&p->t, &c->members[i]);
        put_line(p, 6);
    }
    if (c->member_count > IDS_SHOWN)
        fprintf(p->c->out, "      and %zu more\n", c->member_count - IDS_SHOWN);
}

static void put_change(struct printer *p, const struct nt_diff *d, const struct nt_diff_change *c)
{
    enum nt_diff_mark mark = nt_diff_group_mark(c->group);
    fprintf(p->c->out, "  %s%s%s ", colour_of(p, mark), mark_of(mark), nt_console_plain(p->c));
    nt_text_put(&p->t, c->text);
    put_text(p, 4, 6);
    if (c->also[0] != '\0') {
        nt_text_printf(&p->t, "%s %s", c->cases > 1 ? "in the first also" : "also", c->also);
        put_line(p, 6);
    }
    put_members(p, d, c);
    if (c->command != NULL)
        nt_console_put_command(p->c, c->command, 6);
}

static void put_group(struct printer *p, const struct nt_diff *d, size_t first, size_t count)
{
    enum nt_diff_group g = d->changes[first].group;
    size_t hidden = 0;
    fprintf(p->c->out, "\n%s%s%s: ", colour_of(p, nt_diff_group_mark(g)), nt_diff_group_title(g), nt_console_plain(p->c));
    nt_diff_put_cases(&p->t, d->in_group[g]);
    put_text(p, 0, 0); /* no title is as wide as a terminal */
    for (size_t i = 0; i < count; i++) {
        if (i < CHANGES_SHOWN)
            put_change(p, d, &d->changes[first + i]);
        else
            hidden += d->changes[first + i].cases;
    }
    if (hidden == 0)
        return;
    nt_text_printf(&p->t, "and %zu more changes, in ", count - CHANGES_SHOWN);
    nt_diff_put_cases(&p->t, hidden);
    nt_text_put(&p->t, ": --out DIR makes a page of them");
    put_line(p, 2);
}

static void put_notes(struct printer *p, const struct nt_diff *d)
{
    for (size_t i = 0; nt_diff_put_note(&p->t, d, i); i++)
        if (p->t.len > 0)
            put_line(p, 0);
}

int nt_diff_print(const struct nt_console *console, const struct nt_diff *d)
{
    struct printer p = {.c = console};
    put_run(&p, "old", &d->runs[0]);
    put_run(&p, "new", &d->runs[1]);
    for (size_t i = 0, n; (n = nt_diff_group_span(d, i)) > 0; i += n)
        put_group(&p, d, i, n);
    fputc('\n', console->out);
    nt_diff_put_totals(&p.t, d);
    put_line(&p, 0);
    put_notes(&p, d);
    nt_text_free(&p.t);
    return p.err;
}
