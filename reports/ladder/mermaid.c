/* In the texts of a diagram '#' and ';' have a meaning, and what GitHub makes of '<', '`' and the like is its own matter: all signs
 * but the plainest are written as "#NN;", which Mermaid shows as the sign. */
#include "reports/ladder/mermaid.h"

#include "core/base/shown.h"
#include "reports/result/result.h"

#include <inttypes.h>
#include <stdlib.h>

#define TEXT_MAX 240 /* characters of a line's text: what is longer ends in "..." */

static void put_escaped(struct nt_text *t, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/()_+=-'";
    char *shown = nt_shown(text, false);
    size_t n = 0;
    if (shown == NULL)
        t->err = NT_ENOMEM;
    for (const char *s = shown; s != NULL && *s != '\0'; s++) {
        bool begins = ((unsigned char)*s & 0xc0) != 0x80;
        if (begins && n++ == TEXT_MAX) {
            nt_text_put(t, "...");
            break;
        }
        if ((unsigned char)*s >= 0x80 || strchr(plain, *s) != NULL)
            nt_text_add(t, s, 1);
        else
            nt_text_printf(t, "#%u;", (unsigned)(unsigned char)*s);
    }
    free(shown);
}

/* A note over one column, or over all. */
static void put_note(struct nt_text *t, uint32_t from, uint32_t to)
{
    if (from == to)
        nt_text_printf(t, "    Note over n%" PRIu32 ": ", from);
    else
        nt_text_printf(t, "    Note over n%" PRIu32 ",n%" PRIu32 ": ", from, to);
}

static void put_participants(struct nt_text *t, const struct nt_ladder *l)
{
    nt_text_put(t, "```mermaid\nsequenceDiagram\n");
    for (size_t i = 0; i < l->column_count; i++) {
        nt_text_printf(t, "    participant n%zu as ", i);
        put_escaped(t, l->columns[i]);
        nt_text_put(t, "\n");
    }
    if (l->column_count == 0) /* nothing ran, and a note needs one */
        nt_text_put(t, "    participant n0 as natsim\n");
}

static void put_verdict(struct nt_text *t, const struct nt_result_case *k, uint32_t last)
{
    const struct nt_result_why_not *why = nt_result_why(k);
    struct nt_text text = {0};
    nt_text_printf(&text, "%s %s", nt_outcome_name(k->outcome), k->id);
    if (k->path != NULL)
        nt_text_printf(&text, ", path %s", k->path);
    put_note(t, 0, last);
    put_escaped(t, text.p != NULL ? text.p : "");
    nt_text_put(t, "\n");
    if (k->outcome != NT_PASS || why != NULL) {
        put_note(t, 0, last);
        put_escaped(t, k->outcome != NT_PASS ? k->reason : why->text);
        nt_text_put(t, "\n");
    }
    nt_text_free(&text);
}

static void put_milliseconds(struct nt_text *t, nt_time at)
{
    nt_text_printf(t, "%" PRId64 ".%03d ms", at / NT_MSEC, (int)(at % NT_MSEC / NT_USEC));
}

static void put_packet(struct nt_text *t, const struct nt_ladder *l, const struct nt_ladder_row *r)
{
    bool regular;
    nt_time every = nt_ladder_every(l, r, &regular);
    nt_text_printf(t, "    n%" PRIu32 "%sn%" PRIu32 ": ", r->from, r->dropped ? "-x" : "->>", r->to);
    put_milliseconds(t, r->at);
    nt_text_put(t, " ");
    put_escaped(t, r->sizes != NULL ? r->sizes : r->text);
    if (r->repeats > 0) {
        nt_text_printf(t, ", %" PRIu32 " times, %severy ", r->repeats + 1, regular ? "" : "about ");
        put_milliseconds(t, every);
    }
    nt_text_put(t, "\n");
    if (*r->fate == '\0')
        return;
    put_note(t, r->to, r->to);
    put_escaped(t, r->fate);
    nt_text_put(t, "\n");
}

static void put_row(struct nt_text *t, const struct nt_ladder *l, const struct nt_ladder_row *r)
{
    if (!r->step) {
        put_packet(t, l, r);
        return;
    }
    put_note(t, r->from, r->to);
    put_milliseconds(t, r->at);
    nt_text_put(t, " step ");
    put_escaped(t, r->text);
    nt_text_put(t, "\n");
}

static size_t count_lines(const struct nt_text *t, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < t->len; i++)
        n += t->p[i] == '\n';
    return n;
}

void nt_ladder_mermaid(const struct nt_ladder *l, const struct nt_result_case *k, const char *command, struct nt_text *t)
{
    uint32_t last = l->column_count > 0 ? (uint32_t)l->column_count - 1 : 0;
    size_t start = t->len, left_out = 0, lines, i = 0;
    put_participants(t, l);
    put_verdict(t, k, last);
    for (lines = count_lines(t, start) - 1; i < l->row_count; i++) { /* the fence is none of the diagram's */
        const struct nt_ladder_row *r = &l->rows[i];
        size_t need = r->step || *r->fate == '\0' ? 1 : 2;
        if (r->folded)
            continue;
        if (left_out > 0 || lines + need >= NT_MERMAID_LINES) {
            left_out++;
            continue;
        }
        put_row(t, l, r);
        lines += need;
    }
    if (left_out + l->missing > 0) {
        put_note(t, 0, last);
        nt_text_printf(t, "%zu more rows", left_out);
        if (l->missing > 0)
            nt_text_printf(t, " and %" PRIu64 " frames", l->missing);
        nt_text_put(t, ": ");
        put_escaped(t, command);
        nt_text_put(t, "\n");
    }
    nt_text_put(t, "```\n");
}
