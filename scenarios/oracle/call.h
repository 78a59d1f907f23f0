/* The two agents of the call as the oracle models them: bases, candidates, permissions, and the effect of a check (RFC 8445). */
#ifndef NT_ORACLE_CALL_H
#define NT_ORACLE_CALL_H

#include "scenarios/oracle/gateways.h"

#define NT_ORACLE_BASES_MAX 32
#define NT_ORACLE_CANDIDATES_MAX 96
#define NT_ORACLE_DEPTH_MAX 4 /* of discoveries that other discoveries led to: no path needs more, and endless chains end here */
#define NT_ORACLE_HELD_MAX 256

struct nt_oracle_base {
    uint16_t addr;               /* number of a host or relayed address */
    struct nt_oracle_place from; /* where its packets start */
};

struct nt_oracle_side {
    uint32_t agent;
    struct nt_oracle_base bases[NT_ORACLE_BASES_MAX];
    uint16_t candidates[NT_ORACLE_CANDIDATES_MAX];
    uint8_t base_count;
    size_t candidate_count;
};

struct nt_oracle_check { /* from base number `base` of side `side` */
    uint8_t side, base;
    uint16_t to;
};

struct nt_oracle_held { /* the request of a check, held in front of a gateway */
    struct nt_oracle_check check;
    struct nt_oracle_packet packet;
};

struct nt_oracle_call {
    struct nt_oracle_map map;
    struct nt_oracle_table table;
    struct nt_oracle_side sides[2];                 /* the caller, the callee */
    struct nt_oracle_held held[NT_ORACLE_HELD_MAX]; /* from 1 */
    uint16_t held_count;
};

/* Both agents gather their candidates, the caller first. `cuts` as in nt_oracle_map. */
void nt_oracle_call_init(struct nt_oracle_call *x, const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts);
/* How many pairs a side has at most, with candidates that some order discovers. */
size_t nt_oracle_call_pairs(const struct nt_oracle_call *x, uint8_t side);
/* Sends a check, and carries the request and its response. False: the request came to no host and to no address of a gateway. */
bool nt_oracle_check_send(struct nt_oracle_call *x, const struct nt_oracle_check *k);
/* Sends a check, and holds its request at this place, from 1, of those where the time of arrival matters. False: there is none. */
bool nt_oracle_check_send_held(struct nt_oracle_call *x, const struct nt_oracle_check *k, unsigned place);
/* Carries held request number `held` on, and its response. */
void nt_oracle_check_release(struct nt_oracle_call *x, uint16_t held);
/* The i-th address that this base checks now: first the peer's candidates, then discovered addresses. False: there are no more. */
bool nt_oracle_check_target(const struct nt_oracle_call *x, uint8_t side, uint8_t base, size_t i, uint16_t *to);

#endif
