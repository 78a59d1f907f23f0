#include "core/turn/client_peers.h"
#include "core/base/err.h"
#include "core/turn/channel_data.h"
#include "core/turn/client_resend.h"

/* RFC 8656, 9: a permission lives 300 s; 12: a channel 600 s. */
#define PERMISSION_LIFETIME (300 * NT_SEC)
#define CHANNEL_LIFETIME (600 * NT_SEC)
/* A peer that was refused is not asked for again so long, however often the owner asks; after that the owner's asking says that it
 * "believes the problem has been fixed" (7.4, of Allocate; of peers RFC 8656 says nothing). After 401 it is not asked for at all:
 * "The client MUST NOT perform this retry if it is not changing the USERNAME, USERHASH, REALM, or its associated password" (RFC
 * 8489, 9.2.5). */
#define AFTER_REFUSAL (60 * NT_SEC)

void nt_turn_peers_init(struct nt_turn_peers *p, uint8_t family)
{
    p->family = family;
    nt_turn_keep_init(&p->permissions);
    nt_turn_keep_init(&p->channels);
}

void nt_turn_peers_free(struct nt_turn_peers *p)
{
    nt_turn_keep_free(&p->permissions);
    nt_turn_keep_free(&p->channels);
}

void nt_turn_peers_stop(struct nt_turn_peers *p)
{
    nt_turn_keep_stop(&p->permissions);
    nt_turn_keep_stop(&p->channels);
}

static struct nt_turn_kept *permission_of(const struct nt_turn_peers *p, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    return nt_turn_keep_find(&p->permissions, &ip);
}

/* RFC 8656, 10.1: "MUST only include [...] addresses of the same address family" */
static struct nt_turn_kept *permission_entry(struct nt_turn_peers *p, const struct nt_addr *peer, int *err)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    *err = peer->family == p->family ? NT_OK : NT_EINVAL;
    return *err == NT_OK ? nt_turn_keep_entry(&p->permissions, &ip, err) : NULL;
}

static int want_unless_refused(struct nt_turn_kept *kept, nt_time now)
{
    if (!kept->granted && kept->refused && now < kept->refused_until)
        return NT_EAUTH;
    nt_turn_kept_want(kept);
    return NT_OK;
}

int nt_turn_peers_permit(struct nt_turn_peers *p, const struct nt_addr *peer, nt_time now)
{
    int err;
    struct nt_turn_kept *permission = permission_entry(p, peer, &err);
    return permission != NULL ? want_unless_refused(permission, now) : err;
}

int nt_turn_peers_bind(struct nt_turn_peers *p, const struct nt_addr *peer, nt_time now)
{
    int err;
    if (permission_entry(p, peer, &err) == NULL) /* the ChannelBind asks for it, too */
        return err;
    struct nt_turn_kept *channel = nt_turn_keep_entry(&p->channels, peer, &err);
    return channel != NULL ? want_unless_refused(channel, now) : err;
}

bool nt_turn_peers_permitted(const struct nt_turn_peers *p, const struct nt_addr *peer)
{
    const struct nt_turn_kept *permission = permission_of(p, peer);
    return permission != NULL && permission->granted;
}

/* The request under way for the permission: its own, or a ChannelBind to the same IP; NULL for none. */
static const struct nt_turn_kept *asked_for(const struct nt_turn_peers *p, const struct nt_turn_kept *permission)
{
    if (permission->asked)
        return permission;
    for (size_t i = 0; i < p->channels.count; i++)
        if (p->channels.items[i].asked && nt_addr_same_ip(&p->channels.items[i].peer, &permission->peer))
            return &p->channels.items[i];
    return NULL;
}

bool nt_turn_peers_believed(const struct nt_turn_peers *p, const struct nt_addr *peer)
{
    const struct nt_turn_kept *permission = permission_of(p, peer);
    return permission != NULL && (permission->granted || asked_for(p, permission) != NULL);
}

/* The server has installed the permission after the client asked for it, so it lives for 300 s from then. The request stays under
 * way: its response refreshes the permission or takes it back. */
void nt_turn_peers_prove(struct nt_turn_peers *p, const struct nt_addr *peer)
{
    struct nt_turn_kept *permission = permission_of(p, peer);
    const struct nt_turn_kept *by = permission != NULL && !permission->granted ? asked_for(p, permission) : NULL;
    if (by == NULL)
        return;
    nt_time expires = nt_time_after(by->asked_at, PERMISSION_LIFETIME);
    /* One that is asked for by a ChannelBind is refreshed by itself, whatever becomes of the channel. */
    nt_time refresh = by == permission ? NT_TIME_NEVER : expires - NT_TURN_KEEP_MARGIN;
    nt_turn_kept_prove(permission, NT_TURN_EV_PERMITTED, refresh, expires);
}

static uint16_t number_of(const struct nt_turn_peers *p, const struct nt_turn_kept *channel)
{
    return (uint16_t)(NT_CHANNEL_MIN + (channel - p->channels.items));
}

uint16_t nt_turn_peers_channel(const struct nt_turn_peers *p, const struct nt_addr *peer)
{
    const struct nt_turn_kept *channel = nt_turn_keep_find(&p->channels, peer);
    return channel != NULL && channel->granted ? number_of(p, channel) : 0;
}

/* RFC 8656, 12: "the client SHOULD be prepared to receive ChannelData messages on the channel from the server as soon as it has
 * sent the ChannelBind request". A refusal without integrity (to a retransmission that was damaged, for instance) may follow a
 * success that was lost: what such a channel brings is accepted as it would be in a Data indication. */
