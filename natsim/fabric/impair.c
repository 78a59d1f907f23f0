#include "natsim/fabric/impair.h"
#include "core/base/err.h"
#include "core/base/rand.h"
#include "natsim/fabric/carrier.h"
#include "natsim/fabric/fabric_state.h"
#include "natsim/fabric/sender.h"

bool nt_impair_draws(const struct nt_network_config *c)
{
    return c->jitter > 0 || c->loss > 0 || c->duplicate > 0 || c->reorder > 0;
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
bool nt_impair_carry(struct nt_fabric *f, uint32_t to, struct nt_packet *p, nt_time now)
{
    uint32_t from = p->from;
    const struct nt_attachment *link = f->attachments + from;
    struct nt_network *net = f->networks + link->network;
    struct nt_sender *s = link->sender;
    const struct nt_network_config *c = &net->config;
    bool lost = draw_chance(s, c->loss), twice = draw_chance(s, c->duplicate), late = draw_chance(s, c->reorder);
    nt_time enter = now;
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
