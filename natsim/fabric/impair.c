#include "natsim/fabric/impair.h"
#include "core/base/err.h"
#include "core/base/rand.h"
#include "natsim/fabric/carrier.h"
#include "natsim/fabric/fabric_state.h"

#include <stdlib.h>
#include <string.h>

struct nt_sender {
    struct nt_rand rand;
    nt_time busy_until;
    nt_time *departures; /* a ring of the times when queued packets have left */
    size_t ring_cap, ring_first, ring_count;
};

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
    free(s->departures);
    free(s);
}

bool nt_impair_draws(const struct nt_network_config *c)
{
    return c->jitter > 0 || c->loss > 0 || c->duplicate > 0 || c->reorder > 0;
}

/* A line has PPP's bytes, and its time rounds to the nearest nanosecond, as in ns-3: both carriers give the same times. */
static nt_time sending_time(const struct nt_network_config *c, uint32_t len)
{
    bool line = c->medium == NT_MEDIUM_P2P;
    uint64_t bits = ((uint64_t)len + (line ? NT_PPP_BYTES : 0)) * 8 * NT_SEC; /* len < 2^17: below 2^51 */
    return (nt_time)((bits + (line ? (c->rate - 1) / 2 : c->rate - 1)) / c->rate);
}

/* `queue` packets may wait behind the one that is being sent. */
bool nt_impair_depart(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t len, nt_time now,
                      nt_time *at)
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
        /* Moves the part that had wrapped behind the rest; where growth is capped, only as much of it as there is room for. */
        size_t room = s->ring_cap - old, head = s->ring_first < room ? s->ring_first : room;
        memcpy(s->departures + old, s->departures, head * sizeof *s->departures);
        memmove(s->departures, s->departures + head, (s->ring_first - head) * sizeof *s->departures);
    }
    nt_time takes = sending_time(c, len), start = s->busy_until > now ? s->busy_until : now;
    *at = s->busy_until = nt_time_after(start, takes);
    s->departures[(s->ring_first + s->ring_count++) % s->ring_cap] = *at;
    return true;
}

static bool draw_chance(struct nt_sender *s, uint32_t part)
{
    return part > 0 && nt_rand_below(&s->rand, NT_CHANCE_ONE) < part;
}

/* The time `at`, or that of the packet before it between the same attachments when that is later. */
static nt_time keep_order(struct nt_fabric *f, struct nt_network *net, uint32_t from, uint32_t to, nt_time at)
{
    uint32_t key[2] = {from, to}, i = nt_map_get(&net->pairs, key);
    if (i == NT_MAP_NONE) {
        i = (uint32_t)net->last_count;
        if (nt_grow(&net->last, &net->last_cap, net->last_count + 1, sizeof *net->last, NT_QUEUE_MAX) != NT_OK ||
            nt_map_put(&net->pairs, key, i) != NT_OK) {
            nt_fabric_out_of_memory(f);
            return at;
        }
        net->last_count++;
    }
    if (net->last[i] < at)
        net->last[i] = at;
    return net->last[i];
}

/* Every draw is made for each packet, so that the outcome of one does not shift the others. */
bool nt_impair_carry(struct nt_fabric *f, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter)
{
    const struct nt_attachment *link = f->attachments + from;
    struct nt_network *net = f->networks + link->network;
    struct nt_sender *s = link->sender;
    const struct nt_network_config *c = &net->config;
    bool lost = draw_chance(s, c->loss), twice = draw_chance(s, c->duplicate), late = draw_chance(s, c->reorder);
    if (c->jitter > 0)
        enter = nt_time_after(enter, (nt_time)nt_rand_below(&s->rand, (uint64_t)c->jitter + 1));
    if (lost)
        return false;
    if (late)
        enter = nt_time_after(enter, c->delay > NT_MSEC ? c->delay : NT_MSEC);
    else if (c->jitter > 0)
        enter = keep_order(f, net, from, to, enter);
    struct nt_packet *copy = twice ? nt_fabric_copy(f, p) : NULL;
    f->carrier->send(f->carried, link->network, from, to, p, now, enter);
    if (copy != NULL)
        f->carrier->send(f->carried, link->network, from, to, copy, now, enter);
    return true;
}
