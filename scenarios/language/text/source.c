#include "scenarios/language/text/source.h"
#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHAT_MAX 512 /* longer messages are cut */

int nt_source_init(struct nt_source *s, const char *shown, const char *text, size_t len)
{
    *s = (struct nt_source){.shown = strdup(shown), .text = malloc(len + 1), .len = len, .line_count = 1};
    if (s->shown == NULL || s->text == NULL)
        return NT_ENOMEM;
    if (len != 0)
        memcpy(s->text, text, len);
    s->text[len] = '\0';
    for (size_t i = 0; i < len; i++)
        s->line_count += text[i] == '\n';
    s->lines = malloc(s->line_count * sizeof *s->lines);
    if (s->lines == NULL)
        return NT_ENOMEM;
    s->lines[0] = 0;
    for (size_t i = 0, n = 1; i < len; i++)
        if (text[i] == '\n')
            s->lines[n++] = (uint32_t)i + 1;
    return NT_OK;
}

void nt_source_free(struct nt_source *s)
{
    free(s->shown);
    free(s->text);
    free(s->lines);
    *s = (struct nt_source){0};
}

static void add_line(const struct nt_source *s, struct nt_diag *d, int line)
{
    if (line < 1 || (size_t)line > s->line_count || s->lines == NULL)
        return;
    const char *start = s->text + s->lines[line - 1];
    size_t len = strcspn(start, "\r\n");
    nt_diag_source(d, start, len);
}

static bool was_reported(const struct nt_source *s, const struct nt_diags *diags, struct nt_place at, const char *what)
{
    for (size_t i = 0; i < diags->count; i++) {
        const struct nt_diag *d = &diags->items[i];
        if (d->line == at.line && d->column == at.column && d->what != NULL && strcmp(d->what, what) == 0 && d->file != NULL &&
            strcmp(d->file, s->shown) == 0)
            return true;
    }
    return false;
}

static struct nt_diag *report(const struct nt_source *s, struct nt_diags *diags, struct nt_place at, const char *kind,
                              const char *fmt, va_list args)
{
    char what[WHAT_MAX];
    size_t n = (size_t)snprintf(what, sizeof what, "%s", kind);
    vsnprintf(what + n, sizeof what - n, fmt, args);
    if (diags == NULL || was_reported(s, diags, at, what))
        return NULL;
    struct nt_diag *d = nt_diag_add(diags, s->shown, at.line, at.column, "%s", what);
    if (d != NULL)
        add_line(s, d, at.line);
    return d;
}

struct nt_diag *nt_source_error(struct nt_source *s, struct nt_place at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct nt_diag *d = report(s, s->diags, at, "", fmt, args);
    va_end(args);
    s->errors++;
    return d;
}

struct nt_diag *nt_source_warn(struct nt_source *s, struct nt_place at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct nt_diag *d = report(s, s->warnings, at, "warning: ", fmt, args);
    va_end(args);
    return d;
}

void nt_source_nomem(struct nt_source *s)
{
    nt_source_error(s, (struct nt_place){0, 0}, "out of memory");
}

bool nt_source_full(const struct nt_source *s)
{
    return s->diags == NULL || s->diags->count >= NT_DIAGS_MAX || s->diags->dropped > 0;
}
