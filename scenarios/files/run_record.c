#define _GNU_SOURCE
#include "scenarios/files/run_record.h"
#include "core/base/diag.h"
#include "core/base/err.h"
#include "scenarios/files/leftovers.h"
#include "scenarios/files/record_file.h"
#include "scenarios/files/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

static int refuse(struct nt_run_record *r, int err, const char *fmt, ...) NT_PRINTF(3, 4);

static int refuse(struct nt_run_record *r, int err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(r->why, sizeof r->why, fmt, args);
    va_end(args);
    return err;
}

static int open_record(struct nt_run_record *r, const char *name, int *fd)
{
    *fd = nt_record_file_open(r->dir, name);
    if (*fd == NT_EINVAL)
        return refuse(r, NT_EINVAL, "%s is a symbolic link, or no plain file: remove it", name);
    return *fd >= 0 ? NT_OK : *fd;
}

/* --- who is at work --- */

/* The record of whoever is at work says who. */
static int refuse_for(struct nt_run_record *r, const char *what, const char *record)
{
    char author[NT_RECORD_AUTHOR_MAX] = "";
    int fd = record != NULL ? openat(r->dir, record, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : r->lock;
    if (fd >= 0)
        nt_record_file_author(fd, author);
    if (fd >= 0 && fd != r->lock)
        close(fd);
    return refuse(r, NT_EEXIST, "%s is at work there%s%s%s", what, author[0] != '\0' ? " (" : "", author,
                  author[0] != '\0' ? ")" : "");
}

static int refuse_for_rank(struct nt_run_record *r, const char *which, uint64_t rank, uint64_t ranks)
{
    char record[NT_RECORD_NAME_BYTES], what[160];
    nt_record_file_name(rank, ranks, record);
    snprintf(what, sizeof what, "rank %" PRIu64 " of %" PRIu64 "%s", rank, ranks, which);
    return refuse_for(r, what, record);
}

/* Whoever it is that does not let another run begin. */
static int refuse_busy(struct nt_run_record *r)
{
    uint64_t rank;
    char *lines = !r->merge && nt_run_lock_find_index(r->lock, &rank) == NT_OK ? nt_record_file_lines(r->lock) : NULL;
    uint64_t ranks = lines != NULL && strncmp(lines, "ranks ", 6) == 0 ? strtoull(lines + 6, NULL, 10) : 0;
    free(lines);
    if (ranks > 0)
        return refuse_for_rank(r, " of another launch", rank, ranks);
    bool merge = nt_run_lock_rank(r->lock) == NT_OK;
    return merge ? refuse_for(r, "merge", NT_RECORD_OF_MERGE) : refuse_for(r, "another run", NULL);
}

/* --- the lock --- */

/* Whether the launch of the directory is this rank's. */
static int is_of_launch(const struct nt_run_record *r, bool *same)
{
    char *then = nt_record_file_lines(r->lock), *now = nt_run_identity_launch_lines(&r->is);
    int err = then != NULL && now != NULL ? NT_OK : NT_ENOMEM;
    *same = err == NT_OK && strcmp(then, now) == 0;
    free(then);
    free(now);
    return err;
}

static int lock_rank(struct nt_run_record *r)
{
    bool same = true;
    int err = nt_run_lock_whole(r->lock);
    r->first = err == NT_OK;
    if (err == NT_EEXIST && (err = nt_run_lock_rank(r->lock)) == NT_OK)
        err = is_of_launch(r, &same);
    if (err == NT_EEXIST || (err == NT_OK && !same))
        return refuse_busy(r);
    if (err == NT_OK && (err = nt_run_lock_index(r->lock, r->is.rank)) == NT_EEXIST)
        return refuse_for_rank(r, "", r->is.rank, r->is.ranks);
    return err;
}

static int take_lock(struct nt_run_record *r)
{
    int err = nt_run_lock_enter(r->lock);
    if (err != NT_OK)
        return err;
    if (r->is.ranks > 0)
        return lock_rank(r);
    err = r->merge ? nt_run_lock_merge(r->lock) : nt_run_lock_whole(r->lock);
    r->first = err == NT_OK && !r->merge;
    return err == NT_EEXIST ? refuse_busy(r) : err;
}

static int open_all(struct nt_run_record *r, const char *dir)
{
    int err;
    if ((r->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return NT_EIO;
    if ((err = open_record(r, NT_RUN_RECORD, &r->lock)) != NT_OK)
        return err;
    err = take_lock(r);
    if (err != NT_EUNSUPPORTED)
        return err;
    r->unlocked = errno;
    r->first = r->is.ranks == 0 && !r->merge;
    return NT_OK;
}

static int lock_directory(struct nt_run_record *r, const char *dir)
{
    int err = open_all(r, dir), saved = errno;
    if (err == NT_OK)
        return NT_OK;
    nt_run_record_end(r);
    errno = saved;
    return err;
}

int nt_run_record_lock(struct nt_run_record *r, const char *dir, const struct nt_run_identity *is)
{
    *r = (struct nt_run_record){.dir = -1, .lock = -1, .names = -1, .is = *is};
    return lock_directory(r, dir);
}

/* Where the names go. */
static int open_names(struct nt_run_record *r)
{
    char name[NT_RECORD_NAME_BYTES] = NT_RECORD_OF_MERGE;
    if (r->is.ranks > 0)
        nt_record_file_name(r->is.rank, r->is.ranks, name);
    r->names = r->lock;
    return r->is.ranks > 0 || r->merge ? open_record(r, name, &r->names) : NT_OK;
}

int nt_run_record_lock_merge(struct nt_run_record *r, const char *dir)
{
    *r = (struct nt_run_record){.dir = -1, .lock = -1, .names = -1, .merge = true};
    int err = lock_directory(r, dir);
    if (err == NT_OK)
        err = open_names(r);
    if (err != NT_OK)
        return err;
    char *lines = nt_record_file_lines(r->names);
    err = lines == NULL ? NT_ENOMEM : lines[0] == '\0' ? nt_record_file_begin(r->names, "merge\n") : nt_record_file_go_on(r->names);
    free(lines);
    nt_run_lock_leave(r->lock);
    return err;
}

void nt_run_record_end(struct nt_run_record *r)
{
    if (r->names >= 0 && r->names != r->lock)
        close(r->names);
    if (r->lock >= 0)
        close(r->lock);
    if (r->dir >= 0)
        close(r->dir);
    r->dir = r->lock = r->names = -1;
}

/* --- what earlier runs wrote --- */

/* The first rank of a launch removes what all earlier runs left; later ones, which may be started again, their own. */
static int remove_from(struct nt_run_record *r, const struct nt_leftovers *l)
{
    char own[NT_RECORD_NAME_BYTES];
    bool again = false;
    int err = r->is.ranks > 0 ? is_of_launch(r, &again) : NT_OK;
    if (err != NT_OK)
        return err;
    if (r->first && !again)
        return nt_leftovers_remove_all(l, r->lock, &r->others);
    nt_record_file_name(r->is.rank, r->is.ranks, own);
    return nt_leftovers_remove_part(l, own);
}

static int open_leftovers(struct nt_run_record *r, struct nt_leftovers *l)
{
    const char *what;
    int err = nt_leftovers_open(l, r->dir, &what);
    return err == NT_EINVAL ? refuse(r, err, "%s is a symbolic link, or no directory: remove it", what) : err;
}

static int remove_earlier(struct nt_run_record *r)
{
    struct nt_leftovers l;
    int err = open_leftovers(r, &l);
    if (err != NT_OK)
        return err;
    err = remove_from(r, &l);
    nt_leftovers_close(&l);
    return err;
}

static int remove_unfinished(struct nt_run_record *r)
{
    struct nt_leftovers l;
    int err = open_leftovers(r, &l);
    if (err != NT_OK)
        return err;
    err = nt_leftovers_remove_unfinished(&l, r->names);
    nt_leftovers_close(&l);
    return err;
}

/* --- begin, go on --- */

/* Then others may look. */
static int begin_launch(struct nt_run_record *r)
{
    char *lines = r->is.ranks > 0 && r->first ? nt_run_identity_launch_lines(&r->is) : NULL;
    int err = NT_OK;
    if (r->is.ranks > 0 && r->first) {
        err = lines != NULL ? nt_record_file_begin(r->lock, lines) : NT_ENOMEM;
        nt_run_lock_share(r->lock);
    }
    free(lines);
    nt_run_lock_leave(r->lock);
    return err;
}

int nt_run_record_begin(struct nt_run_record *r)
{
    char *lines = nt_run_identity_lines(&r->is);
    int err = lines != NULL ? remove_earlier(r) : NT_ENOMEM;
    if (err == NT_OK)
        err = open_names(r);
    if (err == NT_OK)
        err = nt_record_file_begin(r->names, lines);
    free(lines);
    return err == NT_OK ? begin_launch(r) : err;
}

static int compare(struct nt_run_record *r, const char *then, const char *now)
{
    if (then[0] == '\0')
        return refuse(r, NT_ENOENT, "no run has left its record there");
    if (r->is.ranks == 0 && strncmp(then, "ranks ", 6) == 0)
        return refuse(r, NT_EEXIST, "the run there was divided among ranks by a launcher");
    return nt_run_identity_is_same(then, now, r->why, sizeof r->why) ? NT_OK : NT_EEXIST;
}

/* The launcher's name of a start differs each time: out with that line, which is the second. */
static char *forget_launch(char *lines)
{
    char *second = lines != NULL ? strchr(lines, '\n') : NULL, *third = second != NULL ? strchr(second + 1, '\n') : NULL;
    if (third != NULL && strncmp(second, "\nlaunch ", 8) == 0)
        memmove(second, third, strlen(third) + 1);
    return lines;
}

/* A rank that did not come so far as to leave a record joins the run of the others. */
static int join_launch(struct nt_run_record *r, const char *own)
{
    char *then = forget_launch(nt_record_file_lines(r->lock)), *now = forget_launch(nt_run_identity_launch_lines(&r->is));
    int err = then != NULL && now != NULL ? NT_OK : NT_ENOMEM;
    if (err == NT_OK && then[0] != '\0' && strncmp(then, "ranks ", 6) != 0)
        err = refuse(r, NT_EEXIST, "the run there was not divided among ranks");
    if (err == NT_OK)
        err = compare(r, then, now);
    if (err == NT_OK)
        err = nt_record_file_begin(r->names, own);
    free(then);
    free(now);
    return err;
}

static int go_on(struct nt_run_record *r, const char *then, const char *now)
{
    if (r->is.ranks > 0 && then[0] == '\0')
        return join_launch(r, now);
    int err = compare(r, then, now);
    if (err == NT_OK)
        err = remove_unfinished(r);
    return err == NT_OK ? nt_record_file_go_on(r->names) : err;
}

int nt_run_record_resume(struct nt_run_record *r)
{
    int err = open_names(r);
    char *then = err == NT_OK ? nt_record_file_lines(r->names) : NULL, *now = nt_run_identity_lines(&r->is);
    if (err == NT_OK)
        err = then != NULL && now != NULL ? go_on(r, then, now) : NT_ENOMEM;
    free(then);
    free(now);
    return err == NT_OK ? begin_launch(r) : err;
}

bool nt_run_record_is_in(const char *dir)
{
    char path[PATH_BYTES];
    return snprintf(path, sizeof path, "%s/" NT_RUN_RECORD, dir) < (int)sizeof path && access(path, F_OK) == 0;
}

int nt_run_record_add(const struct nt_run_record *r, const char *name)
{
    return nt_record_file_add(r->names, name);
}
