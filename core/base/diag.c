#include "core/base/diag.h"
#include "core/base/map.h"
#include "core/base/shown.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64
#define SOURCE_WIDTH 120 /* characters of a source line that are shown */

static char *vformat(const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)n + 1, fmt, args);
    return text;
}

struct nt_diag *nt_diag_add(struct nt_diags *d, const char *file, int line, int column, const char *fmt, ...)
{
    if (nt_grow(&d->items, &d->cap, d->count + 1, sizeof *d->items, NT_DIAGS_MAX) != 0) {
        d->dropped++;
        return NULL;
    }
    struct nt_diag *item = &d->items[d->count++];
    va_list args;
    va_start(args, fmt);
    *item =
        (struct nt_diag){.file = file != NULL ? strdup(file) : NULL, .line = line, .column = column, .what = vformat(fmt, args)};
    va_end(args);
    return item;
}

void nt_diag_mend(struct nt_diag *d, const char *fmt, ...)
{
    if (d == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    free(d->mend);
    d->mend = vformat(fmt, args);
    va_end(args);
}

void nt_diag_source(struct nt_diag *d, const char *text, size_t len)
{
    if (d == NULL)
        return;
    free(d->source);
    d->source = strndup(text, len);
}

/* How the character at s is shown; tabs are kept. Returns its length. */
static size_t show_character(const char *s, char text[NT_SHOWN_BYTES], size_t *columns)
{
    bool plain;
    size_t len = nt_shown_character(s, strnlen(s, 4), text, &plain);
    if (*s == '\t')
        memcpy(text, "\t", 2);
    *columns = plain || *s == '\t' ? 1 : strlen(text);
    return len;
}

/* Prints at most `max` characters; returns where it stopped. */
static const char *print_text(FILE *out, const char *s, int max)
{
    char text[NT_SHOWN_BYTES];
    size_t columns;
    for (; *s != '\0' && max > 0; max--) {
        s += show_character(s, text, &columns);
        fputs(text, out);
    }
    return s;
}

static void print_place(FILE *out, const struct nt_diag *d)
{
    print_text(out, d->file != NULL ? d->file : "", INT_MAX);
    if (d->file != NULL)
        fputc(':', out);
    if (d->line > 0)
        fprintf(out, "%d:", d->line);
    if (d->column > 0)
        fprintf(out, "%d:", d->column);
    if (d->file != NULL || d->line > 0)
        fputc(' ', out);
}

/* The source line (of a long one the part around the column), and a caret under the column. Tabs are kept, so that the caret is in
 * its place. */
static void print_source(FILE *out, const struct nt_diag *d)
{
    char text[NT_SHOWN_BYTES];
    size_t columns;
    int skipped = d->column > SOURCE_WIDTH ? d->column - SOURCE_WIDTH / 2 : 0;
    const char *s = d->source;
    if (s == NULL)
        return;
    for (int i = 0; i < skipped && *s != '\0'; i++)
        s += show_character(s, text, &columns);
    fprintf(out, "    %s", skipped > 0 ? "..." : "");
    const char *rest = print_text(out, s, SOURCE_WIDTH);
    fprintf(out, "%s\n    %s", *rest != '\0' ? "..." : "", skipped > 0 ? "   " : "");
    for (int i = skipped + 1; i < d->column && *s != '\0'; i++) {
        size_t len = show_character(s, text, &columns);
        fprintf(out, "%*s", *s == '\t' ? 0 : (int)columns, *s == '\t' ? "\t" : "");
        s += len;
    }
    fputs(d->column > 0 ? "^\n" : "\n", out);
}

char *nt_diags_format(const struct nt_diags *d)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < d->count; i++) {
        const struct nt_diag *item = &d->items[i];
        print_place(out, item);
        print_text(out, item->what != NULL ? item->what : "out of memory", INT_MAX);
        fputs(item->mend != NULL ? ": " : "", out);
        print_text(out, item->mend != NULL ? item->mend : "", INT_MAX);
        fputc('\n', out);
        print_source(out, item);
    }
    if (d->dropped > 0)
        fprintf(out, "and %zu more\n", d->dropped);
    fclose(out);
    return text;
}

void nt_diags_clear(struct nt_diags *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->items[i].file);
        free(d->items[i].what);
        free(d->items[i].mend);
        free(d->items[i].source);
    }
    free(d->items);
    *d = (struct nt_diags){0};
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t la = strlen(a), lb = strlen(b);
    if (la > WORD_MAX || lb > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[lb];
}

const char *nt_nearest(const char *word, const char *const *words, size_t n)
{
    size_t limit = strlen(word) / 3 > 2 ? strlen(word) / 3 : 2;
    const char *best = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = edit_distance(word, words[i]);
        if (d <= limit && d < strlen(word)) {
            best = words[i];
            limit = d - (d > 0);
            if (d == 0)
                break;
        }
    }
    return best;
}
