#include "scenarios/diff/print.h"

#include "core/base/err.h"
#include "scenarios/diff/sentences.h"

#include <stdlib.h>
#include <string.h>

#define CHANGES_SHOWN 20 /* of a group */
#define IDS_SHOWN 3      /* of a change */
#define WIDTH_MIN 30     /* narrower ones are not folded for */

struct printer {
    struct nt_diff_screen screen;
    struct nt_text t;
    int err;
};

static const char *colour_of(const struct printer *p, enum nt_diff_mark mark)
{
    static const char *const colours[] = {"\033[31m", "\033[33m", "\033[32m"};
    return p->screen.colour ? colours[mark] : "";
}

static const char *mark_of(enum nt_diff_mark mark)
{
    static const char *const marks[] = {"\xe2\x9c\x97", "~", "\xe2\x9c\x93"};
    return marks[mark];
}

static void put_spaces(FILE *out, size_t n)
{
    while (n-- > 0)
        fputc(' ', out);
}

/* The bytes of `s` that go on a line of so many columns: whole words, or the first one if it is longer. */
static size_t line_length(const char *s, size_t columns)
{
    size_t at = 0, fits = 0, width = 0;
    for (; s[at] != '\0'; at++) {
        if (s[at] == ' ')
            fits = at;
        width += ((unsigned char)s[at] & 0xc0) != 0x80;
        if (width > columns && fits > 0)
            return fits;
    }
    return at;
}

/* Prints p->t, which begins in column `used`, and empties it; further lines begin at `indent`. */
static void put_folded(struct printer *p, size_t used, size_t indent)
{
    const char *s = p->t.p != NULL ? p->t.p : "";
    bool fold = p->screen.width >= WIDTH_MIN + indent;
    if (p->t.err != NT_OK)
        p->err = p->t.err;
    for (;;) {
        size_t len = fold ? line_length(s, p->screen.width - used) : strlen(s);
        fwrite(s, 1, len, p->screen.out);
        fputc('\n', p->screen.out);
        s += len;
        if (*s == '\0')
            break;
        s += *s == ' ';
        put_spaces(p->screen.out, indent);
        used = indent;
    }
    p->t.len = 0;
}

static void put_line(struct printer *p, size_t indent)
{
    put_spaces(p->screen.out, indent);
    put_folded(p, indent, indent + 2);
}

static void put_run(struct printer *p, const char *which, const struct nt_diff_run *run)
{
    nt_text_printf(&p->t, "%s: ", which);
    char *clean = nt_clean(run->name, false);
    if (clean == NULL)
        p->err = NT_ENOMEM;
    nt_text_put(&p->t, clean);
    free(clean);
    nt_text_put(&p->t, ": ");
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
        fprintf(p->screen.out, "      and %zu more\n", c->member_count - IDS_SHOWN);
}

static void put_change(struct printer *p, const struct nt_diff *d, const struct nt_diff_change *c)
{
    enum nt_diff_mark mark = nt_diff_group_mark(c->group);
    fprintf(p->screen.out, "  %s%s%s ", colour_of(p, mark), mark_of(mark), p->screen.colour ? "\033[0m" : "");
    nt_text_put(&p->t, c->text);
    put_folded(p, 4, 6);
    if (c->also[0] != '\0') {
        nt_text_printf(&p->t, "%s %s", c->cases > 1 ? "in the first also" : "also", c->also);
        put_line(p, 6);
    }
    put_members(p, d, c);
    if (c->command != NULL)
        fprintf(p->screen.out, "      %s\n", c->command); /* not folded, so that it can be pasted */
}

static void put_group(struct printer *p, const struct nt_diff *d, size_t first, size_t count)
{
    enum nt_diff_group g = d->changes[first].group;
    size_t hidden = 0;
    fprintf(p->screen.out, "\n%s%s%s: ", colour_of(p, nt_diff_group_mark(g)), nt_diff_group_title(g),
            p->screen.colour ? "\033[0m" : "");
    nt_diff_put_cases(&p->t, d->in_group[g]);
    put_folded(p, 0, 2);
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

int nt_diff_print(const struct nt_diff_screen *screen, const struct nt_diff *d)
{
    struct printer p = {.screen = *screen};
    put_run(&p, "old", &d->runs[0]);
    put_run(&p, "new", &d->runs[1]);
    for (size_t i = 0, n; (n = nt_diff_group_span(d, i)) > 0; i += n)
        put_group(&p, d, i, n);
    fputc('\n', screen->out);
    nt_diff_put_totals(&p.t, d);
    put_line(&p, 0);
    put_notes(&p, d);
    nt_text_free(&p.t);
    return p.err;
}
