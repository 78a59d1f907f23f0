/* The texts of a finished case, which are made once, of the result and the capture in memory, by the process that ran the case. */
#ifndef NT_REPORTS_TEXTS_H
#define NT_REPORTS_TEXTS_H

#include "pcap/capture.h"
#include "reports/result/results.h"

enum nt_texts_wanted {
    NT_TEXTS_REPORTS = 1, /* those of junit.xml and report.html, too */
    NT_TEXTS_DETAILS = 2  /* the details even if the case passed */
};

/* What is to be made of the next case; 0, the log's text alone, when the results have no place for other texts. */
unsigned nt_texts_wanted(const struct nt_results *r);
/* Whether details are made of the case: only they need its capture. */
bool nt_texts_have_details(const struct nt_result_case *c, unsigned wanted);
/* Appends the texts, as nt_results_take takes them. `dir`: as in junit.h. `capture`: its ladder is drawn; may be NULL. `wanted`:
 * enum nt_texts_wanted. */
void nt_texts_make(struct nt_text *t, const struct nt_result_case *c, const char *dir, const struct nt_capture *capture,
                   unsigned wanted);
#endif
