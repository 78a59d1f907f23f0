/* Text from outside in Markdown, as GitHub, GitLab and the others read it. */
#ifndef NT_CI_MARKDOWN_H
#define NT_CI_MARKDOWN_H

#include "reports/result/text.h"

/* Appends a code span, in which nothing is markup, link or mention. Text is as core/base/shown.h shows it. */
void nt_markdown_code(struct nt_text *t, const char *s);

#endif
