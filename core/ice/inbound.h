/* What comes in, on its way to the part that it is for. */
#ifndef NT_ICE_INBOUND_H
#define NT_ICE_INBOUND_H

#include "core/ice/agent.h"

void nt_ice_inbound_datagram(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
void nt_ice_inbound_icmp(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
void nt_ice_inbound_bind(struct nt_ice_agent *a, const struct nt_path *path, bool granted, nt_time now); /* the owner's answer */
/* What a connection to a TURN server brings. */
void nt_ice_inbound_connection(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes,
                               size_t len, nt_time now);
void nt_ice_inbound_interface_up(struct nt_ice_agent *a, const struct nt_addr *addr, nt_time now);
void nt_ice_inbound_interface_down(struct nt_ice_agent *a, const struct nt_addr *addr, nt_time now);
void nt_ice_inbound_relay_events(struct nt_ice_agent *a, nt_time now); /* what the TURN clients tell */

#endif
