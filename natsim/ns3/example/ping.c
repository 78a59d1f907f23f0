/* Two nodes on a point-to-point line of ns-3, ten packets there and back, one each second; the times that they took. */
#include "ns3c.h"

#include <stdio.h>
#include <string.h>

#define MS INT64_C(1000000)

struct ping {
    struct ns3c *s;
    uint32_t device[2];
    int64_t sent[10];
};

static void received(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie)
{
    struct ping *p = user;
    if (device == p->device[1]) /* there: the same bytes back */
        ns3c_send(p->s, device, p->device[0], bytes, len, protocol, cookie, ns3c_now(p->s));
    else
        printf("%2u: %zu bytes in %.6f ms\n", (unsigned)cookie, len, (double)(ns3c_now(p->s) - p->sent[cookie]) / MS);
}

static void lost(void *user, uint32_t device, uint64_t cookie, enum ns3c_loss_reason why)
{
    struct ping *p = user;
    printf("%2u: lost on the way %s, reason %d\n", (unsigned)cookie, device == p->device[0] ? "there" : "back", (int)why);
}

int main(void)
{
    struct ping p;
    struct ns3c_events events = {.user = &p, .received = received, .lost = lost};
    struct ns3c_link line = {.rate = 10000000, .delay = 20 * MS, .queue = 100, .loss = {.rate = 0.1}};
    uint8_t bytes[64];
    memset(bytes, 0x5a, sizeof bytes);

    p.s = ns3c_new(1, 1, &events);
    if (p.s == NULL || ns3c_p2p(p.s, &line, 0, p.device) < 0) {
        fprintf(stderr, "ping: %s\n", ns3c_error());
        return 1;
    }
    for (unsigned i = 0; i < 10; i++) {
        p.sent[i] = i * 1000 * MS;
        ns3c_send(p.s, p.device[0], p.device[1], bytes, sizeof bytes, 0x0800, i, p.sent[i]);
    }
    while (ns3c_next(p.s) != NS3C_NEVER) /* or ns3c_run(p.s, until) at once; here as from an event loop of one's own */
        ns3c_run(p.s, ns3c_next(p.s));
    ns3c_del(p.s);
    return 0;
}
