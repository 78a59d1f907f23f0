/* Inside of the room: a server's answers to Allocate and Refresh (RFC 8656, 7 and 8). */
#ifndef NT_CONFORMANCE_RFC8656_ALLOCATE_H
#define NT_CONFORMANCE_RFC8656_ALLOCATE_H

#include "reports/conformance/relay_view.h"

/* `m` answers `q` with the error code; 0: success. Neither has been followed yet. */
void nt_rfc8656_judge_allocate(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code);
void nt_rfc8656_judge_refresh(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code);

#endif
