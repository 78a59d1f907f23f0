#include "scenarios/oracle/paths.h"
#include "scenarios/oracle/objections.h"
#include "scenarios/oracle/schedules.h"

#include <stdlib.h>

/* RFC 8445, 6.1.2.5: no pairs are discarded, not even with candidates that some order discovers. */
static bool fits_max_pairs(const struct nt_oracle_call *x)
{
    for (uint8_t side = 0; side < 2; side++)
        if (nt_oracle_call_pairs(x, side) > x->map.scn->agents[x->sides[side].agent].max_pairs)
            return false;
    return true;
}

unsigned nt_oracle_paths_of(const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts, const char **why)
{
    *why = nt_oracle_objection(c);
    if (*why != NULL)
        return 0;
    struct nt_oracle_call *x = malloc(sizeof *x);
    unsigned found = 0;
    *why = "out of memory";
    if (x == NULL)
        return 0;
    nt_oracle_call_init(x, c, cuts);
    bool fits = fits_max_pairs(x);
    if (fits)
        found = nt_oracle_schedules_explore(x, why);
    if (!fits || (found != 0 && !fits_max_pairs(x))) {
        *why = "there are more pairs than max-pairs";
        found = 0;
    }
    free(x);
    if (found != 0)
        *why = "";
    return found;
}

static struct nt_nat_policy open_policy(const struct nt_nat_policy *p)
{
    struct nt_nat_policy open = *p;
    open.mapping = open.filtering = NT_DEP_ENDPOINT_INDEPENDENT;
    open.replies = NT_REPLIES_TABLE;
    open.hairpin = NT_HAIRPIN_EXTERNAL;
    open.poison = 0;
    open.ports = NT_PORTS_SEQUENTIAL;
    open.conflict = NT_CONFLICT_NEXT;
    open.pooling = NT_POOLING_PAIRED;
    open.ipv6 = p->kind == NT_GW_TRANSLATE ? NT_V6_OPEN : p->ipv6;
    return open;
}

unsigned nt_oracle_paths_open(const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts, const char **why)
{
    struct nt_scn_case open = *c;
    struct nt_oracle_call *x = malloc(sizeof *x);
    unsigned found = 0;
    open.gateways = malloc((c->gateway_count + 1) * sizeof *open.gateways);
    for (size_t i = 0; open.gateways != NULL && i < c->gateway_count; i++) {
        open.gateways[i] = c->gateways[i];
        open.gateways[i].policy = open_policy(&c->gateways[i].policy);
    }
    if (x != NULL && open.gateways != NULL) {
        nt_oracle_call_init(x, &open, cuts);
        found = nt_oracle_schedules_all(x, why);
    } else {
        *why = "out of memory";
    }
    free(open.gateways);
    free(x);
    return found;
}
