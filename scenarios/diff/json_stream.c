#include "scenarios/diff/json_stream.h"

#include "core/base/err.h"

#include <string.h>

int nt_json_stream_peek(struct nt_json_stream *s)
{
    int c;
    while ((c = getc_unlocked(s->in)) == ' ' || c == '\t' || c == '\r' || c == '\n')
        s->line += c == '\n';
    return c != EOF ? ungetc(c, s->in) : EOF;
}

bool nt_json_stream_take(struct nt_json_stream *s, char c)
{
    bool is = nt_json_stream_peek(s) == c;
    if (is)
        getc_unlocked(s->in);
    return is;
}

struct nesting {
    size_t depth;
    bool in_string, escaped;
};

/* Whether the value ends with this character. */
static bool ends_value(struct nesting *n, int c)
{
    if (n->escaped) {
        n->escaped = false;
    } else if (n->in_string) {
        n->escaped = c == '\\';
        n->in_string = c != '"';
    } else if (c == '"') {
        n->in_string = true;
        return false;
    } else if (c == '{' || c == '[') {
        n->depth++;
    } else if (c == '}' || c == ']') {
        n->depth--;
    }
    return n->depth == 0 && !n->in_string;
}

static int add_character(struct nt_json_stream *s, int c, size_t most)
{
    char byte = (char)c;
    s->line += c == '\n';
    nt_text_add(&s->value, &byte, 1);
    return s->value.len > most ? NT_ELIMIT : s->value.err;
}

static int end_of_file(const struct nt_json_stream *s)
{
    return ferror(s->in) ? NT_EIO : NT_EFORMAT;
}

/* A string, an object or a list. */
static int read_nested(struct nt_json_stream *s, size_t most)
{
    struct nesting n = {0};
    for (;;) {
        int c = getc_unlocked(s->in);
        int err = c != EOF ? add_character(s, c, most) : end_of_file(s);
        if (err != NT_OK || ends_value(&n, c))
            return err;
    }
}

/* A number, true, false or null. */
static int read_word(struct nt_json_stream *s, size_t most)
{
    int c, err = NT_OK;
    while (err == NT_OK && (c = getc_unlocked(s->in)) != EOF) {
        if (strchr(" \t\r\n,]}", c) != NULL && c != '\0') {
            ungetc(c, s->in);
            break;
        }
        err = add_character(s, c, most);
    }
    return err != NT_OK ? err : s->value.len > 0 ? NT_OK : end_of_file(s);
}

int nt_json_stream_value(struct nt_json_stream *s, size_t most)
{
    int c = nt_json_stream_peek(s);
    s->value.len = 0;
    if (c == EOF)
        return end_of_file(s);
    return c == '{' || c == '[' || c == '"' ? read_nested(s, most) : read_word(s, most);
}

void nt_json_stream_free(struct nt_json_stream *s)
{
    nt_text_free(&s->value);
}
