/* The services of one server host: a TURN server (which also answers Binding requests), or a STUN server, with or without RFC 5780.
 */
#ifndef NT_APPS_SERVER_H
#define NT_APPS_SERVER_H

#include "scenarios/apps/app.h"

struct nt_app_server *nt_app_server_new(const struct nt_app_context *context); /* NULL without memory */
void nt_app_server_del(struct nt_app_server *server);
/* A step: reset, refuse, slow or revoke. 0 or a negative error. */
int nt_app_server_step(struct nt_app_server *server, const struct nt_scn_step *step, nt_time now);
/* The addresses of a service, with the port, that an agent asks: each base asks the one of its family. How many there are. */
size_t nt_app_turn_addresses(const struct nt_scn_case *c, uint32_t server, const struct nt_scn_agent *agent, struct nt_addr out[2]);
/* No gateway translates IPv6, so that a STUN server tells an IPv6 base what it knows: an agent with IPv4 asks in IPv4 alone. */
size_t nt_app_stun_addresses(const struct nt_scn_case *c, uint32_t server, const struct nt_scn_agent *agent, struct nt_addr out[1]);

#endif
