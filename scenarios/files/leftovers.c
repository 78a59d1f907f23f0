#define _GNU_SOURCE
#include "scenarios/files/leftovers.h"
#include "core/base/err.h"
#include "scenarios/files/output.h"
#include "scenarios/files/record_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_BYTES 512

static const char *const reports[] = {"cases.jsonl", "results.json", "junit.xml", "report.html"};
static const char *const endings[] = {"", NT_OUTPUT_PART, NT_OUTPUT_PART_OF_SPARE};

/* -1 when there is none. */
static int open_directory(int dir, const char *name, int *err)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        *err = errno == ENOTDIR || errno == ELOOP ? NT_EINVAL : NT_EIO;
    return fd;
}

int nt_leftovers_open(struct nt_leftovers *l, int dir, const char **what)
{
    int err = NT_OK;
    *l = (struct nt_leftovers){dir, -1, -1};
    *what = "captures";
    l->captures = open_directory(dir, *what, &err);
    if (err != NT_OK)
        return err;
    *what = "logs";
    l->logs = open_directory(dir, *what, &err);
    if (err != NT_OK)
        nt_leftovers_close(l);
    return err;
}

void nt_leftovers_close(struct nt_leftovers *l)
{
    if (l->captures >= 0)
        close(l->captures);
    if (l->logs >= 0)
        close(l->logs);
}

/* A directory of this name is nobody's output. */
static int remove_file(int dir, const char *name)
{
    return dir < 0 || unlinkat(dir, name, 0) == 0 || errno == ENOENT || errno == EISDIR ? NT_OK : NT_EIO;
}

/* With the endings from `first` on. */
static int remove_written(int dir, const char *name, size_t first)
{
    char path[NAME_BYTES];
    int r = NT_OK;
    for (size_t i = first; i < sizeof endings / sizeof *endings && r == NT_OK; i++)
        if (snprintf(path, sizeof path, "%s%s", name, endings[i]) < (int)sizeof path)
            r = remove_file(dir, path);
    return r;
}

/* cases.1-of-4.jsonl: the log of a rank. */
static bool is_rank_log(const char *name)
{
    size_t len = strlen(name), ending = strlen(".jsonl");
    return strncmp(name, "cases.", 6) == 0 && len > ending && strcmp(name + len - ending, ".jsonl") == 0;
}

static int remove_named(void *user, const char *name)
{
    const struct nt_leftovers *l = user;
    const char *slash = strchr(name, '/');
    if (slash == NULL && is_rank_log(name))
        return remove_file(l->dir, name);
    if (slash == NULL || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
        return NT_OK;
    if (strncmp(name, "captures/", 9) == 0)
        return remove_written(l->captures, slash + 1, 0);
    return strncmp(name, "logs/", 5) == 0 ? remove_written(l->logs, slash + 1, 0) : NT_OK;
}

static int remove_unfinished(void *user, const char *name)
{
    const struct nt_leftovers *l = user;
    bool capture = strncmp(name, "captures/", 9) == 0 && name[9] != '\0' && strchr(name + 9, '/') == NULL;
    return capture ? remove_written(l->captures, name + 9, 1) : NT_OK;
}

int nt_leftovers_remove_unfinished(const struct nt_leftovers *l, int record)
{
    struct nt_leftovers copy = *l;
    return nt_record_file_each_name(record, remove_unfinished, &copy);
}

static int remove_all_named(const struct nt_leftovers *l, int record)
{
    struct nt_leftovers copy = *l;
    return nt_record_file_each_name(record, remove_named, &copy);
}

int nt_leftovers_remove_part(const struct nt_leftovers *l, const char *record)
{
    int fd = openat(l->dir, record, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int err = fd >= 0 ? remove_all_named(l, fd) : NT_OK;
    if (fd >= 0)
        close(fd);
    return err == NT_OK ? remove_file(l->dir, record) : err;
}

static int is_of_part(const struct dirent *e)
{
    return nt_record_file_is_of_part(e->d_name);
}

/* Of ranks and of merge. */
static int remove_parts(const struct nt_leftovers *l, bool *any)
{
    struct dirent **entries;
    int err = NT_OK, n = scandirat(l->dir, ".", &entries, is_of_part, NULL);
    if (n < 0)
        return NT_EIO;
    *any |= n > 0;
    for (int i = 0; i < n; i++) {
        err = err == NT_OK ? nt_leftovers_remove_part(l, entries[i]->d_name) : err;
        free(entries[i]);
    }
    free(entries);
    return err;
}

static int is_shown(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static uint64_t count_files(int dir)
{
    struct dirent **entries;
    int n = dir >= 0 ? scandirat(dir, ".", &entries, is_shown, NULL) : 0;
    for (int i = 0; i < n; i++)
        free(entries[i]);
    if (dir >= 0 && n >= 0)
        free(entries);
    return n > 0 ? (uint64_t)n : 0;
}

int nt_leftovers_remove_all(const struct nt_leftovers *l, int record, uint64_t *others)
{
    char *lines = nt_record_file_lines(record);
    bool recorded = lines != NULL && lines[0] != '\0';
    int err = lines != NULL ? remove_all_named(l, record) : NT_ENOMEM;
    free(lines);
    if (err == NT_OK)
        err = remove_parts(l, &recorded);
    for (size_t i = 0; i < sizeof reports / sizeof *reports && err == NT_OK; i++)
        err = remove_written(l->dir, reports[i], 0);
    *others = err == NT_OK && !recorded ? count_files(l->captures) + count_files(l->logs) : 0;
    return err;
}
