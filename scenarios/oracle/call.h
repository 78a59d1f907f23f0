/* The two agents of the call as the oracle sees them: bases, candidates, permissions, and what a check does (RFC 8445). */
#ifndef NT_ORACLE_CALL_H
#define NT_ORACLE_CALL_H

#include "scenarios/oracle/gateways.h"

#define NT_ORACLE_BASES_MAX 32
#define NT_ORACLE_CANDIDATES_MAX 96
#define NT_ORACLE_DEPTH_MAX 4 /* discoveries of discoveries that are followed: no path needs more, endless ones end here */
#define NT_ORACLE_FLYING_MAX 256

struct nt_oracle_base {
    uint16_t addr;               /* number of the address: a host's or a relayed one */
    struct nt_oracle_place from; /* where its packets start */
};

struct nt_oracle_side {
    uint32_t agent;
    struct nt_oracle_base bases[NT_ORACLE_BASES_MAX];
    uint16_t candidates[NT_ORACLE_CANDIDATES_MAX];
    size_t base_count, candidate_count;
};

struct nt_oracle_check { /* from base number `base` of side `side` */
    uint8_t side, base;
    uint16_t to;
};

struct nt_oracle_flying { /* a check's request, held before a gateway */
    struct nt_oracle_check check;
    struct nt_oracle_packet packet;
};

struct nt_oracle_call {
    struct nt_oracle_world world;
    struct nt_oracle_table table;
    struct nt_oracle_side sides[2];                       /* the caller, the callee */
    struct nt_oracle_flying flying[NT_ORACLE_FLYING_MAX]; /* from 1 */
    uint16_t flying_count;
    bool full;
};

/* Gathers, the caller first. */
void nt_oracle_call_init(struct nt_oracle_call *x, const struct nt_scn_case *c);
/* Sends a check and carries it, and its response, as far as they go. False: it can matter to nobody. */
bool nt_oracle_check(struct nt_oracle_call *x, const struct nt_oracle_check *k);
/* Sends a check up to the first gateway where its moment matters. False: there is none. */
bool nt_oracle_check_hold(struct nt_oracle_call *x, const struct nt_oracle_check *k);
void nt_oracle_check_land(struct nt_oracle_call *x, uint16_t flying);
/* The i-th address that this base checks now: the peer's candidates, then discovered ones. False: no more. */
bool nt_oracle_target(const struct nt_oracle_call *x, uint8_t side, uint8_t base, size_t i, uint16_t *to);

#endif
