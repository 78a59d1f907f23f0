/* Inside of the room: what requests ask, whoever signs them. */
#ifndef NT_CONFORMANCE_REQUESTS_H
#define NT_CONFORMANCE_REQUESTS_H

#include "reports/conformance/view.h"

/* Two requests ask the same: the method and all attributes but those of authentication, and SOFTWARE. */
bool nt_item_asks_the_same(const struct nt_view *v, const struct nt_item *m, const struct nt_item *before);
bool nt_item_names_user(const struct nt_view *v, const struct nt_item *m);      /* USERNAME or USERHASH */
bool nt_item_names_algorithm(const struct nt_view *v, const struct nt_item *m); /* PASSWORD-ALGORITHM or PASSWORD-ALGORITHMS */
/* It has an attribute of RFC 8489 that RFC 5389 lacks: its sender is no client of the older one. */
bool nt_item_speaks_8489(const struct nt_view *v, const struct nt_item *m);
/* A response that tells nothing of its request: a step has the server refuse it; the server itself has failed (500); or, to an
 * Allocate, since "at any point, the server MAY choose to reject the request" with 486 or 300 (RFC 8656, 7.2). */
bool nt_item_is_refused_anyway(const struct nt_view *v, const struct nt_item *m);

#endif
