/* Each allocation fails once: no fragment is lost from the count of buffers, and what follows is put together. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "natsim/packet/fragment.h"
#include "natsim/packet/reassembly.h"
#include "tests/unit/fail_alloc.h"

enum { COUNT = 60 };

static struct nt_pool pool;

static void drop(void *user, struct nt_packet *p, enum nt_drop why, const struct nt_addr *src, const struct nt_addr *dst,
                 nt_time now)
{
    (void)user, (void)why, (void)src, (void)dst, (void)now;
    nt_pool_put(&pool, p);
}

/* The two fragments of a datagram from a source of its own; NULL without memory. */
static struct nt_packet *fragments(uint16_t i)
{
    static const uint8_t payload[1000];
    struct nt_addr src = nt_addr_v4(0x0a000000u + i, 1), dst = addr("10.1.0.2:2");
    struct nt_packet *p = nt_pool_get(&pool, 1100);
    if (p == NULL)
        return NULL;
    assert_int_equal(nt_packet_udp(p, &src, &dst, payload, sizeof payload, 64, 0, false, i), 0);
    if (nt_fragment(&pool, &p, 576) == NT_OK)
        return p;
    nt_pool_put(&pool, p);
    return NULL;
}

/* How many of the datagrams, whose first fragments all come before the second ones, become whole. */
static size_t put_together(struct nt_reassembly *r)
{
    struct nt_packet *second[COUNT];
    size_t done = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        struct nt_packet *p = fragments((uint16_t)i);
        second[i] = p != NULL ? p->next : NULL;
        int err = p != NULL ? nt_reassembly_add(r, &p, 0) : NT_OK;
        assert_true(err == NT_OK || err == NT_ENOMEM);
        assert_null(p);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        if (second[i] == NULL)
            continue;
        int err = nt_reassembly_add(r, &second[i], 0);
        assert_true(err == NT_OK || err == NT_ENOMEM);
        if (second[i] == NULL)
            continue;
        nt_pool_put(&pool, second[i]);
        done++;
    }
    return done;
}

TEST(reassembly_without_memory)
{
    bool done = false;
    for (long at_call = 0; !done; at_call++) {
        nt_pool_init(&pool, 1500);
        alloc_fail(at_call);
        struct nt_reassembly *r = nt_reassembly_new(&pool, (struct nt_reassembly_drop){drop, NULL});
        size_t whole = r != NULL ? put_together(r) : COUNT - 1;
        done = !alloc_failed();
        assert_in_range(whole, done ? COUNT : COUNT - 1, COUNT);
        if (r != NULL) {
            nt_reassembly_forget(r, 0);
            assert_int_equal(pool.out, 0);
            assert_int_equal(put_together(r), COUNT);
        }
        nt_reassembly_del(r);
        nt_pool_free(&pool);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reassembly_without_memory)};
    return RUN_TESTS(tests);
}
