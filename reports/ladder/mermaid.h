/* The ladder as a sequence diagram of Mermaid, which GitHub draws in Markdown. */
#ifndef NT_LADDER_MERMAID_H
#define NT_LADDER_MERMAID_H

#include "reports/ladder/ladder.h"
#include "reports/result/text.h"

#define NT_MERMAID_LINES                                                                                                           \
    60 /* of a diagram; the last one counts the rows that are left out, and names the command that shows them */

/* Appends the block, with the fences around it. */
void nt_ladder_mermaid(const struct nt_ladder *l, const struct nt_result_case *k, const char *command, struct nt_text *t);

#endif
