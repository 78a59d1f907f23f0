#include "scenarios/files/suites.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "scenarios/files/installed.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define DEPTH_MAX 16
#define SUITES_MAX 256

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static bool is_scenario(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && name[0] != '.' && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* The part of a path that ids show: what follows suites/, or the path without "./". */
static const char *shown_part(const char *path)
{
    const char *part = NULL;
    for (const char *at = path; (at = strstr(at, "suites/")) != NULL; at += 7)
        if (at == path || at[-1] == '/')
            part = at + 7;
    if (part != NULL && *part != '\0')
        return part;
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    return path;
}

/* results.json names files relative to where the command ran: "../there/case.yaml" for "/over/there/case.yaml". */
static char *relative_path(const char *path)
{
    char here[PATH_BYTES];
    if (path[0] != '/' || getcwd(here, sizeof here) == NULL)
        return strdup(path);
    size_t common = 0, i = 0, up = 0;
    for (; here[i] != '\0' && here[i] == path[i]; i++)
        if (here[i] == '/')
            common = i + 1;
    if (here[i] == '\0' && path[i] == '/')
        return strdup(path + i + 1);
    for (const char *rest = here + common; *rest != '\0'; rest++)
        up += rest == here + common || *rest == '/';
    char *out = malloc(3 * up + strlen(path + common) + 1);
    for (i = 0; out != NULL && i < up; i++)
        memcpy(out + 3 * i, "../", 3);
    if (out != NULL)
        strcpy(out + 3 * up, path + common);
    return out;
}

static void free_file(struct nt_suite_file *item)
{
    free(item->path);
    free(item->id_path);
    free(item->shown);
}

static int add_file(struct nt_suite_files *f, const char *path)
{
    int r = nt_grow(&f->items, &f->cap, f->count + 1, sizeof *f->items, NT_SUITES_FILES_MAX);
    if (r != NT_OK)
        return r;
    struct nt_suite_file *item = &f->items[f->count];
    *item =
        (struct nt_suite_file){.path = strdup(path), .id_path = strdup(shown_part(path)), .shown = relative_path(shown_part(path))};
    if (item->path == NULL || item->id_path == NULL || item->shown == NULL) {
        free_file(item);
        return NT_ENOMEM;
    }
    f->count++;
    char *dot = strrchr(item->id_path, '.');
    if (dot != NULL && strchr(dot, '/') == NULL && dot != item->id_path)
        *dot = '\0';
    return NT_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct nt_suite_files *f, const char *path, int depth)
{
    struct dirent **entries;
    if (depth > DEPTH_MAX)
        return NT_ELIMIT;
    int n = scandir(path, &entries, NULL, by_name), r = NT_OK;
    if (n < 0)
        return NT_EIO;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    for (int i = 0; i < n; i++) {
        char child[PATH_BYTES];
        const char *name = entries[i]->d_name;
        bool fits = snprintf(child, sizeof child, "%.*s/%s", (int)len, path, name) < (int)sizeof child;
        if (r == NT_OK && fits && name[0] != '.' && is_directory(child))
            r = add_directory(f, child, depth + 1);
        else if (r == NT_OK && fits && is_scenario(name))
            r = add_file(f, child);
        free(entries[i]);
    }
    free(entries);
    return r;
}

static void complain_unknown(struct nt_diags *diags, const char *argument)
{
    const char *dir = nt_suites_directory();
    struct dirent **entries = NULL;
    int n = dir != NULL ? scandir(dir, &entries, NULL, by_name) : 0;
    const char *names[SUITES_MAX];
    size_t count = 0;
    for (int i = 0; i < n && count < SUITES_MAX; i++)
        if (entries[i]->d_name[0] != '.')
            names[count++] = entries[i]->d_name;
    const char *near = nt_nearest(argument, names, count);
    struct nt_diag *d = nt_diag_add(diags, argument, 0, 0, "no such file, directory or suite");
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s'?", near);
    else
        nt_diag_mend(d, "'natsim list' shows what there is");
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
}

int nt_suites_add(struct nt_suite_files *f, const char *argument, struct nt_diags *diags)
{
    char path[PATH_BYTES];
    const char *dir = nt_suites_directory();
    size_t before = f->count;
    int r = NT_ENOENT;
    if (is_directory(argument))
        r = add_directory(f, argument, 0);
    else if (is_file(argument))
        r = add_file(f, argument);
    else if (snprintf(path, sizeof path, "%s.yaml", argument) < (int)sizeof path && is_file(path))
        r = add_file(f, path);
    else if (dir != NULL && snprintf(path, sizeof path, "%s/%s", dir, argument) < (int)sizeof path && is_directory(path))
        r = add_directory(f, path, 0);
    else if (dir != NULL && is_file(path))
        r = add_file(f, path);
    else if (dir != NULL && snprintf(path, sizeof path, "%s/%s.yaml", dir, argument) < (int)sizeof path && is_file(path))
        r = add_file(f, path);
    if (r == NT_ENOENT)
        complain_unknown(diags, argument);
    else if (r == NT_EIO)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "cannot be read (%s)", strerror(errno)), "check its permissions");
    else if (r == NT_ELIMIT)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "folders nested deeper than %d levels, or more than %d files", DEPTH_MAX,
                                 NT_SUITES_FILES_MAX),
                     "name folders further in");
    else if (r == NT_OK && f->count == before)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "holds no scenario"), "scenario files end in .yaml"), r = NT_ENOENT;
    return r;
}

static int by_id(const void *a, const void *b)
{
    const struct nt_suite_file *x = a, *y = b;
    return strcmp(x->id_path, y->id_path);
}

void nt_suites_sort(struct nt_suite_files *f)
{
    size_t kept = 0;
    if (f->count > 1)
        qsort(f->items, f->count, sizeof *f->items, by_id);
    for (size_t i = 0; i < f->count; i++) {
        if (kept > 0 && strcmp(f->items[kept - 1].path, f->items[i].path) == 0)
            free_file(&f->items[i]);
        else
            f->items[kept++] = f->items[i];
    }
    f->count = kept;
}

void nt_suites_free(struct nt_suite_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        free_file(&f->items[i]);
    free(f->items);
}
