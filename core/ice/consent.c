#include "core/ice/consent.h"

#include <stdlib.h>
#include <string.h>

#define INTERVAL (5 * NT_SEC)
#define SPREAD_MS 2000 /* 0.8 to 1.2 of the interval: 4000 to 6000 ms, NT_ICE_CONSENT_LONGEST */

struct consent {
    bool begun, lost;
    unsigned unanswered;  /* requests since the last answer */
    nt_time suspended_at; /* NT_TIME_NEVER: it is not */
    nt_time ask_at, asked_at, renewed_at, sent_at;
    struct nt_ice_consent_request requests[NT_ICE_CONSENT_IDS];
    unsigned next_request;
};

struct nt_ice_consents {
    const struct nt_ice_config *config;
    struct nt_rand *rand;
    size_t count;
    struct consent items[];
};

struct nt_ice_consents *nt_ice_consents_new(const struct nt_ice_config *config, struct nt_rand *rand, size_t components)
{
    struct nt_ice_consents *t = calloc(1, sizeof *t + components * sizeof t->items[0]);
    if (t == NULL)
        return NULL;
    t->config = config;
    t->rand = rand;
    t->count = components;
    return t;
}

void nt_ice_consents_del(struct nt_ice_consents *t)
{
    free(t);
}

/* RFC 7675, 5.1: "Each consent check interval MUST be randomized from 0.8 to 1.2 times the base interval", "MUST NOT set the period
 * between checks to less than 4 seconds". */
nt_time nt_ice_consent_interval(struct nt_rand *rand)
{
    return INTERVAL - INTERVAL / 5 + (nt_time)nt_rand_below(rand, SPREAD_MS + 1) * NT_MSEC;
}

/* RFC 7675, 5.1: "Initial consent to send traffic is obtained using ICE"; it counts from the last response, which is no older than
 * the longest interval: a pair that is nominated later than that has been checked again. */
void nt_ice_consents_begin(struct nt_ice_consents *t, size_t component, nt_time answered_at, nt_time now)
{
    struct consent *c = &t->items[component];
    *c = (struct consent){.begun = true,
                          .suspended_at = NT_TIME_NEVER,
                          .ask_at = nt_time_after(now, nt_ice_consent_interval(t->rand)),
                          .asked_at = answered_at,
                          .renewed_at = answered_at,
                          .sent_at = now};
}

static bool is_kept(const struct consent *c)
{
    return c->begun && !c->lost;
}

enum nt_ice_consent_due nt_ice_consents_due(const struct nt_ice_consents *t, size_t component, nt_time now)
{
    const struct consent *c = &t->items[component];
    if (!is_kept(c))
        return NT_ICE_CONSENT_WAIT;
    if (c->suspended_at != NT_TIME_NEVER)
        return now - c->suspended_at >= NT_ICE_CONSENT_EXPIRY ? NT_ICE_CONSENT_EXPIRED : NT_ICE_CONSENT_WAIT;
    if (t->config->no_consent)
        return now - c->sent_at >= t->config->keepalive ? NT_ICE_CONSENT_KEEPALIVE : NT_ICE_CONSENT_WAIT;
    if (now - c->renewed_at >= NT_ICE_CONSENT_EXPIRY)
        return NT_ICE_CONSENT_EXPIRED;
    return now >= c->ask_at ? NT_ICE_CONSENT_ASK : NT_ICE_CONSENT_WAIT;
}

/* RFC 7675, 5.1: a new transaction id for each request, no retransmission. */
void nt_ice_consents_asked(struct nt_ice_consents *t, size_t component, const struct nt_ice_consent_request *request, nt_time now)
{
    struct consent *c = &t->items[component];
    c->ask_at = nt_time_after(now, nt_ice_consent_interval(t->rand));
    c->asked_at = now;
    c->unanswered++;
    if (request != NULL)
        c->requests[c->next_request++ % NT_ICE_CONSENT_IDS] = *request;
}

