/* Inside of the room: a server's answers to CreatePermission and ChannelBind (RFC 8656, 10.2 and 12.2). */
#ifndef NT_CONFORMANCE_RFC8656_PEERS_H
#define NT_CONFORMANCE_RFC8656_PEERS_H

#include "reports/conformance/relay_view.h"

/* `m` answers `q` with the error code; 0: success. Neither has been followed yet. */
void nt_rfc8656_judge_permission(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code);
void nt_rfc8656_judge_channel(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code);

#endif
