/* A TURN server (RFC 8656) that also answers Binding. An endpoint: it asks for its listening ports and for one port per
 * relayed address by requests. It serves IPv4, IPv6 or both, and relays to both. Every limit is stated in its configuration. */
#ifndef NT_TURN_SERVER_H
#define NT_TURN_SERVER_H

#include "core/base/endpoint.h"
#include "core/stun/stun.h"
#include "core/turn/server_config.h"

struct nt_turn_server;

/* Copies what `config` points to, but for admission, rand and trace. NULL without memory, and without a realm or a random stream.
 */
struct nt_turn_server *nt_turn_server_new(const struct nt_turn_server_config *config);
void nt_turn_server_del(struct nt_turn_server *s);
struct nt_endpoint nt_turn_server_endpoint(struct nt_turn_server *s);
/* Loses all state, as a restarted server: allocations, reservations, what is to be sent, and the secret of its nonces. Its owner
 * then asks for requests, as after any input. */
void nt_turn_server_reset(struct nt_turn_server *s, nt_time now);
/* The user's credentials are valid until that time: its requests then get 401 (RFC 8489, 9.2.4), Refresh and CreatePermission for
 * an allocation that it has, too. What was granted goes on to its end: Send indications and ChannelData carry no credentials (RFC
 * 8656, 11, 12.4), and an allocation, a permission or a channel lives until it expires (RFC 8656, 3.2, 9, 12). NT_ENOENT: no such
 * user. */
int nt_turn_server_end_user(struct nt_turn_server *s, const char *user, nt_time until);
size_t nt_turn_server_allocations(const struct nt_turn_server *s);

#endif
