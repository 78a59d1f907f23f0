/* Which NATs stop a check, or would have stopped it next, and by which rule: read from topology and policies, and from what the
 * receiver had sent to. */
#ifndef NT_JUDGE_WHY_CAUSES_H
#define NT_JUDGE_WHY_CAUSES_H

#include "reports/result/result.h"
#include "scenarios/model/case.h"

#define NT_WHY_GATEWAYS_MAX 8 /* of one side, one behind the other; further ones are not looked at */

struct nt_why_gateways {
    const struct nt_scn_gateway *of[NT_WHY_GATEWAYS_MAX];
    size_t count;
};

/* A check as it came to the NATs of its receiver. */
struct nt_why_question {
    const struct nt_scn_case *scn;
    uint32_t sender, receiver;               /* agents */
    const struct nt_result_agent *knowledge; /* the receiver's */
    const struct nt_result_pair *pair;       /* the sender's */
    struct nt_addr src;                      /* where it came from, as the receiver's side sees it */
    struct nt_addr dst;                      /* where it was sent to */
};

struct nt_why_causes {
    struct nt_why_gateways way_out;   /* the NATs between the sender and where the destination lies, from inside */
    struct nt_why_gateways way_in;    /* those from there to the receiver, from outside */
    struct nt_why_gateways sent_from; /* of way_out: their mapping gave the check a port that the receiver does not know */
    struct nt_why_gateways asked;     /* of way_in: their mapping gave the receiver another port for the sender */
    struct nt_why_gateways filters;   /* of way_in: their filtering does not let it in */
    uint32_t receiver;                /* agent */
    bool hairpins;                    /* the first of way_in is the sender's, too */
    uint16_t known_port;              /* at the check's source address, to which the receiver has sent; 0: to none */
};

void nt_why_find_causes(struct nt_why_causes *causes, const struct nt_why_question *q);

/* The gateways on the way between both ends of an agent's pair that block UDP; of no pair (NULL) none. */
void nt_why_find_blocking(struct nt_why_gateways *list, const struct nt_scn_case *c, uint32_t agent,
                          const struct nt_result_pair *pair);

bool nt_why_is_before(const struct nt_scn_case *c, const struct nt_scn_agent *a,
                      const struct nt_scn_gateway *g); /* on its way out */
bool nt_why_maps_each(const struct nt_scn_gateway *g); /* a mapping for each destination, or destination address */
/* The translating gateway with this address outside, or NULL. */
const struct nt_scn_gateway *nt_why_translator(const struct nt_scn_case *c, const struct nt_addr *a);
/* A translating gateway behind which this address lies, unknown outside; or NULL. */
const struct nt_scn_gateway *nt_why_gateway_before(const struct nt_scn_case *c, const struct nt_addr *a);

#endif
