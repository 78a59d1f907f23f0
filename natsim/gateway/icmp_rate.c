#include "natsim/gateway/icmp_rate.h"

#include "core/base/err.h"
#include "natsim/nat/deadlines.h"

#include <stdlib.h>

struct bucket {
    struct nt_addr to;
    nt_time full; /* when it is full again */
    uint32_t deadline;
};

struct nt_icmp_rate {
    nt_time interval, depth; /* depth: the time that fills all of a bucket but one message */
    struct nt_slots buckets;
    struct nt_map by_destination;
    struct nt_deadlines deadlines;
};

static void init_tables(struct nt_icmp_rate *r)
{
    nt_slots_init(&r->buckets, sizeof(struct bucket), NT_ICMP_RATE_MAX);
    nt_map_init(&r->by_destination, sizeof(struct nt_addr));
    nt_deadlines_init(&r->deadlines, NT_ICMP_RATE_MAX);
}

static void free_tables(struct nt_icmp_rate *r)
{
    nt_slots_free(&r->buckets);
    nt_map_free(&r->by_destination);
    nt_deadlines_free(&r->deadlines);
}

struct nt_icmp_rate *nt_icmp_rate_new(const struct nt_nat_policy *policy)
{
    struct nt_icmp_rate *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->interval = policy->icmp_interval;
    r->depth = (nt_time)(policy->icmp_burst - 1) * policy->icmp_interval;
    init_tables(r);
    return r;
}

void nt_icmp_rate_del(struct nt_icmp_rate *r)
{
    if (r == NULL)
        return;
    free_tables(r);
    free(r);
}

void nt_icmp_rate_forget(struct nt_icmp_rate *r)
{
    free_tables(r);
    init_tables(r);
}

static struct bucket *bucket_at(const struct nt_icmp_rate *r, uint32_t index)
{
    return nt_slots_at(&r->buckets, index);
}

static void forget_full(struct nt_icmp_rate *r, nt_time now)
{
    uint32_t kind, index;
    nt_time at;
    while (nt_deadlines_due(&r->deadlines, now, &kind, &index, &at)) {
        nt_map_remove(&r->by_destination, &bucket_at(r, index)->to);
        nt_slots_release(&r->buckets, index);
    }
}

static bool open_bucket(struct nt_icmp_rate *r, const struct nt_addr *to, nt_time now)
{
    uint32_t index;
    if (nt_slots_take(&r->buckets, &index) != NT_OK)
        return false;
    struct bucket *b = bucket_at(r, index);
    *b = (struct bucket){.to = *to, .full = nt_time_after(now, r->interval)};
    if (nt_deadlines_add(&r->deadlines, 0, index, b->full, &b->deadline) != NT_OK) {
        nt_slots_release(&r->buckets, index);
        return false;
    }
    if (nt_map_put(&r->by_destination, to, index) == NT_OK)
        return true;
    nt_deadlines_remove(&r->deadlines, b->deadline);
    nt_slots_release(&r->buckets, index);
    return false;
}

bool nt_icmp_rate_take(struct nt_icmp_rate *r, const struct nt_addr *to, nt_time now)
{
    struct nt_addr key = nt_addr_with_port(to, 0);
    forget_full(r, now);
    uint32_t index = nt_map_get(&r->by_destination, &key);
    if (index == NT_MAP_NONE)
        return open_bucket(r, &key, now);
    struct bucket *b = bucket_at(r, index);
    if (b->full - now > r->depth)
        return false;
    b->full = nt_time_after(b->full, r->interval);
    nt_deadlines_move(&r->deadlines, b->deadline, b->full);
    return true;
}
