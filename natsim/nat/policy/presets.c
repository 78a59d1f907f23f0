/* The classic types of RFC 3489 in the words of RFC 4787, and named devices. A field that no source mentions has the default of the
 * language, and is named as assumed. */
#include "natsim/nat/policy/presets.h"

#include <string.h>

static void set_rules(struct nt_nat_policy *p, enum nt_dependence mapping, enum nt_dependence filtering)
{
    p->mapping = mapping;
    p->filtering = filtering;
}

static void set_lifetimes(struct nt_nat_policy *p, nt_time fresh, nt_time replied, nt_time stream)
{
    p->life_new = fresh * NT_SEC;
    p->life_replied = replied * NT_SEC;
    p->life_stream = stream * NT_SEC;
}

/* A row's function sets the ports itself, or leaves the default for the mapping. */
// clang-format off
static void none(struct nt_nat_policy *p) { p->kind = NT_GW_NONE; }
static void blocked_udp(struct nt_nat_policy *p) { p->kind = NT_GW_BLOCKED_UDP; }
static void blocked(struct nt_nat_policy *p) { p->kind = NT_GW_BLOCKED; }
static void full_cone(struct nt_nat_policy *p) { set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT); }
static void restricted_cone(struct nt_nat_policy *p) { set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS); }
static void port_restricted_cone(struct nt_nat_policy *p) { set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT); }
static void symmetric(struct nt_nat_policy *p) { set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT); }
// clang-format on

/* A network whose firewall lets out what browsers need. */
static void office(struct nt_nat_policy *p)
{
    port_restricted_cone(p);
    p->allowed[0].proto = p->allowed[1].proto = NT_ALLOWED_TCP;
    p->allowed[0].port = 80;
    p->allowed[1].port = 443;
    p->allowed_count = 2;
}

/* net/netfilter/nf_conntrack_proto_tcp.c (tcp_timeouts). */
static void set_tcp_tracking(struct nt_nat_tcp *t)
{
    static const nt_time seconds[NT_CONNECTION_STATES] = {
        [NT_CONN_SYN_SENT] = 120, [NT_CONN_CROSSING] = 120,  [NT_CONN_SYN_RECEIVED] = 60, [NT_CONN_ESTABLISHED] = 5 * 24 * 3600,
        [NT_CONN_FIN_WAIT] = 120, [NT_CONN_CLOSE_WAIT] = 60, [NT_CONN_LAST_ACK] = 30,     [NT_CONN_TIME_WAIT] = 120,
        [NT_CONN_RESET] = 10};
    t->tracking = NT_TRACK_LINUX;
    for (size_t i = 0; i < NT_CONNECTION_STATES; i++)
        t->life[i] = seconds[i] * NT_SEC;
}

static void set_unsolicited_syn(struct nt_nat_policy *p, enum nt_unsolicited_syn what)
{
    p->tcp.unsolicited = what;
    p->tcp.unsolicited_given = true;
}

/* Connection tracking (net/netfilter/nf_conntrack_proto_udp.c, _icmp.c): flows of 30 s, 120 s after two seconds of traffic both
 * ways, refreshed by each packet; 30 s for ICMP queries. The gateway itself answers as the kernel does: pings, closed ports, no
 * route, no neighbour; 6 errors to one destination at once, then one a second (net.ipv4.icmp_ratelimit). It says nothing of a table
 * that is full. */
static void set_tracking(struct nt_nat_policy *p)
{
    p->filter_scope = NT_SCOPE_FLOW;
    p->replies = NT_REPLIES_PINNED;
    p->refresh_inbound = true;
    p->low_ports = NT_LOW_LINUX;
    set_lifetimes(p, 30, 30, 120);
    p->icmp_lifetime = 30 * NT_SEC;
    set_tcp_tracking(&p->tcp);
    p->answers = NT_ANSWER_TOO_BIG | NT_ANSWER_TTL | NT_ANSWER_ECHO | NT_ANSWER_PORT | NT_ANSWER_ROUTE | NT_ANSWER_HOST;
    p->icmp_burst = 6;
    p->icmp_interval = NT_SEC;
}

