/* What the trace is told of packets: where each one is shown, and what becomes of it. Of a packet that was put together from
 * fragments it is told at each of these. */
#ifndef NT_FABRIC_FATE_H
#define NT_FABRIC_FATE_H

#include "core/base/trace.h"
#include "natsim/fabric/packets.h"

/* The end of a packet within a node, with its reason: the fate of the packet that the node is receiving, or of one that it received
 * before. */
void nt_fabric_drop(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                    const struct nt_addr *b, nt_time now);
/* The end of a packet that may not be fragmented and does not fit the next link, of this MTU. reason: NT_DROP_MTU with its bit. */
void nt_fabric_drop_too_large(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, uint32_t mtu,
                              nt_time now);
/* The end of a packet that the node received before, and has held (a fragment): the event names it by its number. */
void nt_fabric_drop_held(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                         const struct nt_addr *b, nt_time now);
/* Tells the trace that p, the packet just received, was rewritten: which 0 source, 1 destination. */
void nt_fabric_translated(struct nt_fabric *f, uint32_t node, const struct nt_packet *p, int which, const struct nt_addr *from,
                          const struct nt_addr *to, nt_time now);
/* The tap of the packet that the node is receiving; NT_FABRIC_NONE: it receives none. */
uint32_t nt_fabric_receiving(const struct nt_fabric *f, uint32_t node);
/* For a node's own events; the node sets `node` in its copy. */
const struct nt_trace *nt_fabric_trace(const struct nt_fabric *f);

/* What became of a packet at a tap. */
struct nt_packet_fate {
    uint32_t node, tap;      /* tap: NT_FABRIC_NONE when the packet is at none */
    uint64_t shown;          /* the packet's number among those shown; 0: it is the latest at the tap */
    enum nt_trace_kind kind; /* NT_TR_DROP, NT_TR_TRANSLATED */
    int reason;              /* enum nt_drop; of NT_TR_TRANSLATED: 0 source, 1 destination */
    const struct nt_addr *a, *b;
    const char *network; /* where it was lost, or NULL */
    uint32_t mtu;        /* of the link that it does not fit, or 0 */
};

enum nt_crossing { NT_ARRIVING = 1, NT_LEAVING = 2 };

void nt_fate_show(struct nt_fabric *f, uint32_t tap, enum nt_crossing direction, struct nt_packet *p, nt_time now);
/* Drops a packet at fate->tap. Node and kind are filled in, and without a or b the packet's source or destination. */
void nt_fate_drop(struct nt_fabric *f, struct nt_packet *p, struct nt_packet_fate fate, nt_time now);

#endif
