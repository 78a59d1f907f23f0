#include "scenarios/files/output.h"
#include "core/base/err.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 4096

/* `look`: stat, or lstat where a link is no directory. */
static int make_directory(const char *path, int (*look)(const char *path, struct stat *st))
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return NT_OK;
    if (errno != EEXIST)
        return NT_EIO;
    if (look(path, &st) == 0 && S_ISDIR(st.st_mode))
        return NT_OK;
    errno = ENOTDIR;
    return NT_EIO;
}

/* With its parents. */
static int make_path(const char *dir)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (make_directory(path, stat) != NT_OK)
            return NT_EIO;
        *slash = '/';
    }
    return make_directory(path, stat);
}

int nt_output_make(const char *dir)
{
    return make_path(dir);
}

/* A link may lead anywhere. */
static int make_own_directory(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path)
        return make_directory(path, lstat);
    errno = ENAMETOOLONG;
    return NT_EIO;
}

int nt_output_make_captures(const char *dir)
{
    return make_own_directory(dir, "captures");
}

bool nt_output_is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

int nt_output_make_logs(const char *dir)
{
    return make_own_directory(dir, "logs");
}

char *nt_output_logs(const char *dir, const char *name)
{
    size_t cap = strlen(dir) + strlen(name) + sizeof "/logs/";
    char *path = malloc(cap);
    nt_output_make_logs(dir); /* without it no log can be opened, which says why */
    if (path != NULL)
        snprintf(path, cap, "%s/logs/%s", dir, name);
    return path;
}

int nt_output_name_capture(const char *dir, const char *name, bool plain, struct nt_output_capture *out)
{
    *out = (struct nt_output_capture){.name = malloc(PATH_BYTES), .path = malloc(PATH_BYTES)};
    if (out->name == NULL || out->path == NULL)
        return NT_ENOMEM;
    snprintf(out->name, PATH_BYTES, "captures/%s%s", name, plain ? ".pcap" : ".pcapng");
    if (snprintf(out->path, PATH_BYTES, "%s/%s", dir, out->name) < PATH_BYTES)
        return NT_OK;
    errno = ENAMETOOLONG;
    return NT_EIO;
}

const char *nt_output_passed_capture(const char *name, char buf[NT_OUTPUT_NAME_MAX])
{
    const char *dot = strrchr(name, '.');
    int stem = dot != NULL ? (int)(dot - name) : (int)strlen(name);
    snprintf(buf, NT_OUTPUT_NAME_MAX, "%.*s" NT_OUTPUT_PASSED "%s", stem, name, dot != NULL ? dot : "");
    return buf;
}

/* A file of plain characters directly within the folder; '+' is in no name of a case, and separates what is behind it. */
static bool is_plain_file(const char *name, const char *folder, const char *ending)
{
    size_t len = strlen(name), before = strlen(folder), after = strlen(ending);
    if (len <= before + after || len - before > NAME_MAX || strncmp(name, folder, before) != 0)
        return false;
    for (const char *c = name + before; *c != '\0'; c++)
        if (!nt_output_is_plain(*c) && *c != '+')
            return false;
    return strcmp(name + len - after, ending) == 0;
}

bool nt_output_is_capture(const char *name)
{
    return is_plain_file(name, "captures/", ".pcapng") || is_plain_file(name, "captures/", ".pcap");
}

bool nt_output_is_log(const char *name)
{
    return is_plain_file(name, "logs/", ".log");
}

void nt_output_free_capture(struct nt_output_capture *out)
{
    free(out->name);
    free(out->path);
}

void nt_output_remove_parts(const struct nt_output_capture *out)
{
    char path[PATH_BYTES + sizeof NT_OUTPUT_PART_OF_SPARE];
    snprintf(path, sizeof path, "%s%s", out->path, NT_OUTPUT_PART);
    remove(path);
    snprintf(path, sizeof path, "%s%s", out->path, NT_OUTPUT_PART_OF_SPARE);
    remove(path);
}