/* Packets from outside to the gateway are accepted: a closed port is told, and the flow of such a packet takes its 5-tuple. */
static void set_open_input(struct nt_nat_policy *p)
{
    p->answers |= NT_ANSWER_ECHO_OUTSIDE;
    p->unsolicited = NT_UNSOLICITED_REJECT;
    p->poison = 30 * NT_SEC;
    set_unsolicited_syn(p, NT_SYN_RESET);
}

/* The port is kept unless the 5-tuple is taken (net/netfilter/nf_nat_core.c, get_unique_tuple). */
static void linux_dropin(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    set_tracking(p);
    p->ports = NT_PORTS_OVERLOAD;
    p->conflict = NT_CONFLICT_RANDOM;
    p->reuse = NT_REUSE_LATEST_BY_SOURCE;
    set_unsolicited_syn(p, NT_SYN_DROP);
}

static void linux_masquerade(struct nt_nat_policy *p)
{
    linux_dropin(p);
    set_open_input(p);
}

static void openwrt(struct nt_nat_policy *p)
{
    linux_dropin(p);
    p->answers |= NT_ANSWER_ECHO_OUTSIDE; /* the rule Allow-Ping */
    p->unsolicited = NT_UNSOLICITED_REJECT;
    set_unsolicited_syn(p, NT_SYN_RESET); /* firewall4's chain handle_reject: TCP by a reset, the rest by 3/3 */
}

static void linux_random(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    set_tracking(p);
    p->ports = NT_PORTS_RANDOM;
    p->conflict = NT_CONFLICT_OVERLOAD;
    set_open_input(p);
}

/* Any port is kept if no mapping has it; otherwise the first free one from 1024 upward. */
static void nft_fullcone(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->ports = NT_PORTS_PRESERVE;
    p->tcp.filtering = NT_DEP_ADDRESS_AND_PORT; /* the module translates UDP alone */
    set_tcp_tracking(&p->tcp);
    p->conflict = NT_CONFLICT_LOWEST;
    p->low_ports = NT_LOW_LINUX;
    p->replies = NT_REPLIES_PINNED;
    p->refresh_inbound = true;
    set_lifetimes(p, 30, 30, 120);
    p->icmp_lifetime = 30 * NT_SEC;
}

/* A socket expires 240 s after its last packet in either direction (sosendto, sorecvfrom), one that asked port 53 10 s after the
 * answer. */
static void slirp(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->ports = NT_PORTS_RANDOM;
    p->refresh_inbound = true;
    set_lifetimes(p, 240, 240, 240);
    p->life_by_port[0].port = 53;
    p->life_by_port[0].life = 10 * NT_SEC;
    p->life_by_port_count = 1;
}

static void vpnkit(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->ports = NT_PORTS_RANDOM;
    p->refresh_inbound = true;
    p->max_mappings = 1024;
    p->when_full = NT_FULL_STEAL;
    set_lifetimes(p, 60, 60, 60);
}

/* A connected socket for each flow; errors that it reads are passed over (replyLoop: ECONNREFUSED). */
static void gvisor_tap(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->icmp = NT_ICMP_DROP;
    p->refresh_inbound = true;
    set_lifetimes(p, 90, 90, 90);
}

static void pf_default(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->refresh_inbound = true;
    set_lifetimes(p, 60, 60, 60);
    p->icmp_lifetime = 20 * NT_SEC; /* PFTM_ICMP_FIRST_PACKET */
}

static void pfsense_staticport(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_PRESERVE;
    p->conflict = NT_CONFLICT_FAIL;
    p->refresh_inbound = true;
    set_lifetimes(p, 60, 60, 60);
    p->icmp_lifetime = 20 * NT_SEC; /* PFTM_ICMP_FIRST_PACKET */
}

static void pfsense_eim(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->refresh_inbound = true;
    set_lifetimes(p, 60, 60, 60);
    p->icmp_lifetime = 20 * NT_SEC; /* PFTM_ICMP_FIRST_PACKET */
}

