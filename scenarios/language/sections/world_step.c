#include "scenarios/language/sections/world_step.h"
#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/dotted_name.h"

#include "scenarios/language/text/units.h"
#include "scenarios/model/words.h"

#include <stddef.h>

#define SIDE_MAX 10000 /* nodes on one side of a partition */

/* One node, and what happens to it. */
struct control_form {
    const struct nt_yaml *at;
    int word;
};

#define NODE .offset = offsetof(struct control_form, at), .schema = "{\"type\": \"string\"}", .flags = NT_KEY_REQUIRED
#define WORD(w) .type = NT_KEY_WORD, .offset = offsetof(struct control_form, word), .words = w, .flags = NT_KEY_REQUIRED
static const struct nt_key link_keys[] = {
    {.name = "at",
     NODE,
     .doc = "an attachment, as in L.0 or nat-left.outside; a node alone is its first one, a gateway its outside"},
    {.name = "set", WORD(nt_link_words), .doc = "down or up"},
};
static const struct nt_key nat_keys[] = {
    {.name = "at", NODE, .doc = "a gateway"},
    {.name = "do", WORD(nt_nat_step_words), .doc = "reboot, flush or renumber"},
};
const struct nt_table nt_table_link = NT_TABLE("link", "'link'", link_keys);
const struct nt_table nt_table_nat = NT_TABLE("nat-step", "'nat'", nat_keys);

struct move_form {
    const struct nt_yaml *at, *to, *address;
    nt_time outage;
};

static const struct nt_key move_keys[] = {
    {.name = "at",
     .offset = offsetof(struct move_form, at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "an attachment of an agent or a server, as in L.0; a node alone is its first one"},
    {.name = "to",
     .offset = offsetof(struct move_form, to),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "the network; where it is already: it gets another address"},
    {.name = "address",
     .offset = offsetof(struct move_form, address),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "its addresses there: one, or a list (IPv4 and IPv6); the next free ones by default"},
    {.name = "outage",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct move_form, outage),
     .high = NT_UNIT_TIME_MAX,
     .doc = "how long it is on no network; 0s by default"},
};
const struct nt_table nt_table_move = NT_TABLE("move", "'move'", move_keys);

struct partition_form {
    const struct nt_yaml *between, *and_;
    nt_time duration;
    int way;
};

#define SIDE(field)                                                                                                                \
    .offset = offsetof(struct partition_form, field), .schema = "{\"$ref\": \"#/$defs/names\"}", .flags = NT_KEY_REQUIRED
static const struct nt_key partition_keys[] = {
    {.name = "between", SIDE(between), .doc = "node, or list of nodes, on one side"},
    {.name = "and", SIDE(and_), .doc = "node, or list of nodes, on the other side"},
    {.name = "for",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct partition_form, duration),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "how long; without end by default"},
    {.name = "direction",
     .type = NT_KEY_WORD,
     .offset = offsetof(struct partition_form, way),
     .words = nt_way_words,
     .doc = "from: what 'between' sends to 'and' does not pass; to: what comes back does not; both by default"},
};
const struct nt_table nt_table_partition = NT_TABLE("partition", "'partition'", partition_keys);

void nt_load_link(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct control_form f = {0};
    step->kind = NT_STEP_LINK;
    if (!nt_table_read(l, &nt_table_link, v, &f))
        return;
    step->up = f.word != 0;
    nt_load_port(l, f.at, &step->where, &step->port);
}

void nt_load_move(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct move_form f = {0};
    step->kind = NT_STEP_MOVE;
    step->move_to.network = NT_SCN_NONE;
    if (!nt_table_read(l, &nt_table_move, v, &f) || !nt_load_port(l, f.at, &step->where, &step->port))
        return;
    step->outage = f.outage;
    step->move_place = (f.address != NULL ? f.address : v)->place;
    step->move_to.network = nt_load_network(l, f.to);
    if (step->where.kind == NT_SCN_NODE_GATEWAY)
        nt_diag_mend(nt_load_error(l, f.at, "gateway '%s' cannot move", nt_scn_node_name(l->c, step->where)),
                     "move an agent, or a server");
    if (f.address != NULL && step->move_to.network != NT_SCN_NONE)
        nt_load_move_addresses(l, f.address, &step->move_to);
}

void nt_load_nat_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct control_form f = {0};
    step->kind = NT_STEP_NAT;
    if (!nt_table_read(l, &nt_table_nat, v, &f))
        return;
    step->control = f.word;
    step->where = nt_load_node(l, f.at, NT_LOAD_GATEWAY);
}

static struct nt_scn_node *read_side(struct nt_load *l, const struct nt_yaml *v, size_t *count)
{
    size_t n = nt_yaml_count(v);
    if (n == 0 || n > SIDE_MAX) {
        nt_diag_mend(nt_load_error(l, v, "%zu nodes on one side of a partition", n), "name 1 to %d", SIDE_MAX);
        return NULL;
    }
    struct nt_scn_node *side = nt_load_alloc(l, n * sizeof *side);
    for (size_t i = 0; side != NULL && i < n; i++)
        side[i] = nt_load_node(l, nt_yaml_item(v, i), NT_LOAD_ANY);
    *count = n;
    return side;
}

/* Nothing lies between a node and itself. */
static void check_sides(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_step *step)
{
    for (size_t i = 0; step->side_a != NULL && step->side_b != NULL && i < step->side_a_count; i++)
        for (size_t j = 0; j < step->side_b_count; j++)
            if (step->side_a[i].kind != NT_SCN_NODE_NONE && step->side_a[i].kind == step->side_b[j].kind &&
                step->side_a[i].index == step->side_b[j].index)
                nt_diag_mend(nt_load_error(l, nt_yaml_item(v, j), "'%s' is on both sides", nt_scn_node_name(l->c, step->side_b[j])),
                             "leave it out on one of them");
}

void nt_load_partition(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct partition_form f = {0};
    step->kind = NT_STEP_PARTITION;
    if (!nt_table_read(l, &nt_table_partition, v, &f))
        return;
    step->side_a = read_side(l, f.between, &step->side_a_count);
    step->side_b = read_side(l, f.and_, &step->side_b_count);
    check_sides(l, f.and_, step);
    step->duration = f.duration;
    step->way = (enum nt_scn_way)f.way;
}
