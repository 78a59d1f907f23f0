/* The refusals that steps ask of a server: which requests it answers with an error, or not at all. */
#ifndef NT_APPS_REFUSALS_H
#define NT_APPS_REFUSALS_H

#include "core/base/map.h"
#include "core/stun/admission.h"
#include "scenarios/model/case.h"

struct nt_refusal { /* one step */
    const struct nt_scn_step *step;
    nt_time until;
    uint32_t last, count; /* of `nth`: the greatest number; transactions so far, at most `last` */
    struct nt_map seen;   /* these transactions, with their numbers */
};

struct nt_refusals {
    struct nt_refusal *items;
    size_t count, cap;
};

void nt_refusals_free(struct nt_refusals *all);
/* From now on, for as long as the step says. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_refusals_add(struct nt_refusals *all, const struct nt_scn_step *step, nt_time now);
/* The first refusal that means the request decides. A retransmission belongs to its transaction. */
struct nt_stun_decision nt_refusals_decide(struct nt_refusals *all, const struct nt_stun_msg *request, const struct nt_addr *from,
                                           nt_time now);

#endif
