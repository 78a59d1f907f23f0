/* The client's permissions and channels (RFC 8656, sections 9, 10 and 12): asked for, kept alive, given up. A channel keeps
 * its number for as long as the client lives, also after it has expired: so no number and no peer is ever bound anew to
 * another one, and the five minutes that section 12 demands in between hold of themselves. */
#include "core/base/err.h"
#include "core/turn/client_state.h"

#include <stdlib.h>

void nt_turn_keep_init(struct nt_turn_keep *k)
{
    *k = (struct nt_turn_keep){0};
    nt_map_init(&k->by_peer, sizeof(struct nt_addr));
}

void nt_turn_keep_free(struct nt_turn_keep *k)
{
    free(k->items);
    nt_map_free(&k->by_peer);
    nt_turn_keep_init(k);
}

struct nt_turn_kept *nt_turn_keep_find(const struct nt_turn_keep *k, const struct nt_addr *peer)
{
    uint32_t i = nt_map_get(&k->by_peer, peer);
    return i != NT_MAP_NONE ? &k->items[i] : NULL;
}

void nt_turn_keep_stop(struct nt_turn_keep *k)
{
    for (size_t i = 0; i < k->count; i++) {
        k->items[i].wanted = k->items[i].asked = k->items[i].granted = false;
        k->items[i].refresh = NT_TIME_NEVER;
    }
}

bool nt_turn_keep_wants(const struct nt_turn_keep *k)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->items[i].wanted)
            return true;
    return false;
}

nt_time nt_turn_keep_deadline(const struct nt_turn_keep *k)
{
    nt_time t = NT_TIME_NEVER;
    for (size_t i = 0; i < k->count; i++) {
        t = nt_time_min(t, k->items[i].refresh);
        if (k->items[i].granted)
            t = nt_time_min(t, k->items[i].expires);
    }
    return t;
}

/* The peer's entry, made if need be; NULL with *err set. */
static struct nt_turn_kept *entry(struct nt_turn_keep *k, const struct nt_addr *peer, int *err)
{
    struct nt_turn_kept *known = nt_turn_keep_find(k, peer);
    if (known != NULL)
        return known;
    *err = nt_grow(&k->items, &k->cap, k->count + 1, sizeof *k->items, NT_TURN_PEERS_MAX);
    if (*err == NT_OK)
        *err = nt_map_put(&k->by_peer, peer, (uint32_t)k->count);
    if (*err != NT_OK)
        return NULL;
    struct nt_turn_kept *fresh = &k->items[k->count++];
    *fresh = (struct nt_turn_kept){.peer = *peer, .refresh = NT_TIME_NEVER};
    return fresh;
}

static bool at_rest(const struct nt_turn_kept *p)
{
    return !p->granted && !p->asked && !p->wanted;
}

static bool over(const struct nt_turn_client *c)
{
    return c->state == NT_TURN_RELEASING || c->state == NT_TURN_GONE || c->release_asked;
}

int nt_turn_client_permit(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    int err = NT_OK;
    if (over(c))
        return NT_ESTATE;
    if (peer->family != c->config.family) /* RFC 8656, 10.1: "MUST only include [...] addresses of the same address family" */
        return NT_EINVAL;
    struct nt_turn_kept *p = entry(&c->permissions, &ip, &err);
    if (p == NULL)
        return err;
    if (p->refused)
        return NT_EAUTH;
    if (at_rest(p)) {
        p->wanted = true;
        nt_turn_client_want(c, now);
    }
    return NT_OK;
}

bool nt_turn_client_permitted(const struct nt_turn_client *c, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_turn_kept *p = nt_turn_keep_find(&c->permissions, &ip);
    return p != NULL && p->granted;
}

