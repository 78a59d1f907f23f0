#include "natsim/fabric/sender.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_sender *nt_sender_new(uint64_t seed, const char *label)
{
    struct nt_sender *s = calloc(1, sizeof *s);
    if (s != NULL)
        nt_rand_init(&s->rand, seed, label);
    return s;
}

void nt_sender_del(struct nt_sender *s)
{
    if (s == NULL)
        return;
    free(s->queue);
    free(s);
}

/* A line has PPP's bytes, and its time rounds to the nearest nanosecond, as in ns-3: both carriers give the same times. */
static nt_time sending_time(const struct nt_network_config *c, uint32_t len)
{
    bool line = c->medium == NT_MEDIUM_P2P;
    uint64_t bits = ((uint64_t)len + (line ? NT_PPP_BYTES : 0)) * 8 * NT_SEC; /* len < 2^17: below 2^51 */
    return (nt_time)((bits + (line ? (c->rate - 1) / 2 : c->rate - 1)) / c->rate);
}

static int grow_queue(struct nt_sender *s, size_t limit)
{
    size_t old = s->cap;
    int r = nt_grow(&s->queue, &s->cap, s->count + 1, sizeof *s->queue, limit);
    if (r != NT_OK)
        return r;
    /* Moves the part that had wrapped behind the rest; where growth is capped, only as much of it as there is room for. */
    size_t room = s->cap - old, head = s->first < room ? s->first : room;
    memcpy(s->queue + old, s->queue, head * sizeof *s->queue);
    memmove(s->queue, s->queue + head, (s->first - head) * sizeof *s->queue);
    return NT_OK;
}

/* `queue` packets may wait behind the one that is being sent. */
bool nt_sender_enter(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t to, struct nt_packet *p,
                     nt_time now)
{
    if (s->count > c->queue)
        return false;
    if (s->count == s->cap && grow_queue(s, (size_t)c->queue + 1) != NT_OK) {
        nt_fabric_out_of_memory(f);
        return false;
    }
    nt_time start = s->busy_until > now ? s->busy_until : now;
    s->busy_until = nt_time_after(start, sending_time(c, p->len));
    s->queue[(s->first + s->count++) % s->cap] = (struct nt_waiting){.packet = p, .to = to, .departs = s->busy_until};
    nt_packets_push(f, s->busy_until, NULL, p->from, NT_DEPARTS);
    return true;
}

static void take_first(struct nt_sender *s, struct nt_waiting *next)
{
    *next = s->queue[s->first];
    s->first = (s->first + 1) % s->cap;
    s->count--;
}

bool nt_sender_take_due(struct nt_sender *s, nt_time now, struct nt_waiting *next)
{
    if (s->count == 0 || s->queue[s->first].departs > now)
        return false;
    take_first(s, next);
    return true;
}

void nt_sender_lose_target(struct nt_sender *s, uint32_t to)
{
    for (size_t i = 0; i < s->count; i++) {
        struct nt_waiting *w = &s->queue[(s->first + i) % s->cap];
        w->to = w->to == to ? NT_FABRIC_NONE : w->to;
    }
}

bool nt_sender_purge(struct nt_sender *s, struct nt_waiting *next)
{
    if (s->count == 0)
        return false;
    take_first(s, next);
    s->busy_until = nt_time_min(s->busy_until, next->departs);
    return true;
}
