/* What the rules found in one capture. */
#ifndef NT_CONFORMANCE_VERDICT_H
#define NT_CONFORMANCE_VERDICT_H

#include "reports/conformance/rules.h"

#include <stdint.h>

#define NT_CONF_VIOLATIONS_MAX 1000 /* further ones are not listed */

struct nt_conf_violation {
    const struct nt_conf_rule *rule;
    const char *party; /* its name, of the input */
    uint32_t frame;
    char detail[160];
};

struct nt_conf_verdict {
    uint32_t exercised;                   /* rules that had something to judge */
    struct nt_conf_violation *violations; /* of MUST rules only, in order of frames */
    size_t count, cap;
    uint32_t unjudged;        /* the first frame that was not judged, because of a limit; 0: all were */
    const char *unjudged_why; /* which limit */
};

/* The new violation, zeroed; NULL when the list is full, or without memory (then *err is NT_ENOMEM). */
struct nt_conf_violation *nt_conf_verdict_add(struct nt_conf_verdict *v, int *err);
/* By frame, then rule, party and detail. */
void nt_conf_verdict_sort(struct nt_conf_verdict *v);
void nt_conf_verdict_free(struct nt_conf_verdict *v);

#endif
