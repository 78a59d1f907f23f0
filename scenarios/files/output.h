/* The directory of a run's outputs: captures, the log of finished cases, the reports. */
#ifndef NT_FILES_OUTPUT_H
#define NT_FILES_OUTPUT_H

#include "pcap/capture.h"
#include "reports/result/result.h"

/* Makes the directory and its captures/. 0 or NT_EIO (errno). */
int nt_output_make(const char *dir);
int nt_output_make_logs(const char *dir);
/* Beginning of the names of a case's logs ("DIR/logs/ID", as captures are named), where there is room for them; NULL: there is
 * none, and a run goes without. The caller frees it. */
char *nt_output_logs(const char *dir, const char *id);
/* Writes the case's capture and sets r->capture. 0, NT_EIO, NT_ENOMEM. */
int nt_output_capture(const char *dir, const struct nt_capture *c, bool plain, struct nt_result_case *r);
/* Gives the results the date, for --stamp. 0 or NT_ENOMEM. */
int nt_output_stamp(struct nt_results *r);
/* Writes results.json, junit.xml and report.html; complains on standard error. 0 or a negative error. */
int nt_output_reports(const char *dir, const struct nt_results *r);
#define NT_CASE_PLACE_MAX UINT32_MAX /* of cases and of shards */

/* A case's place in the whole run: the `order`th of `of` cases, which went over `shards` processes (1: it was not divided). */
struct nt_case_place {
    uint64_t order, of, shards;
};

/* One line of cases.jsonl: the case's JSON with its place; and back. */
char *nt_output_line(const char *case_json, const struct nt_case_place *place);
const char *nt_output_line_place(const char *line, size_t len, struct nt_case_place *place); /* the JSON without it begins here with '{' missing; NULL: malformed */

#endif
