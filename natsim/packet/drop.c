#include "natsim/packet/drop.h"

#include "core/base/trace.h"

#include <stdio.h>
#include <string.h>

/* In the detail, %a, %b and %i stand for the event's addresses (nt_trace_detail). */
static const struct {
    const char *name, *detail;
} reasons[NT_DROP_COUNT] = {
    [NT_DROP_NONE] = {"none", ""},
    [NT_DROP_FILTERED] = {"filtered", "no permission for %a"},
    [NT_DROP_NO_MAPPING] = {"no-mapping", "nothing is mapped to %b"},
    [NT_DROP_NO_ROUTE] = {"no-route", "no route to %i"},
    [NT_DROP_NO_HOST] = {"no-host", "nobody has %i on this network"},
    [NT_DROP_MARTIAN] = {"martian", "nothing comes from %i here, or goes on to it"},
    [NT_DROP_NO_SOCKET] = {"no-socket", "port %b is closed"},
    [NT_DROP_HAIRPIN] = {"hairpin", "no hairpinning to %b"},
    [NT_DROP_FIREWALL] = {"firewall", "no state for %a"},
    [NT_DROP_BLOCKED] = {"blocked", "packets to %b are blocked"},
    [NT_DROP_DENIED] = {"denied", "the policy denies packets to %b"},
    [NT_DROP_UNALLOWED] = {"not-allowed", "the policy lets nobody inside reach %b"},
    [NT_DROP_STRAY] = {"no-connection", "a TCP segment to %b of no connection that is known"},
    [NT_DROP_CROSSED] = {"crossed", "a SYN to %a has gone out meanwhile"},
    [NT_DROP_LOSS] = {"loss", "lost on the network"},
    [NT_DROP_QUEUE] = {"queue", "the queue is full"},
    [NT_DROP_MTU] = {"mtu", "larger than the MTU on the way to %i"},
    [NT_DROP_DOWN] = {"down", "the attachment is down"},
    [NT_DROP_DOWN_THERE] = {"down", "the attachment that it would arrive at is down"},
    [NT_DROP_AWAY] = {"moved", "the attachment is on no network"},
    [NT_DROP_LEFT] = {"moved", "the attachment that it would arrive at has left the network"},
    [NT_DROP_PARTITION] = {"partition", "a partition lies before %i"},
    [NT_DROP_TTL] = {"ttl", "the hop count is used up on the way to %i"},
    [NT_DROP_STEP] = {"step", "taken by a step"},
    [NT_DROP_MALFORMED] = {"malformed", "the packet is malformed"},
    [NT_DROP_CHECKSUM] = {"checksum", "a checksum is wrong"},
    [NT_DROP_FRAGMENT] = {"fragment", "fragment of a packet from %a"},
    [NT_DROP_INCOMPLETE] = {"incomplete", "the other fragments of a packet from %a did not come in time"},
    [NT_DROP_OVERLAP] = {"overlap", "fragments of a packet from %a overlap or do not fit"},
    [NT_DROP_REPEATED] = {"repeated", "a fragment of a packet from %a that is there already"},
    [NT_DROP_REASSEMBLY] = {"reassembly", "too many packets are incomplete: the oldest from %a is given up"},
    [NT_DROP_FORGOTTEN] = {"forgotten", "the fragments that there were of a packet from %a are forgotten"},
    [NT_DROP_NO_PORT] = {"no-port", "no free port for %a"},
    [NT_DROP_LIMIT] = {"limit", "a limit of mappings, filters or flows is reached, and nothing more is kept for %a"},
    [NT_DROP_PROTOCOL] = {"protocol", "the protocol is not carried to %b"},
    [NT_DROP_STOPPED] = {"stopped", "the host is stopped"},
    [NT_DROP_STACK] = {"stack", "the machine's network stack does not take it"},
    [NT_DROP_RETRIES] = {"retries", "given up after all retries"},
    [NT_DROP_EXPIRED] = {"expired", "waited too long for its turn"},
};

#define BITS ((unsigned)NT_DROP_TOLD | (unsigned)NT_DROP_QUIET)

static bool is_usually_told(enum nt_drop reason)
{
    return reason == NT_DROP_TTL || reason == NT_DROP_MTU || reason == NT_DROP_LIMIT || reason == NT_DROP_NO_PORT ||
           reason == NT_DROP_NO_SOCKET;
}

enum nt_drop nt_drop_answered(enum nt_drop reason, bool answered)
{
    if (answered)
        return reason | NT_DROP_TOLD;
    return is_usually_told(reason) ? reason | NT_DROP_QUIET : reason;
}

const char *nt_drop_name(enum nt_drop reason)
{
    unsigned r = (unsigned)reason & ~BITS;
    return r < NT_DROP_COUNT ? reasons[r].name : "unknown";
}

static void append(char *buf, size_t cap, const char *more)
{
    size_t len = strlen(buf);
    snprintf(buf + len, cap - len, "%s", more);
}

const char *nt_drop_detail(enum nt_drop reason, const struct nt_addr *a, const struct nt_addr *b, char *buf, size_t cap)
{
    unsigned r = (unsigned)reason & ~BITS;
    const char *text = nt_trace_detail(r < NT_DROP_COUNT ? reasons[r].detail : "", a, b, buf, cap);
    if (r != (unsigned)reason && cap > 0)
        append(buf, cap, (reason & NT_DROP_TOLD) != 0 ? ", and an ICMP error says so" : ", and no ICMP error says so");
    return text;
}
