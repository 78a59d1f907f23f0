/* RFC 8445, 6.1.4 to 8.1 and 12.1: agents and pairs (5-tuples) through time: pacing, responses, triggered checks, nomination, data;
 * with them RFC 8863's demand to go on answering. */
#ifndef NT_CONFORMANCE_RFC8445_PAIRS_H
#define NT_CONFORMANCE_RFC8445_PAIRS_H

#include "reports/conformance/finding.h"

void nt_rfc8445_pairs_judge(struct nt_finder *finder);

#endif
