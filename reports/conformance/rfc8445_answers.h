/* Inside of the room: who must answer a check (RFC 8445, 7.3 and 8.3.1; RFC 8863, 4). */
#ifndef NT_CONFORMANCE_RFC8445_ANSWERS_H
#define NT_CONFORMANCE_RFC8445_ANSWERS_H

#include "reports/conformance/rfc8445_state.h"

/* Whether checks are sent from the item's local address, and its candidate has not been freed (8.3.1). */
bool nt_answers_in_use(const struct nt_seen *s, const struct nt_item *m);
void nt_answers_judge(struct nt_seen *s, const struct nt_item *m); /* a valid check that came, the first sending */

#endif
