#include "natsim/gateway/unsolicited.h"

#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/send.h"
#include "natsim/nat/connection.h"
#include "natsim/packet/segment.h"

#include <stdlib.h>

/* RFC 5382, REQ-4: "A NAT MUST NOT respond to an unsolicited inbound SYN packet for at least 6 seconds after the packet is
 * received." */
#define ANSWER_AFTER (6 * NT_SEC)

struct waiting {
    struct nt_packet *syn;
    enum nt_drop why;
    struct nt_addr a, b; /* what the reason is about */
    nt_time until;
};

struct nt_waiting_syns {
    struct waiting items[NT_UNSOLICITED_MAX]; /* oldest first, from `first`, round */
    size_t first, count;
};

void nt_unsolicited_del(struct nt_waiting_syns *u)
{
    free(u);
}

static struct waiting *waiting_at(struct nt_waiting_syns *u, size_t i)
{
    return &u->items[(u->first + i) % NT_UNSOLICITED_MAX];
}

static struct waiting take_oldest(struct nt_waiting_syns *u)
{
    struct waiting w = *waiting_at(u, 0);
    u->first = (u->first + 1) % NT_UNSOLICITED_MAX;
    u->count--;
    return w;
}

static void drop_waiting(struct nt_gateway *g, const struct waiting *w, enum nt_drop why, nt_time now)
{
    nt_fabric_drop_held(g->fabric, g->node, w->syn, why, &w->a, &w->b, now);
}

static void wait_for_crossing(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a,
                              const struct nt_addr *b, nt_time now)
{
    struct nt_waiting_syns *u = g->unsolicited;
    if (u == NULL && (u = g->unsolicited = calloc(1, sizeof *u)) == NULL) {
        nt_fabric_out_of_memory(g->fabric);
        nt_fabric_drop(g->fabric, g->node, p, why, a, b, now);
        return;
    }
    if (u->count == NT_UNSOLICITED_MAX) {
        struct waiting oldest = take_oldest(u);
        drop_waiting(g, &oldest, NT_DROP_QUEUE, now);
    }
    u->count++;
    *waiting_at(u, u->count - 1) = (struct waiting){p, why, *a, *b, nt_time_after(now, ANSWER_AFTER)};
}

/* RFC 9293, 3.10.7.1: "If the ACK bit is off, sequence number zero is used, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. If the ACK
 * bit is on, <SEQ=SEG.ACK><CTL=RST>." NULL: none is sent about such a segment. */
static struct nt_packet *make_reset(struct nt_gateway *g, const struct nt_packet *p)
{
    struct nt_segment s, r = {.flags = NT_TCP_RST};
    if (!nt_packet_checksums_good(p) || nt_segment_read(p, &s) != NT_OK || (s.flags & NT_TCP_RST) != 0)
        return NULL;
    if ((s.flags & NT_TCP_ACK) != 0) {
        r.seq = s.ack;
    } else {
        r.flags |= NT_TCP_ACK;
        r.ack = s.seq + nt_segment_length(&s);
    }
    struct nt_packet *reset = nt_fabric_packet(g->fabric, nt_segment_header(&r, p->family));
    if (reset != NULL && nt_segment_write(reset, &p->dst, &p->src, &r, 0) != NT_OK) {
        nt_fabric_consumed(g->fabric, reset);
        return NULL;
    }
    return reset;
}

static void reset(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a, const struct nt_addr *b,
                  nt_time now)
{
    struct nt_packet *answer = make_reset(g, p);
    nt_fabric_drop(g->fabric, g->node, p, why, a, b, now);
    if (answer != NULL)
        nt_gateway_send(g, answer, now);
}

void nt_unsolicited_receive(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a,
                            const struct nt_addr *b, nt_time now)
{
    struct nt_segment s;
    bool syn = nt_segment_read(p, &s) == NT_OK && nt_connection_is_syn(s.flags);
    switch (g->policy.tcp.unsolicited) {
    case NT_SYN_ICMP_AFTER:
        if (syn) {
            wait_for_crossing(g, p, why, a, b, now);
            return;
        }
        break;
    case NT_SYN_DROP: break;
    case NT_SYN_REJECT:
        if (syn) {
            nt_gateway_drop_with(g, p, why, a, b, nt_icmp_error_unsolicited(g, p, now), now);
            return;
        }
        break;
    case NT_SYN_RESET: reset(g, p, why, a, b, now); return;
    }
    nt_fabric_drop(g->fabric, g->node, p, why, a, b, now);
}

void nt_unsolicited_cross(struct nt_gateway *g, const struct nt_addr *external, const struct nt_addr *remote, nt_time now)
{
    struct nt_waiting_syns *u = g->unsolicited;
    size_t kept = 0, count = u->count;
    for (size_t i = 0; i < count; i++) {
        struct waiting w = *waiting_at(u, i);
        if (nt_addr_equal(&w.syn->dst, external) && nt_addr_equal(&w.syn->src, remote))
            nt_fabric_drop_held(g->fabric, g->node, w.syn, NT_DROP_CROSSED, &w.syn->src, &w.syn->dst, now);
        else
            *waiting_at(u, kept++) = w;
    }
    u->count = kept;
}

void nt_unsolicited_run(struct nt_gateway *g, nt_time now)
{
    struct nt_waiting_syns *u = g->unsolicited;
    while (u->count != 0 && waiting_at(u, 0)->until <= now) {
        struct waiting w = take_oldest(u);
        struct nt_packet *error = nt_icmp_error_unsolicited(g, w.syn, now);
        drop_waiting(g, &w, nt_drop_answered(w.why, error != NULL), now);
        if (error != NULL)
            nt_gateway_send(g, error, now);
    }
}

nt_time nt_unsolicited_deadline(const struct nt_waiting_syns *u)
{
    return u->count != 0 ? u->items[u->first].until : NT_TIME_NEVER;
}

void nt_unsolicited_forget(struct nt_gateway *g, nt_time now)
{
    while (g->unsolicited->count != 0) {
        struct waiting w = take_oldest(g->unsolicited);
        drop_waiting(g, &w, w.why, now);
    }
}
