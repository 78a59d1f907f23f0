/* The built-in carrier: a frame is at the other end when the network's delay has passed. Its events are the fabric's own. */
#include "natsim/fabric/carrier.h"
#include "natsim/fabric/fabric_state.h"
#include "natsim/fabric/packets.h"

static void *builtin_new(const struct nt_carrier_events *events, uint64_t seed)
{
    (void)seed;
    return events->user;
}

static void builtin_send(void *self, uint32_t network, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter)
{
    struct nt_fabric *f = self;
    (void)from, (void)now;
    nt_packets_push(f, nt_time_after(enter, f->networks[network].config.delay), p, to, NT_ARRIVES);
}

const struct nt_carrier_ops nt_carrier_builtin = {.name = "builtin", .new = builtin_new, .send = builtin_send};
