#include "scenarios/command/run_directory.h"
#include "core/base/err.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/say.h"
#include "scenarios/files/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int complain_about_record(const struct nt_run_record *record, int err, const struct nt_options *o)
{
    if (err == NT_EEXIST)
        nt_say_error("%s: %s: wait for its end, or give another --out%s", o->out, record->why,
                     o->shard_given && !o->ranked ? ": each part has its own" : "");
    else if (err == NT_EINVAL)
        nt_say_error("%s: %s, or give another --out", o->out, record->why);
    else
        nt_complain_unwritable(o->out, err, NT_MEND_OUT);
    return NT_EXIT_BROKEN;
}

/* One rank says for all that there are no locks. */
static void say_what_stays(const struct nt_run_record *record, const struct nt_options *o)
{
    if (record->unlocked != 0 && (!o->ranked || o->shard == 0))
        nt_say_error("%s: the file system has no locks (%s): let no other run write there meanwhile", o->out,
                     strerror(record->unlocked));
    if (record->others > 0)
        nt_say_error("%s: no record says who wrote the files in captures/ and logs/ (%" PRIu64
                     "): they stay; remove them, or give another --out",
                     o->out, record->others);
}

/* The directory is looked at before anything is made in it. */
static int complain_about_resuming(const struct nt_options *o, const char *why, bool differs)
{
    nt_say_error("%s: --resume cannot go on: %s: %s", o->out, why,
                 differs ? "give the same files, flags and program, or begin anew without --resume" : "begin without --resume");
    return NT_EXIT_USAGE;
}

static int go_on(struct nt_run_directory *d, const struct nt_options *o)
{
    int err = nt_run_record_resume(&d->record);
    if (err == NT_OK)
        return NT_EXIT_OK;
    if (err == NT_ENOENT || err == NT_EEXIST)
        return complain_about_resuming(o, d->record.why, err == NT_EEXIST);
    return complain_about_record(&d->record, err, o);
}

int nt_run_directory_open(struct nt_run_directory *d, const struct nt_options *o, const struct nt_selection *s)
{
    if (o->resume && !nt_run_record_is_in(o->out))
        return complain_about_resuming(o, "no run has left its record there", false);
    int err = nt_identity_make(&d->identity, o, s);
    if (err == NT_OK)
        err = nt_output_make(o->out);
    if (err == NT_OK)
        err = nt_run_record_lock(&d->record, o->out, &d->identity.is);
    if (err == NT_OK && o->resume)
        return go_on(d, o);
    if (err == NT_OK)
        err = nt_run_record_begin(&d->record);
    if (err != NT_OK)
        return complain_about_record(&d->record, err, o);
    say_what_stays(&d->record, o);
    return NT_EXIT_OK;
}

int nt_run_directory_open_for_merge(struct nt_run_record *record, const struct nt_options *o)
{
    int err = nt_output_make(o->out);
    if (err == NT_OK)
        err = nt_run_record_lock_merge(record, o->out);
    if (err != NT_OK)
        return complain_about_record(record, err, o);
    say_what_stays(record, o);
    return NT_EXIT_OK;
}

void nt_run_directory_close(struct nt_run_directory *d)
{
    nt_run_record_end(&d->record);
    nt_identity_free(&d->identity);
}
