/* Inside of the room: what an answer owes to the offer's remote-candidates (RFC 8839, 4.4.2), and an agent to its peer when ICE has
 * concluded (4.3.4). */
#ifndef NT_CONFORMANCE_RFC8839_ANSWERS_H
#define NT_CONFORMANCE_RFC8839_ANSWERS_H

#include "reports/conformance/nominations.h"
#include "reports/conformance/told.h"

void nt_rfc8839_judge_answer(const struct told *t);
/* At the end: offers that never came. */
void nt_rfc8839_judge_owed(struct nt_finder *finder, const struct nt_nominations *nominations);

#endif
