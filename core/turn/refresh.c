#include "core/turn/refresh.h"
#include "core/base/err.h"
#include "core/turn/response.h"
#include "core/turn/server_trace.h"

uint32_t nt_turn_granted_lifetime(const struct nt_turn_server_config *config, uint32_t asked)
{
    uint32_t wanted = asked < config->lifetime_max ? asked : config->lifetime_max;
    return wanted > config->lifetime ? wanted : config->lifetime;
}

static void release_relay(struct nt_turn_server *s, struct nt_turn_relay *r, nt_time now)
{
    nt_turn_trace_between(s, NT_TR_TURN_RELEASED, &r->owner->client.remote, &r->addr, 0, now);
    nt_turn_relay_end(&s->allocations, r);
}

void nt_turn_expire_allocations(struct nt_turn_server *s, nt_time now)
{
    struct nt_turn_relay *r;
    while ((r = nt_turn_relay_expired(&s->allocations, now)) != NULL)
        release_relay(s, r, now);
}

void nt_turn_release(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BOUND)
            nt_turn_trace_between(s, NT_TR_TURN_RELEASED, &a->client.remote, &a->relays[i].addr, 0, now);
    nt_turn_allocation_end(&s->allocations, a);
}

void nt_turn_release_allocations(struct nt_turn_server *s, nt_time now)
{
    const struct nt_turn_timer *first;
    while ((first = nt_turn_expiry_first(&s->allocations.expiry)) != NULL)
        release_relay(s, nt_turn_relay_by_id(&s->allocations, first->tag), now);
}

/* The family a REQUESTED-ADDRESS-FAMILY asks for: 0 when absent, an error for one that is unknown or malformed. */
static int requested_family(const struct nt_stun_msg *msg)
{
    uint32_t value;
    int r = nt_stun_get_u32(msg, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &value);
    if (r == NT_ENOENT)
        return 0;
    return r != NT_OK ? r : value >> 24 == 1 ? NT_AF_IPV4 : value >> 24 == 2 ? NT_AF_IPV6 : NT_EFORMAT;
}

void nt_turn_serve_refresh(const struct nt_turn_request *q, nt_time now)
{
    struct nt_turn_server *s = q->server;
    uint32_t asked = 0;
    int has = nt_stun_get_u32(q->msg, NT_ATTR_LIFETIME, &asked);
    int family = requested_family(q->msg);
    if (has == NT_EFORMAT) {
        nt_turn_respond_error(q, &(struct nt_turn_refusal){400, "malformed LIFETIME"}, now);
        return;
    }
    /* RFC 8656, 8.2: "a Refresh Request with a REQUESTED-ADDRESS-FAMILY attribute and the attribute value does not match the
     * address family of the allocation, the server MUST reply with a 443" */
    if (family < 0 || (family != 0 && nt_turn_relay_for(q->allocation, (uint8_t)family) == NULL)) {
        nt_turn_respond_error(q, &(struct nt_turn_refusal){443, "no relayed address of this family"}, now);
        return;
    }
    uint32_t lifetime = has == NT_OK && asked == 0 ? 0 : nt_turn_granted_lifetime(&s->config, asked);
    nt_turn_respond_lifetime(q, lifetime, now);
    struct nt_turn_relay *parts[NT_RELAYS] = {nt_turn_relay_for(q->allocation, NT_AF_IPV4),
                                              nt_turn_relay_for(q->allocation, NT_AF_IPV6)};
    for (int i = 0; i < NT_RELAYS; i++) {
        struct nt_turn_relay *r = parts[i];
        if (r == NULL || (family != 0 && r->addr.family != family))
            continue;
        if (lifetime == 0)
            release_relay(s, r, now);
        else
            nt_turn_relay_expires(&s->allocations, r, nt_time_after(now, lifetime * NT_SEC));
    }
}
