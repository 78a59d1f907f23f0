#include "core/turn/client_trace.h"
#include "core/base/err.h"

#include <string.h>

void nt_turn_client_trace_drop(const struct nt_turn_client_config *c, const char *why, const struct nt_addr *peer, nt_time now)
{
    struct nt_trace_event ev = {.at = now, .kind = NT_TR_TURN_DROPPED, .a = c->base, .text = why};
    if (peer != NULL)
        ev.b = *peer;
    nt_trace_emit(&c->trace, ev);
}

struct nt_trace_event nt_turn_client_trace_failure(const struct nt_turn_client_config *c, const struct nt_turn_ask *ask, int code,
                                                   const struct nt_stun_msg *m, const char *reason, nt_time now)
{
    size_t len = reason != NULL ? strlen(reason) : 0;
    int same;
    if (reason == NULL && m != NULL)
        nt_stun_get_error(m, &same, &reason, &len);
    return (struct nt_trace_event){.at = now,
                                   .kind = NT_TR_REQUEST_FAILED,
                                   .a = c->base,
                                   .b = ask->count == 1 ? ask->peers[0] : c->server,
                                   .n = {nt_turn_ask_method(ask), code},
                                   .bytes = (const uint8_t *)reason,
                                   .len = len};
}

static const char *why_lost(int code)
{
    switch (code) {
    case 437: return "the server has none";
    case 440: return "released at once: its relayed address is of a family that was not asked for";
    default: return "it has expired";
    }
}

void nt_turn_client_trace_lost(const struct nt_turn_client_config *c, const struct nt_addr *relayed, int code, const char *why,
                               nt_time now)
{
    nt_trace_emit(&c->trace, (struct nt_trace_event){.at = now,
                                                     .kind = NT_TR_TURN_LOST,
                                                     .a = c->base,
                                                     .b = *relayed,
                                                     .n = {0, code},
                                                     .text = why != NULL ? why : why_lost(code)});
}

void nt_turn_client_trace_old(const struct nt_turn_client_config *c, const struct nt_stun_msg *m, nt_time now)
{
    for (unsigned i = 0; m->old_count > 0 && i < m->count; i++)
        if (nt_stun_attr_is_old(m->attrs[i].type))
            nt_trace_emit(&c->trace, (struct nt_trace_event){.at = now,
                                                             .kind = NT_TR_STUN_PASSED_OVER,
                                                             .a = c->base,
                                                             .b = c->server,
                                                             .n = {m->attrs[i].type},
                                                             .text = nt_stun_attr_name(m->attrs[i].type)});
}
