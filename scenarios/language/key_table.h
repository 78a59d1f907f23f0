/* The keys of the language as tables: one table says which keys there are, what stands in them, which are not in this version, and
 * what the JSON Schema prints. The loader reads mappings by them. */
#ifndef NT_LANGUAGE_KEY_TABLE_H
#define NT_LANGUAGE_KEY_TABLE_H

#include "scenarios/language/reader.h"
#include "scenarios/model/words.h"

enum nt_key_type {
    NT_KEY_NODE = 0, /* const struct nt_yaml *: read further by its owner */
    NT_KEY_TEXT,     /* char * */
    NT_KEY_TIME,     /* nt_time */
    NT_KEY_RATE,     /* uint64_t */
    NT_KEY_PERCENT,  /* uint32_t */
    NT_KEY_U16,
    NT_KEY_U32,
    NT_KEY_U64,
    NT_KEY_I32,     /* int32_t */
    NT_KEY_DECIMAL, /* int32_t of thousandths, and so are its bounds */
    NT_KEY_BOOL,     /* on, off, true, false */
    NT_KEY_NOT,      /* bool that is the contrary of what stands there */
    NT_KEY_TRI,      /* enum nt_tri */
    NT_KEY_WORD,     /* int or enum */
    NT_KEY_ADDR,     /* struct nt_addr without port */
    NT_KEY_ENDPOINT, /* struct nt_addr with port */
    NT_KEY_PREFIX4,
    NT_KEY_PREFIX6,
    NT_KEY_COUNT /* struct nt_scn_count */
};

enum { NT_KEY_REQUIRED = 1, NT_KEY_UNBUILT = 2, NT_KEY_ONLY = 4 /* larger values are not in this version */ };

#define NT_KEY_SIGNED(n) ((uint64_t)(int64_t)(n)) /* a bound of I32 and DECIMAL */

struct nt_key {
    const char *name;
    enum nt_key_type type;
    size_t offset;
    uint64_t low, high;          /* numbers and times; 0, 0: anything */
    const struct nt_word *words; /* WORD; ends with a NULL name */
    const char *schema;          /* NODE: its JSON Schema */
    unsigned flags;
    const char *doc;
};

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

extern const struct nt_table nt_table_file, nt_table_network, nt_table_gateway, nt_table_policy, nt_table_lifetimes,
    nt_table_server, nt_table_agent, nt_table_turn, nt_table_attachment, nt_table_step, nt_table_call, nt_table_reoffer,
    nt_table_send, nt_table_link, nt_table_nat, nt_table_server_step, nt_table_partition, nt_table_signalling, nt_table_fault,
    nt_table_delay, nt_table_inject, nt_table_run, nt_table_stun, nt_table_expect, nt_table_agent_expect, nt_table_selected, nt_table_candidates,
    nt_table_prflx, nt_table_pair, nt_table_explore, nt_table_data, nt_table_packets, nt_table_where, nt_table_burst, nt_table_wifi, nt_table_waypoint;

/* Reads what the mapping has into *object (zeroed or defaults by the caller). True without errors. */
bool nt_table_read(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
/* As above, and keys that are not of the table are passed over: names that the owner reads itself. */
bool nt_table_read_some(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object);
const struct nt_key *nt_table_find(const struct nt_table *t, const char *name);
void nt_key_unknown(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *key);
/* One value as of a key of that type. True without errors. */
bool nt_key_read(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, void *object);
/* The value of a word; false with an error that names `what`. */
bool nt_word_read(struct nt_load *l, const struct nt_word *words, const char *what, const struct nt_yaml *v, int *value);

#endif
