/* The channel bindings of one allocation on the server (RFC 8656, section 12). */
#ifndef NT_TURN_CHANNEL_H
#define NT_TURN_CHANNEL_H

#include "core/base/addr.h"
#include "core/base/map.h"
#include "core/base/time.h"
#include "core/turn/channel_data.h"

/* RFC 8656, 12: "A channel binding lasts for 10 minutes unless refreshed." */
#define NT_TURN_CHANNEL_LIFETIME (600 * NT_SEC)
#define NT_TURN_CHANNELS_MAX (NT_CHANNEL_MAX - NT_CHANNEL_MIN + 1)

struct nt_turn_channel {
    struct nt_addr peer;
    nt_time expires;
    uint16_t number; /* 0: the entry is free */
};

struct nt_turn_channels {
    struct nt_turn_channel *items;
    size_t count, cap;
    struct nt_map by_number, by_peer;
};

void nt_turn_channels_init(struct nt_turn_channels *c);
void nt_turn_channels_free(struct nt_turn_channels *c);
/* Binds or refreshes. NT_EEXIST when the number is bound to another peer or the peer to another number; NT_ENOMEM. */
int nt_turn_channel_bind(struct nt_turn_channels *c, uint16_t number, const struct nt_addr *peer, nt_time now);
/* A live binding, or NULL. */
const struct nt_turn_channel *nt_turn_channel_by_number(const struct nt_turn_channels *c, uint16_t number, nt_time now);
const struct nt_turn_channel *nt_turn_channel_by_peer(const struct nt_turn_channels *c, const struct nt_addr *peer, nt_time now);

#endif
