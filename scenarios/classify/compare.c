/* What was measured of a policy, held against what it was configured to be. */
#include "scenarios/classify/measure.h"

#include <inttypes.h>

#define LIFETIME_SLACK (2 * NT_SEC) /* the search stops when its bounds are so near */

/* Whom differences are told of, and where. */
struct told {
    const char *name;
    FILE *out;
};

static enum nt_behaviour behaviour(enum nt_dependence d)
{
    return (enum nt_behaviour)d;
}

static int problem(const struct told *t, const char *what, const char *configured, const char *measured)
{
    fprintf(t->out, "  %s: %s is configured %s, measured %s\n", t->name, what, configured, measured);
    return 1;
}

static const char *yes(bool b)
{
    return b ? "yes" : "no";
}

/* A pinned answer differs from one by the mapping rule only where the filter lets in somebody for whom the rule has another
 * mapping: where the mapping depends on more than the filter does. */
static bool replies_show(const struct nt_nat_policy *p)
{
    return p->mapping > p->filtering;
}

static nt_time lifetime_to_first_packet(const struct nt_nat_policy *p)
{
    return p->life_replied;
}

static int compare_lifetime(const struct told *t, const struct nt_nat_policy *p, const struct nt_discovery_result *m)
{
    char configured[40], measured[80];
    nt_time life = lifetime_to_first_packet(p);
    if (m->lifetime_low <= life && (m->lifetime_high == NT_TIME_NEVER || life <= m->lifetime_high + LIFETIME_SLACK))
        return 0;
    snprintf(configured, sizeof configured, "%" PRId64 " s", life / NT_SEC);
    snprintf(measured, sizeof measured, "%" PRId64 " to %" PRId64 " ms", m->lifetime_low / NT_MSEC,
             m->lifetime_high == NT_TIME_NEVER ? -1 : m->lifetime_high / NT_MSEC);
    return problem(t, "lifetime", configured, measured);
}

int nt_classify_compare(const char *name, const struct nt_nat_policy *p, const struct nt_discovery_result *m, FILE *out)
{
    const struct told told = {name, out}, *t = &told;
    int problems = 0;
    if (!m->done || !m->reachable)
        return problem(t, "the server", "reachable", "unreachable");
    if (m->mapping != behaviour(p->mapping))
        problems += problem(t, "mapping", nt_dependence_name(p->mapping), nt_behaviour_name(m->mapping));
    if (m->filtering != behaviour(p->filtering))
        problems += problem(t, "filtering", nt_dependence_name(p->filtering), nt_behaviour_name(m->filtering));
    if (m->hairpin_known && m->hairpin != (p->hairpin != NT_HAIRPIN_NONE))
        problems += problem(t, "hairpinning", yes(p->hairpin != NT_HAIRPIN_NONE), yes(m->hairpin));
    if (m->hairpin && m->hairpin_external != (p->hairpin == NT_HAIRPIN_EXTERNAL))
        problems += problem(t, "the hairpinned source", p->hairpin == NT_HAIRPIN_EXTERNAL ? "external" : "internal",
                            m->hairpin_external ? "external" : "internal");
    if (m->port_preservation >= 0 && m->port_preservation != (p->ports == NT_PORTS_PRESERVE || p->ports == NT_PORTS_OVERLOAD))
        problems += problem(t, "port preservation", yes(p->ports == NT_PORTS_PRESERVE), yes(m->port_preservation == 1));
    if (replies_show(p) && m->pinned >= 0 && m->pinned != (p->replies == NT_REPLIES_PINNED))
        problems +=
            problem(t, "replies", p->replies == NT_REPLIES_PINNED ? "pinned" : "table", m->pinned ? "pinned" : "table");
    if (replies_show(p) && m->pinned < 0)
        problems += problem(t, "replies", p->replies == NT_REPLIES_PINNED ? "pinned" : "table", "unknown");
    return problems + compare_lifetime(t, p, m);
}