const struct nt_addr *nt_turn_peers_of_channel(const struct nt_turn_peers *p, uint16_t number)
{
    size_t i = (size_t)number - NT_CHANNEL_MIN;
    const struct nt_turn_kept *channel = i < p->channels.count ? &p->channels.items[i] : NULL;
    if (channel == NULL || !(channel->asked || channel->granted || channel->refused))
        return NULL;
    return nt_turn_peers_believed(p, &channel->peer) ? &channel->peer : NULL;
}

bool nt_turn_peers_wants(const struct nt_turn_peers *p)
{
    return nt_turn_keep_wants(&p->permissions) || nt_turn_keep_wants(&p->channels);
}

bool nt_turn_peers_ask(struct nt_turn_peers *p, struct nt_turn_ask *ask, nt_time now)
{
    struct nt_turn_keep *keep = &p->permissions;
    ask->kind = NT_TURN_ASK_PERMISSIONS;
    ask->count = nt_turn_keep_ask(keep, ask->items, NT_TURN_BATCH_MAX, now);
    if (ask->count == 0) {
        keep = &p->channels;
        ask->kind = NT_TURN_ASK_CHANNEL;
        ask->count = nt_turn_keep_ask(keep, ask->items, 1, now);
        if (ask->count > 0)
            ask->number = (uint16_t)(NT_CHANNEL_MIN + ask->items[0]);
    }
    for (uint8_t i = 0; i < ask->count; i++)
        ask->peers[i] = keep->items[ask->items[i]].peer;
    return ask->count > 0;
}

static struct nt_turn_kept *item_of(struct nt_turn_peers *p, const struct nt_turn_ask *ask, uint8_t i)
{
    return &(ask->kind == NT_TURN_ASK_CHANNEL ? &p->channels : &p->permissions)->items[ask->items[i]];
}

void nt_turn_peers_again(struct nt_turn_peers *p, const struct nt_turn_ask *ask)
{
    for (uint8_t i = 0; i < ask->count; i++)
        nt_turn_kept_again(item_of(p, ask, i), false);
}

static void grant(struct nt_turn_peers *p, const struct nt_turn_ask *ask, struct nt_turn_kept *kept, nt_time now)
{
    if (ask->kind == NT_TURN_ASK_CHANNEL) {
        nt_turn_kept_grant(kept, NT_TURN_EV_CHANNEL, CHANNEL_LIFETIME, now);
        /* RFC 8656, 12.1: "A ChannelBind transaction also creates or refreshes a permission towards the peer" */
        kept = permission_of(p, &kept->peer);
    }
    if (kept != NULL)
        nt_turn_kept_grant(kept, NT_TURN_EV_PERMITTED, PERMISSION_LIFETIME, now);
}

void nt_turn_peers_granted(struct nt_turn_peers *p, const struct nt_turn_ask *ask, nt_time now)
{
    for (uint8_t i = 0; i < ask->count; i++) {
        struct nt_turn_kept *kept = item_of(p, ask, i);
        nt_turn_kept_answered(kept);
        grant(p, ask, kept, now);
    }
}

/* One peer spoils the request for all (10.2): each is asked for alone. */
static const char *split(struct nt_turn_peers *p, const struct nt_turn_ask *ask)
{
    for (uint8_t i = 0; i < ask->count; i++)
        nt_turn_kept_again(item_of(p, ask, i), true);
    return "each peer is asked for alone";
}

const char *nt_turn_peers_refused(struct nt_turn_peers *p, const struct nt_turn_ask *ask, int code, nt_time now)
{
    if (ask->count > 1)
        return split(p, ask);
    struct nt_turn_kept *kept = item_of(p, ask, 0);
    nt_turn_kept_answered(kept);
    bool passing = nt_turn_is_passing(code), for_good = code == 401;
    nt_time until = for_good ? NT_TIME_NEVER : nt_time_after(now, AFTER_REFUSAL);
    /* RFC 8656, 9: a permission lasts for its lifetime; an answer that refuses to refresh it does not end it. */
    if (kept->granted && (passing || !kept->proved)) {
        if (for_good)
            nt_turn_kept_last(kept);
        return passing && nt_turn_kept_refresh_again(kept, now) ? "asked again before it expires" : "it is used until it expires";
    }
    nt_turn_kept_refuse(kept, code, until);
    return for_good ? "not asked again" : "not asked again for a minute";
}

const char *nt_turn_peers_timed_out(struct nt_turn_peers *p, const struct nt_turn_ask *ask, nt_time now)
{
    bool any_granted = false;
    for (uint8_t i = 0; i < ask->count; i++) {
        struct nt_turn_kept *kept = item_of(p, ask, i);
        any_granted = any_granted || kept->granted;
        if (kept->granted) {
            nt_turn_kept_again(kept, false);
        } else {
            nt_turn_kept_answered(kept);
            nt_turn_kept_refuse(kept, 0, now);
        }
    }
    return any_granted ? "asked again for those that are granted" : "asked again when the owner asks";
}

bool nt_turn_peers_timer(struct nt_turn_peers *p, nt_time now)
{
    bool permissions = nt_turn_keep_timer(&p->permissions, now);
    return nt_turn_keep_timer(&p->channels, now) || permissions;
}

nt_time nt_turn_peers_deadline(const struct nt_turn_peers *p)
{
    return nt_time_min(nt_turn_keep_deadline(&p->permissions), nt_turn_keep_deadline(&p->channels));
}

bool nt_turn_peers_event(struct nt_turn_peers *p, struct nt_turn_event *ev)
{
    return nt_turn_keep_event(&p->permissions, ev) || nt_turn_keep_event(&p->channels, ev);
}
