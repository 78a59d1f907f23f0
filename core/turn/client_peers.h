/* The client's permissions and channels (RFC 8656, sections 9, 10 and 12). A channel keeps its number for as long as the client
 * lives, also after it has expired: no number and no peer is ever bound to another one, so the five minutes that section 12 demands
 * in between are never needed. */
#ifndef NT_TURN_CLIENT_PEERS_H
#define NT_TURN_CLIENT_PEERS_H

#include "core/turn/client_kept.h"
#include "core/turn/client_requests.h"

struct nt_turn_peers {
    uint8_t family;
    struct nt_turn_keep permissions, channels; /* the channel at index i has the number NT_CHANNEL_MIN + i */
};

void nt_turn_peers_init(struct nt_turn_peers *p, uint8_t family);
void nt_turn_peers_free(struct nt_turn_peers *p);
void nt_turn_peers_stop(struct nt_turn_peers *p); /* nothing is granted or wanted any more */
/* NT_OK, NT_EINVAL for another family, NT_EAUTH when refused less than a minute ago, or with 401, NT_ELIMIT, NT_ENOMEM. */
int nt_turn_peers_permit(struct nt_turn_peers *p, const struct nt_addr *peer, nt_time now);
int nt_turn_peers_bind(struct nt_turn_peers *p, const struct nt_addr *peer, nt_time now);

bool nt_turn_peers_permitted(const struct nt_turn_peers *p, const struct nt_addr *peer);
/* Does the client believe that the server has a permission for the peer: is it granted, or asked for? */
bool nt_turn_peers_believed(const struct nt_turn_peers *p, const struct nt_addr *peer);
/* The server has relayed something from the peer, so it has the permission that was asked for. */
void nt_turn_peers_prove(struct nt_turn_peers *p, const struct nt_addr *peer);
/* The number of the confirmed channel to the peer; 0 for none. */
uint16_t nt_turn_peers_channel(const struct nt_turn_peers *p, const struct nt_addr *peer);
/* The peer of a channel that the server may use; NULL for none. */
const struct nt_addr *nt_turn_peers_of_channel(const struct nt_turn_peers *p, uint16_t number);

bool nt_turn_peers_wants(const struct nt_turn_peers *p);
/* What the next request asks for; false: nothing. */
bool nt_turn_peers_ask(struct nt_turn_peers *p, struct nt_turn_ask *ask, nt_time now);
/* The request must be made once more; it was granted; it has failed, or got no response: what follows, in static words. */
void nt_turn_peers_again(struct nt_turn_peers *p, const struct nt_turn_ask *ask);
void nt_turn_peers_granted(struct nt_turn_peers *p, const struct nt_turn_ask *ask, nt_time now);
const char *nt_turn_peers_refused(struct nt_turn_peers *p, const struct nt_turn_ask *ask, int code, nt_time now);
const char *nt_turn_peers_timed_out(struct nt_turn_peers *p, const struct nt_turn_ask *ask, nt_time now);
bool nt_turn_peers_timer(struct nt_turn_peers *p, nt_time now); /* true: there is something to ask for */
nt_time nt_turn_peers_deadline(const struct nt_turn_peers *p);
bool nt_turn_peers_event(struct nt_turn_peers *p, struct nt_turn_event *ev);

#endif
