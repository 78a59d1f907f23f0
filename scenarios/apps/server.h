/* The services of one server host: a TURN server (which also answers Binding requests), or a STUN server, with or without RFC 5780.
 */
#ifndef NT_APPS_SERVER_H
#define NT_APPS_SERVER_H

#include "scenarios/apps/app.h"

struct nt_app_server *nt_app_server_new(const struct nt_app_context *context); /* NULL without memory */
void nt_app_server_del(struct nt_app_server *server);
/* A step: reset, refuse or slow. 0 or a negative error. */
int nt_app_server_step(struct nt_app_server *server, const struct nt_scn_step *step, nt_time now);
/* The service's address in a family; false: it has none. */
bool nt_app_server_address(const struct nt_scn_server *scn, uint8_t family, struct nt_addr *a);

#endif
