#include "natsim/nat/policy/policy.h"

#include "core/base/err.h"

#include <string.h>

/* RFC 4787, REQ-5: "A NAT UDP mapping timer MUST NOT expire in less than two minutes ... A value of five minutes or more for the
 * NAT UDP mapping timer is RECOMMENDED as the default." */
#define LIFETIME (300 * NT_SEC)
/* RFC 5508, REQ-2: "An ICMP Query session timer MUST NOT expire in less than 60 seconds." */
#define ICMP_LIFETIME (60 * NT_SEC)

/* RFC 5382, REQ-5: "the value of the "established connection idle-timeout" MUST NOT be less than 2 hours 4 minutes. The value of
 * the "transitory connection idle-timeout" MUST NOT be less than 4 minutes." */
#define ESTABLISHED_LIFE (124 * 60 * NT_SEC)
#define TRANSITORY_LIFE (240 * NT_SEC)

/* RFC 7857, figure 1: after the FIN of one side alone a connection is as good as established. */
void nt_nat_tcp_set_lives(struct nt_nat_tcp *t, nt_time opening, nt_time established, nt_time closing)
{
    t->life[NT_CONN_SYN_SENT] = t->life[NT_CONN_CROSSING] = t->life[NT_CONN_SYN_RECEIVED] = opening;
    t->life[NT_CONN_ESTABLISHED] = t->life[NT_CONN_FIN_WAIT] = t->life[NT_CONN_CLOSE_WAIT] = established;
    t->life[NT_CONN_LAST_ACK] = t->life[NT_CONN_TIME_WAIT] = t->life[NT_CONN_RESET] = closing;
}

void nt_nat_policy_init(struct nt_nat_policy *p)
{
    memset(p, 0, sizeof *p);
    p->range_low = 1024;
    p->range_high = 65535;
    p->addresses = 1;
    p->life_new = p->life_replied = p->life_stream = LIFETIME;
    p->refresh_outbound = true;
    p->icmp_lifetime = ICMP_LIFETIME;
    p->answers = NT_ANSWER_TOO_BIG | NT_ANSWER_TTL | NT_ANSWER_LIMIT;
    nt_nat_tcp_set_lives(&p->tcp, TRANSITORY_LIFE, ESTABLISHED_LIFE, TRANSITORY_LIFE);
}

static const char *find_contradiction(const struct nt_nat_policy *p)
{
    bool dependent = p->mapping != NT_DEP_ENDPOINT_INDEPENDENT;
    if (p->mapping < NT_DEP_ENDPOINT_INDEPENDENT || p->mapping > NT_DEP_ADDRESS_AND_PORT)
        return "a policy needs 'mapping'";
    if (p->filtering < NT_DEP_ENDPOINT_INDEPENDENT || p->filtering > NT_DEP_ADDRESS_AND_PORT)
        return "a policy needs 'filtering'";
    if (dependent && p->ports == NT_PORTS_OVERLOAD)
        return "'ports: overload' shares the port of an endpoint-independent mapping: it contradicts an endpoint-dependent one";
    if (dependent && p->reuse == NT_REUSE_LATEST_BY_SOURCE)
        return "'reuse' of the latest mapping contradicts an endpoint-dependent mapping";
    if (!dependent && p->reuse == NT_REUSE_NEVER)
        return "'reuse: never' contradicts an endpoint-independent mapping";
    if (p->filter_scope == NT_SCOPE_FLOW && p->filtering != NT_DEP_ADDRESS_AND_PORT)
        return "'filter-scope: flow' lets in the flow's remote address and port: it needs 'filtering: address-and-port-dependent'";
    if (p->filter_scope == NT_SCOPE_FLOW && p->filter_lifetime != 0)
        return "with 'filter-scope: flow' a flow has the lifetimes of mappings: 'filter-lifetime' contradicts it";
    if (p->when_full == NT_FULL_STEAL && p->filter_scope == NT_SCOPE_FLOW)
        return "'when-full: steal' ends the mapping whose timer ends first: with 'filter-scope: flow' mappings have none";
    if (p->when_full == NT_FULL_STEAL && p->hold_down != 0)
        return "'when-full: steal' uses the port of an ended mapping at once: 'hold-down' contradicts it";
    if (p->range_low == 0 || p->range_low > p->range_high)
        return "'range' must run from a port above 0 to one not below it";
    if (p->block != 0 && p->block > p->range_high - p->range_low + 1)
        return "'block' is larger than 'range'";
    if (p->block != 0 && p->low_ports == NT_LOW_SAME_CLASS)
        return "'low-ports: same-class' gives ports outside of every block: it contradicts 'block'";
    if (p->addresses == 0 || p->addresses > NT_NAT_ADDRESSES_MAX)
        return "'addresses' must be 1 to 64";
    if (p->life_new <= 0 || p->life_replied <= 0 || p->life_stream <= 0)
        return "a lifetime must be above 0";
    for (size_t i = 0; i < p->life_by_port_count; i++)
        if (p->life_by_port[i].life <= 0)
            return "a lifetime must be above 0";
    for (size_t i = 0; i < NT_CONNECTION_STATES; i++)
        if (p->tcp.life[i] <= 0)
            return "a lifetime must be above 0";
    if (p->icmp_lifetime <= 0)
        return "a lifetime must be above 0";
    if ((p->answers & NT_ANSWER_LIMIT) != 0 && (p->answers & NT_ANSWER_LIMIT_HOST) != 0)
        return "'answers' names both 'limit' and 'limit-host': where no flow can be made one error is sent";
    if (p->icmp_burst != 0 && p->icmp_interval <= 0)
        return "'icmp-rate' needs an interval above 0";
    if (p->mapping_burst != 0 && p->mapping_interval <= 0)
        return "'mapping-rate' needs an interval above 0";
    if (p->filter_lifetime < 0 || p->hold_down < 0 || p->poison < 0)
        return "a time must not be below 0";
    if (!p->refresh_outbound && !p->refresh_inbound)
        return "'refresh' must name 'outbound' or 'inbound'";
    return NULL;
}

