#include "core/sdp/candidate_line.h"

#include "core/base/endpoint.h"
#include "core/base/err.h"

#include <string.h>

struct line {
    struct nt_span foundation, transport, address, type;
    uint64_t component, priority, port;
};

static bool scan_foundation(struct nt_cursor *in, struct line *line)
{
    if (!nt_cursor_word(in, &line->foundation, "a foundation is missing"))
        return false;
    /* "foundation = 1*32ice-char" */
    return nt_span_is_ice_chars(line->foundation, 1, NT_ICE_FOUNDATION_MAX) ||
           nt_cursor_fail(in, line->foundation.p, "a foundation is 1 to 32 letters, digits, '+' or '/'");
}

static bool scan_transport(struct nt_cursor *in, struct line *line)
{
    return nt_cursor_word(in, &line->transport, "a transport is missing") &&
           (nt_span_is_token(line->transport) || nt_cursor_fail(in, line->transport.p, "a transport is a token"));
}

/* cand-type = "typ" SP candidate-types */
static bool scan_type(struct nt_cursor *in, struct line *line)
{
    struct nt_span word;
    if (!nt_cursor_word(in, &word, "'typ' is missing"))
        return false;
    if (!nt_span_is(word, "typ"))
        return nt_cursor_fail(in, word.p, "'typ' is missing");
    return nt_cursor_space(in) && nt_cursor_word(in, &line->type, "a candidate type is missing") &&
           (nt_span_is_token(line->type) || nt_cursor_fail(in, line->type.p, "a candidate type is a token"));
}

static bool scan_fixed(struct nt_cursor *in, struct line *line)
{
    /* "a positive integer between 1 and 256 (inclusive)", "a positive integer between 1 and (2**31 - 1) inclusive" */
    return scan_foundation(in, line) && nt_cursor_space(in) &&
           nt_cursor_number(in, 3, 1, NT_ICE_COMPONENTS_MAX, &line->component, "a component is a number from 1 to 256") &&
           nt_cursor_space(in) && scan_transport(in, line) && nt_cursor_space(in) &&
           nt_cursor_number(in, 10, 1, INT32_MAX, &line->priority, "a priority is a number from 1 to 2147483647") &&
           nt_cursor_space(in) && nt_cursor_word(in, &line->address, "an address is missing") && nt_cursor_space(in) &&
           nt_cursor_number(in, 5, 0, UINT16_MAX, &line->port, "a port is a number from 0 to 65535") && nt_cursor_space(in) &&
           scan_type(in, line);
}

/* One "name value" after the type. "An implementation MUST ignore any name/value pairs it doesn't understand." */
static bool scan_pair(struct nt_cursor *in, struct nt_span *name, struct nt_span *value)
{
    if (!nt_cursor_space(in) || !nt_cursor_word(in, name, "the name of an extension is missing"))
        return false;
    if (!nt_span_is_token(*name))
        return nt_cursor_fail(in, name->p, "the name of an extension is a token");
    if (nt_cursor_at_end(in))
        return nt_cursor_fail(in, in->p, "an extension has a name and a value");
    in->p++;
    *value = (struct nt_span){in->p, 0}; /* extension-att-value = *VCHAR, so it may be empty */
    while (in->p < in->end && !nt_span_is_blank(*in->p))
        in->p++;
    value->len = (size_t)(in->p - value->p);
    return true;
}

static bool is_tcp_type(struct nt_span value)
{
    return nt_span_is(value, "active") || nt_span_is(value, "passive") || nt_span_is(value, "so");
}

/* What follows the type; the candidate counts without what is malformed. rel-addr and rel-port are for diagnostics: a name is
 * ignored. */
static void scan_extensions(struct nt_cursor *in, bool tcp, struct nt_addr *related)
{
    struct nt_span name, value;
    uint64_t port = 0;
    bool has_address = false, has_port = false, has_tcp_type = false;
    while (!nt_cursor_at_end(in) && scan_pair(in, &name, &value)) {
        if (nt_span_is(name, "raddr")) {
            has_address = true;
            nt_span_ip(value, related);
        } else if (nt_span_is(name, "rport")) {
            has_port = true;
            if (!nt_span_number(value, 5, 0, UINT16_MAX, &port))
                nt_cursor_fail(in, value.p, "a related port is a number from 0 to 65535");
        } else if (tcp && nt_span_is(name, "tcptype")) {
            has_tcp_type = true;
            if (!is_tcp_type(value))
                nt_cursor_fail(in, value.p, "a tcptype is active, passive or so");
        }
    }
    if (nt_addr_is_set(related))
        related->port = (uint16_t)port;
    if (has_address != has_port)
        nt_cursor_fail(in, in->p, has_address ? "there is an raddr, but no rport" : "there is an rport, but no raddr");
    if (tcp && !has_tcp_type)
        nt_cursor_fail(in, in->p, "a TCP candidate has a tcptype");
}

