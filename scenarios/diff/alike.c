#include "scenarios/diff/alike.h"

#include <string.h>

void nt_alike_key(struct nt_text *key, const char *text)
{
    nt_text_add(key, "", 0);
    for (const char *p = text; *p != '\0';) {
        size_t digits = strspn(p, "0123456789");
        nt_text_add(key, digits > 0 ? "#" : p, 1);
        p += digits > 0 ? digits : 1;
    }
}
