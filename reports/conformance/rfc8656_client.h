/* RFC 8656, the client: what it asks for, and that it was granted what it uses. */
#ifndef NT_CONFORMANCE_RFC8656_CLIENT_H
#define NT_CONFORMANCE_RFC8656_CLIENT_H

#include "reports/conformance/relay_view.h"

void nt_rfc8656_client_item(struct nt_relay_view *turn, const struct nt_item *m, uint32_t self); /* each item, as it comes */

#endif