static void libalias(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    set_lifetimes(p, 60, 60, 60);
}

static void libalias_eim(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->ports = NT_PORTS_RANDOM;
    set_lifetimes(p, 60, 60, 60);
}

static void srx_any(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->range_high = 63487;
}

static void srx_host(struct nt_nat_policy *p)
{
    srx_any(p);
    p->filtering = NT_DEP_ADDRESS;
}

static void srx_hostport(struct nt_nat_policy *p)
{
    srx_any(p);
    p->filtering = NT_DEP_ADDRESS_AND_PORT;
}

static void aws(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->conflict = NT_CONFLICT_OVERLOAD;
    set_lifetimes(p, 350, 350, 350);
}

static void azure(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->conflict = NT_CONFLICT_OVERLOAD;
    p->icmp = NT_ICMP_DROP;
    p->hold_down = 65 * NT_SEC;
    p->refresh_inbound = true;
    set_lifetimes(p, 240, 240, 240);
}

static void azure_lb(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_SEQUENTIAL;
}

static void gcp(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p->ports = NT_PORTS_RANDOM;
    p->conflict = NT_CONFLICT_OVERLOAD;
    p->block = 64;
    set_lifetimes(p, 30, 30, 30);
    p->icmp_lifetime = 30 * NT_SEC;
}

static void gcp_eim(struct nt_nat_policy *p)
{
    gcp(p);
    p->mapping = NT_DEP_ENDPOINT_INDEPENDENT;
    p->conflict = NT_CONFLICT_NEXT;
}

