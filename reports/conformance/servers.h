/* Inside of the room: which server an address belongs to. */
#ifndef NT_CONFORMANCE_SERVERS_H
#define NT_CONFORMANCE_SERVERS_H

#include "reports/conformance/view.h"

/* The server that has the IP address, any port; or NT_VIEW_NONE. */
uint32_t nt_view_server_at(const struct nt_view *v, const struct nt_addr *a);
/* The server that sent an item or got it; NT_VIEW_NONE: the other end is none that is known. */
uint32_t nt_item_server(const struct nt_view *v, const struct nt_item *m);

#endif
