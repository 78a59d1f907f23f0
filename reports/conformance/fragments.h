/* Inside of the room: datagrams that came to a tap, or left there, in fragments. */
#ifndef NT_CONFORMANCE_FRAGMENTS_H
#define NT_CONFORMANCE_FRAGMENTS_H

#include "reports/conformance/view.h"

struct nt_packet;

/* Takes a frame; *whole is the packet that it completes, until nt_view_put_whole; NULL: none, or it is no fragment. Where it cannot
 * be told what the party made of a datagram, its `fragmented` is set. 0 or NT_ENOMEM. */
int nt_view_join(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_packet **whole);
void nt_view_put_whole(struct nt_view *v, struct nt_packet *whole);
void nt_view_free_fragments(struct nt_view *v);

#endif
