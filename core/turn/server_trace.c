#include "core/turn/server_trace.h"

void nt_turn_trace_drop(const struct nt_turn_server *s, const struct nt_addr *client, const struct nt_addr *peer, const char *why,
                        nt_time now)
{
    struct nt_trace_event event = {.at = now, .kind = NT_TR_TURN_DROP, .text = why};
    if (client != NULL)
        event.a = *client;
    if (peer != NULL)
        event.b = *peer;
    nt_trace_emit(&s->config.trace, event);
}

void nt_turn_trace_between(const struct nt_turn_server *s, enum nt_trace_kind kind, const struct nt_addr *client,
                           const struct nt_addr *other, uint16_t number, nt_time now)
{
    nt_trace_emit(&s->config.trace, (struct nt_trace_event){.at = now, .kind = kind, .a = *client, .b = *other, .n = {number}});
}
