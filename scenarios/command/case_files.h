/* The files of one case: its capture, the logs of its real programs, and the same of a run that passed where others did not:
 *
 *   captures/ID.pcapng         logs/ID.L.log          of the run that decides
 *   captures/ID+passed.pcapng  logs/ID+passed.L.log   of the first that passed, when that is another one
 *                              logs/ID+run.L.log      of a run that has not ended yet
 */
#ifndef NT_COMMAND_CASE_FILES_H
#define NT_COMMAND_CASE_FILES_H

#include "pcap/spool.h"
#include "reports/result/result.h"
#include "scenarios/files/output.h"
#include "scenarios/files/run_record.h"
#include "scenarios/run/repeat.h"

#define NT_CASE_FILES_COMMENT 4096

struct nt_log_names { /* what follows the prefix: ".L.log" */
    char **items;
    size_t count;
};

struct nt_case_files {
    const struct nt_run_record *record;
    const char *out;                            /* --out */
    char *name;                                 /* how the names begin: captures/NAME, logs/NAME */
    struct nt_output_capture capture, passed;   /* passed: of such a run */
    char comment[NT_CASE_FILES_COMMENT];        /* of the captures' headers */
    char *logs, *later_logs, *passed_logs;      /* "DIR/logs/NAME", +run, +passed; NULL: there are none */
    struct nt_log_names decide, latest, others; /* of the run that decides, of the one that runs, of the one that passed */
    unsigned runs;                              /* that have ended */
    bool has_passed;                            /* one passed where others did not */
    int err, saved_errno;                       /* of a capture */
};

/* `name` is taken over: NULL is no memory. An error is told by nt_case_files_write. nt_case_files_free in any case. */
void nt_case_files_begin(struct nt_case_files *f, const struct nt_run_record *record, const char *out, char *name, bool plain_pcap);
void nt_case_files_free(struct nt_case_files *f);
struct nt_program_logs nt_case_files_logs(struct nt_case_files *f); /* makes their directory */
struct nt_repeat_files nt_case_files_of_runs(struct nt_case_files *f);
void nt_case_files_list_logs(struct nt_case_files *f, struct nt_result_case *r); /* when the case has ended */
/* Writes what is to be kept of the case, and puts the names into its result; an error becomes its outcome. */
void nt_case_files_write(struct nt_case_files *f, struct nt_capture *capture, struct nt_result_case *r);
#endif
