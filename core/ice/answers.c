#include "core/ice/answers.h"
#include "core/base/err.h"
#include "core/ice/relay.h"

#include <string.h>

struct nt_ice_failure nt_ice_answers_failure(const char *reason)
{
    return (struct nt_ice_failure){.reason = reason, .len = strlen(reason)};
}

void nt_ice_answers_tell_failure(const struct nt_ice_gather *g, const struct nt_ice_source *s, const struct nt_ice_failure *f,
                                 nt_time now)
{
    bool first = s->state == NT_ICE_SOURCE_ASKING;
    nt_ice_record_event(g->env->record,
                        (struct nt_trace_event){.at = now,
                                                .kind = NT_TR_REQUEST_FAILED,
                                                .a = nt_ice_source_base(g, s)->addr,
                                                .b = s->server,
                                                .n = {NT_STUN_BINDING, f->code},
                                                .text = first ? "no candidate from it" : "asked again with the next keepalive",
                                                .bytes = (const uint8_t *)f->reason,
                                                .len = f->len});
}

/* The base's address as the server sees it; false: *f says why there is none. RFC 8489, 6.3.3: unknown comprehension-required
 * attributes make the transaction fail. RFC 8445, 5.1.1.2: "any ALTERNATE-SERVER attribute in a response is ignored"; "MUST support
 * the backwards-compatibility mode". */
bool nt_ice_answers_mapped(const struct nt_stun_msg *m, struct nt_addr *mapped, struct nt_ice_failure *f)
{
    if (m->unknown_count > 0)
        *f = nt_ice_answers_failure("a response with unknown comprehension-required attributes");
    else if (m->class_ == NT_STUN_SUCCESS)
        *f = nt_ice_answers_failure("a success response without a mapped address");
    else if (nt_stun_get_error(m, &f->code, &f->reason, &f->len) != NT_OK)
        *f = nt_ice_answers_failure("an error response without ERROR-CODE");
    return m->unknown_count == 0 && m->class_ == NT_STUN_SUCCESS &&
           (nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, mapped) == NT_OK ||
            nt_stun_get_addr(m, NT_ATTR_MAPPED_ADDRESS, mapped) == NT_OK);
}

/* The server listens at one address, and the client sends from another: peers cannot reach the relay at either. */
static const char *why_not_relayed(const struct nt_addr *relayed, const struct nt_addr *server, const struct nt_addr *base,
                                   const struct nt_addr *mapped)
{
    if (nt_addr_equal(relayed, server))
        return "the server itself is there";
    if (nt_addr_equal(relayed, base) || nt_addr_equal(relayed, mapped))
        return "it is the client's own address";
    return nt_addr_why_impossible(relayed);
}

bool nt_ice_answers_accept_relayed(const struct nt_ice_gather *g, const struct nt_ice_source *s, const struct nt_addr *base,
                                   const struct nt_addr *mapped, nt_time now)
{
    uint16_t source = (uint16_t)(s - g->items);
    const struct nt_addr *server = nt_ice_relays_server(g->env->relays, source);
    const char *why = why_not_relayed(nt_ice_relays_address(g->env->relays, source), server, base, mapped);
    if (why != NULL)
        nt_ice_record_refused_address(g->env->record, base, server, "the relayed address that a server told is refused: ", why,
                                      now);
    return why == NULL;
}
