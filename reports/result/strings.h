/* Strings, each kept once, in order of first use. */
#ifndef NT_RESULT_STRINGS_H
#define NT_RESULT_STRINGS_H

#include "core/base/map.h"

struct nt_strings {
    struct nt_map by_hash;
    char **items; /* NUL-terminated; they do not move */
    size_t count, cap;
    int err; /* sticks: NT_ENOMEM */
};

void nt_strings_init(struct nt_strings *s);
void nt_strings_free(struct nt_strings *s);
/* The number of a string, which is added if it is new; 0 without memory. */
uint32_t nt_string_number(struct nt_strings *s, const char *bytes, size_t len);
void nt_strings_drop(struct nt_strings *s, size_t count); /* all but the first `count` */

#endif
