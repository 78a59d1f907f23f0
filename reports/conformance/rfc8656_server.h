/* RFC 8656, the server: its responses, and what it relays both ways. */
#ifndef NT_CONFORMANCE_RFC8656_SERVER_H
#define NT_CONFORMANCE_RFC8656_SERVER_H

#include "reports/conformance/relay_view.h"

void nt_rfc8656_server_item(struct nt_relay_view *turn, const struct nt_item *m); /* each item, as it comes */

#endif
