/* The scenario language (version 1): files in, cases out. A file is loaded only when all of it is valid, including every cell of
 * its matrix. */
#ifndef NT_LANGUAGE_LOAD_H
#define NT_LANGUAGE_LOAD_H

#include "core/base/diag.h"
#include "scenarios/model/case.h"

#define NT_SCN_FILE_MAX ((size_t)4 << 20) /* bytes of a scenario file */

/* A loaded file keeps the parsed document; cases are made one at a time, so that a large matrix needs little memory. */
struct nt_scn_file;

/* `path`: the file; `id_path`: its name in ids ("classic/four-types"); `shown`: its name in diagnostics and results.json. Expands
 * and checks every cell, also that the carrier can run it. NULL with diagnostics. */
struct nt_scn_file *nt_scn_load(const char *path, const char *id_path, const char *shown, enum nt_carrier_name carrier,
                                struct nt_diags *diags);
/* The same from memory, without a carrier (fuzzing, tests). */
struct nt_scn_file *nt_scn_load_text(const char *text, size_t len, const char *id_path, const char *shown, struct nt_diags *diags);
void nt_scn_file_del(struct nt_scn_file *f);
size_t nt_scn_file_cases(const struct nt_scn_file *f);
const char *nt_scn_file_claim(const struct nt_scn_file *f);
const char *nt_scn_file_shown(const struct nt_scn_file *f);
uint64_t nt_scn_file_hash(const struct nt_scn_file *f); /* of its text: the same on every machine */
/* What may be meant so, and mostly is not: for `lint`. */
const struct nt_diags *nt_scn_file_warnings(const struct nt_scn_file *f);
bool nt_scn_file_has_tag(const struct nt_scn_file *f, const char *tag);
/* The id of a case without making it. NULL without memory; the caller frees. */
char *nt_scn_file_case_id(const struct nt_scn_file *f, size_t i);
/* The i-th case, in matrix order, last axis fastest. NULL with diagnostics. */
struct nt_scn_case *nt_scn_file_case(const struct nt_scn_file *f, size_t i, struct nt_diags *diags);

void nt_scn_case_del(struct nt_scn_case *c);

#endif
