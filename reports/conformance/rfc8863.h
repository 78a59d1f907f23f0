/* RFC 8863: an agent that has selected nothing keeps its candidates until the PAC timer ends. (That it goes on answering checks is
 * judged in rfc8445_pairs.c.) */
#ifndef NT_CONFORMANCE_RFC8863_H
#define NT_CONFORMANCE_RFC8863_H

#include "reports/conformance/finding.h"

void nt_rfc8863_judge(struct nt_finder *finder);

#endif
