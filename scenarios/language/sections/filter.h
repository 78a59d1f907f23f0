/* Filters: BPF texts of faults and expectations. */
#ifndef NT_SECTIONS_FILTER_H
#define NT_SECTIONS_FILTER_H

#include "scenarios/language/keys/reader.h"

/* True when the text compiles; false with an error. */
bool nt_load_filter(struct nt_load *l, const struct nt_yaml *v);

#endif
