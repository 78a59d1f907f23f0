#include "core/turn/channel.h"
#include "core/base/err.h"

#include <stdlib.h>

void nt_turn_channels_init(struct nt_turn_channels *c)
{
    *c = (struct nt_turn_channels){0};
    nt_map_init(&c->by_number, sizeof(uint16_t));
    nt_map_init(&c->by_peer, sizeof(struct nt_addr));
}

void nt_turn_channels_free(struct nt_turn_channels *c)
{
    free(c->items);
    nt_map_free(&c->by_number);
    nt_map_free(&c->by_peer);
    nt_turn_channels_init(c);
}

static struct nt_turn_channel *channel_at(const struct nt_turn_channels *c, uint32_t i)
{
    return i != NT_MAP_NONE ? &c->items[i] : NULL;
}

const struct nt_turn_channel *nt_turn_channel_by_number(const struct nt_turn_channels *c, uint16_t number, nt_time now)
{
    const struct nt_turn_channel *channel = channel_at(c, nt_map_get(&c->by_number, &number));
    return channel != NULL && channel->expires > now ? channel : NULL;
}

const struct nt_turn_channel *nt_turn_channel_by_peer(const struct nt_turn_channels *c, const struct nt_addr *peer, nt_time now)
{
    const struct nt_turn_channel *channel = channel_at(c, nt_map_get(&c->by_peer, peer));
    return channel != NULL && channel->expires > now ? channel : NULL;
}

static void forget_channel(struct nt_turn_channels *c, struct nt_turn_channel *channel)
{
    nt_map_remove(&c->by_number, &channel->number);
    nt_map_remove(&c->by_peer, &channel->peer);
    *channel = (struct nt_turn_channel){0};
}

/* The index of an entry to write to: a new one, or a free or expired one when the array is full. */
static int room_for_channel(struct nt_turn_channels *c, nt_time now)
{
    if (c->count == c->cap)
        for (size_t i = 0; i < c->count; i++)
            if (c->items[i].expires <= now) {
                forget_channel(c, &c->items[i]);
                return (int)i;
            }
    int r = nt_grow(&c->items, &c->cap, c->count + 1, sizeof *c->items, NT_TURN_CHANNELS_MAX);
    return r != NT_OK ? r : (int)c->count++;
}

static int add_channel(struct nt_turn_channels *c, uint16_t number, const struct nt_addr *peer, nt_time now)
{
    int i = room_for_channel(c, now);
    if (i < 0)
        return i;
    struct nt_turn_channel *channel = &c->items[i];
    *channel = (struct nt_turn_channel){.peer = *peer, .number = number, .expires = nt_time_after(now, NT_TURN_CHANNEL_LIFETIME)};
    int r = nt_map_put(&c->by_number, &number, (uint32_t)i);
    if (r == NT_OK)
        r = nt_map_put(&c->by_peer, peer, (uint32_t)i);
    if (r != NT_OK)
        forget_channel(c, channel);
    return r;
}

int nt_turn_channel_bind(struct nt_turn_channels *c, uint16_t number, const struct nt_addr *peer, nt_time now)
{
    struct nt_turn_channel *same_number = channel_at(c, nt_map_get(&c->by_number, &number));
    struct nt_turn_channel *same_peer = channel_at(c, nt_map_get(&c->by_peer, peer));
    if (same_number != NULL && same_number == same_peer) {
        same_number->expires = nt_time_after(now, NT_TURN_CHANNEL_LIFETIME);
        return NT_OK;
    }
    /* RFC 8656, 12: "the same channel cannot be bound to two different transport addresses, nor can the same transport
     * address be bound to two different channels" */
    if ((same_number != NULL && same_number->expires > now) || (same_peer != NULL && same_peer->expires > now))
        return NT_EEXIST;
    if (same_number != NULL)
        forget_channel(c, same_number);
    if (same_peer != NULL)
        forget_channel(c, same_peer);
    return add_channel(c, number, peer, now);
}
