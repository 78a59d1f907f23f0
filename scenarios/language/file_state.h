/* A loaded file: the parsed document and its matrix, from which cases are made one at a time. */
#ifndef NT_LANGUAGE_FILE_STATE_H
#define NT_LANGUAGE_FILE_STATE_H

#include "scenarios/language/expect_where.h"
#include "scenarios/language/file_keys.h"

struct nt_scn_file {
    char *id_path, *path;
    struct nt_source src;
    struct nt_arena *arena;
    struct nt_file_keys root;
    struct nt_yaml *yaml;
    struct nt_matrix matrix;
    struct nt_where *wheres;
    size_t where_count;
    char *claim;
    struct nt_diags warnings;
    struct nt_yaml nothing; /* an empty mapping, for a file without 'expect' */
};

#endif
