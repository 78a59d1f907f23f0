#include "scenarios/command/case_files.h"
#include "core/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define LATER "+run"

static void note_error(struct nt_case_files *f, int err)
{
    if (f->err != NT_OK)
        return;
    f->err = err;
    f->saved_errno = errno;
}

static char *joined(const char *a, const char *b)
{
    size_t cap = strlen(a) + strlen(b) + 1;
    char *text = malloc(cap);
    if (text != NULL)
        snprintf(text, cap, "%s%s", a, b);
    return text;
}

/* --- captures --- */

static int name_captures(struct nt_case_files *f, bool plain)
{
    char *passed = f->name != NULL ? joined(f->name, NT_OUTPUT_PASSED) : NULL;
    int r = passed != NULL ? nt_output_name_capture(f->out, f->name, plain, &f->capture) : NT_ENOMEM;
    if (r == NT_OK)
        r = nt_output_name_capture(f->out, passed, plain, &f->passed);
    free(passed);
    return r == NT_OK ? nt_run_record_add(f->record, f->capture.name) : r;
}

void nt_case_files_begin(struct nt_case_files *f, const struct nt_run_record *record, const char *out, char *name, bool plain_pcap)
{
    *f = (struct nt_case_files){.record = record, .out = out, .name = name};
    note_error(f, name_captures(f, plain_pcap));
}

/* The other's place is empty until all runs have ended: it is written there first. */
static void write_passed(struct nt_case_files *f, struct nt_capture *capture)
{
    f->has_passed = true;
    int r = f->err == NT_OK ? nt_spool_finish(capture->overflow.user, capture) : NT_OK;
    if (f->err == NT_OK && r == NT_OK)
        r = nt_run_record_add(f->record, f->passed.name);
    if (f->err == NT_OK && r == NT_OK && rename(f->capture.path, f->passed.path) != 0)
        r = NT_EIO;
    note_error(f, r);
}

/* --- logs --- */

static void forget(struct nt_log_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct nt_log_names){0};
}

static int note_log(struct nt_log_names *names, const char *name)
{
    char **more = realloc(names->items, (names->count + 1) * sizeof *more);
    if (more == NULL)
        return NT_ENOMEM;
    names->items = more;
    if ((more[names->count] = strdup(name)) == NULL)
        return NT_ENOMEM;
    names->count++;
    return NT_OK;
}

/* A program is about to write it: "DIR/logs/NAME.L.log". */
static int log_opens(void *user, const char *path)
{
    struct nt_case_files *f = user;
    const char *prefix = strncmp(path, f->later_logs, strlen(f->later_logs)) == 0 ? f->later_logs : f->logs;
    if (note_log(&f->latest, path + strlen(prefix)) == NT_OK)
        return nt_run_record_add(f->record, path + strlen(f->out) + 1);
    errno = ENOMEM;
    return NT_ENOMEM;
}

static void move_logs(struct nt_case_files *f, const struct nt_log_names *names, const char *from, const char *to)
{
    char old[PATH_BYTES], new[PATH_BYTES];
    for (size_t i = 0; i < names->count; i++) {
        snprintf(old, sizeof old, "%s%s", from, names->items[i]);
        snprintf(new, sizeof new, "%s%s", to, names->items[i]);
        int r = nt_run_record_add(f->record, new + strlen(f->out) + 1);
        note_error(f, r == NT_OK && rename(old, new) != 0 ? NT_EIO : r);
    }
}

static void remove_logs(const struct nt_log_names *names, const char *prefix)
{
    char path[PATH_BYTES];
    for (size_t i = 0; i < names->count; i++) {
        snprintf(path, sizeof path, "%s%s", prefix, names->items[i]);
        unlink(path);
    }
}

static void take_names(struct nt_log_names *to, struct nt_log_names *from)
{
    forget(to);
    *to = *from;
    *from = (struct nt_log_names){0};
}

