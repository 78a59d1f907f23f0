#include "core/base/shown.h"

#include "core/base/strings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t decode(const unsigned char *p, size_t len)
{
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (p[i] & 0x3fu);
    return c;
}

/* Of those beyond ASCII. UAX #9: Bidi_Control; XML 1.0 has neither U+FFFE nor U+FFFF. */
static bool is_hidden(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0x80, 0x9f},     {0x61c, 0x61c},    {0x200b, 0x200b}, {0x200e, 0x200f},
                                         {0x2028, 0x202e}, {0x2060, 0x206f},  {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
                                         {0xfffe, 0xffff}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static void name_byte(unsigned char c, char text[NT_SHOWN_BYTES])
{
    static const char from[] = "\n\t\r", to[] = "ntr";
    const char *at = c != '\0' ? strchr(from, c) : NULL;
    if (at != NULL)
        snprintf(text, NT_SHOWN_BYTES, "\\%c", to[at - from]);
    else
        snprintf(text, NT_SHOWN_BYTES, "\\x%02x", c);
}

size_t nt_shown_character(const char *s, size_t left, char text[NT_SHOWN_BYTES], bool *plain)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t len = nt_utf8_length(s, left);
    uint32_t c = len > 0 ? decode(p, len) : p[0];
    *plain = len == 1 ? c >= 0x20 && c < 0x7f : len > 1 && !is_hidden(c);
    if (*plain) {
        memcpy(text, s, len);
        text[len] = '\0';
    } else if (len > 1) {
        snprintf(text, NT_SHOWN_BYTES, "[U+%04X]", (unsigned)(c & 0x1fffff));
    } else {
        name_byte(p[0], text);
    }
    return len > 0 ? len : 1;
}

/* Puts the text as it is shown at `out`, if that is not NULL; returns its length. */
static size_t put_shown(const char *s, bool lines, char *out)
{
    char one[NT_SHOWN_BYTES];
    size_t sum = 0;
    bool plain;
    for (size_t left = strlen(s), len; left > 0; s += len, left -= len) {
        len = nt_shown_character(s, left, one, &plain);
        if (lines && *s == '\n')
            memcpy(one, "\n", 2);
        size_t n = strlen(one);
        if (out != NULL)
            memcpy(out + sum, one, n);
        sum += n;
    }
    return sum;
}

char *nt_shown(const char *s, bool lines)
{
    const char *text = s != NULL ? s : "";
    size_t len = put_shown(text, lines, NULL);
    char *copy = malloc(len + 1);
    if (copy == NULL)
        return NULL;
    put_shown(text, lines, copy);
    copy[len] = '\0';
    return copy;
}

bool nt_is_shown_plain(const char *s)
{
    char one[NT_SHOWN_BYTES];
    bool plain = true;
    for (size_t left = strlen(s), len; left > 0 && plain; s += len, left -= len)
        len = nt_shown_character(s, left, one, &plain);
    return plain;
}
