/* Inside of the room: for which peers an agent believes that its TURN server has a permission (RFC 8656, 11.4): the server granted
 * it, in a response that came, in the last 300 s, and has not said since that
 * there is no allocation. */
#ifndef NT_CONFORMANCE_GRANTED_H
#define NT_CONFORMANCE_GRANTED_H

#include "reports/conformance/view.h"

struct nt_granted {
    struct nt_map by_peer; /* (pair of client and server, address of the peer) */
    nt_time *until;
    size_t count, cap;
};

void nt_granted_init(struct nt_granted *g);
void nt_granted_free(struct nt_granted *g);
int nt_granted_note(struct nt_granted *g, const struct nt_view *v,
                    const struct nt_item *m); /* a success response; 0 or NT_ENOMEM */
int nt_granted_lost(struct nt_granted *g, const struct nt_view *v, const struct nt_item *m); /* an error response; 0 or NT_ENOMEM */
/* Whether what the relay passed on is from such a peer. */
bool nt_granted_to(const struct nt_granted *g, const struct nt_item *inner);

#endif
