#include "lines.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- lines --- */

bool nt_lines_fill(struct nt_lines *l, int fd)
{
    if (l->begin > 0) {
        memmove(l->buf, l->buf + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->begin = 0;
    }
    if (l->end == sizeof l->buf) { /* nt_lines_next has found no end of the line in all this */
        l->skipping = true;
        l->end = 0;
    }
    ssize_t n = read(fd, l->buf + l->end, sizeof l->buf - l->end);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    l->end += (size_t)n;
    return n > 0;
}

static json_t *object_of(const char *text, size_t len)
{
    json_error_t error;
    json_t *line = json_loadb(text, len, 0, &error);
    if (line == NULL)
        fprintf(stderr, "a line is no JSON: %s\n", error.text);
    else if (!json_is_object(line))
        fprintf(stderr, "a line is no object\n");
    if (json_is_object(line))
        return line;
    json_decref(line);
    return NULL;
}

json_t *nt_lines_next(struct nt_lines *l)
{
    char *end;
    while ((end = memchr(l->buf + l->begin, '\n', l->end - l->begin)) != NULL) {
        const char *text = l->buf + l->begin;
        l->begin = (size_t)(end - l->buf) + 1;
        json_t *line = l->skipping ? NULL : object_of(text, (size_t)(end - text));
        if (l->skipping)
            fprintf(stderr, "a line is longer than %d bytes\n", NT_LINE_MAX);
        l->skipping = false;
        if (line != NULL)
            return line;
    }
    return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

bool nt_lines_is(const json_t *line, const char *t)
{
    return strcmp(text_of(line, "t"), t) == 0;
}

void nt_lines_say(const char *format, ...)
{
    json_error_t error;
    va_list args;
    va_start(args, format);
    json_t *line = json_vpack_ex(&error, 0, format, args);
    va_end(args);
    if (line == NULL)
        fprintf(stderr, "cannot say that: %s\n", error.text);
    else if (json_dumpf(line, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF || fflush(stdout) != 0)
        exit(1); /* nobody listens any more */
    json_decref(line);
}

void nt_lines_unsupported(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(NT_LINES_UNSUPPORTED);
}

/* --- start --- */

struct url { /* RFC 7064, 7065: scheme ":" host [ ":" port ] [ "?transport=" transport ] */
    char host[256];
    unsigned long port;
    bool turn, tcp;
};

static bool read_scheme(struct url *url, const char **text)
{
    if (strncmp(*text, "stuns:", 6) == 0 || strncmp(*text, "turns:", 6) == 0)
        nt_lines_unsupported("STUN and TURN over TLS or DTLS are not supported by this adapter");
    url->turn = strncmp(*text, "turn:", 5) == 0;
    bool known = url->turn || strncmp(*text, "stun:", 5) == 0;
    *text += known ? 5 : 0;
    return known;
}

static bool read_host(struct url *url, const char **text)
{
    bool bracket = **text == '[';
    const char *host = *text + bracket;
    size_t len = strcspn(host, bracket ? "]" : ":?");
    *text = host + len + (bracket && host[len] == ']');
    if (len == 0 || len >= sizeof url->host)
        return false;
    memcpy(url->host, host, len);
    return true;
}

static bool read_port(struct url *url, const char **text)
{
    url->port = 3478; /* RFC 7064, 3.2; RFC 7065, 3.2 */
    if (**text != ':')
        return true;
    char *end;
    url->port = strtoul(*text + 1, &end, 10);
    bool digits = end > *text + 1 && strspn(*text + 1, "0123456789") == (size_t)(end - *text - 1);
    *text = end;
    return digits && url->port >= 1 && url->port <= UINT16_MAX;
}

static bool read_url(struct url *url, const char *text)
{
    *url = (struct url){0};
    if (!read_scheme(url, &text) || !read_host(url, &text) || !read_port(url, &text))
        return false;
    url->tcp = strcmp(text, "?transport=tcp") == 0;
    return *text == '\0' || url->tcp || strcmp(text, "?transport=udp") == 0;
}

static void add_server(struct nt_lines_start *start, const struct url *url, const struct addrinfo *a, const json_t *entry)
{
    if (start->server_count == NT_LINES_SERVERS_MAX) {
        fprintf(stderr, "more than %d addresses of servers\n", NT_LINES_SERVERS_MAX);
        return;
    }
    struct nt_lines_server *s = &start->servers[start->server_count];
    if (getnameinfo(a->ai_addr, a->ai_addrlen, s->ip, sizeof s->ip, NULL, 0, NI_NUMERICHOST) != 0)
        return;
    s->port = (uint16_t)url->port;
    s->turn = url->turn;
    s->tcp = url->tcp;
    s->user = text_of(entry, "username");
    s->credential = text_of(entry, "credential");
    start->server_count++;
}

static void add_url(struct nt_lines_start *start, const char *text, const json_t *entry)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    struct url url;
    if (text == NULL || !read_url(&url, text)) {
        fprintf(stderr, "no server's URL: %s\n", text != NULL ? text : "(no string)");
        return;
    }
    int r = getaddrinfo(url.host, NULL, &hints, &found);
    if (r != 0) {
        fprintf(stderr, "%s: %s\n", url.host, gai_strerror(r));
        return;
    }
    for (const struct addrinfo *a = found; a != NULL; a = a->ai_next)
        add_server(start, &url, a, entry);
    freeaddrinfo(found);
}

void nt_lines_read_start(struct nt_lines_start *start, const json_t *line)
{
    const json_t *entry, *url, *offerer = json_object_get(line, "offerer");
    size_t i, k;
    *start = (struct nt_lines_start){.controlling = strcmp(text_of(line, "role"), "controlling") == 0,
                                     .relay_only = strcmp(text_of(line, "policy"), "relay") == 0};
    start->offerer = offerer != NULL ? json_is_true(offerer) : start->controlling;
    json_array_foreach(json_object_get(line, "ice"), i, entry)
    {
        const json_t *urls = json_object_get(entry, "urls");
        if (json_is_string(urls)) /* W3C's RTCIceServer has one or a list */
            add_url(start, json_string_value(urls), entry);
        json_array_foreach(urls, k, url) add_url(start, json_string_value(url), entry);
    }
}