struct nt_nat_policy nt_nat_policy_of_tcp(const struct nt_nat_policy *p)
{
    struct nt_nat_policy t = *p;
    t.mapping = p->tcp.mapping;
    t.filtering = p->tcp.filtering;
    t.ports = p->tcp.ports;
    if (t.mapping != NT_DEP_ENDPOINT_INDEPENDENT && t.reuse == NT_REUSE_LATEST_BY_SOURCE)
        t.reuse = NT_REUSE_RULE;
    if (t.mapping == NT_DEP_ENDPOINT_INDEPENDENT && t.reuse == NT_REUSE_NEVER)
        t.reuse = NT_REUSE_RULE;
    t.poison = 0;
    t.filter_lifetime = 0;
    return t;
}

static enum nt_ports default_ports(enum nt_dependence mapping)
{
    return mapping == NT_DEP_ENDPOINT_INDEPENDENT ? NT_PORTS_PRESERVE : NT_PORTS_SEQUENTIAL;
}

/* What `tcp` does not say is as the policy says. */
static void finish_tcp(struct nt_nat_policy *p)
{
    struct nt_nat_tcp *t = &p->tcp;
    if (t->mapping == 0)
        t->mapping = p->mapping;
    if (t->filtering == 0)
        t->filtering = p->filtering;
    if (t->ports == 0)
        t->ports = t->mapping == p->mapping ? p->ports : default_ports(t->mapping);
    if (!t->unsolicited_given)
        t->unsolicited = p->unsolicited == NT_UNSOLICITED_REJECT ? NT_SYN_REJECT : NT_SYN_ICMP_AFTER;
    t->unsolicited_given = true;
}

static const char *find_tcp_contradiction(const struct nt_nat_policy *p)
{
    if (p->tcp.mapping != NT_DEP_ENDPOINT_INDEPENDENT && p->tcp.ports == NT_PORTS_OVERLOAD)
        return "'ports: overload' of 'tcp' contradicts an endpoint-dependent mapping";
    return NULL;
}

int nt_nat_policy_finish(struct nt_nat_policy *p, bool ports_given, const char **what)
{
    if (p->kind != NT_GW_TRANSLATE)
        return NT_OK;
    struct nt_nat_policy done = *p;
    if (!ports_given && done.ports == 0)
        done.ports = default_ports(p->mapping);
    const char *wrong = find_contradiction(&done);
    if (wrong == NULL && done.ports == 0)
        wrong = "a policy needs 'ports'";
    finish_tcp(&done);
    if (wrong == NULL)
        wrong = find_tcp_contradiction(&done);
    if (wrong != NULL) {
        if (what != NULL)
            *what = wrong;
        return NT_EINVAL;
    }
    *p = done;
    return NT_OK;
}

bool nt_nat_policy_allows(const struct nt_nat_policy *p, enum nt_allowed_proto proto, uint16_t port)
{
    for (size_t i = 0; i < p->allowed_count; i++)
        if (p->allowed[i].proto == proto && (p->allowed[i].port == 0 || p->allowed[i].port == port))
            return true;
    return p->allowed_count == 0;
}

const char *nt_dependence_name(enum nt_dependence d)
{
    switch (d) {
    case NT_DEP_ENDPOINT_INDEPENDENT: return "endpoint-independent";
    case NT_DEP_ADDRESS: return "address-dependent";
    case NT_DEP_ADDRESS_AND_PORT: return "address-and-port-dependent";
    }
    return "";
}
