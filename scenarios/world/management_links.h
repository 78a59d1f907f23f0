/* Management links: signalling does not cross the NATs that ICE has to cross. Each agent and the platform have an interface of
 * their own for it, with the delay of the networks between them. No gateway sees it, and no agent gathers it. */
#ifndef NT_WORLD_MANAGEMENT_LINKS_H
#define NT_WORLD_MANAGEMENT_LINKS_H

#include "core/base/addr.h"

struct nt_world;

int nt_world_signalling(struct nt_world *w); /* builds the links; 0 or a negative error */
/* An agent's address on its link, and the next hop of its messages; with ports. */
void nt_signalling_ends(const struct nt_world *w, uint32_t agent, struct nt_addr *own, struct nt_addr *peer);

#endif
