/* What terminal, Markdown and page say alike of two runs. The texts are as core/base/shown.h shows them. */
#ifndef NT_DIFF_SENTENCES_H
#define NT_DIFF_SENTENCES_H

#include "scenarios/diff/diff.h"

void nt_diff_put_cases(struct nt_text *t, size_t n);                   /* "1 case" */
void nt_diff_put_headline(struct nt_text *t, const struct nt_diff *d); /* "natsim diff: 2 cases differ" */
/* "natsim 1.0.0, 25 cases: 23 passed, 2 failed" */
void nt_diff_put_run(struct nt_text *t, const struct nt_diff_run *run);
/* Behind an id: " in 37 of 200 seeds, such as 17"; nothing for a case without seeds. */
void nt_diff_put_seeds(struct nt_text *t, const struct nt_diff_member *m);
/* "25 cases in both runs: 23 the same, 2 differ; 1 only in the new run" */
void nt_diff_put_totals(struct nt_text *t, const struct nt_diff *d);
/* What a reader must know about the comparison, by number; false: there is no such note. */
bool nt_diff_put_note(struct nt_text *t, const struct nt_diff *d, size_t number);

#endif
