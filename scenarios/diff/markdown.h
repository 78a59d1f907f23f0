/* The differences in Markdown, for the summary of a CI's step or a comment of a pull request. */
#ifndef NT_DIFF_MARKDOWN_H
#define NT_DIFF_MARKDOWN_H

#include "scenarios/diff/diff.h"

#include <stdio.h>

/* 0 or NT_ENOMEM. */
int nt_diff_markdown(FILE *out, const struct nt_diff *d);

#endif
