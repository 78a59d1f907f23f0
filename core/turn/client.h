/* A TURN client's allocation (RFC 8656, sections 7 to 12) on one base of its owner. It is not an endpoint of its own: the
 * owner (an ICE agent, say) has the port and hands on what comes from the server. The client keeps the allocation, its permissions
 * and its channels alive until it is released. Over TCP and TLS it asks for a connection of its own, by whose number the owner
 * tells what is for it; its allocation ends with it. */
#ifndef NT_TURN_CLIENT_H
#define NT_TURN_CLIENT_H

#include "core/base/endpoint.h"
#include "core/stun/stun.h"
#include "core/turn/client_config.h"
#include "core/turn/client_event.h"

#define NT_TURN_OVERHEAD 51 /* a Send indication to an IPv6 peer is at most so much longer than its payload */

struct nt_turn_client;

/* NULL without memory, and for texts that are too long. */
struct nt_turn_client *nt_turn_client_new(const struct nt_turn_client_config *config);
void nt_turn_client_del(struct nt_turn_client *c);
void nt_turn_client_allocate(struct nt_turn_client *c, nt_time now);
/* Over UDP. Takes a datagram from the server that is the client's (a response to its request, a Data indication, ChannelData):
 * true. */
bool nt_turn_client_input(struct nt_turn_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
/* Over TCP and TLS. The next request for the owner's own requests, to be pulled after whatever is called here: to connect (path.id
 * is then `id`, which the owner has used for nothing else), or to close. 1: *req is one. It is pulled until there is none before
 * the client is deleted, or the connection stays. */
int nt_turn_client_request(struct nt_turn_client *c, uint32_t id, struct nt_request *req);
/* NT_IN_CONNECTED and NT_IN_CLOSED: false when path->id is another's. */
bool nt_turn_client_connected(struct nt_turn_client *c, const struct nt_path *path, nt_time now);
bool nt_turn_client_closed(struct nt_turn_client *c, const struct nt_path *path, enum nt_closed why, nt_time now);
/* NT_IN_STREAM: the next bytes of the client's connection: true. It keeps a copy, out of which nt_turn_client_event reads. */
bool nt_turn_client_stream(struct nt_turn_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
/* NT_IN_SEND_FAILED of the client's connection: told. */
bool nt_turn_client_not_taken(struct nt_turn_client *c, const struct nt_path *path, nt_time now);
void nt_turn_client_timer(struct nt_turn_client *c, nt_time now);
/* The next request or refresh into buf: its length, 0 for none. `path` goes from the base to the server. What is longer than `cap`
 * is lost, as on the way: NT_TURN_REQUEST_MAX is room for any. */
size_t nt_turn_client_output(struct nt_turn_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);
bool nt_turn_client_retransmits(const struct nt_turn_client *c, const uint8_t id[NT_STUN_ID]); /* has that request left before? */
/* The owner held a request of output back and sends it only now: its retransmissions count from here (RFC 8489, 6.2.1). */
void nt_turn_client_left(struct nt_turn_client *c, const uint8_t id[NT_STUN_ID], nt_time now);
nt_time nt_turn_client_deadline(const struct nt_turn_client *c);
/* 1: *ev is one. To be pulled until there is none: messages that came over TCP or TLS are taken in here, one by one. */
int nt_turn_client_event(struct nt_turn_client *c, struct nt_turn_event *ev);

/* Asks for a permission (by the peer's IP; one request may carry several) and keeps it. Repeated calls ask once.
 * NT_ELIMIT beyond NT_TURN_PEERS_MAX, NT_EAUTH when the server has refused it less than a minute ago, or with 401, NT_EINVAL for
 * one of another family than the relayed address, NT_ESTATE when released. Before the allocation is granted the calls are kept
 * until it is. */
int nt_turn_client_permit(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now);
bool nt_turn_client_permitted(const struct nt_turn_client *c, const struct nt_addr *peer);
/* The same for a channel to the peer's address and port, which carries a permission with it. */
int nt_turn_client_bind_channel(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now);
/* Wraps a payload for the peer into buf, as ChannelData when the channel is confirmed, else as a Send indication: its
 * length, or NT_ESTATE without a permission, NT_ENOSPC. What the server relays from a peer proves that it has the permission,
 * though its response is missing. The owner sends it from the base to the server, with `df` on that way, too: RFC 8656, 14: the
 * server copies the bit, and a Send indication says it in DONT-FRAGMENT besides, if the configuration has it. Between two families
 * and over IPv6 "the DONT-FRAGMENT attribute MUST be ignored by the server" (13). */
int nt_turn_client_wrap(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len, bool df,
                        uint8_t *buf, size_t cap);
/* Asks the server by a Refresh whether it knows the allocation still: NT_TURN_EV_STANDS follows, or NT_TURN_EV_FAILED
 * (437); also the former when no response has come. False: it has refused to refresh it, or there is none, and is not asked. */
bool nt_turn_client_check(struct nt_turn_client *c, nt_time now);
/* Refresh with lifetime 0 (section 8); NT_TURN_EV_RELEASED follows. */
void nt_turn_client_release(struct nt_turn_client *c, nt_time now);
/* The allocation is out of reach, for static reason `why`: nothing is sent any more. NT_TURN_EV_FAILED follows, or EV_RELEASED. */
void nt_turn_client_lose(struct nt_turn_client *c, const char *why, nt_time now);
enum nt_turn_client_state nt_turn_client_state(const struct nt_turn_client *c);
bool nt_turn_client_is_over(const struct nt_turn_client *c); /* released, or about to be; gone */
/* The server that it asks: the configured one, or the one that a 300 has named since. */
const struct nt_addr *nt_turn_client_server(const struct nt_turn_client *c);
/* After NT_TURN_EV_MOVE, which is of UDP: a local address and port to ask from instead (RFC 8656, 7.4); NULL: there is none. */
void nt_turn_client_move(struct nt_turn_client *c, const struct nt_addr *base, nt_time now);

#endif
