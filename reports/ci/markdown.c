#include "reports/ci/markdown.h"

#include "core/base/shown.h"

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
    char *shown = nt_shown(s, false);
    size_t len = shown != NULL ? strlen(shown) : 0, fence = shown != NULL ? longest_run(shown, '`') + 1 : 1;
    bool padded = len == 0 || strchr("` ", shown[0]) != NULL || strchr("` ", shown[len - 1]) != NULL;
    if (shown == NULL)
        t->err = NT_ENOMEM;
    put_fence(t, fence);
    nt_text_add(t, " ", padded);
    nt_text_put(t, shown);
    nt_text_add(t, " ", padded);
    put_fence(t, fence);
    free(shown);
}
