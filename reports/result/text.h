/* Text that grows. */
#ifndef NT_RESULT_TEXT_H
#define NT_RESULT_TEXT_H

#include "core/base/diag.h"
#include "core/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct nt_text {
    char *p; /* NUL-terminated once something was added */
    size_t len, cap;
    int err; /* sticks: NT_ENOMEM */
};

void nt_text_reserve(struct nt_text *t, size_t len); /* room for so many bytes more, and a NUL */
/* Most texts are made of pieces of a few bytes. */
static inline void nt_text_add(struct nt_text *t, const char *bytes, size_t len)
{
    if (t->cap - t->len <= len)
        nt_text_reserve(t, len);
    if (t->err != NT_OK)
        return;
    if (len != 0)
        memcpy(t->p + t->len, bytes, len);
    t->len += len;
    t->p[t->len] = '\0';
}
void nt_text_put(struct nt_text *t, const char *s); /* NULL: nothing */
void nt_text_printf(struct nt_text *t, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_text_free(struct nt_text *t);

size_t nt_text_width(const char *s); /* characters of valid UTF-8 */

#endif
