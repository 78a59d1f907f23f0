#include "natsim/tcp/error.h"
#include "natsim/packet/protocol.h"
#include "natsim/tcp/mss.h"
#include "natsim/tcp/sequence.h"

/* Codes of NT_ICMP4_UNREACHABLE that packet/protocol.h does not name: RFC 792; RFC 1122, 3.2.2.1. */
enum { PROTOCOL_UNREACHABLE = 2, NETWORK_PROHIBITED = 9, HOST_PROHIBITED = 10 };

/* RFC 1191, 7.1: the plateaus, for routers that do not tell the MTU. */
static uint32_t plateau_below(uint32_t mtu)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (size_t i = 0; i < sizeof plateaus / sizeof plateaus[0]; i++)
        if (plateaus[i] < mtu)
            return plateaus[i];
    return 68;
}

static bool is_too_big(uint8_t family, const struct nt_tcp_error *e)
{
    return family == NT_AF_IPV4 ? e->type == NT_ICMP4_UNREACHABLE && e->code == NT_ICMP4_FRAGMENTATION_NEEDED
                                : e->type == NT_ICMP6_TOO_BIG;
}

/* RFC 9293, 3.9.2.2: hard errors SHOULD abort; RFC 5461, 4.1, and Linux: while the connection is opened alone. Prohibited is no
 * less final than a closed port. */
static bool is_hard(uint8_t family, const struct nt_tcp_error *e)
{
    if (family == NT_AF_IPV6)
        return e->type == NT_ICMP6_UNREACHABLE && (e->code == NT_ICMP6_PORT || e->code == NT_ICMP6_PROHIBITED);
    return e->type == NT_ICMP4_UNREACHABLE &&
           (e->code == PROTOCOL_UNREACHABLE || e->code == NT_ICMP4_PORT || e->code == NETWORK_PROHIBITED ||
            e->code == HOST_PROHIBITED || e->code == NT_ICMP4_PROHIBITED);
}

static void shrink(struct nt_tcp_connection *c, uint32_t mtu)
{
    uint32_t headers = c->local.family == NT_AF_IPV4 ? 40 : 60;
    if (mtu == 0)
        mtu = plateau_below(c->snd.mss + headers);
    uint16_t mss = nt_mss_of_mtu(mtu, c->local.family);
    if (mss < c->snd.mss)
        nt_tcp_sender_shrink(&c->snd, mss);
}

bool nt_error_take(struct nt_tcp_connection *c, const struct nt_tcp_error *e)
{
    uint8_t family = c->local.family;
    /* RFC 5927, 4.1: SND.UNA =< SEG.SEQ < SND.NXT */
    if (nt_seq_before(e->seq, c->snd.una) || !nt_seq_before(e->seq, c->snd.max) || c->state == NT_TCP_GONE)
        return false;
    if (is_too_big(family, e))
        shrink(c, e->mtu);
    else if (c->state == NT_TCP_SYN_SENT && is_hard(family, e))
        nt_connection_end(c, NT_CLOSED_UNREACHABLE);
    else
        c->unreachable = true;
    return true;
}
