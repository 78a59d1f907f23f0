#include "core/turn/client_kept.h"
#include "core/base/err.h"
#include "core/turn/client_resend.h"

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

struct nt_turn_kept *nt_turn_keep_entry(struct nt_turn_keep *k, const struct nt_addr *peer, int *err)
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

static void notify_of(struct nt_turn_kept *p, enum nt_turn_event_kind kind, int code)
{
    p->notice = (uint8_t)kind;
    p->code = code;
}

bool nt_turn_keep_timer(struct nt_turn_keep *k, nt_time now)
{
    bool wants = false;
    for (size_t i = 0; i < k->count; i++) {
        struct nt_turn_kept *p = &k->items[i];
        if (p->granted && now >= p->expires) {
            p->granted = false;
            p->wanted = false;
            p->refresh = NT_TIME_NEVER;
            notify_of(p, NT_TURN_EV_FORBIDDEN, 0);
        } else if (now >= p->refresh) {
            p->refresh = NT_TIME_NEVER;
            p->wanted = wants = true;
        }
    }
    return wants;
}

uint8_t nt_turn_keep_ask(struct nt_turn_keep *k, uint16_t *items, uint8_t max, nt_time now)
{
    uint8_t n = 0;
    for (size_t i = 0; i < k->count && n < max; i++) {
        struct nt_turn_kept *p = &k->items[i];
        if (!p->wanted || (p->alone && n > 0))
            continue;
        items[n++] = (uint16_t)i;
        p->wanted = false;
        p->asked = true;
        p->asked_at = now;
        if (p->alone)
            break;
    }
    return n;
}

bool nt_turn_keep_event(struct nt_turn_keep *k, struct nt_turn_event *ev)
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

void nt_turn_kept_want(struct nt_turn_kept *p)
{
    if (!p->granted && !p->asked)
        p->wanted = true;
}

void nt_turn_kept_again(struct nt_turn_kept *p, bool alone)
{
    p->asked = false;
    p->wanted = true;
    p->alone = p->alone || alone;
}

void nt_turn_kept_answered(struct nt_turn_kept *p)
{
    p->asked = false;
}

void nt_turn_kept_grant(struct nt_turn_kept *p, enum nt_turn_event_kind kind, nt_time lifetime, nt_time now)
{
    if (!p->granted)
        notify_of(p, kind, 0);
    p->granted = true;
    p->refused = p->proved = p->wanted = p->alone = false;
    p->failures = 0;
    p->refresh = nt_time_after(now, lifetime - NT_TURN_KEEP_MARGIN);
    p->expires = nt_time_after(now, lifetime);
}

void nt_turn_kept_refuse(struct nt_turn_kept *p, int code, nt_time until)
{
    p->granted = false;
    p->refused = true;
    p->refused_until = until;
    p->refresh = NT_TIME_NEVER;
    notify_of(p, NT_TURN_EV_FORBIDDEN, code);
}

void nt_turn_kept_last(struct nt_turn_kept *p)
{
    p->refused = true;
    p->refused_until = NT_TIME_NEVER;
}

bool nt_turn_kept_refresh_again(struct nt_turn_kept *p, nt_time now)
{
    p->refresh = nt_turn_resend_at(p->failures++, p->expires, now);
    return p->refresh != NT_TIME_NEVER;
}

void nt_turn_kept_prove(struct nt_turn_kept *p, enum nt_turn_event_kind kind, nt_time refresh, nt_time expires)
{
    p->granted = p->proved = true;
    p->refresh = refresh;
    p->expires = expires;
    notify_of(p, kind, 0);
}
