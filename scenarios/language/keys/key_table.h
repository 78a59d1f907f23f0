/* The keys of the language as tables: one table says which keys there are, what stands in them, which are not in this version, and
 * what the JSON Schema prints. The loader reads mappings by them. */
#ifndef NT_KEYS_KEY_TABLE_H
#define NT_KEYS_KEY_TABLE_H

#include "scenarios/language/keys/key_value.h"

struct nt_table {
    const char *def;  /* name in the schema's $defs */
    const char *noun; /* "a network" */
    const struct nt_key *keys;
    size_t count;
    const char *rest; /* schema of further keys (names), NULL: none */
};

#define NT_TABLE(d, n, k)                                                                                                          \
    {                                                                                                                              \
        .def = d, .noun = n, .keys = k, .count = sizeof k / sizeof *k                                                              \
    }

/* Reads what the mapping has into *object (zeroed or defaults by the caller). True without errors. */
bool nt_table_read(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
/* As above, and keys that are not of the table are passed over: names that the owner reads itself. */
bool nt_table_read_known(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
const struct nt_key *nt_table_find(const struct nt_table *t, const char *name);
void nt_key_unknown(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *key);

#endif