/* RFC 7857, 9: a NAT with port preservation "SHOULD obfuscate the ephemeral port" where the port is in use. */
static void cgn(struct nt_nat_policy *p)
{
    set_rules(p, NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p->pooling = NT_POOLING_PAIRED;
    p->hold_down = 120 * NT_SEC;
    p->hairpin = NT_HAIRPIN_EXTERNAL;
    p->conflict = NT_CONFLICT_RANDOM;
}

#define CONNTRACK "measured on Linux 6.18 with nftables (tests/kernel); torvalds/linux nf_nat_core.c and nf_conntrack_proto_udp.c"
#define SRX "Juniper Junos documentation of persistent NAT (any-remote-host, target-host, target-host-port)"

// clang-format off
static const struct nt_nat_preset presets[] = {
    {"none", "no translation: a router", "standard", NULL, none},
    {"blocked-udp", "a router that drops UDP", "standard", NULL, blocked_udp},
    {"blocked", "a router that drops everything", "standard", NULL, blocked},
    {"full-cone", "RFC 3489 section 5, RFC 4787 sections 4 and 5", "standard", NULL, full_cone},
    {"restricted-cone", "RFC 3489 section 5, RFC 4787 sections 4 and 5", "standard", NULL, restricted_cone},
    {"port-restricted-cone", "RFC 3489 section 5, RFC 4787 sections 4 and 5", "standard", NULL, port_restricted_cone},
    {"symmetric", "RFC 3489 section 5, RFC 4787 sections 4 and 5", "standard", NULL, symmetric},
    {"linux-masq", CONNTRACK, "measured", NULL, linux_masquerade},
    {"linux-masq-random", CONNTRACK, "measured", "poison", linux_random},
    {"linux-masq-dropin", CONNTRACK " with new inbound packets dropped", "measured", NULL, linux_dropin},
    {"openwrt", "openwrt/firewall4 default configuration (masquerading, input REJECT, Allow-Ping); " CONNTRACK, "code", "lifetimes: as Linux; the image of OpenWrt sets 60 s and 180 s (lifetimes: {new: 60s, replied: 60s, stream: 180s})", openwrt},
    {"nft-fullcone", "fullcone-nat-nftables/nft-fullcone nf_nat_fullcone.c find_appropriate_port", "code", "hairpin, replies, refresh, lifetimes: as Linux, of a mapping where the device has those of its flows; a low port in use gives one of Linux's class, in the device the first from 1024; with no port left a mapping is refused, the device ends another", nft_fullcone},
    {"docker-bridge", "iptables listings of Docker hosts (MASQUERADE on 172.17.0.0/16); " CONNTRACK, "measured", "answers, unsolicited, poison: a host that accepts what comes to itself", linux_masquerade},
    {"slirp", "measured on slirp4netns (libslirp); libslirp udp.c udp_attach, socket.c sosendto and sorecvfrom (SO_EXPIRE, SO_EXPIREFAST)", "measured", "ports, hairpin; a query to port 53 that is not answered has 10 s, in the device 240 s", slirp},
    {"vpnkit", "moby/vpnkit hostnet_udp.ml", "code", "filtering, ports, hairpin", vpnkit},
    {"gvisor-tap-vsock", "containers/gvisor-tap-vsock forwarder udp.go, udp_proxy.go", "code", "filtering, ports, hairpin; pings, dropped with the ICMP errors", gvisor_tap},
    {"pf-default", "tailscale issue 864; opnsense/core issue 8384; pf.conf(5); OpenBSD pfvar.h PFTM_*", "documentation", "refresh, lifetimes: one of 60 s for first, single (30 s) and multiple", pf_default},
    {"pfsense-staticport", "tailscale issues 864, 3105, 18035", "documentation", "filtering, refresh, lifetimes: as pf", pfsense_staticport},
    {"pfsense-eim", "Netgate release notes of pfSense Plus 25.11, by tailscale issue 18035", "documentation", "ports, refresh, lifetimes: as pf", pfsense_eim},
    {"libalias", "FreeBSD ipfw(8), alias_db.c", "documentation", "hairpin, refresh", libalias},
    {"libalias-udp-eim", "FreeBSD commit 61bf830cbb26 (udp_eim)", "code", "ports, hairpin, refresh", libalias_eim},
    {"srx-pnat-any", SRX, "documentation", "ports, hairpin, refresh, lifetimes while a session is there; no limit of 30 sessions for each binding", srx_any},
    {"srx-pnat-host", SRX, "documentation", "filtering by the type's name; ports, hairpin, refresh, lifetimes while a session is there; no limit of 30 sessions for each binding", srx_host},
    {"srx-pnat-hostport", SRX, "documentation", "filtering by the type's name; ports, hairpin, refresh, lifetimes while a session is there; no limit of 30 sessions for each binding", srx_hostport},
    {"aws-natgw", "AWS VPC documentation of NAT gateways; Tailscale on NAT traversal, part 2", "documentation", "hairpin, refresh", aws},
    {"azure-natgw", "Microsoft azure-docs nat-gateway-resource.md", "documentation", "filtering, hairpin", azure},
    {"azure-lb-snat", "Azure load balancer, outbound connections", "documentation", "filtering, ports, lifetimes, hairpin, refresh", azure_lb},
    {"gcp-cloudnat", "Google Cloud documentation of RouterNat, and of ports and addresses of Cloud NAT; Tailscale on NAT traversal, part 2", "documentation", "filtering, block of 64, hairpin, refresh", gcp},
    {"gcp-cloudnat-eim", "Google Cloud RouterNat documentation", "documentation", "filtering, block of 64, hairpin, refresh", gcp_eim},
    {"cgn-rfc6888", "RFC 6888 REQ-1, 2, 7, 8; RFC 4787 REQ-5, 9, 12; RFC 7857 section 9", "standard", "answers: 3/13 as RFC 5508, REQ-8 (limit-host: 3/1, RFC 6888, REQ-11b); no limit for each subscriber (RFC 6888 REQ-4); no control of mappings by subscribers (REQ-9)", cgn},
    {"office", "RFC 7350 section 1, RFC 8656 section 2.1: firewalls that let out TCP to ports 80 and 443 alone", "documentation", "all of it: a port-restricted-cone with such a firewall", office},
};
// clang-format on

const struct nt_nat_preset *nt_nat_presets(size_t *count)
{
    *count = sizeof presets / sizeof presets[0];
    return presets;
}

const struct nt_nat_preset *nt_nat_preset_find(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}
