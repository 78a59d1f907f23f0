#define _GNU_SOURCE
#include "scenarios/command/conclusion.h"
#include "core/base/err.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "scenarios/command/ci_files.h"
#include "scenarios/command/complain.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define STAMP_BYTES 32
#define TERMINAL_WIDTH 80 /* of one that does not say */

static size_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : TERMINAL_WIDTH;
}

struct nt_console nt_console_on_stdout(const struct nt_options *o)
{
    bool terminal = isatty(STDOUT_FILENO) != 0;
    return (struct nt_console){.out = stdout,
                               .width = terminal ? terminal_width() : 0,
                               .colour = terminal && getenv("NO_COLOR") == NULL,
                               .verbose = o->verbose,
                               .quiet = o->quiet};
}

static int stamp(struct nt_results *results)
{
    time_t now = time(NULL);
    struct tm tm;
    results->stamp = calloc(1, STAMP_BYTES);
    if (results->stamp == NULL || gmtime_r(&now, &tm) == NULL)
        return NT_ENOMEM;
    strftime(results->stamp, STAMP_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return NT_OK;
}

int nt_conclusion_label(struct nt_results *results, const struct nt_options *o)
{
    results->seed = o->seed_given ? o->seed : results->case_count > 0 ? results->cases[0].brief.n.seed : 0;
    return o->stamp ? stamp(results) : NT_OK;
}

bool nt_conclusion_write(const struct nt_results *results, const struct nt_options *o)
{
    static const struct {
        const char *name;
        int (*write)(const struct nt_results *results, const char *dir);
    } reports[] = {{"results.json", nt_report_json}, {"junit.xml", nt_report_junit}, {"report.html", nt_report_html}};
    bool written = !results->incomplete; /* that was said when it happened */
    for (size_t i = 0; i < sizeof reports / sizeof *reports && !results->incomplete; i++) {
        char path[PATH_BYTES];
        int err = reports[i].write(results, o->out);
        if (err == NT_OK)
            continue;
        snprintf(path, sizeof path, "%s/%s", o->out, reports[i].name);
        nt_complain_unwritable(path, err, NT_MEND_DISK);
        written = false;
    }
    return (results->incomplete || nt_ci_files_write(results, o)) && written;
}

int nt_conclusion_exit(const struct nt_results *results, const struct nt_options *o, bool broken)
{
    size_t counts[4];
    nt_results_count(results, counts);
    if (broken || counts[NT_ERROR] > 0)
        return NT_EXIT_BROKEN;
    bool skipped = counts[NT_PASS] == 0 || (o->fail_on_skip && counts[NT_SKIP] > 0);
    return counts[NT_FAIL] > 0 || skipped ? NT_EXIT_FAILED : NT_EXIT_OK;
}
