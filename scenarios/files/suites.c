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

/* The path from the root, without ".", ".." and "//". NULL without memory. */
static char *whole_path(const char *path)
{
    char here[PATH_BYTES] = "";
    if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
        return NULL;
    size_t len = strlen(here);
    char *out = malloc(len + strlen(path) + 2);
    if (out == NULL)
        return NULL;
    memcpy(out, here, len);
    for (const char *part = path; *part != '\0';) {
        size_t n = strcspn(part, "/");
        if (n == 2 && strncmp(part, "..", 2) == 0)
            while (len > 0 && out[--len] != '/')
                ;
        else if (n > 0 && !(n == 1 && part[0] == '.'))
            len += (size_t)sprintf(out + len, "/%.*s", (int)n, part);
        part += n + (part[n] == '/');
    }
    out[len] = '\0';
    return out;
}

int nt_suites_path_below(const char *path, char **below)
{
    char *here = whole_path("."), *whole = whole_path(path);
    int r = here != NULL && whole != NULL ? NT_OK : NT_ENOMEM;
    size_t len = here != NULL ? strlen(here) : 0;
    *below = NULL;
    if (r == NT_OK && strncmp(whole, here, len) == 0 && whole[len] == '/') {
        *below = strdup(whole + len + 1);
        r = *below != NULL ? NT_OK : NT_ENOMEM;
    }
    free(here);
    free(whole);
    return r;
}

static void free_file(struct nt_suite_file *item)
{
    free(item->whole);
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
    *item = (struct nt_suite_file){.path = strdup(path),
                                   .id_path = strdup(shown_part(path)),
                                   .shown = relative_path(shown_part(path)),
                                   .whole = whole_path(path),
                                   .given = f->count};
    if (item->path == NULL || item->id_path == NULL || item->shown == NULL || item->whole == NULL) {
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

/* A file that nobody named: to open a FIFO is to wait, and a device may do anything then. */
static int add_found(struct nt_suite_files *f, const char *path, struct nt_diags *diags)
{
    struct stat st;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
        return add_file(f, path);
    nt_diag_mend(nt_diag_add(diags, path, 0, 0, "no regular file"),
                 "take it out of the directory, or give the others by their names");
    return NT_EFORMAT;
}

static int add_directory(struct nt_suite_files *f, const char *path, int depth, struct nt_diags *diags)
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
            r = add_directory(f, child, depth + 1, diags);
        else if (r == NT_OK && fits && is_scenario(name))
            r = add_found(f, child, diags);
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

/* Where the suite, or the file of one, of this name is. What begins with '.' or '/' is a path. */
static bool find_suite(const char *argument, char path[PATH_BYTES])
{
    const char *dir = nt_suites_directory();
    if (dir == NULL || argument[0] == '.' || argument[0] == '/' || snprintf(path, PATH_BYTES, "%s/%s", dir, argument) >= PATH_BYTES)
        return false;
    if (is_directory(path) || is_file(path))
        return true;
    return snprintf(path, PATH_BYTES, "%s/%s.yaml", dir, argument) < PATH_BYTES && is_file(path);
}

/* What is here by this name: a file, a directory, or a file without its extension. */
static bool find_here(const char *argument, char path[PATH_BYTES])
{
    if (snprintf(path, PATH_BYTES, "%s", argument) >= PATH_BYTES)
        return false;
    if (is_directory(path) || is_file(path))
        return true;
    return snprintf(path, PATH_BYTES, "%s.yaml", argument) < PATH_BYTES && is_file(path);
}

bool nt_suites_has(const char *argument)
{
    char path[PATH_BYTES];
    return find_here(argument, path) || find_suite(argument, path);
}

static bool are_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int refuse_argument(struct nt_diags *diags, const char *argument, int err, const char *hidden)
{
    if (err == NT_EIO)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "cannot be read (%s)", strerror(errno)), "check its permissions");
    else if (err == NT_ELIMIT)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "folders nested deeper than %d levels, or more than %d files", DEPTH_MAX,
                                 NT_SUITES_FILES_MAX),
                     "name folders further in");
    else if (err == NT_ENOENT && hidden != NULL)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "holds no scenario, and hides the suite of that name"), "give %s", hidden);
    else if (err == NT_ENOENT)
        nt_diag_mend(nt_diag_add(diags, argument, 0, 0, "holds no scenario"), "scenario files end in .yaml");
    else if (err != NT_EFORMAT) /* that was said */
        nt_diag_add(diags, argument, 0, 0, "out of memory");
    return err;
}

int nt_suites_add(struct nt_suite_files *f, const char *argument, struct nt_diags *diags)
{
    char here[PATH_BYTES], suite[PATH_BYTES];
    bool is_here = find_here(argument, here), is_suite = find_suite(argument, suite);
    const char *path = is_here ? here : suite, *hidden = is_here && is_suite && !are_same(here, suite) ? suite : NULL;
    size_t before = f->count;
    if (!is_here && !is_suite) {
        complain_unknown(diags, argument);
        return NT_ENOENT;
    }
    int r = is_directory(path) ? add_directory(f, path, 0, diags) : add_file(f, path);
    if (r == NT_OK && f->count == before)
        r = NT_ENOENT;
    if (r != NT_OK)
        return refuse_argument(diags, argument, r, hidden);
    if (hidden != NULL)
        nt_diag_mend(nt_diag_add(&f->notes, argument, 0, 0, "what is here by that name is taken, not the suite"),
                     "for the suite give %s", hidden);
    return NT_OK;
}

static int by_id(const void *a, const void *b)
{
    const struct nt_suite_file *x = a, *y = b;
    return strcmp(x->id_path, y->id_path);
}

static int by_path(const void *a, const void *b)
{
    const struct nt_suite_file *x = a, *y = b;
    int order = strcmp(x->whole, y->whole);
    return order != 0 ? order : x->given < y->given ? -1 : x->given > y->given;
}

void nt_suites_sort(struct nt_suite_files *f)
{
    size_t kept = 0;
    if (f->count == 0)
        return;
    qsort(f->items, f->count, sizeof *f->items, by_path);
    for (size_t i = 0; i < f->count; i++) {
        const struct nt_suite_file *last = kept > 0 ? &f->items[kept - 1] : NULL;
        if (last != NULL && strcmp(last->whole, f->items[i].whole) == 0 && are_same(last->path, f->items[i].path))
            free_file(&f->items[i]);
        else
            f->items[kept++] = f->items[i];
    }
    f->count = kept;
    qsort(f->items, f->count, sizeof *f->items, by_id);
}

void nt_suites_free(struct nt_suite_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        free_file(&f->items[i]);
    free(f->items);
    nt_diags_clear(&f->notes);
}
