/* Inside of the room: on which pair data is sent (RFC 8445, 12.1). */
#ifndef NT_CONFORMANCE_RFC8445_DATA_H
#define NT_CONFORMANCE_RFC8445_DATA_H

#include "reports/conformance/rfc8445_state.h"

void nt_data_judge(struct nt_seen *s, const struct nt_item *m); /* data that an agent sends */

#endif
