/* The state that the readers of one case share, and what all of them need: memory, errors, names. */
#ifndef NT_KEYS_READER_H
#define NT_KEYS_READER_H

#include "core/base/map.h"
#include "scenarios/language/text/names.h"
#include "scenarios/language/text/source.h"
#include "scenarios/language/text/yaml.h"
#include "scenarios/model/case.h"

/* What is collected over all cells of a file. */
struct nt_file_check {
    struct nt_arena *arena;
    struct nt_names filters; /* BPF texts that compile */
    struct nt_map nodes;     /* place of a name -> index in uses */
    struct nt_use {
        struct nt_place place;
        const char *what, *mend; /* the error when no cell uses it */
        bool used;
    } * uses;
    size_t use_count, use_cap;
    enum nt_carrier_name carrier;
};

struct nt_load {
    struct nt_source *src;
    struct nt_arena *arena;
    struct nt_scn_case *c;
    struct nt_names networks; /* name -> index */
    struct nt_names nodes;    /* name -> kind << 28 | index */
    struct nt_map given;      /* (network, address) -> index in given_places */
    struct nt_place *given_places;
    size_t given_count, given_cap;
    bool *mentioned;             /* agents that a step or an expectation names; NULL before the steps */
    struct nt_file_check *check; /* NULL: this cell was checked before */
    bool nomem;
};

/* Zeroed memory that the case owns; NULL sets `nomem`. */
void *nt_load_alloc(struct nt_load *l, size_t size);
char *nt_load_text(struct nt_load *l, const char *text);
struct nt_diag *nt_load_error(struct nt_load *l, const struct nt_yaml *at, const char *fmt, ...) NT_PRINTF(3, 4);

/* A name has letters, digits, '-' and '_' only, since taps and events use the dot. False with an error. */
bool nt_load_check_name(struct nt_load *l, const struct nt_yaml *key);
/* The network of that name, or NT_SCN_NONE with an error. */
uint32_t nt_load_network(struct nt_load *l, const struct nt_yaml *v);
/* The node of that name, of one of `kinds` (bits 1 << enum nt_scn_node_kind); NT_SCN_NODE_NONE with an error. */
struct nt_scn_node nt_load_node(struct nt_load *l, const struct nt_yaml *v, unsigned kinds);
#define NT_LOAD_AGENT (1u << NT_SCN_NODE_AGENT)
#define NT_LOAD_SERVER (1u << NT_SCN_NODE_SERVER)
#define NT_LOAD_GATEWAY (1u << NT_SCN_NODE_GATEWAY)
#define NT_LOAD_ANY (NT_LOAD_AGENT | NT_LOAD_SERVER | NT_LOAD_GATEWAY)
struct nt_scn_node nt_load_find_node(const struct nt_load *l, const char *name);
const char *nt_load_kind_name(enum nt_scn_node_kind kind); /* "a gateway" */

#endif
