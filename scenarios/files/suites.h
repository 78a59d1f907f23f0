/* The scenario files that arguments of a command line name: files, directories, and suites by their names. */
#ifndef NT_FILES_SUITES_H
#define NT_FILES_SUITES_H

#include "core/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

#define NT_SUITES_FILES_MAX 100000

struct nt_suite_file {
    char *path;    /* to open */
    char *id_path; /* "classic/four-types" */
    char *shown;   /* "classic/four-types.yaml" */
    char *whole;   /* from the root, without "." and ".." */
    size_t given;  /* its place in the order of the arguments */
};

struct nt_suite_files {
    struct nt_suite_file *items;
    size_t count, cap;
    struct nt_diags notes; /* for people; no errors */
};

/* The path from the working directory of what lies below it, which the caller frees; NULL: it does not. 0 or NT_ENOMEM. */
int nt_suites_path_below(const char *path, char **below);
/* Adds the files of one argument, in order of their names. What is here goes before a suite of that name, which a note tells. An
 * argument that names no file, directory or suite is a diagnostic with the nearest suite. 0 or a negative error. */
int nt_suites_add(struct nt_suite_files *f, const char *argument, struct nt_diags *diags);
bool nt_suites_has(const char *argument); /* whether it names something */
/* Sorts the files by id. One that was named twice, by whatever spelling of its path, stays as it was named first; a link is another
 * file. */
void nt_suites_sort(struct nt_suite_files *f);
void nt_suites_free(struct nt_suite_files *f);

#endif
