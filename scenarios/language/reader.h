/* What the readers of one case share, and what they all need: memory, names, attachments, lists. */
#ifndef NT_LANGUAGE_READER_H
#define NT_LANGUAGE_READER_H

#include "core/base/map.h"
#include "scenarios/model/case.h"
#include "scenarios/language/text/names.h"
#include "scenarios/language/text/source.h"
#include "scenarios/language/text/yaml.h"

/* What is known of a file over all cells of its matrix. */
struct nt_check {
    struct nt_arena *arena;
    struct nt_names filters; /* BPF texts that compile */
    struct nt_map nodes;     /* place of a name -> number in uses */
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
    struct nt_names networks; /* number of the network */
    struct nt_names nodes;    /* kind << 28 | number */
    struct nt_map given;      /* (network, address) -> number in given_places */
    struct nt_place *given_places;
    size_t given_count, given_cap;
    bool *mentioned;        /* agents that a step names; NULL before the steps */
    struct nt_check *check; /* NULL: this cell was checked before */
    bool nomem;
};

#define NT_LOAD_LIST_MAX 100000 /* entries of one list */

/* Zeroed memory of the case; NULL with `nomem`. */
void *nt_load_alloc(struct nt_load *l, size_t size);
char *nt_load_text(struct nt_load *l, const char *text);
struct nt_diag *nt_load_error(struct nt_load *l, const struct nt_yaml *at, const char *fmt, ...) NT_PRINTF(3, 4);

/* A value as a list: a list's items, or the value alone. */
size_t nt_load_count(const struct nt_yaml *v);
const struct nt_yaml *nt_load_item(const struct nt_yaml *v, size_t i);

/* Letters, digits, '-' and '_', so that taps and events can be written with a dot. False with an error. */
bool nt_load_check_name(struct nt_load *l, const struct nt_yaml *key);
/* The network of that name, or NT_SCN_NONE with an error. */
uint32_t nt_load_network(struct nt_load *l, const struct nt_yaml *v);
/* The node of that name, of one of `kinds` (bits 1 << enum nt_scn_node_kind); kind NONE with an error. */
struct nt_scn_node nt_load_node(struct nt_load *l, const struct nt_yaml *v, unsigned kinds);
#define NT_LOAD_AGENT (1u << NT_SCN_NODE_AGENT)
#define NT_LOAD_SERVER (1u << NT_SCN_NODE_SERVER)
#define NT_LOAD_GATEWAY (1u << NT_SCN_NODE_GATEWAY)
#define NT_LOAD_ANY (NT_LOAD_AGENT | NT_LOAD_SERVER | NT_LOAD_GATEWAY)
struct nt_scn_node nt_load_find_node(const struct nt_load *l, const char *name);
const char *nt_load_kind_name(enum nt_scn_node_kind kind); /* "a gateway" */

/* Attachments: NET, {on: NET, address: A}, or a list of these (at most `max`). Given addresses are put into them. */
bool nt_load_attachments(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment **out, size_t *count, size_t max);
/* The key `address` beside `on`: of the one attachment, or one entry for each. */
bool nt_load_address_key(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *on, size_t count);
/* An address on a network: within the prefix, not given before. */
bool nt_load_give(struct nt_load *l, const struct nt_yaml *at, uint32_t network, const struct nt_addr *a);

/* The number of a given address in given_places, or NT_MAP_NONE. */
uint32_t nt_load_given(const struct nt_load *l, uint32_t network, const struct nt_addr *a);

/* "A..B" of ports. */
bool nt_load_range(struct nt_load *l, const struct nt_yaml *v, const char *what, uint16_t *low, uint16_t *high);

/* A BPF text; true when it compiles. */
bool nt_load_filter(struct nt_load *l, const struct nt_yaml *v);

/* Readers, in this order. Each gives back what it read in the case and says its errors. */
void nt_load_networks(struct nt_load *l, const struct nt_yaml *section);
void nt_load_names(struct nt_load *l, const struct nt_yaml *gateways, const struct nt_yaml *servers, const struct nt_yaml *agents);
void nt_load_gateways(struct nt_load *l, const struct nt_yaml *section);
void nt_load_servers(struct nt_load *l, const struct nt_yaml *section);
void nt_load_agents(struct nt_load *l, const struct nt_yaml *section);
void nt_load_policy(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g);
void nt_assign(struct nt_load *l);         /* addresses */
void nt_check_topology(struct nt_load *l); /* cycles, prefixes */
void nt_load_steps(struct nt_load *l, const struct nt_yaml *section);
void nt_load_expect(struct nt_load *l, const struct nt_yaml *section);
void nt_check_live_steps(struct nt_load *l); /* what real programs leave no room for */
void nt_check_live_expect(struct nt_load *l, const struct nt_yaml *expect);
void nt_check_carrier(struct nt_load *l);                       /* what the carrier cannot do */
void nt_check_usage(struct nt_load *l);                         /* marks what this cell uses */
void nt_report_unused(struct nt_check *c, struct nt_source *s); /* after all cells */

/* One step's action; `v` is its mapping. */
void nt_load_fault(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s);
void nt_load_inject(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s, size_t number);
/* "L.failed" */
bool nt_load_event(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, char **event);
/* "L.0", "nat-left", ...: the tap's full name, NULL with an error. */
char *nt_load_tap(struct nt_load *l, const struct nt_yaml *v);
/* The same as a node and its attachment's number (a gateway's insides first, then its outside). */
bool nt_load_port(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, uint32_t *port);
void nt_load_agent_expect(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e);

#endif
