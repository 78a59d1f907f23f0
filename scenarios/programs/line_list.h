/* Candidate lines that one side has told the other. */
#ifndef NT_PROGRAMS_LINE_LIST_H
#define NT_PROGRAMS_LINE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define NT_PROCESS_LINES_MAX 512 /* candidates of one side */

struct nt_line_list {
    char *items[NT_PROCESS_LINES_MAX];
    size_t count;
};

bool nt_line_list_has(const struct nt_line_list *l, const char *text, size_t len);
bool nt_line_list_add(struct nt_line_list *l, const char *text, size_t len); /* false: there is no room */
void nt_line_list_free(struct nt_line_list *l);                              /* all lines */

#endif
