#include "scenarios/classify/compare.h"

#include <inttypes.h>

#define SERVER_PORT 3478
#define LIFETIME_SLACK (2 * NT_SEC) /* the search stops when its bounds are this close */

struct output {
    const char *name; /* of the policy */
    FILE *file;
};

/* The two enums have the same order. */
static enum nt_behaviour behaviour_of(enum nt_dependence d)
{
    return (enum nt_behaviour)d;
}

static int print_difference(const struct output *o, const char *what, const char *configured, const char *measured)
{
    fprintf(o->file, "  %s: %s is configured %s, measured %s\n", o->name, what, configured, measured);
    return 1;
}

static const char *yes_or_no(bool b)
{
    return b ? "yes" : "no";
}

/* A pinned reply differs from one by the mapping table only if the filter lets in a remote that has another mapping: if the mapping
 * depends on more than the filter does. */
static bool is_pinning_visible(const struct nt_nat_policy *p)
{
    return p->mapping > p->filtering;
}

static int compare_lifetime(const struct output *o, const char *what, nt_time life, const struct nt_discovery_result *m)
{
    char configured[40], measured[80];
    if (m->lifetime_low <= life && (m->lifetime_high == NT_TIME_NEVER || life <= m->lifetime_high + LIFETIME_SLACK))
        return 0;
    snprintf(configured, sizeof configured, "%" PRId64 " s", life / NT_SEC);
    snprintf(measured, sizeof measured, "%" PRId64 " to %" PRId64 " ms", m->lifetime_low / NT_MSEC,
             m->lifetime_high == NT_TIME_NEVER ? -1 : m->lifetime_high / NT_MSEC);
    return print_difference(o, what, configured, measured);
}

static int compare_lifetimes(const struct output *o, const struct nt_nat_policy *p,
                             const struct nt_discovery_result m[NT_LIFETIME_PHASES])
{
    return compare_lifetime(o, "the lifetime before a reply", p->life_new, &m[NT_LIFETIME_NEW]) +
           compare_lifetime(o, "the lifetime after a reply", p->life_replied, &m[NT_LIFETIME_REPLIED]) +
           compare_lifetime(o, "the lifetime of a stream", p->life_stream, &m[NT_LIFETIME_STREAM]);
}

static int compare_reach(const struct output *o, bool lets_out, const struct nt_discovery_result *m)
{
    bool reachable = m->done && m->reachable;
    if (lets_out == reachable)
        return 0;
    if (reachable)
        return print_difference(o, "the server", "unreachable", "reachable");
    return print_difference(o, "the server", "reachable", m->lacks[0] != NULL ? m->lacks[0] : "unreachable");
}

int nt_classify_compare(const char *name, const struct nt_nat_policy *p, const struct nt_discovery_result m[NT_LIFETIME_PHASES],
                        FILE *out)
{
    const struct output output = {name, out}, *o = &output;
    bool lets_out = !p->deny_udp && nt_nat_policy_allows(p, NT_ALLOWED_UDP, SERVER_PORT);
    int found = compare_reach(o, lets_out, m);
    if (found != 0 || !lets_out)
        return found;
    if (m->mapping != behaviour_of(p->mapping))
        found += print_difference(o, "mapping", nt_dependence_name(p->mapping), nt_behaviour_name(m->mapping));
    if (m->filtering != behaviour_of(p->filtering))
        found += print_difference(o, "filtering", nt_dependence_name(p->filtering), nt_behaviour_name(m->filtering));
    if (m->hairpin_known && m->hairpin != (p->hairpin != NT_HAIRPIN_NONE))
        found += print_difference(o, "hairpinning", yes_or_no(p->hairpin != NT_HAIRPIN_NONE), yes_or_no(m->hairpin));
    if (m->hairpin && m->hairpin_external != (p->hairpin == NT_HAIRPIN_EXTERNAL))
        found += print_difference(o, "the hairpinned source", p->hairpin == NT_HAIRPIN_EXTERNAL ? "external" : "internal",
                                  m->hairpin_external ? "external" : "internal");
    bool preserves = p->ports == NT_PORTS_PRESERVE || p->ports == NT_PORTS_OVERLOAD;
    if (m->port_preservation >= 0 && m->port_preservation != preserves)
        found += print_difference(o, "port preservation", yes_or_no(preserves), yes_or_no(m->port_preservation == 1));
    if (is_pinning_visible(p) && m->pinned >= 0 && m->pinned != (p->replies == NT_REPLIES_PINNED))
        found +=
            print_difference(o, "replies", p->replies == NT_REPLIES_PINNED ? "pinned" : "table", m->pinned ? "pinned" : "table");
    if (is_pinning_visible(p) && m->pinned < 0)
        found += print_difference(o, "replies", p->replies == NT_REPLIES_PINNED ? "pinned" : "table", "unknown");
    return found + compare_lifetimes(o, p, m);
}
