/* Data through the server (RFC 8656, sections 11, 12 and 14): Send indications and ChannelData to peers, datagrams and ICMP
 * errors from peers. Nothing here allocates once the outbox is warm. */
#ifndef NT_TURN_RELAY_H
#define NT_TURN_RELAY_H

#include "core/turn/server_state.h"

void nt_turn_relay_channel_data(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                nt_time now);
void nt_turn_relay_send(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);
void nt_turn_relay_from_peer(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
/* `icmp` is as the input of an endpoint: NT_ICMP_INPUT. */
void nt_turn_relay_icmp(struct nt_turn_server *s, const struct nt_path *path, const uint8_t icmp[NT_ICMP_INPUT], nt_time now);

#endif
