/* One entry of why_not: the sentence for the end that a check or a request found, and the rules of policies that it names. */
#ifndef NT_JUDGE_WHY_TEXT_H
#define NT_JUDGE_WHY_TEXT_H

#include "reports/result/result.h"
#include "reports/result/text.h"
#include "scenarios/judge/check_ways.h"
#include "scenarios/judge/lost_data.h"
#include "scenarios/judge/why_causes.h"

/* Of one sentence: by which NATs of the way out and of the way in map, by which those filter, and a few of the one that dropped it.
 */
#define NT_WHY_RULES_MAX (4 * NT_WHY_GATEWAYS_MAX)

struct nt_why_entry {
    uint32_t agent;                    /* of the case */
    const struct nt_result_pair *pair; /* NULL: it is about none */
    uint32_t packet;
    const char *node;   /* a name of the case's; NULL: none */
    const char *reason; /* static */
    struct nt_text text;
    struct {
        const char *node, *key;
    } rules[NT_WHY_RULES_MAX];
    size_t rule_count;
};

/* What became of the last check of a pair, which did not make it valid: sets packet, node, reason, text and rules. `r`: what agents
 * know. */
void nt_why_check(struct nt_why_entry *e, const struct nt_world *w, const struct nt_result_case *r,
                  const struct nt_check_ways *ways, const struct nt_check_way *way);
/* What became of a request to `server` that gave no candidate of a kind, likewise; way NULL: none was sent.
 * `has_other`: the agent has one all the same, of another server, or of another interface. */
void nt_why_request(struct nt_why_entry *e, const struct nt_world *w, const struct nt_check_way *way, uint32_t server,
                    const char *kind, bool has_other);
/* Of a pair with a relayed candidate on which no check was sent: what became of the last request for its permission. False: it was
 * granted, and nothing is said. */
bool nt_why_permission(struct nt_why_entry *e, const struct nt_world *w, const struct nt_check_way *way,
                       const struct nt_addr *peer);
/* Of data on the selected pair that did not arrive: the packet that was dropped at one place, of those that `d` has. */
void nt_why_data(struct nt_why_entry *e, const struct nt_world *w, const struct nt_result_case *r, const struct nt_check_ways *ways,
                 const struct nt_lost_data *d, const struct nt_lost_place *place);

#endif
