#include "scenarios/oracle/cuts.h"

static bool is_place(const struct nt_oracle_place *a, const struct nt_oracle_place *b)
{
    return a->kind == b->kind && a->index == b->index && a->port == b->port;
}

bool nt_oracle_cuts_take_down(struct nt_oracle_cuts *cuts, struct nt_oracle_place place)
{
    for (size_t i = 0; i < cuts->down_count; i++)
        if (is_place(&cuts->down[i], &place))
            return true;
    if (cuts->down_count == NT_ORACLE_DOWN_MAX)
        return false;
    cuts->down[cuts->down_count++] = place;
    return true;
}

void nt_oracle_cuts_bring_up(struct nt_oracle_cuts *cuts, struct nt_oracle_place place)
{
    for (size_t i = 0; i < cuts->down_count; i++)
        if (is_place(&cuts->down[i], &place)) {
            cuts->down[i] = cuts->down[--cuts->down_count];
            return;
        }
}

bool nt_oracle_cuts_part(struct nt_oracle_cuts *cuts, const struct nt_scn_step *partition)
{
    if (cuts->partition_count == NT_ORACLE_PARTITIONS_MAX)
        return false;
    cuts->partitions[cuts->partition_count++] = partition;
    return true;
}

void nt_oracle_cuts_heal(struct nt_oracle_cuts *cuts, const struct nt_scn_step *partition)
{
    for (size_t i = 0; i < cuts->partition_count; i++)
        if (cuts->partitions[i] == partition) {
            cuts->partitions[i] = cuts->partitions[--cuts->partition_count];
            return;
        }
}

static bool spares(const struct nt_oracle_cuts *cuts, const struct nt_oracle_place *place)
{
    return cuts->spare_servers && place->kind == NT_SCN_NODE_SERVER;
}

bool nt_oracle_is_down(const struct nt_oracle_cuts *cuts, const struct nt_oracle_place *place)
{
    if (cuts == NULL || spares(cuts, place))
        return false;
    for (size_t i = 0; i < cuts->down_count; i++) {
        const struct nt_oracle_place *d = &cuts->down[i];
        if (d->kind == place->kind && d->index == place->index && (d->port == NT_ORACLE_ANY || d->port == place->port))
            return true;
    }
    return false;
}

static bool has_node(const struct nt_scn_node *nodes, size_t count, const struct nt_oracle_place *place)
{
    for (size_t i = 0; i < count; i++)
        if (nodes[i].kind == place->kind && nodes[i].index == place->index)
            return true;
    return false;
}

bool nt_oracle_is_parted(const struct nt_oracle_cuts *cuts, const struct nt_oracle_place *from, const struct nt_oracle_place *there)
{
    if (cuts == NULL || spares(cuts, from) || spares(cuts, there))
        return false;
    for (size_t i = 0; i < cuts->partition_count; i++) {
        const struct nt_scn_step *p = cuts->partitions[i];
        bool there_is_b = has_node(p->side_a, p->side_a_count, from) && has_node(p->side_b, p->side_b_count, there);
        bool there_is_a = has_node(p->side_b, p->side_b_count, from) && has_node(p->side_a, p->side_a_count, there);
        if ((there_is_b && p->way != NT_WAY_TO) || (there_is_a && p->way != NT_WAY_FROM))
            return true;
    }
    return false;
}
