/* Inside of the room: which items are of one transaction. */
#ifndef NT_CONFORMANCE_TRANSACTIONS_H
#define NT_CONFORMANCE_TRANSACTIONS_H

#include "reports/conformance/view.h"

/* Sets first, before, reused_id, copy, request of the STUN message that will be item number `self`, and its request's answer. 0 or
 * NT_ENOMEM. */
int nt_view_match_transaction(struct nt_view *v, struct nt_item *m, uint32_t self);
/* At a client: a response that comes when its transaction has ended (RFC 8489, 6.2.1: "after 39500 ms"), unless the client has
 * a greater RTO (RFC 8445, 14.3): it may use what the response says, and need not. */
bool nt_item_is_late(const struct nt_view *v, const struct nt_item *m);
/* At a client: a response that it ignores, for another one has ended the transaction. */
bool nt_item_is_ignored(const struct nt_view *v, const struct nt_item *m);

#endif