/* Logs of the first run have the names of those that decide from the beginning. */
static void place_logs(struct nt_case_files *f, bool decides, bool passed)
{
    if (passed && decides) {
        move_logs(f, &f->decide, f->logs, f->passed_logs);
        take_names(&f->others, &f->decide);
    } else if (passed) {
        move_logs(f, &f->latest, f->later_logs, f->passed_logs);
        take_names(&f->others, &f->latest);
    }
    if (decides) {
        remove_logs(&f->decide, f->logs);
        move_logs(f, &f->latest, f->later_logs, f->logs);
        take_names(&f->decide, &f->latest);
    }
    remove_logs(&f->latest, f->later_logs);
    forget(&f->latest);
}

static void run_ended(void *user, bool decides, struct nt_capture *passed)
{
    struct nt_case_files *f = user;
    if (passed != NULL)
        write_passed(f, passed);
    if (f->logs != NULL && f->runs++ > 0)
        place_logs(f, decides, passed != NULL);
    else
        take_names(&f->decide, &f->latest);
}

static char *logs_called(const struct nt_case_files *f, const char *ending)
{
    char *name = joined(f->name, ending), *path = name != NULL ? nt_output_logs(f->out, name) : NULL;
    free(name);
    return path;
}

struct nt_program_logs nt_case_files_logs(struct nt_case_files *f)
{
    if (f->name == NULL)
        return (struct nt_program_logs){0};
    f->logs = logs_called(f, "");
    f->later_logs = logs_called(f, LATER);
    f->passed_logs = logs_called(f, NT_OUTPUT_PASSED);
    if (f->logs != NULL && f->later_logs != NULL && f->passed_logs != NULL)
        return (struct nt_program_logs){.prefix = f->logs, .opening = log_opens, .user = f};
    note_error(f, NT_ENOMEM);
    free(f->logs);
    f->logs = NULL;
    return (struct nt_program_logs){0};
}

struct nt_repeat_files nt_case_files_of_runs(struct nt_case_files *f)
{
    return (struct nt_repeat_files){.later_logs = f->logs != NULL ? f->later_logs : NULL, .ended = run_ended, .user = f};
}

/* --- the result --- */

static void set_capture_error(struct nt_result_case *r, int err)
{
    char reason[200];
    snprintf(reason, sizeof reason, "the capture cannot be written (%s)", err == NT_EIO ? strerror(errno) : nt_strerror(err));
    if (nt_result_put_reason(r, reason) == NT_OK)
        r->outcome = NT_ERROR;
}

static struct nt_result_log *list_names(const struct nt_case_files *f, const char *prefix, const struct nt_log_names *names,
                                        size_t *count, int *err)
{
    struct nt_result_log *list = calloc(names->count, sizeof *list);
    *err = list == NULL ? NT_ENOMEM : *err;
    for (*count = 0; *err == NT_OK && *count < names->count; (*count)++)
        if ((list[*count].name = joined(prefix + strlen(f->out) + 1, names->items[*count])) == NULL)
            *err = NT_ENOMEM;
    return list;
}

void nt_case_files_list_logs(struct nt_case_files *f, struct nt_result_case *r)
{
    int err = NT_OK;
    const struct nt_log_names *own = f->decide.count > 0 ? &f->decide : &f->latest; /* latest: the case was run once */
    if (own->count > 0)
        r->logs = list_names(f, f->logs, own, &r->log_count, &err);
    if (f->others.count > 0)
        r->passed_logs = list_names(f, f->passed_logs, &f->others, &r->passed_log_count, &err);
    note_error(f, err);
}

void nt_case_files_write(struct nt_case_files *f, struct nt_capture *capture, struct nt_result_case *r)
{
    if (f->err == NT_OK)
        note_error(f, nt_spool_finish(capture->overflow.user, capture));
    errno = f->saved_errno;
    if (f->err != NT_OK) {
        set_capture_error(r, f->err);
        return;
    }
    r->capture = f->capture.name;
    f->capture.name = NULL;
    if (!f->has_passed)
        return;
    r->passed_capture = f->passed.name;
    f->passed.name = NULL;
}

void nt_case_files_free(struct nt_case_files *f)
{
    forget(&f->decide);
    forget(&f->latest);
    forget(&f->others);
    free(f->logs);
    free(f->later_logs);
    free(f->passed_logs);
    free(f->name);
    nt_output_free_capture(&f->capture);
    nt_output_free_capture(&f->passed);
}
