/* What a network of ours does to a packet before it is carried: the queue and the rate of the sender, jitter, loss, duplicates,
 * reordering. The delay is the carrier's. */
#include "natsim/fabric/fabric_state.h"

#include <string.h>

bool nt_impairs(const struct nt_network_config *c)
{
    return c->jitter > 0 || c->loss > 0 || c->duplicate > 0 || c->reorder > 0;
}

/* A line has PPP's bytes, and its time to the nearest nanosecond, as ns-3 has them: both carriers keep the same times. */
static nt_time sending_time(const struct nt_network_config *c, uint32_t len)
{
    bool line = c->medium == NT_MEDIUM_P2P;
    uint64_t bits = ((uint64_t)len + (line ? NT_PPP_BYTES : 0)) * 8 * NT_SEC; /* len < 2^17: below 2^51 */
    return (nt_time)((bits + (line ? (c->rate - 1) / 2 : c->rate - 1)) / c->rate);
}

/* `queue` packets may wait behind the one that is being sent. */
bool nt_impair_depart(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t len, nt_time now, nt_time *at)
{
    while (s->ring_count > 0 && s->departures[s->ring_first] <= now) {
        s->ring_first = (s->ring_first + 1) % s->ring_cap;
        s->ring_count--;
    }
    if (s->ring_count > c->queue)
        return false;
    if (s->ring_count == s->ring_cap) {
        size_t old = s->ring_cap;
        if (nt_grow(&s->departures, &s->ring_cap, s->ring_count + 1, sizeof *s->departures, (size_t)c->queue + 1) != NT_OK) {
            nt_fabric_out_of_memory(f);
            return false;
        }
        /* The part that had wrapped goes behind; doubling leaves room for it, a capped growth only when it is short. */
        size_t room = s->ring_cap - old, head = s->ring_first < room ? s->ring_first : room;
        memcpy(s->departures + old, s->departures, head * sizeof *s->departures);
        memmove(s->departures, s->departures + head, (s->ring_first - head) * sizeof *s->departures);
    }
    nt_time takes = sending_time(c, len), start = s->busy_until > now ? s->busy_until : now;
    *at = s->busy_until = nt_time_after(start, takes);
    s->departures[(s->ring_first + s->ring_count++) % s->ring_cap] = *at;
    return true;
}

static bool chance(struct nt_sender *s, uint32_t part)
{
    return part > 0 && nt_rand_below(&s->rand, NT_CHANCE_ONE) < part;
}

/* Not before the packet that went before it from and to the same attachments. */
static nt_time in_order(struct nt_fabric *f, struct nt_network *n, uint32_t from, uint32_t to, nt_time at)
{
    uint32_t key[2] = {from, to}, i = nt_map_get(&n->pairs, key);
    if (i == NT_MAP_NONE) {
        i = (uint32_t)n->last_count;
        if (nt_grow(&n->last, &n->last_cap, n->last_count + 1, sizeof *n->last, NT_QUEUE_MAX) != NT_OK ||
            nt_map_put(&n->pairs, key, i) != NT_OK) {
            nt_fabric_out_of_memory(f);
            return at;
        }
        n->last_count++;
    }
    if (n->last[i] < at)
        n->last[i] = at;
    return n->last[i];
}

/* All draws are made for each packet, so that one's outcome shifts no other's. */
bool nt_impair_carry(struct nt_fabric *f, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter)
{
    const struct nt_attachment *a = f->attachments + from;
    struct nt_network *n = f->networks + a->network;
    struct nt_sender *s = a->sender;
    const struct nt_network_config *c = &n->config;
    bool lost = chance(s, c->loss), twice = chance(s, c->duplicate), late = chance(s, c->reorder);
    if (c->jitter > 0)
        enter = nt_time_after(enter, (nt_time)nt_rand_below(&s->rand, (uint64_t)c->jitter + 1));
    if (lost)
        return false;
    if (late)
        enter = nt_time_after(enter, c->delay > NT_MSEC ? c->delay : NT_MSEC);
    else if (c->jitter > 0)
        enter = in_order(f, n, from, to, enter);
    struct nt_packet *copy = twice ? nt_fabric_copy(f, p) : NULL;
    f->carrier->send(f->carried, a->network, from, to, p, now, enter);
    if (copy != NULL)
        f->carrier->send(f->carried, a->network, from, to, copy, now, enter);
    return true;
}
