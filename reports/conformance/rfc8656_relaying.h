/* Inside of the room: what a TURN server relays, and what it does not (RFC 8656, 9, 11 and 12). */
#ifndef NT_CONFORMANCE_RFC8656_RELAYING_H
#define NT_CONFORMANCE_RFC8656_RELAYING_H

#include "reports/conformance/relay_view.h"

/* An item at a server that comes to, or leaves from, a relayed address; or a client's or the server's own, which carries data. */
void nt_rfc8656_judge_leg(struct nt_relay_view *turn, const struct nt_item *m);
void nt_rfc8656_note_sent(struct nt_relay_view *turn, const struct nt_item *m); /* by the client: ChannelData, a Send indication */
void nt_rfc8656_judge_to_client(struct nt_relay_view *turn, const struct nt_item *m);  /* ChannelData */
void nt_rfc8656_judge_indication(struct nt_relay_view *turn, const struct nt_item *m); /* a Data indication */

#endif
