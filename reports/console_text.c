#include "reports/console_text.h"

#include "core/base/shown.h"
#include "reports/result/text.h"

#include <stdlib.h>
#include <string.h>

const char *nt_console_glyph(enum nt_outcome o)
{
    static const char *const glyphs[] = {"\xe2\x9c\x93", "\xe2\x9c\x97", "!", "-"};
    return glyphs[o];
}

const char *nt_console_colour(const struct nt_console *c, enum nt_outcome o)
{
    static const char *const colours[] = {"\033[32m", "\033[31m", "\033[35m", "\033[33m"};
    return c->colour ? colours[o] : "";
}

const char *nt_console_plain(const struct nt_console *c)
{
    return c->colour ? "\033[0m" : "";
}

static void put_spaces(const struct nt_console *c, size_t n)
{
    while (n-- > 0)
        fputc(' ', c->out);
}

/* The bytes of the first `n` characters, or of all. */
static size_t bytes_of(const char *s, size_t n)
{
    size_t len = 0;
    while (s[len] != '\0' && (n > 0 || ((unsigned char)s[len] & 0xc0) == 0x80))
        n -= ((unsigned char)s[len++] & 0xc0) != 0x80;
    return len;
}

void nt_console_put_cut(const struct nt_console *c, const char *text, size_t width, size_t pad)
{
    char *shown = nt_shown(text, false);
    const char *s = shown != NULL ? shown : "?";
    size_t len = nt_text_width(s);
    if (len <= width)
        fputs(s, c->out);
    else
        fprintf(c->out, "%.*s\xe2\x80\xa6", (int)bytes_of(s, width - 1), s);
    len = len < width ? len : width;
    put_spaces(c, pad > len ? pad - len : 0);
    free(shown);
}

static void break_line(const struct nt_console *c, const char *end, size_t indent)
{
    fprintf(c->out, "%s\n", end);
    put_spaces(c, indent);
}

/* The bytes of the next line, of at most `room` characters: up to its last blank, or all of it. */
static size_t line_length(const char *s, size_t room)
{
    size_t len = bytes_of(s, room), end = len;
    if (s[len] == '\0' || s[len] == ' ')
        return len;
    while (end > 0 && s[end - 1] != ' ')
        end--;
    return end > 0 ? end - 1 : len;
}

void nt_console_put_wrapped(const struct nt_console *c, const char *text, size_t at, size_t indent)
{
    char *shown = nt_shown(text, false);
    const char *s = shown != NULL ? shown : "?";
    while (c->width > indent && nt_text_width(s) + at > c->width) {
        size_t room = c->width > at ? c->width - at : 0, len = line_length(s, room);
        if (at > indent && strcspn(s, " ") > len) /* the first word fits better into the next line */
            len = 0;
        fwrite(s, 1, len, c->out);
        s += len + strspn(s + len, " ");
        break_line(c, "", indent);
        at = indent;
    }
    fputs(s, c->out);
    free(shown);
}

/* A line is broken before a character outside of quotes; within quotes they are closed and opened again; never within $'...'. */
enum quoting { PLAIN = 0, QUOTED, ESCAPED };

static enum quoting quoting_after(enum quoting now, char before, char ch)
{
    if (ch != '\'' || (before == '\\' && now != QUOTED))
        return now;
    return now != PLAIN ? PLAIN : before == '$' ? ESCAPED : QUOTED;
}

/* Breaks before s, when what comes up to the next blank does not fit. Returns the column after it. */
static size_t break_command(const struct nt_console *c, const char *s, bool after_blank, enum quoting q, size_t at, size_t indent)
{
    size_t word = nt_text_width(s) < strcspn(s, " ") ? nt_text_width(s) : strcspn(s, " ");
    if (after_blank && q == PLAIN && at > indent && at + word + 3 > c->width) {
        break_line(c, "\\", indent);
        return indent;
    }
    if (at + 3 < c->width || q == ESCAPED || s[0] == '\'' || (q == PLAIN && s[0] == ' '))
        return at;
    fputs(q == QUOTED ? "'\\\n'" : "\\\n", c->out);
    return q == QUOTED;
}

void nt_console_put_command(const struct nt_console *c, const char *text, size_t indent)
{
    char *shown = nt_shown(text, false);
    const char *s = shown != NULL ? shown : "?";
    enum quoting q = PLAIN;
    bool whole = nt_text_width(s) + indent <= c->width || c->width < indent + 20;
    put_spaces(c, indent);
    for (size_t i = 0, len, at = indent; s[i] != '\0'; i += len, at++) {
        len = bytes_of(s + i, 1);
        char before = i > 0 ? s[i - 1] : ' ';
        if (!whole)
            at = break_command(c, s + i, before == ' ', q, at, indent);
        q = quoting_after(q, before, s[i]);
        fwrite(s + i, 1, len, c->out);
    }
    fputc('\n', c->out);
    free(shown);
}
