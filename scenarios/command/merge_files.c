#include "scenarios/command/merge_files.h"
#include "core/base/err.h"
#include "reports/output.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/options.h"
#include "scenarios/command/say.h"
#include "scenarios/files/output.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_NAME_BYTES (sizeof "logs/" + NAME_MAX)

/* True: it is the file of that name already, since the output directory is one of those that are merged. */
static bool is_same_file(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* A file may grow while it is read: at most NT_MERGE_FILE_MAX bytes. 0, NT_EIO (errno) or NT_ELIMIT. */
static int copy_bytes(int from, FILE *to)
{
    static char bytes[1 << 16];
    uint64_t all = 0;
    for (ssize_t n; (n = read(from, bytes, sizeof bytes)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        all += n > 0 ? (uint64_t)n : 0;
        if (n < 0 || fwrite(bytes, 1, (size_t)n, to) != (size_t)n)
            return NT_EIO;
        if (all > NT_MERGE_FILE_MAX)
            return NT_ELIMIT;
    }
    return NT_OK;
}

/* Copies a file of a directory; `name`: its path within. */
static int copy_output(const char *dir, const char *out, const char *name, const struct nt_run_record *record)
{
    char to[NT_MERGE_PATH_BYTES], why[NT_INSIDE_WHY];
    struct nt_file file;
    int from = nt_inside_open_bounded(dir, name, NT_MERGE_FILE_MAX, why), r = NT_OK;
    if (from < 0) {
        nt_say_error("%s/%s: cannot be copied: %s", dir, name, why);
        return NT_EIO;
    }
    snprintf(to, sizeof to, "%s/%s", out, name);
    if (!is_same_file(from, to)) {
        r = nt_run_record_add(record, name);
        if (r == NT_OK)
            r = nt_file_begin(&file, to);
        if (r == NT_OK)
            r = nt_file_end(&file, copy_bytes(from, file.out));
        if (r != NT_OK)
            nt_complain_unwritable(to, r, NT_MEND_DISK);
    }
    close(from);
    return r;
}

/* NULL: there are none, or, with a clause in `why`, they cannot be read. */
static DIR *open_logs(const char *dir, char why[NT_INSIDE_WHY])
{
    int fd = nt_inside_open_directory(dir, "logs", why);
    if (fd < 0 && errno == ENOENT)
        why[0] = '\0';
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && d == NULL) {
        snprintf(why, NT_INSIDE_WHY, "%s", strerror(errno));
        close(fd);
    }
    return d;
}

static int check_log(const char *dir, const char *name)
{
    char path[NT_MERGE_PATH_BYTES], why[NT_INSIDE_WHY];
    int fd = nt_output_is_log(name) ? nt_inside_open_bounded(dir, name, NT_MERGE_FILE_MAX, why) : -1;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || !nt_output_is_log(name))
        return NT_EXIT_OK;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return nt_merge_complain(path, 0, why, NT_MERGE_MEND_FILES);
}

int nt_merge_check_logs(const char *dir)
{
    char name[LOG_NAME_BYTES], path[NT_MERGE_PATH_BYTES], why[NT_INSIDE_WHY] = "";
    DIR *d = open_logs(dir, why);
    int r = NT_EXIT_OK;
    snprintf(path, sizeof path, "%s/logs", dir);
    if (why[0] != '\0')
        r = nt_merge_complain(path, 0, why, NT_MERGE_MEND_FILES);
    for (const struct dirent *e; r == NT_EXIT_OK && d != NULL && (e = readdir(d)) != NULL;) {
        snprintf(name, sizeof name, "logs/%s", e->d_name);
        r = check_log(dir, name);
    }
    if (d != NULL)
        closedir(d);
    return r;
}

/* The logs of real programs, of unfinished cases too. */
static int copy_logs(const char *dir, const char *out, const struct nt_run_record *record)
{
    char name[LOG_NAME_BYTES], why[NT_INSIDE_WHY];
    DIR *d = open_logs(dir, why);
    int r = d != NULL ? nt_output_make_logs(out) : NT_OK; /* else no real program took part */
    for (const struct dirent *e; r == NT_OK && d != NULL && (e = readdir(d)) != NULL;) {
        snprintf(name, sizeof name, "logs/%s", e->d_name);
        if (nt_output_is_log(name))
            r = copy_output(dir, out, name, record);
    }
    if (d != NULL)
        closedir(d);
    return r;
}

static int copy_captures(const struct nt_merge *m, const struct nt_merged_case *k, const char *out,
                         const struct nt_run_record *record)
{
    const char *dir = m->logs[k->log].dir;
    int r = k->capture != NULL ? copy_output(dir, out, k->capture, record) : NT_OK;
    return r == NT_OK && k->passed_capture != NULL ? copy_output(dir, out, k->passed_capture, record) : r;
}

/* Rank logs that are in the output directory by accident are removed: the next merge would read them. */
static int make_output(const struct nt_merge *m, const char *out)
{
    struct stat own, in;
    int r = nt_output_make_captures(out);
    bool is_input = r == NT_OK && stat(out, &own) != 0;
    for (size_t i = 0; i < m->dir_count && r == NT_OK && !is_input; i++)
        is_input = stat(m->dirs[i], &in) == 0 && in.st_dev == own.st_dev && in.st_ino == own.st_ino;
    return r == NT_OK && !is_input ? nt_rank_log_clean(out, NULL) : r;
}

int nt_merge_copy_files(const struct nt_merge *m, const char *out, const struct nt_run_record *record)
{
    int r = make_output(m, out);
    if (r != NT_OK)
        nt_complain_unwritable(out, NT_EIO, NT_MEND_OUT);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = copy_captures(m, &m->cases[i], out, record);
    for (size_t i = 0; i < m->dir_count && r == NT_OK; i++)
        r = copy_logs(m->dirs[i], out, record);
    return r;
}
