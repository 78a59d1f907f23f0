/* The keys of the language as tables. A table lists the keys of one mapping, their types and bounds, and what the JSON Schema says
 * of them; the loader reads mappings by it. */
#ifndef NT_KEYS_KEY_TABLE_H
#define NT_KEYS_KEY_TABLE_H

#include "scenarios/language/keys/key_value.h"

struct nt_table {
    const char *def;  /* name in the schema's $defs */
    const char *noun; /* "a network" */
    const struct nt_key *keys;
    size_t count;
    const char *rest; /* schema of keys that are not in the table; NULL: there are none */
};

#define NT_TABLE(d, n, k)                                                                                                          \
    {                                                                                                                              \
        .def = d, .noun = n, .keys = k, .count = sizeof k / sizeof *k                                                              \
    }

/* Reads the keys of the mapping into *object, which has the defaults. True without errors. */
bool nt_table_read(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
/* As above, but ignores keys that are not in the table: names that the caller reads itself. */
bool nt_table_read_known(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
const struct nt_key *nt_table_find(const struct nt_table *t, const char *name);

#endif
