/* The records of the page, made of a case by the process that ran it, from the table of its fields (result_fields.h). A record is a
 * list, in the order of the names in nt_page_names, by which the script reads it. Strings that cases have in common are numbers:
 * within a record that has not reached the page yet they are numbers of a table that it brings along. */
#ifndef NT_PAGE_PAGE_RECORD_H
#define NT_PAGE_PAGE_RECORD_H

#include "pcap/capture.h"
#include "reports/result/results.h"

#define NT_PAGE_RECORD_MAX (NT_PAGE_DETAILS_MAX / 16) /* bytes of the details of a case that passed, to leave room for others */

/* Appends what the overview has of a case. */
void nt_page_overview(struct nt_text *t, const struct nt_result_case *c);
/* Appends what a case shows when it is opened: agents, violations, the ladder of the capture, which may be NULL, and the ends of
 * the logs that lie in `dir`. */
void nt_page_details(struct nt_text *t, const struct nt_result_case *c, const char *dir, const struct nt_capture *capture);
/* The names of the members of both records, as JSON. */
void nt_page_names(struct nt_text *t);

/* Appends a record with the numbers that its strings have, or now get, in `strings`. 0, NT_ENOMEM, or NT_EFORMAT. */
int nt_page_record_join(struct nt_text *t, struct nt_strings *strings, const char *record, size_t len);
/* Its length in the page is at least this. */
size_t nt_page_record_least(const char *record, size_t len);

#endif
