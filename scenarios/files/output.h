/* The directory of a run's outputs: its captures and the logs of real programs. */
#ifndef NT_FILES_OUTPUT_H
#define NT_FILES_OUTPUT_H

#include "pcap/capture.h"
#include "reports/result/result.h"

/* Makes the directory and its captures/. 0 or NT_EIO (errno). */
int nt_output_make(const char *dir);
int nt_output_make_logs(const char *dir); /* likewise logs/ */
/* The beginning of the names of a case's logs, "DIR/logs/ID", after its directory was made. NULL: it cannot be made, and the case
 * runs without logs. The caller frees. */
char *nt_output_logs(const char *dir, const char *id);
/* Writes the case's capture and sets r->capture. 0, NT_EIO, NT_ENOMEM. */
int nt_output_capture(const char *dir, const struct nt_capture *c, bool plain, struct nt_result_case *r);

#endif
