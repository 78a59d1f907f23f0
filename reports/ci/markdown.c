#include "reports/ci/markdown.h"

#include <stdlib.h>
#include <string.h>

static size_t longest_run(const char *s, char c)
{
    size_t longest = 0;
    for (size_t n = 0; *s != '\0'; s++) {
        n = *s == c ? n + 1 : 0;
        longest = n > longest ? n : longest;
    }
    return longest;
}

static void put_fence(struct nt_text *t, size_t length)
{
    while (length-- > 0)
        nt_text_add(t, "`", 1);
}

/* CommonMark 6.1: the span ends at as many backticks as began it; one space is taken from each end if both have one and there is
 * more than spaces. */
void nt_markdown_code(struct nt_text *t, const char *s)
{
    char *clean = nt_clean(s, false);
    size_t len = clean != NULL ? strlen(clean) : 0, fence = clean != NULL ? longest_run(clean, '`') + 1 : 1;
    bool padded = len == 0 || strchr("` ", clean[0]) != NULL || strchr("` ", clean[len - 1]) != NULL;
    if (clean == NULL)
        t->err = NT_ENOMEM;
    put_fence(t, fence);
    nt_text_add(t, " ", padded);
    nt_text_put(t, clean);
    nt_text_add(t, " ", padded);
    put_fence(t, fence);
    free(clean);
}
