#include "scenarios/programs/line_list.h"

#include <stdlib.h>
#include <string.h>

bool nt_line_list_has(const struct nt_line_list *l, const char *text, size_t len)
{
    for (size_t i = 0; i < l->count; i++)
        if (strlen(l->items[i]) == len && memcmp(l->items[i], text, len) == 0)
            return true;
    return false;
}

bool nt_line_list_add(struct nt_line_list *l, const char *text, size_t len)
{
    if (l->count == NT_PROCESS_LINES_MAX || (l->items[l->count] = strndup(text, len)) == NULL)
        return false;
    l->count++;
    return true;
}

void nt_line_list_free(struct nt_line_list *l)
{
    while (l->count > 0)
        free(l->items[--l->count]);
}
