#include "natsim/nat/connection.h"

#include "natsim/packet/segment.h"

/* --- RFC 7857 --- */

static int close_side(uint8_t *fins, bool reply)
{
    *fins |= (uint8_t)(reply ? 2 : 1);
    return *fins == 3 ? NT_CONN_TIME_WAIT : NT_CONN_FIN_WAIT;
}

static int next_of_open(enum nt_connection state, uint8_t *fins, uint8_t flags, bool reply)
{
    if ((flags & NT_TCP_RST) != 0)
        return NT_CONN_RESET;
    return (flags & NT_TCP_FIN) != 0 ? close_side(fins, reply) : (int)state;
}

/* RFC 7857, 2.2: a reset may not have arrived, or not been believed: what follows it revives the connection. */
static int next_of_reset(uint8_t flags)
{
    if ((flags & NT_TCP_RST) != 0)
        return NT_CONN_RESET;
    return nt_connection_is_syn(flags) ? NT_CONN_BEGUN_AGAIN : NT_CONN_ESTABLISHED;
}

static int next_of_rfc7857(enum nt_connection state, uint8_t *fins, uint8_t flags, bool reply)
{
    switch (state) {
    case NT_CONN_SYN_SENT:
        /* With the SYN of the other side, with or without ACK: a simultaneous open (RFC 5382, REQ-2a). */
        return reply && (flags & (NT_TCP_SYN | NT_TCP_RST)) == NT_TCP_SYN ? NT_CONN_ESTABLISHED : NT_CONN_SYN_SENT;
    case NT_CONN_TIME_WAIT: return nt_connection_is_syn(flags) ? NT_CONN_BEGUN_AGAIN : NT_CONN_TIME_WAIT;
    case NT_CONN_RESET: return next_of_reset(flags);
    default: return next_of_open(state, fins, flags, reply);
    }
}

/* --- Linux --- */

enum kind { KIND_SYN, KIND_SYN_ACK, KIND_FIN, KIND_ACK, KIND_RST, KIND_NONE, KINDS };

static enum kind kind_of(uint8_t flags)
{
    if ((flags & NT_TCP_RST) != 0)
        return KIND_RST;
    if ((flags & NT_TCP_SYN) != 0)
        return (flags & NT_TCP_ACK) != 0 ? KIND_SYN_ACK : KIND_SYN;
    return (flags & NT_TCP_FIN) != 0 ? KIND_FIN : (flags & NT_TCP_ACK) != 0 ? KIND_ACK : KIND_NONE;
}

// clang-format off
enum { SS = NT_CONN_SYN_SENT, S2 = NT_CONN_CROSSING, SR = NT_CONN_SYN_RECEIVED, ES = NT_CONN_ESTABLISHED, FW = NT_CONN_FIN_WAIT,
       CW = NT_CONN_CLOSE_WAIT, LA = NT_CONN_LAST_ACK, TW = NT_CONN_TIME_WAIT, CL = NT_CONN_RESET, IG = NT_CONN_IGNORED,
       IV = NT_CONN_INVALID, NW = NT_CONN_BEGUN_AGAIN };

/* By direction, kind and state: SS S2 SR ES FW CW LA TW CL. */
static const uint8_t linux_states[2][KINDS][NT_CONNECTION_STATES] = {
    {{SS, S2, IG, IG, IG, IG, IG, NW, NW},
     {IV, SR, SR, IV, IV, IV, IV, IV, IV},
     {IV, IV, FW, FW, LA, LA, LA, TW, CL},
     {IV, IV, ES, ES, CW, CW, TW, TW, CL},
     {CL, CL, CL, CL, CL, CL, CL, CL, CL},
     {IV, IV, IV, IV, IV, IV, IV, IV, IV}},
    {{S2, S2, IV, IV, IV, IV, IV, NW, IV},
     {SR, SR, IG, IG, IG, IG, IG, IG, IG},
     {IV, IV, FW, FW, LA, LA, LA, TW, CL},
     {IG, IG, SR, ES, CW, CW, TW, TW, CL},
     {CL, CL, CL, CL, CL, CL, CL, CL, CL},
     {IV, IV, IV, IV, IV, IV, IV, IV, IV}}};
// clang-format on

/* A reset that comes before any reply, or is the first, ends the connection at once (nf_ct_kill_acct). */
static int next_of_linux(enum nt_connection state, uint8_t flags, bool reply)
{
    enum kind kind = kind_of(flags);
    return kind == KIND_RST && state == NT_CONN_SYN_SENT ? NT_CONN_ENDED : linux_states[reply][kind][state];
}

int nt_connection_next(enum nt_tcp_tracking tracking, enum nt_connection state, uint8_t *fins, uint8_t flags, bool reply)
{
    return tracking == NT_TRACK_LINUX ? next_of_linux(state, flags, reply) : next_of_rfc7857(state, fins, flags, reply);
}

bool nt_connection_begins(enum nt_tcp_tracking tracking, uint8_t flags, enum nt_connection *state)
{
    bool middle = tracking == NT_TRACK_LINUX && kind_of(flags) == KIND_ACK; /* nf_conntrack_tcp_loose */
    *state = middle ? NT_CONN_ESTABLISHED : NT_CONN_SYN_SENT;
    return middle || nt_connection_is_syn(flags);
}
