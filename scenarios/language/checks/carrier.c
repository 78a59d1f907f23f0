#include "scenarios/language/checks/carrier.h"

static void refuse_at(struct nt_load *l, struct nt_place at, const char *what, const char *mend)
{
    nt_diag_mend(nt_source_error(l->src, at, "%s", what), "%s", mend);
}

static void check_builtin(struct nt_load *l, const struct nt_scn_network *n)
{
    if (n->medium == NT_MEDIUM_CSMA)
        refuse_at(l, n->medium_place, "the built-in carrier has no 'csma'", "use --carrier ns3, or leave out 'medium'");
    else if (n->medium == NT_MEDIUM_WIFI)
        refuse_at(l, n->medium_place, "the built-in carrier has no 'wifi'", "use --carrier ns3, or leave out 'medium'");
    else if (n->burst.chance > 0)
        refuse_at(l, n->burst_place, "the built-in carrier has no 'burst-loss'", "use --carrier ns3, or write 'loss'");
}

void nt_check_carrier(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    for (size_t i = 0; i < c->network_count && l->check->carrier == NT_CARRIER_BUILTIN; i++)
        check_builtin(l, &c->networks[i]);
    if (l->check->carrier == NT_CARRIER_NS3 && c->expect.explore_first > 0)
        refuse_at(l, c->expect.explore_place, "the carrier ns3 cannot run other orders of deliveries ('explore')",
                  "use --carrier builtin");
}
