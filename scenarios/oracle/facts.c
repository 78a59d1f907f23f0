#include "scenarios/oracle/facts.h"

#include <string.h>

void nt_oracle_table_init(struct nt_oracle_table *t)
{
    memset(t, 0, sizeof *t);
    t->addr_count = t->fact_count = 1; /* 0 is no address and no fact */
}

void nt_oracle_table_limit(struct nt_oracle_table *t, const char *why)
{
    if (t->limit == NULL)
        t->limit = why;
}

static uint32_t mix(uint32_t h, uint32_t v)
{
    h ^= v;
    h *= 0x9e3779b1U;
    return h ^ (h >> 15);
}

static uint32_t addr_bucket(const struct nt_oracle_addr *a)
{
    uint32_t h = mix(mix((uint32_t)a->kind, a->node), a->inner);
    return mix(mix(h, (uint32_t)a->made_for), a->remote) % NT_ORACLE_BUCKETS;
}

uint16_t nt_oracle_addr_known(const struct nt_oracle_table *t, const struct nt_oracle_addr *a)
{
    uint16_t i = t->addr_buckets[addr_bucket(a)];
    for (; i != 0; i = t->addrs[i].next) {
        const struct nt_oracle_addr *b = &t->addrs[i];
        if (a->kind == b->kind && a->node == b->node && a->inner == b->inner && a->made_for == b->made_for &&
            a->remote == b->remote)
            break;
    }
    return i;
}

uint16_t nt_oracle_addr_number(struct nt_oracle_table *t, const struct nt_oracle_addr *a)
{
    uint16_t i = nt_oracle_addr_known(t, a);
    if (i != 0)
        return i;
    if (t->addr_count == NT_ORACLE_ADDRS_MAX) {
        nt_oracle_table_limit(t, "the world has more transport addresses than the oracle keeps");
        return 0;
    }
    uint32_t bucket = addr_bucket(a);
    i = (uint16_t)t->addr_count++;
    t->addrs[i] = *a;
    t->addrs[i].next = t->addr_buckets[bucket];
    t->addr_buckets[bucket] = i;
    return i;
}

/* Without c, so that all values of one (kind, g, a, b) are in one bucket. */
static uint32_t fact_bucket(enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b)
{
    return mix(mix(mix((uint32_t)kind, g), a), b) % NT_ORACLE_BUCKETS;
}

static bool fact_is(const struct nt_oracle_fact *f, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b)
{
    return f->kind == kind && f->g == g && f->a == a && f->b == b;
}

static bool fact_bit(const struct nt_oracle_table *t, uint16_t fact)
{
    return (t->now.words[fact / 64] >> (fact % 64) & 1) != 0;
}

static uint16_t find_fact(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b,
                          uint16_t c)
{
    uint16_t i = t->fact_buckets[fact_bucket(kind, g, a, b)];
    while (i != 0 && !(fact_is(&t->facts[i], kind, g, a, b) && t->facts[i].c == c))
        i = t->facts[i].next;
    return i;
}

void nt_oracle_fact_set(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c)
{
    uint16_t i = find_fact(t, kind, g, a, b, c);
    if (i == 0) {
        if (t->fact_count == NT_ORACLE_FACTS_MAX) {
            nt_oracle_table_limit(t, "the world has more state than the oracle keeps");
            return;
        }
        uint32_t bucket = fact_bucket(kind, g, a, b);
        i = (uint16_t)t->fact_count++;
        t->facts[i] = (struct nt_oracle_fact){kind, g, a, b, c, t->fact_buckets[bucket]};
        t->fact_buckets[bucket] = i;
    }
    t->now.words[i / 64] |= UINT64_C(1) << (i % 64);
}

void nt_oracle_fact_clear(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c)
{
    uint16_t i = find_fact(t, kind, g, a, b, c);
    t->now.words[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

bool nt_oracle_fact_holds(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b,
                          uint16_t c)
{
    uint16_t i = find_fact(t, kind, g, a, b, c);
    return i != 0 && fact_bit(t, i);
}

uint16_t nt_oracle_fact_value_nth(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a,
                                  uint16_t b, size_t nth)
{
    for (uint16_t i = t->fact_buckets[fact_bucket(kind, g, a, b)]; i != 0; i = t->facts[i].next)
        if (fact_is(&t->facts[i], kind, g, a, b) && fact_bit(t, i) && nth-- == 0)
            return t->facts[i].c;
    return 0;
}

uint16_t nt_oracle_fact_value(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b)
{
    return nt_oracle_fact_value_nth(t, kind, g, a, b, 0);
}

static bool is_order_sensitive(const struct nt_oracle_fact *f)
{
    switch (f->kind) {
    case NT_ORACLE_FACT_MAPPED:
    case NT_ORACLE_FACT_ALLOWED: return (f->c & NT_ORACLE_TRACKED) != 0;
    case NT_ORACLE_FACT_FLOW:
    case NT_ORACLE_FACT_NEWEST:
    case NT_ORACLE_FACT_POISONED:
    case NT_ORACLE_FACT_HELD: return true;
    default: return false;
    }
}

bool nt_oracle_moments_differ_unordered(const struct nt_oracle_table *t, const struct nt_oracle_moment *a,
                                        const struct nt_oracle_moment *b)
{
    for (size_t i = 0; i < NT_ORACLE_WORDS; i++) {
        uint64_t differ = a->words[i] ^ b->words[i];
        for (size_t k = 0; differ >> k != 0; k++) {
            if ((differ >> k & 1) != 0 && is_order_sensitive(&t->facts[i * 64 + k]))
                return false;
            if (k == 63)
                break;
        }
    }
    return true;
}

bool nt_oracle_moments_equal(const struct nt_oracle_moment *a, const struct nt_oracle_moment *b)
{
    return memcmp(a->words, b->words, sizeof a->words) == 0;
}
