/* Checks of our own, and a log of what a simulator tells. Not cmocka: it is Apache-2.0, and ns-3 is GPL-2.0-only. */
#ifndef NS3_CHECK_H
#define NS3_CHECK_H

#include "ns3c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what)                                                                                                                \
    do {                                                                                                                           \
        if (!(what)) {                                                                                                             \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #what, ns3c_error());                                          \
            exit(1);                                                                                                               \
        }                                                                                                                          \
    } while (0)
#define EQUAL(a, b)                                                                                                                \
    do {                                                                                                                           \
        int64_t a_ = (int64_t)(a), b_ = (int64_t)(b);                                                                              \
        if (a_ != b_) {                                                                                                            \
            fprintf(stderr, "%s:%d: %s is %" PRId64 ", not %" PRId64 "\n", __FILE__, __LINE__, #a, a_, b_);                        \
            exit(1);                                                                                                               \
        }                                                                                                                          \
    } while (0)

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define LOG_MAX 100000

/* lost: 0: the frame arrived. On a loss, `device` is its sender. */
struct told {
    int64_t at;
    uint64_t cookie, hash;
    uint32_t device;
    size_t len;
    int lost;
};

struct told_log {
    struct ns3c *s;
    struct told told[LOG_MAX];
    size_t count;
};

static struct told_log seen;

static inline uint64_t mix(uint64_t h, uint64_t x)
{
    for (int i = 0; i < 8; i++)
        h = (h ^ (x >> (8 * i) & 255)) * UINT64_C(1099511628211);
    return h;
}

static inline void see(struct told t)
{
    CHECK(seen.count < LOG_MAX);
    t.at = ns3c_now(seen.s);
    seen.told[seen.count++] = t;
}

static inline void see_received(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie)
{
    uint64_t h = mix(UINT64_C(14695981039346656037), protocol);
    for (size_t i = 0; i < len; i++)
        h = (h ^ bytes[i]) * UINT64_C(1099511628211);
    CHECK(user == &seen);
    see((struct told){.cookie = cookie, .hash = h, .device = device, .len = len});
}

static inline void see_lost(void *user, uint32_t device, uint64_t cookie, enum ns3c_loss_reason why)
{
    CHECK(user == &seen);
    see((struct told){.cookie = cookie, .device = device, .lost = (int)why});
}

static inline struct ns3c *start(uint32_t seed)
{
    struct ns3c_events events = {.user = &seen, .received = see_received, .lost = see_lost};
    seen.count = 0;
    seen.s = ns3c_new(seed, 1, &events);
    CHECK(seen.s != NULL);
    return seen.s;
}

static inline void send(uint32_t from, uint32_t to, size_t len, uint64_t cookie, int64_t at)
{
    static uint8_t bytes[NS3C_FRAME_MAX];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + cookie);
    CHECK(ns3c_send(seen.s, from, to, bytes, len, 0x0800, cookie, at) == 0);
}

static inline size_t count_lost(int why)
{
    size_t n = 0;
    for (size_t i = 0; i < seen.count; i++)
        n += seen.told[i].lost == why;
    return n;
}

/* Everything that was told, in one number. */
static inline uint64_t trace_hash(void)
{
    uint64_t h = seen.count;
    for (size_t i = 0; i < seen.count; i++) {
        const struct told *t = &seen.told[i];
        h = mix(mix(mix(h, (uint64_t)t->at), t->cookie), t->hash);
        h = mix(mix(mix(h, t->device), t->len), (uint64_t)t->lost);
    }
    return h;
}

/* Each of the cookies 0..count-1 was told once: received or lost. */
static inline void each_told_once(size_t count)
{
    static uint8_t n[LOG_MAX];
    memset(n, 0, count);
    EQUAL(seen.count, count);
    for (size_t i = 0; i < seen.count; i++) {
        CHECK(seen.told[i].cookie < count);
        n[seen.told[i].cookie]++;
    }
    for (size_t i = 0; i < count; i++)
        EQUAL(n[i], 1);
}

#endif
