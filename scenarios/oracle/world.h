/* The world of a case at a moment: who is attached where, what is down, whom servers serve. */
#ifndef NT_ORACLE_WORLD_H
#define NT_ORACLE_WORLD_H

#include "scenarios/oracle/changes.h"
#include "scenarios/oracle/cuts.h"

struct nt_oracle_world {
    const struct nt_scn_case *scn; /* as it begins */
    struct nt_scn_case c;          /* as it is now: its agents are this world's */
    struct nt_oracle_cuts cuts;
    struct nt_scn_attachment *on,
        *on_now;                  /* of all agents, one behind the other: where they are attached; without addresses if down */
    uint8_t *down;                /* why: its link, or it is on its way to another network; 0: it is up */
    uint32_t *stun;               /* servers whose answers they get */
    struct nt_scn_turn_use *turn; /* `user` NULL: the server does not serve it */
    bool *spoilt;                 /* of the uses: its user is revoked, or its credential has expired */
    unsigned *refuses;            /* by server and method, of BINDING, ALLOCATE, PERMISSION: how many steps make it */
    size_t upset;                 /* steps that act on packets now, with an outcome that nobody can tell */
    const char *limit;            /* the one that was reached; NULL: none */
};

/* False without memory; to be freed either way. The case outlives the world. */
bool nt_oracle_world_init(struct nt_oracle_world *w, const struct nt_scn_case *c);
void nt_oracle_world_free(struct nt_oracle_world *w);
void nt_oracle_world_change(struct nt_oracle_world *w, const struct nt_oracle_change *change);
bool nt_oracle_world_has_interface(const struct nt_oracle_world *w, uint32_t agent); /* that is up */
/* Its paths, as nt_oracle_paths has them. */
unsigned nt_oracle_world_paths(struct nt_oracle_world *w, const char **why);
/* Paths of pairs that were selected before and may still work, whatever NATs and servers remember: DIRECT, RELAYED. 0: none, or
 * *why tells what the oracle cannot tell. */
unsigned nt_oracle_world_survivors(struct nt_oracle_world *w, const char **why);

#endif