int nt_turn_client_bind_channel(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    int err = NT_OK;
    if (over(c))
        return NT_ESTATE;
    if (peer->family != c->config.family)
        return NT_EINVAL;
    if (entry(&c->permissions, &ip, &err) == NULL)
        return err;
    uint16_t number = (uint16_t)(NT_CHANNEL_MIN + c->channels.count);
    if (nt_turn_keep_find(&c->channels, peer) == NULL &&
        (err = nt_map_put(&c->by_number, &number, (uint32_t)c->channels.count)) != NT_OK)
        return err;
    struct nt_turn_kept *channel = entry(&c->channels, peer, &err);
    if (channel == NULL) {
        nt_map_remove(&c->by_number, &number);
        return err;
    }
    if (channel->number == 0)
        channel->number = number;
    if (channel->refused)
        return NT_EAUTH;
    if (at_rest(channel)) {
        channel->wanted = true;
        nt_turn_client_want(c, now);
    }
    return NT_OK;
}

static void tell(struct nt_turn_kept *p, enum nt_turn_event_kind kind, int code)
{
    p->notice = (uint8_t)kind;
    p->code = code;
}

static void keep_timer(struct nt_turn_client *c, struct nt_turn_keep *k, nt_time now)
{
    for (size_t i = 0; i < k->count; i++) {
        struct nt_turn_kept *p = &k->items[i];
        if (p->granted && now >= p->expires) {
            p->granted = false;
            p->wanted = false;
            p->refresh = NT_TIME_NEVER;
            tell(p, NT_TURN_EV_FORBIDDEN, 0);
        } else if (now >= p->refresh) {
            p->refresh = NT_TIME_NEVER;
            p->wanted = true;
            nt_turn_client_want(c, now);
        }
    }
}

void nt_turn_peers_timer(struct nt_turn_client *c, nt_time now)
{
    keep_timer(c, &c->permissions, now);
    keep_timer(c, &c->channels, now);
}

static void take(struct nt_turn_kept *p, nt_time now)
{
    p->wanted = false;
    p->asked = true;
    p->asked_at = now;
}

static uint8_t next_batch(struct nt_turn_keep *k, uint16_t items[NT_TURN_BATCH_MAX], nt_time now)
{
    uint8_t n = 0;
    for (size_t i = 0; i < k->count && n < NT_TURN_BATCH_MAX; i++) {
        struct nt_turn_kept *p = &k->items[i];
        if (!p->wanted || (p->alone && n > 0))
            continue;
        items[n++] = (uint16_t)i;
        take(p, now);
        if (p->alone)
            break;
    }
    return n;
}

uint8_t nt_turn_peers_next(struct nt_turn_client *c, enum nt_turn_txn_kind *kind, uint16_t items[NT_TURN_BATCH_MAX], nt_time now)
{
    *kind = NT_TXN_PERMIT;
    uint8_t n = next_batch(&c->permissions, items, now);
    for (size_t i = 0; n == 0 && i < c->channels.count; i++)
        if (c->channels.items[i].wanted) {
            *kind = NT_TXN_CHANNEL;
            items[n++] = (uint16_t)i;
            take(&c->channels.items[i], now);
        }
    return n;
}

static struct nt_turn_keep *keep_of(struct nt_turn_client *c, const struct nt_turn_txn *t)
{
    return t->kind == NT_TXN_CHANNEL ? &c->channels : &c->permissions;
}

void nt_turn_peers_again(struct nt_turn_client *c, const struct nt_turn_txn *t)
{
    for (uint8_t i = 0; i < t->count; i++) {
        struct nt_turn_kept *p = &keep_of(c, t)->items[t->items[i]];
        p->asked = false;
        p->wanted = true;
    }
}

static void grant(struct nt_turn_kept *p, enum nt_turn_event_kind kind, int seconds, nt_time now)
{
    if (!p->granted)
        tell(p, kind, 0);
    p->granted = true;
    p->refused = p->wanted = p->alone = false;
    p->refresh = nt_time_after(now, (seconds - NT_TURN_KEEP_MARGIN) * NT_SEC);
    p->expires = nt_time_after(now, seconds * NT_SEC);
}

