/* What the rules found in one capture. */
#ifndef NT_CONFORMANCE_VERDICT_H
#define NT_CONFORMANCE_VERDICT_H

#include "reports/conformance/rules.h"

#include <stdbool.h>
#include <stdint.h>

#define NT_CONF_LISTED_MAX 50 /* findings of one rule about one party; the last one counts the further ones, too */
#define NT_CONF_DETAIL 240
#define NT_CONF_RULES_MAX 512

struct nt_conf_finding {
    const struct nt_conf_rule *rule;
    const char *party; /* its name, of the input */
    uint32_t frame;
    uint32_t count; /* how often: 1, or as many as are not listed one by one */
    char detail[NT_CONF_DETAIL];
};

struct nt_conf_findings {
    struct nt_conf_finding *of;
    size_t count, cap;
};

struct nt_conf_not_judged {
    const struct nt_conf_rule *rule;
    const char *party; /* its name, of the input */
    const char *why;
};

struct nt_conf_verdict {
    uint32_t exercised;                               /* rules that had something to judge */
    uint64_t exercised_rules[NT_CONF_RULES_MAX / 64]; /* which: bits, in the order of nt_conf_rules() */
    struct nt_conf_findings violations;               /* in order of frames */
    struct nt_conf_findings advice;                   /* of SHOULD rules, likewise */
    struct nt_conf_not_judged *not_judged;            /* in order of rules, then parties */
    size_t not_judged_count, not_judged_cap;
    uint32_t cut;        /* the first frame that was not judged at all, because of a limit; 0: all were */
    const char *cut_why; /* which limit */
};

bool nt_conf_is_exercised(const struct nt_conf_verdict *v, const struct nt_conf_rule *rule);
/* The new finding, zeroed; NULL without memory. */
struct nt_conf_finding *nt_conf_verdict_add(struct nt_conf_findings *f);
int nt_conf_verdict_add_not_judged(struct nt_conf_verdict *v, const struct nt_conf_not_judged *n); /* 0 or NT_ENOMEM */
/* Findings by frame, then rule, party and detail. */
void nt_conf_verdict_sort(struct nt_conf_verdict *v);
void nt_conf_verdict_free(struct nt_conf_verdict *v);

#endif
