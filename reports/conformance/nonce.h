/* Inside of the room: the nonce cookie (RFC 8489, 9.2 and 18.1): "obMatJos2" and 24 bits in base64, of which the first one is the
 * most significant of the first character. */
#ifndef NT_CONFORMANCE_NONCE_H
#define NT_CONFORMANCE_NONCE_H

#include "reports/conformance/view.h"

bool nt_nonce_has_cookie(const struct nt_item_attr *nonce);
bool nt_nonce_offers_algorithms(const struct nt_item_attr *nonce); /* it has the cookie, and the bit "Password algorithms" */
bool nt_nonce_asks_for_userhash(const struct nt_item_attr *nonce); /* likewise, and the bit "Username anonymity" */

#endif
