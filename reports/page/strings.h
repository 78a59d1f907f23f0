/* Inside of the room: strings, each written once, in order of first use, and referred to by number. */
#ifndef NT_PAGE_STRINGS_H
#define NT_PAGE_STRINGS_H

#include "core/base/map.h"
#include "reports/result/text.h"

struct nt_strings {
    struct nt_map by_hash;
    struct nt_text json; /* "a","b",... */
    char **items;
    size_t count, cap;
    int err; /* sticks */
};

void nt_strings_init(struct nt_strings *s);
void nt_strings_free(struct nt_strings *s);
size_t nt_string_number(struct nt_strings *s, const char *text); /* NULL is "" */
/* A JSON string that is safe within a script element. */
void nt_text_json(struct nt_text *t, const char *s);

#endif
