#include "tests/faulty/sdp_edit.h"
#include "core/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sdp_edit_read(struct sdp_edit *s, const char *text, size_t len)
{
    struct nt_sip_message m;
    if (nt_sip_read(&m, text, len) != NT_OK || m.body_len == 0 || m.body_len >= SDP_EDIT_MAX)
        return false;
    s->kind = m.kind;
    s->head_len = (size_t)(m.body - text);
    if (s->head_len >= sizeof s->head)
        return false;
    memcpy(s->head, text, s->head_len);
    s->head[s->head_len] = '\0';
    memcpy(s->body, m.body, m.body_len);
    s->len = m.body_len;
    s->body[s->len] = '\0';
    return true;
}

size_t sdp_edit_write(const struct sdp_edit *s, char *buf, size_t cap)
{
    static const char field[] = "Content-Length: ";
    const char *at = strstr(s->head, field);
    if (at == NULL)
        return 0;
    const char *rest = strstr(at, "\r\n");
    int n = snprintf(buf, cap, "%.*s%s%zu%s%s", (int)(at - s->head), s->head, field, s->len, rest, s->body);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

static size_t line_len(const char *line)
{
    return strcspn(line, "\r\n");
}

char *sdp_line(struct sdp_edit *s, const char *prefix, size_t n)
{
    for (char *at = s->body; *at != '\0'; at += line_len(at), at += strspn(at, "\r\n"))
        if (strncmp(at, prefix, strlen(prefix)) == 0 && n-- == 0)
            return at;
    return NULL;
}

bool sdp_get(struct sdp_edit *s, const char *prefix, size_t n, char out[SDP_LINE_MAX])
{
    const char *line = sdp_line(s, prefix, n);
    if (line != NULL)
        snprintf(out, SDP_LINE_MAX, "%.*s", (int)line_len(line), line);
    return line != NULL;
}

/* Replaces `old` bytes at `at` by the text. */
static void splice(struct sdp_edit *s, char *at, size_t old, const char *text)
{
    size_t new = strlen(text);
    if (s->len - old + new >= SDP_EDIT_MAX)
        return;
    memmove(at + new, at + old, s->len - (size_t)(at - s->body) - old + 1);
    memcpy(at, text, new);
    s->len = s->len - old + new;
}

bool sdp_replace(struct sdp_edit *s, const char *prefix, size_t n, const char *line)
{
    char *at = sdp_line(s, prefix, n);
    if (at != NULL)
        splice(s, at, line_len(at), line);
    return at != NULL;
}

void sdp_remove(struct sdp_edit *s, const char *prefix, size_t n)
{
    char *at = sdp_line(s, prefix, n);
    if (at != NULL)
        splice(s, at, line_len(at) + 2, "");
}

void sdp_reverse(struct sdp_edit *s, const char *prefix)
{
    char first[SDP_LINE_MAX], last[SDP_LINE_MAX];
    size_t count = 0;
    while (sdp_line(s, prefix, count) != NULL)
        count++;
    for (size_t i = 0; i < count / 2; i++) {
        sdp_get(s, prefix, i, first);
        sdp_get(s, prefix, count - 1 - i, last);
        sdp_replace(s, prefix, i, last);
        sdp_replace(s, prefix, count - 1 - i, first);
    }
}

void sdp_insert_before(struct sdp_edit *s, char *at, const char *line)
{
    char text[SDP_LINE_MAX];
    snprintf(text, sizeof text, "%s\r\n", line);
    splice(s, at, 0, text);
}

void sdp_append(struct sdp_edit *s, const char *line)
{
    sdp_insert_before(s, s->body + s->len, line);
}

static char *word_at(char *line, size_t word, size_t *len)
{
    char *at = line, *end = line + line_len(line);
    for (; word > 0 && at < end; word--)
        for (at += strcspn(at, " \r\n"); at < end && *at == ' '; at++)
            ;
    *len = strcspn(at, " \r\n");
    return at < end ? at : NULL;
}

bool sdp_set_word(struct sdp_edit *s, const char *prefix, size_t n, size_t word, const char *text)
{
    size_t len;
    char *line = sdp_line(s, prefix, n), *at = line != NULL ? word_at(line, word, &len) : NULL;
    if (at != NULL)
        splice(s, at, len, text);
    return at != NULL;
}

bool sdp_get_word(struct sdp_edit *s, const char *prefix, size_t n, size_t word, char out[SDP_LINE_MAX])
{
    size_t len;
    char *line = sdp_line(s, prefix, n), *at = line != NULL ? word_at(line, word, &len) : NULL;
    if (at != NULL)
        snprintf(out, SDP_LINE_MAX, "%.*s", (int)len, at);
    return at != NULL;
}
