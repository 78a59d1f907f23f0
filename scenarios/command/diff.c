#include "scenarios/command/diff.h"
#include "core/base/err.h"
#include "reports/output.h"
#include "scenarios/command/ci_files.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/say.h"
#include "scenarios/diff/markdown.h"
#include "scenarios/diff/page.h"
#include "scenarios/diff/print.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define PAGE "diff.html"

static int write_summary(FILE *out, const void *d)
{
    return nt_diff_markdown(out, d);
}

static int write_page(const struct nt_diff *d, const char *dir)
{
    struct nt_file f;
    int err = mkdir(dir, 0777) == 0 || errno == EEXIST ? nt_output_begin(&f, dir, PAGE) : NT_EIO;
    if (err == NT_OK)
        err = nt_file_end(&f, nt_diff_page(f.out, d));
    if (err != NT_OK)
        nt_complain_unwritable(dir, err, NT_MEND_OUT);
    else
        nt_say("page: %s/" PAGE, dir);
    return err;
}

static int tell(const struct nt_diff *d, const struct nt_options *o)
{
    struct nt_console console = nt_console_on_stdout(o);
    bool told = nt_diff_print(&console, d) == NT_OK;
    if (o->summary != NULL)
        told = nt_ci_append_summary(o->summary, write_summary, d) && told;
    if (o->out_given)
        told = write_page(d, o->out) == NT_OK && told;
    if (!told)
        return NT_EXIT_BROKEN;
    return nt_diff_found(d) > 0 ? NT_EXIT_FAILED : NT_EXIT_OK;
}

int nt_command_diff(const struct nt_options *o)
{
    struct nt_diags diags = {0};
    struct nt_diff d;
    if (o->args.count != 2) {
        nt_say_error("diff takes two runs, not %zu: natsim diff OLD NEW", o->args.count);
        return NT_EXIT_USAGE;
    }
    const struct nt_diff_options options = {o->advice, o->tolerance_given ? o->tolerance / NT_MSEC : -1};
    int err = nt_diff_make(&d, o->args.items[0], o->args.items[1], &options, &diags);
    int r = err == NT_OK ? tell(&d, o) : err == NT_EFORMAT ? NT_EXIT_USAGE : NT_EXIT_BROKEN;
    if (diags.count > 0) {
        fputs("natsim: ", stderr);
        nt_complain(&diags);
    }
    nt_diff_free(&d);
    return r;
}