void nt_ice_consents_sent(struct nt_ice_consents *t, size_t component, nt_time now)
{
    t->items[component].sent_at = now;
}

void nt_ice_consents_renew(struct nt_ice_consents *t, size_t component, nt_time now)
{
    t->items[component].renewed_at = now;
    t->items[component].unanswered = 0;
}

void nt_ice_consents_end(struct nt_ice_consents *t, size_t component)
{
    t->items[component].begun = false;
}

void nt_ice_consents_suspend(struct nt_ice_consents *t, size_t component, nt_time now)
{
    t->items[component].suspended_at = nt_time_min(t->items[component].suspended_at, now);
}

nt_time nt_ice_consents_ended_at(const struct nt_ice_consents *t, size_t component)
{
    const struct consent *c = &t->items[component];
    if (!is_kept(c))
        return NT_TIME_NEVER;
    return nt_time_min(c->suspended_at, c->unanswered >= 2 ? nt_time_after(c->asked_at, NT_STUN_RTO) : NT_TIME_NEVER);
}

bool nt_ice_consents_allow(const struct nt_ice_consents *t, size_t component)
{
    const struct consent *c = &t->items[component];
    return !c->lost && !(c->begun && c->suspended_at != NT_TIME_NEVER);
}

void nt_ice_consents_lose(struct nt_ice_consents *t, size_t component)
{
    t->items[component].lost = true;
}

static unsigned find_request(const struct consent *c, const uint8_t *id)
{
    unsigned n = c->next_request < NT_ICE_CONSENT_IDS ? c->next_request : NT_ICE_CONSENT_IDS, i = 0;
    while (i < n && (c->requests[i].answered || memcmp(c->requests[i].id, id, NT_STUN_ID) != 0))
        i++;
    return i < n ? i : NT_ICE_CONSENT_IDS;
}

const struct nt_ice_consent_request *nt_ice_consents_find(const struct nt_ice_consents *t, const uint8_t *id, size_t *component)
{
    for (size_t i = 0; i < t->count; i++) {
        unsigned request = t->items[i].begun ? find_request(&t->items[i], id) : NT_ICE_CONSENT_IDS;
        if (request == NT_ICE_CONSENT_IDS)
            continue;
        *component = i;
        return &t->items[i].requests[request];
    }
    return NULL;
}

void nt_ice_consents_answered(struct nt_ice_consents *t, size_t component, const uint8_t *id)
{
    struct consent *c = &t->items[component];
    unsigned request = find_request(c, id);
    if (request != NT_ICE_CONSENT_IDS)
        c->requests[request].answered = true;
}

bool nt_ice_consents_lost(const struct nt_ice_consents *t, size_t component)
{
    return t->items[component].lost;
}

bool nt_ice_consents_any_lost(const struct nt_ice_consents *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].lost)
            return true;
    return false;
}

bool nt_ice_consents_doubtful(const struct nt_ice_consents *t, size_t component, nt_time now)
{
    const struct consent *c = &t->items[component];
    return (c->begun && c->suspended_at != NT_TIME_NEVER) || (c->asked_at > c->renewed_at && now - c->asked_at >= NT_STUN_RTO);
}

nt_time nt_ice_consents_deadline(const struct nt_ice_consents *t)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < t->count; i++) {
        const struct consent *c = &t->items[i];
        if (!is_kept(c))
            continue;
        if (c->suspended_at != NT_TIME_NEVER)
            at = nt_time_min(at, nt_time_after(c->suspended_at, NT_ICE_CONSENT_EXPIRY));
        else if (t->config->no_consent)
            at = nt_time_min(at, nt_time_after(c->sent_at, t->config->keepalive));
        else
            at = nt_time_min(at, nt_time_min(c->ask_at, nt_time_after(c->renewed_at, NT_ICE_CONSENT_EXPIRY)));
    }
    return at;
}
