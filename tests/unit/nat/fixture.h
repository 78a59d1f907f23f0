/* A translator without packets, for the tests of its decisions:
 *
 *   10.0.0.2, 10.0.0.3 ... --- NAT --- 203.0.113.2 (.3 ...)   198.51.100.7, 198.51.100.8
 */
#ifndef NT_TEST_NAT_FIXTURE_H
#define NT_TEST_NAT_FIXTURE_H

#include "tests/unit/help.h"
#include <string.h>

#include "natsim/nat/nat.h"
#include "tests/unit/policy_of.h"

#define I1 "10.0.0.2:5000"
#define I2 "10.0.0.3:5000"
#define E "203.0.113.2"
#define X "198.51.100.7:7000"
#define X_OTHER_PORT "198.51.100.7:7001"
#define Y "198.51.100.8:7000"

struct seen {
    enum nt_trace_kind kind;
    nt_time at;
    char a[NT_ADDR_TEXT], b[NT_ADDR_TEXT];
    int64_t number;
};

static struct seen seen[256];
static size_t seen_count;

static inline void on_event(void *user, const struct nt_trace_event *e)
{
    (void)user;
    if (seen_count == 256)
        return;
    struct seen *s = &seen[seen_count++];
    s->kind = e->kind;
    s->at = e->at;
    s->number = e->n[0];
    nt_addr_format(&e->a, s->a);
    nt_addr_format(&e->b, s->b);
}

static inline struct nt_nat *nat_with(struct nt_nat_policy p, size_t externals)
{
    const char *what = "";
    struct nt_addr e[4];
    struct nt_rand r;
    struct nt_trace t = {.emit = on_event};
    if (nt_nat_policy_finish(&p, p.ports != 0, &what) != 0)
        fail_msg("%s", what);
    for (size_t i = 0; i < externals; i++)
        e[i] = nt_addr_v4(0xcb007102u + (uint32_t)i, 0);
    nt_rand_init(&r, 1, "nat/test/ports");
    seen_count = 0;
    struct nt_nat *n = nt_nat_new(&p, e, externals, &r, &t);
    assert_non_null(n);
    return n;
}

static inline struct nt_nat *nat_of(struct nt_nat_policy p)
{
    return nat_with(p, 1);
}

/* The external port, or minus the reason. */
static inline int out_at(struct nt_nat *n, const char *internal, const char *remote, nt_time now)
{
    struct nt_addr i = addr(internal), r = addr(remote);
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_UDP, &i, &r, now);
    if (v.drop != NT_DROP_NONE)
        return -(int)v.drop;
    assert_true(nt_nat_is_external(n, &v.src));
    assert_true(nt_addr_equal(&v.dst, &r));
    return v.src.port;
}

static inline int out(struct nt_nat *n, const char *internal, const char *remote)
{
    return out_at(n, internal, remote, 0);
}

struct given {
    const char *inside;
    int port; /* or minus the reason */
};

/* A NAT of this policy gives these ports, in this order, to who asks for X. */
static inline void assert_gives(struct nt_nat_policy p, const struct given *of, size_t count)
{
    struct nt_nat *n = nat_of(p);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(out(n, of[i].inside, X), of[i].port);
    nt_nat_del(n);
}
#define ASSERT_GIVES(policy, ...)                                                                                                  \
    assert_gives(policy, (const struct given[]){__VA_ARGS__}, sizeof((struct given[]){__VA_ARGS__}) / sizeof(struct given))

static inline struct nt_nat_translation in_verdict(struct nt_nat *n, const char *remote, int port, nt_time now)
{
    struct nt_addr r = addr(remote), e = addr(E);
    e.port = (uint16_t)port;
    return nt_nat_inbound(n, NT_PROTO_UDP, &r, &e, now);
}

/* The inside port, or minus the reason. */
static inline int in_at(struct nt_nat *n, const char *remote, int port, nt_time now)
{
    struct nt_nat_translation v = in_verdict(n, remote, port, now);
    return v.drop != NT_DROP_NONE ? -(int)v.drop : v.dst.port;
}

static inline int in(struct nt_nat *n, const char *remote, int port)
{
    return in_at(n, remote, port, 0);
}

static inline void assert_addr(const struct nt_addr *a, const char *text)
{
    char buf[NT_ADDR_TEXT];
    assert_string_equal(nt_addr_format(a, buf), text);
}

#endif
