/* The tests of RFC 5780: mapping (4.3), filtering (4.4), replies, hairpinning (3.4). Private to core/stun. */
#ifndef NT_STUN_BEHAVIOUR_H
#define NT_STUN_BEHAVIOUR_H

#include "core/stun/discovery_state.h"

void nt_behaviour_start(struct nt_discovery *d, nt_time now);
/* A Binding request came to one of the discovery's sockets: is it its own? */
bool nt_hairpin_heard(struct nt_discovery *d, const struct nt_path *path, const uint8_t id[NT_STUN_ID]);

#endif
