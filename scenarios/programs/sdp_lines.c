#include "scenarios/programs/sdp_lines.h"

#include <string.h>

bool nt_sdp_next_line(const char *text, size_t len, size_t *at, const char **line, size_t *line_len)
{
    if (*at >= len)
        return false;
    const char *start = text + *at, *end = memchr(start, '\n', len - *at);
    size_t n = end != NULL ? (size_t)(end - start) : len - *at;
    *at += n + 1;
    *line = start;
    *line_len = n > 0 && start[n - 1] == '\r' ? n - 1 : n;
    return true;
}

bool nt_sdp_find(const char *text, size_t len, const char *prefix, char *buf, size_t cap)
{
    const char *line;
    size_t at = 0, n, skip = strlen(prefix);
    while (nt_sdp_next_line(text, len, &at, &line, &n)) {
        if (n < skip || memcmp(line, prefix, skip) != 0)
            continue;
        if (n - skip >= cap)
            return false;
        memcpy(buf, line + skip, n - skip);
        buf[n - skip] = '\0';
        return true;
    }
    return false;
}

bool nt_sdp_has_line(const char *text, size_t len, const char *wanted, size_t wanted_len)
{
    const char *line;
    size_t at = 0, n;
    while (nt_sdp_next_line(text, len, &at, &line, &n))
        if (n == wanted_len && memcmp(line, wanted, n) == 0)
            return true;
    return false;
}

/* As the reader of core: libjuice and libdatachannel write "ice2,trickle". */
static bool separates(char c)
{
    return c == '\0' || c == ' ' || c == ',';
}

bool nt_sdp_has_tag(const char *text, const char *tag)
{
    size_t len = strlen(tag);
    for (const char *p = text; (p = strstr(p, tag)) != NULL; p += len)
        if ((p == text || separates(p[-1])) && separates(p[len]))
            return true;
    return false;
}

bool nt_sdp_trickles(const char *text, size_t len)
{
    char options[256];
    return nt_sdp_find(text, len, "a=ice-options:", options, sizeof options) && nt_sdp_has_tag(options, "trickle");
}