static void granted(struct nt_turn_client *c, const struct nt_turn_txn *t, struct nt_turn_kept *p, nt_time now)
{
    if (t->kind == NT_TXN_CHANNEL) {
        grant(p, NT_TURN_EV_CHANNEL, NT_TURN_CHANNEL_SECONDS, now);
        /* RFC 8656, 12.1: "A ChannelBind transaction also creates or refreshes a permission towards the peer" */
        struct nt_addr ip = nt_addr_with_port(&p->peer, 0);
        p = nt_turn_keep_find(&c->permissions, &ip);
    }
    if (p != NULL)
        grant(p, NT_TURN_EV_PERMITTED, NT_TURN_PERMISSION_SECONDS, now);
}

/* The request under way for the permission: its own, or a ChannelBind to the same IP; NULL for none. */
static const struct nt_turn_kept *permission_asked(const struct nt_turn_client *c, const struct nt_turn_kept *p)
{
    if (p->asked)
        return p;
    for (size_t i = 0; i < c->channels.count; i++)
        if (c->channels.items[i].asked && nt_addr_same_ip(&c->channels.items[i].peer, &p->peer))
            return &c->channels.items[i];
    return NULL;
}

bool nt_turn_peers_believed(const struct nt_turn_client *c, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_turn_kept *p = nt_turn_keep_find(&c->permissions, &ip);
    return p != NULL && (p->granted || permission_asked(c, p) != NULL);
}

/* The server has installed the permission after the client asked for it, so it lives for 300 s from then. The request stays under
 * way: its response refreshes the permission or takes it back. */
void nt_turn_peers_prove(struct nt_turn_client *c, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    struct nt_turn_kept *p = nt_turn_keep_find(&c->permissions, &ip);
    const struct nt_turn_kept *by = p != NULL && !p->granted ? permission_asked(c, p) : NULL;
    if (by == NULL)
        return;
    p->granted = true;
    p->expires = nt_time_after(by->asked_at, NT_TURN_PERMISSION_SECONDS * NT_SEC);
    if (by != p) /* whatever becomes of the channel */
        p->refresh = p->expires - NT_TURN_KEEP_MARGIN * NT_SEC;
    tell(p, NT_TURN_EV_PERMITTED, 0);
}

static void refuse(struct nt_turn_kept *p, int code)
{
    p->granted = false;
    p->refused = code != 0; /* after a timeout it may be asked for again */
    p->refresh = NT_TIME_NEVER;
    tell(p, NT_TURN_EV_FORBIDDEN, code);
}

void nt_turn_peers_answered(struct nt_turn_client *c, const struct nt_turn_txn *t, int code, nt_time now)
{
    /* RFC 8656, 5: "A client receiving a 437 error response to a request other than Allocate MUST assume the allocation no
     * longer exists." */
    if (code == 437) {
        nt_turn_client_fail(c, code);
        return;
    }
    for (uint8_t i = 0; i < t->count; i++) {
        struct nt_turn_kept *p = &keep_of(c, t)->items[t->items[i]];
        p->asked = false;
        if (code == 0) {
            granted(c, t, p, now);
        } else if (t->count > 1) { /* one of them spoils the request for all (10.2): each is asked for alone */
            p->alone = p->wanted = true;
            nt_turn_client_want(c, now);
        } else {
            refuse(p, code);
        }
    }
}

void nt_turn_peers_timed_out(struct nt_turn_client *c, const struct nt_turn_txn *t, nt_time now)
{
    for (uint8_t i = 0; i < t->count; i++) {
        struct nt_turn_kept *p = &keep_of(c, t)->items[t->items[i]];
        p->asked = false;
        if (p->granted)
            p->wanted = true;
        else
            refuse(p, 0);
    }
    nt_turn_client_want(c, now);
}

static bool keep_event(struct nt_turn_keep *k, struct nt_turn_event *ev)
{
    for (size_t i = 0; i < k->count; i++) {
        struct nt_turn_kept *p = &k->items[i];
        if (p->notice == 0)
            continue;
        *ev = (struct nt_turn_event){.kind = (enum nt_turn_event_kind)p->notice, .peer = p->peer, .code = p->code};
        p->notice = 0;
        return true;
    }
    return false;
}

bool nt_turn_peers_event(struct nt_turn_client *c, struct nt_turn_event *ev)
{
    return keep_event(&c->permissions, ev) || keep_event(&c->channels, ev);
}
