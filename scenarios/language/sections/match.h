/* Types and addresses of candidates: one of them, or a list. */
#ifndef NT_SECTIONS_MATCH_H
#define NT_SECTIONS_MATCH_H

#include "scenarios/language/keys/reader.h"
#include "scenarios/model/case.h"

void nt_load_match(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_match *m); /* NULL: any candidate */

#endif
