#include "natsim/host/host_in.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/host/endpoints.h"
#include "natsim/host/host_out.h"
#include "natsim/host/host_state.h"
#include "natsim/host/streams.h"
#include "natsim/packet/icmp.h"
#include "natsim/packet/martian.h"
#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"

#include <string.h>

/* Real stacks limit the rate of their errors about closed ports; RFC 1812, 4.3.2.8 asks for a limit. */
#define ICMP_INTERVAL (10 * NT_MSEC)

static void drop_packet(struct nt_host *h, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    nt_fabric_drop(h->fabric, h->node, p, reason, &p->src, &p->dst, now);
}

/* RFC 1122, 3.2.2, and RFC 4443, 2.4 (e): no error about an ICMP error, nor to what is no single host (martians do not come here).
 */
static bool may_report(const struct nt_host *h, const struct nt_packet *about, nt_time now)
{
    return now >= h->icmp_from && !nt_addr_is_reserved(&about->src) && !nt_packet_is_icmp_error(about);
}

/* Sends an ICMP error about a packet that came for this host. False: none is sent. */
static bool send_error(struct nt_host *h, const struct nt_packet *about, uint8_t type, uint8_t code, nt_time now)
{
    bool v4 = about->family == NT_AF_IPV4;
    if (!may_report(h, about, now))
        return false;
    struct nt_packet *p = nt_fabric_packet(h->fabric, v4 ? 576 : 1280);
    if (p == NULL)
        return false;
    struct nt_addr src = nt_addr_with_port(&about->dst, 0);
    if (nt_packet_icmp_error(p, &src, about, type, code) != NT_OK) {
        nt_fabric_consumed(h->fabric, p);
        return false;
    }
    h->icmp_from = now + ICMP_INTERVAL;
    nt_out_packet(h, p, now);
    return true;
}

/* RFC 1122, 4.1.3.1: a datagram for which there is no pending LISTEN: SHOULD send Port Unreachable. RFC 4443, 3.1: code 4. */
static bool send_port_unreachable(struct nt_host *h, const struct nt_packet *about, nt_time now)
{
    bool v4 = about->family == NT_AF_IPV4;
    return send_error(h, about, v4 ? NT_ICMP4_UNREACHABLE : NT_ICMP6_UNREACHABLE, v4 ? NT_ICMP4_PORT : NT_ICMP6_PORT, now);
}

static void udp_in(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    uint32_t endpoint = nt_udp_ports_find(&h->ports, &p->dst);
    if (endpoint == NT_UDP_PORT_CLOSED) {
        drop_packet(h, p, send_port_unreachable(h, p, now) ? NT_DROP_NO_SOCKET : NT_DROP_NO_SOCKET | NT_DROP_QUIET, now);
        return;
    }
    struct nt_path path = {.transport = NT_UDP, .ttl = p->ttl, .tos = p->tos, .df = p->df, .local = p->dst, .remote = p->src};
    nt_endpoints_input(h, endpoint, &path, NT_IN_DATAGRAM, p->data + p->payload, p->payload_len, now);
    nt_fabric_consumed(h->fabric, p);
}

static const struct nt_why other_port = {NT_DISCARD_UNRELATED,
                                         "an ICMP error about nothing that an open port or connection here has sent"},
                           no_connection = {NT_DISCARD_NO_RECIPIENT, "a segment of no connection here"},
                           other_icmp = {NT_DISCARD_UNUSED, "an ICMP message that no program here waits for"};

static void pass_over(struct nt_host *h, struct nt_packet *p, const struct nt_why *why, nt_time now)
{
    struct nt_trace trace = *nt_fabric_trace(h->fabric);
    trace.node = h->node;
    nt_trace_discard(&trace, why, &p->src, &p->dst, now);
    nt_fabric_consumed(h->fabric, p);
}

/* RFC 9293, 3.10.7.1: a reset answers what is for nobody, unless it is one. */
static void refuse_segment(struct nt_host *h, struct nt_packet *about, nt_time now)
{
    struct nt_segment s;
    struct nt_packet *p = nt_fabric_packet(h->fabric, 0);
    if (p != NULL && nt_tcp_refuse(about, p))
        nt_out_packet(h, p, now);
    else if (p != NULL)
        nt_fabric_consumed(h->fabric, p);
    bool opens = nt_segment_read(about, &s) == NT_OK && (s.flags & (NT_TCP_SYN | NT_TCP_ACK | NT_TCP_RST)) == NT_TCP_SYN;
    if (opens)
        drop_packet(h, about, NT_DROP_NO_SOCKET, now);
    else
        pass_over(h, about, &no_connection, now);
}

static void tcp_in(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    int r = nt_streams_receive(h, p, now);
    if (r == NT_ENOENT) {
        refuse_segment(h, p, now);
        return;
    }
    if (r == NT_ENOMEM)
        nt_fabric_out_of_memory(h->fabric);
    if (r == NT_EFORMAT)
        drop_packet(h, p, NT_DROP_MALFORMED, now);
    else
        nt_fabric_consumed(h->fabric, p);
    nt_endpoints_tell_of_streams(h, now);
}

