#include "core/turn/server_trace.h"

void nt_turn_trace_drop(const struct nt_turn_server *s, const struct nt_why *why, const struct nt_addr *client,
                        const struct nt_addr *peer, nt_time now)
{
    nt_trace_discard(&s->config.trace, why, client, peer, now);
}

void nt_turn_trace_between(const struct nt_turn_server *s, enum nt_trace_kind kind, const struct nt_addr *client,
                           const struct nt_addr *other, uint16_t number, nt_time now)
{
    nt_trace_emit(&s->config.trace, (struct nt_trace_event){.at = now, .kind = kind, .a = *client, .b = *other, .n = {number}});
}

void nt_turn_trace_refused(const struct nt_turn_server *s, const struct nt_addr *client, int code, const char *why, nt_time now)
{
    nt_trace_emit(&s->config.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_TURN_REFUSED, .a = *client, .n = {code}, .text = why});
}
