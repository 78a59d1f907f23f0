#include "scenarios/language/checks/media.h"

#include "natsim/fabric/fabric.h"

static void each_attachment(const struct nt_scn_case *c, void (*fn)(void *user, const struct nt_scn_attachment *a), void *user)
{
    for (size_t i = 0; i < c->gateway_count; i++) {
        for (size_t j = 0; j < c->gateways[i].inside_count; j++)
            fn(user, &c->gateways[i].inside[j]);
        fn(user, &c->gateways[i].outside);
    }
    for (size_t i = 0; i < c->server_count; i++)
        fn(user, &c->servers[i].on);
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t j = 0; j < c->agents[i].on_count; j++)
            fn(user, &c->agents[i].on[j]);
}

static void count_one(void *user, const struct nt_scn_attachment *a)
{
    size_t *counts = user;
    counts[a->network]++;
}

void nt_check_media(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    size_t *counts = nt_load_alloc(l, (c->network_count + 1) * sizeof *counts);
    if (counts == NULL)
        return;
    each_attachment(c, count_one, counts);
    for (size_t i = 0; i < c->network_count; i++)
        if (c->networks[i].medium == NT_MEDIUM_P2P && counts[i] > 2)
            nt_diag_mend(nt_source_error(l->src, c->networks[i].medium_place,
                                         "%zu are on p2p network '%s', and a line has two ends", counts[i], c->networks[i].name),
                         "write medium: csma, or give each pair a line of its own");
}

static void note_walk(void *user, const struct nt_scn_attachment *a)
{
    bool *walks = user;
    *walks = *walks || a->point_count > 1;
}

const char *nt_medium_chance(const struct nt_scn_case *c)
{
    bool walks = false;
    for (size_t i = 0; i < c->network_count; i++) {
        const struct nt_scn_network *n = &c->networks[i];
        uint64_t twice_in_bursts = (uint64_t)n->burst.chance * (n->burst.low + n->burst.high); /* chance * mean length * 2 */
        if (n->loss >= NT_CHANCE_ONE / 2 || twice_in_bursts >= NT_CHANCE_ONE)
            return "loss of 50% or more";
        if (n->wifi.stations > 0)
            return "stations that load its Wi-Fi";
    }
    each_attachment(c, note_walk, &walks);
    return walks ? "a walk on Wi-Fi" : NULL;
}