/* RFC 1122, 4.1.3.3: UDP MUST pass to the application layer all ICMP error messages that it receives from the IP layer. */
static void error_in(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    struct nt_path path = {.transport = NT_UDP};
    uint8_t proto, what[NT_ICMP_INPUT] = {p->data[p->l4], p->data[p->l4 + 1]};
    nt_store32(what + 2, nt_packet_icmp_mtu(p));
    bool ours = nt_packet_quoted(p, &path.local, &path.remote, &proto) == NT_OK && nt_host_owns(h, &path.local);
    if (ours && proto == NT_PROTO_TCP && nt_streams_take_error(h, p, &path.local, &path.remote)) {
        nt_fabric_consumed(h->fabric, p);
        nt_endpoints_tell_of_streams(h, now);
        return;
    }
    uint32_t endpoint = ours && proto == NT_PROTO_UDP ? nt_udp_ports_find(&h->ports, &path.local) : NT_UDP_PORT_CLOSED;
    if (endpoint == NT_UDP_PORT_CLOSED) {
        pass_over(h, p, &other_port, now);
        return;
    }
    nt_endpoints_input(h, endpoint, &path, NT_IN_ICMP, what, sizeof what, now);
    nt_fabric_consumed(h->fabric, p);
}

static void answer_echo(struct nt_host *h, struct nt_packet *request, nt_time now)
{
    struct nt_packet *p = nt_fabric_copy(h->fabric, request);
    nt_fabric_consumed(h->fabric, request);
    if (p == NULL)
        return;
    nt_packet_reply_echo(p);
    nt_out_packet(h, p, now);
}

static void icmp_in(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    uint8_t type = p->data[p->l4];
    if (nt_icmp_is_error(p->proto, type))
        error_in(h, p, now);
    else if (nt_icmp_is_echo(p->proto, type))
        answer_echo(h, p, now);
    else
        pass_over(h, p, &other_icmp, now);
}

/* RFC 1122, 3.3.2, and RFC 8200, 4.5: when the time is over, the source MUST be told by Time Exceeded, code 1, if the first
 * fragment has been received. */
static void drop_fragment(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src,
                          const struct nt_addr *dst, nt_time now)
{
    struct nt_host *h = user;
    if (reason == NT_DROP_INCOMPLETE && p->first_fragment)
        send_error(h, p, p->family == NT_AF_IPV4 ? NT_ICMP4_TIME_EXCEEDED : NT_ICMP6_TIME_EXCEEDED, NT_ICMP_REASSEMBLY_TIME, now);
    nt_fabric_drop_held(h->fabric, h->node, p, reason, src, dst, now);
}

/* The whole packet, or NULL: it is not there yet, or has ended. */
static struct nt_packet *reassemble(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    if (h->reassembly == NULL)
        h->reassembly = nt_reassembly_new(nt_fabric_pool(h->fabric), (struct nt_reassembly_drop){drop_fragment, h});
    if (h->reassembly != NULL && nt_reassembly_add(h->reassembly, &p, now) == NT_OK)
        return p;
    nt_fabric_out_of_memory(h->fabric);
    return NULL;
}

void nt_in_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct nt_host *h = self;
    if (h->stopped) {
        drop_packet(h, p, NT_DROP_STOPPED, now);
        return;
    }
    if (!nt_host_owns(h, &p->dst)) { /* RFC 1122, 3.3.4.2, the weak model: any own address is good on any interface */
        drop_packet(h, p, NT_DROP_NO_HOST, now);
        return;
    }
    if (h->stack.deliver != NULL) {
        if (h->stack.deliver(h->stack.user, port, p->data, p->len))
            nt_fabric_consumed(h->fabric, p);
        else
            drop_packet(h, p, NT_DROP_STACK, now);
        return;
    }
    if (nt_addr_is_martian(&p->src)) {
        nt_fabric_drop(h->fabric, h->node, p, NT_DROP_MARTIAN, &p->src, &p->src, now);
        return;
    }
    if (!nt_packet_checksums_good(p)) {
        drop_packet(h, p, NT_DROP_CHECKSUM, now);
        return;
    }
    if (p->fragment) {
        if ((p = reassemble(h, p, now)) == NULL)
            return;
        if (!nt_packet_checksums_good(p)) {
            drop_packet(h, p, NT_DROP_CHECKSUM, now);
            return;
        }
    }
    if (p->proto == NT_PROTO_UDP)
        udp_in(h, p, now);
    else if (p->proto == NT_PROTO_TCP)
        tcp_in(h, p, now);
    else if (p->proto == (p->family == NT_AF_IPV4 ? NT_PROTO_ICMP : NT_PROTO_ICMP6))
        icmp_in(h, p, now);
    else
        drop_packet(h, p, NT_DROP_PROTOCOL, now);
}