static int type_of(struct nt_span text)
{
    for (int type = NT_ICE_HOST; type <= NT_ICE_RELAY; type++)
        if (nt_span_is(text, nt_ice_type_name((enum nt_ice_type)type)))
            return type;
    return -1;
}

/* <connection-address>: "allowing for IPv4 addresses, IPv6 addresses, and fully qualified domain names (FQDNs)"; the last label of
 * a name is not of digits alone. */
static bool is_name(struct nt_span t)
{
    bool letter = false;
    for (size_t i = 0; i < t.len; i++) {
        bool one = (t.p[i] | 0x20) >= 'a' && (t.p[i] | 0x20) <= 'z';
        if (!one && t.p[i] != '-' && t.p[i] != '.' && t.p[i] != '_' && (t.p[i] < '0' || t.p[i] > '9'))
            return false;
        letter = letter || one;
    }
    return letter;
}

static bool scan_address(struct nt_cursor *in, struct nt_span text, struct nt_addr *addr)
{
    if (nt_span_ip(text, addr) || is_name(text))
        return true;
    bool zone = memchr(text.p, '%', text.len) != NULL;
    return nt_cursor_fail(in, text.p, zone ? "an address has no zone" : "an address is an IPv4 or IPv6 address, or a name");
}

/* "MUST ignore "candidate" lines that include candidates with FQDNs or IP address versions that are not supported or
 * recognized"; a transport or type that is not known belongs to an extension, and is ignored too. */
static const char *why_unsupported(const struct line *line, bool is_address)
{
    if (nt_span_is(line->transport, "TCP"))
        return "TCP (RFC 6544) is not in this version";
    if (!nt_span_is(line->transport, "UDP"))
        return "the transport is not known";
    if (type_of(line->type) < 0)
        return "the type of candidate is not known";
    if (is_address)
        return NULL;
    return nt_span_ends(line->address, ".local") ? "a .local name (mDNS) cannot be resolved here" : "names are not resolved here";
}

int nt_candidate_scan(struct nt_ice_candidate *c, const char **unsupported, struct nt_cursor *in)
{
    struct line line;
    struct nt_addr addr = {0}, related = {0};
    if (!scan_fixed(in, &line) || !scan_address(in, line.address, &addr))
        return NT_EFORMAT;
    const char *why = why_unsupported(&line, nt_addr_is_set(&addr));
    if (why == NULL && line.port == 0) {
        nt_cursor_fail(in, line.address.p + line.address.len + 1, "a UDP candidate has no port 0");
        return NT_EFORMAT;
    }
    scan_extensions(in, nt_span_is(line.transport, "TCP"), &related);
    if (why != NULL) {
        *unsupported = why;
        return NT_EUNSUPPORTED;
    }
    *c = (struct nt_ice_candidate){.type = (enum nt_ice_type)type_of(line.type),
                                   .component = (uint16_t)line.component,
                                   .transport = NT_UDP,
                                   .priority = (uint32_t)line.priority,
                                   .addr = nt_addr_with_port(&addr, (uint16_t)line.port),
                                   .related = related};
    nt_span_copy(c->foundation, line.foundation);
    return NT_OK;
}

static const char *transport_name(uint8_t transport)
{
    return transport == NT_UDP ? "UDP" : "TCP";
}

static const char *tcp_type_name(uint8_t tcp_type)
{
    return tcp_type == NT_ICE_TCP_ACTIVE ? "active" : tcp_type == NT_ICE_TCP_PASSIVE ? "passive" : "so";
}

static void print_related(struct nt_out *out, const struct nt_ice_candidate *c)
{
    char ip[NT_ADDR_TEXT];
    struct nt_addr related = c->related;
    /* "If the candidate is a host candidate, <rel-addr> and <rel-port> MUST be omitted." */
    if (c->type == NT_ICE_HOST)
        return;
    /* They "MUST be present" for the other types; when not revealed, "the address MUST be set to "0.0.0.0" (for IPv4
     * candidates) or "::" (for IPv6 candidates) and the port to "9"". */
    if (!nt_addr_is_set(&related))
        related = (struct nt_addr){.family = c->addr.family, .port = 9};
    nt_out(out, " raddr %s rport %u", nt_addr_format_ip(&related, ip), (unsigned)related.port);
}

void nt_candidate_print(struct nt_out *out, const struct nt_ice_candidate *c)
{
    char ip[NT_ADDR_TEXT];
    nt_out(out, "candidate:%s %u %s %lu %s %u typ %s", c->foundation, (unsigned)c->component, transport_name(c->transport),
           (unsigned long)c->priority, nt_addr_format_ip(&c->addr, ip), (unsigned)c->addr.port, nt_ice_type_name(c->type));
    print_related(out, c);
    if (c->transport != NT_UDP)
        nt_out(out, " tcptype %s", tcp_type_name(c->tcp_type));
}
