#include "scenarios/model/carrier.h"

#define MEDIUM_MEND "use --carrier ns3, or leave out 'medium'"

static bool builtin_lacks(const struct nt_scn_network *n, struct nt_carrier_lack *lack)
{
    if (n->medium == NT_MEDIUM_CSMA)
        *lack = (struct nt_carrier_lack){n->medium_place, "the built-in carrier has no 'csma'", MEDIUM_MEND};
    else if (n->medium == NT_MEDIUM_WIFI)
        *lack = (struct nt_carrier_lack){n->medium_place, "the built-in carrier has no 'wifi'", MEDIUM_MEND};
    else if (n->burst.chance > 0)
        *lack = (struct nt_carrier_lack){n->burst_place, "the built-in carrier has no 'burst-loss'",
                                         "use --carrier ns3, or write 'loss'"};
    else
        return false;
    return true;
}

bool nt_carrier_next_lack(const struct nt_scn_case *c, enum nt_carrier_name carrier, size_t *at, struct nt_carrier_lack *lack)
{
    while (carrier == NT_CARRIER_BUILTIN && *at < c->network_count)
        if (builtin_lacks(&c->networks[(*at)++], lack))
            return true;
    if (carrier == NT_CARRIER_NS3 && *at == 0 && (*at)++ == 0 && c->expect.explore_first > 0) {
        *lack = (struct nt_carrier_lack){
            c->expect.explore_place, "the carrier ns3 cannot run other orders of deliveries ('explore')", "use --carrier builtin"};
        return true;
    }
    if (carrier != NT_CARRIER_NS3 || *at > c->move_count || c->move_count == 0)
        return false;
    *lack =
        (struct nt_carrier_lack){c->steps[c->moves[(*at)++ - 1]].place,
                                 "the carrier ns3 cannot move an attachment to another network ('move')", "use --carrier builtin"};
    return true;
}
