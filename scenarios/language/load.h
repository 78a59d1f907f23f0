/* The scenario language (version 1): files in, cases out. Nothing is given back before the whole file, every cell of its matrix
 * included, is valid. */
#ifndef NT_LANGUAGE_LOAD_H
#define NT_LANGUAGE_LOAD_H

#include "core/base/diag.h"
#include "scenarios/model/case.h"

#define NT_SCN_FILE_MAX ((size_t)4 << 20) /* bytes of a scenario file */

/* A loaded file keeps the parsed document; cases are made one at a time, so that a large matrix needs little memory. */
struct nt_scn_file;

/* `path` to open, `id_path` the name in ids ("classic/four-types"), `shown` the name in diagnostics and results.json. NULL with
 * diagnostics. Every cell has been expanded and checked once, and that the carrier can do what it asks for. */
struct nt_scn_file *nt_scn_load(const char *path, const char *id_path, const char *shown, enum nt_carrier_name carrier, struct nt_diags *diags);
/* The same from memory, for any carrier (fuzzing, tests). */
struct nt_scn_file *nt_scn_load_text(const char *text, size_t len, const char *id_path, const char *shown, struct nt_diags *diags);
void nt_scn_file_del(struct nt_scn_file *f);
size_t nt_scn_file_cases(const struct nt_scn_file *f);
const char *nt_scn_file_claim(const struct nt_scn_file *f);
const char *nt_scn_file_shown(const struct nt_scn_file *f);
bool nt_scn_file_has_tag(const struct nt_scn_file *f, const char *tag);
/* The id of a case without making it. NULL without memory; the caller frees. */
char *nt_scn_file_case_id(const struct nt_scn_file *f, size_t i);
/* The i-th case, in matrix order, last axis fastest. NULL with diagnostics. */
struct nt_scn_case *nt_scn_file_case(const struct nt_scn_file *f, size_t i, struct nt_diags *diags);

void nt_scn_case_del(struct nt_scn_case *c);

#endif
