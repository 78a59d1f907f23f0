/* The agents of a world as parties of the call. */
#ifndef NT_WORLD_PARTIES_H
#define NT_WORLD_PARTIES_H

#include "scenarios/apps/party.h"

struct nt_world;

struct nt_party nt_world_party(const struct nt_world *w, uint32_t agent);
/* One of the two parties of the call does so (nt_party_ops); false without a call. */
bool nt_parties_wait(const struct nt_world *w);
bool nt_parties_go_on(const struct nt_world *w);
/* "L was running, and R completed": the parties of the call; "" without one. */
void nt_parties_states(const struct nt_world *w, char *buf, size_t cap);
void nt_parties_end(const struct nt_world *w);                  /* the case is over: data that went on with the call end */
struct nt_data_count nt_parties_data(const struct nt_world *w); /* of all agents: sent and received */

#endif
