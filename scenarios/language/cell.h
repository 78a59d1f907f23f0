/* One cell of the matrix of a file as a case. */
#ifndef NT_LANGUAGE_CELL_H
#define NT_LANGUAGE_CELL_H

#include "scenarios/language/file_state.h"
#include "scenarios/language/keys/reader.h"

char *nt_cell_id(const struct nt_scn_file *f, size_t cell); /* NULL without memory; the caller frees */
/* NULL with errors in `src`. `check`: collects over all cells; NULL: this cell was checked before. */
struct nt_scn_case *nt_cell_case(const struct nt_scn_file *f, size_t cell, struct nt_source *src, struct nt_file_check *check);

#endif
