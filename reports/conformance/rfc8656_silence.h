/* Inside of the room: what a TURN server should relay, and does not (RFC 8656, 9, 11.2 and 12.6). */
#ifndef NT_CONFORMANCE_RFC8656_SILENCE_H
#define NT_CONFORMANCE_RFC8656_SILENCE_H

#include "reports/conformance/relay_view.h"

/* At the server: what comes from a peer, and what the client gets of it. */
void nt_rfc8656_peer_sent(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m);
void nt_rfc8656_client_got(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer);
/* What the client sends for a peer (m carries so many bytes for it), and what goes to that peer. */
void nt_rfc8656_client_sent(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m, const struct nt_addr *peer,
                            uint32_t len);
void nt_rfc8656_peer_got(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer);

#endif
