/* The order of an agent's addresses (RFC 8421), and those that get no base. */
#include "parts.h"
#include "peer.h"

#include "core/ice/bases.h"

static struct parts p;

/* `text`: addresses, each followed by a blank. The bases' addresses in their order, as one text. */
static void order(const char *text, enum nt_ice_prefer prefer, const char *expected)
{
    char addr_text[NT_ADDR_TEXT], all[1024] = "", one[64];
    struct nt_ice_config config = {.streams = 1, .components = 1, .ipv6 = true, .prefer = prefer};
    parts_init(&p);
    struct nt_ice_bases *b = nt_ice_bases_new(p.record);
    assert_non_null(b);
    for (size_t n; *text != '\0'; text += n + 1) {
        n = strcspn(text, " ");
        memcpy(one, text, n);
        one[n] = '\0';
        struct nt_addr a = addr(one);
        nt_ice_bases_add_interface(b, &config, &a, 0);
    }
    assert_int_equal(nt_ice_bases_make(b, &config), NT_OK);
    for (uint16_t i = 0; i < nt_ice_bases_count(b); i++) {
        strcat(all, nt_addr_format_ip(&nt_ice_bases_at(b, i)->addr, addr_text));
        strcat(all, " ");
    }
    assert_string_equal(all, expected);
    nt_ice_bases_del(b);
    parts_free(&p);
}

/* RFC 8421, 4: "If a host has two IPv4 addresses and six IPv6 addresses, it will insert an IPv4 address after four IPv6 addresses".
 */
TEST(families_are_mixed)
{
    order("10.0.0.1 10.0.0.2 2001::1 2001::2 2001::3 2001::4 2001::5 2001::6 ", NT_ICE_PREFER_IPV6,
          "2001::1 2001::2 2001::3 2001::4 10.0.0.1 2001::5 10.0.0.2 2001::6 ");
    order("10.0.0.1 10.0.0.2 2001::1 2001::2 2001::3 2001::4 2001::5 2001::6 ", NT_ICE_PREFER_IPV4,
          "10.0.0.1 2001::1 10.0.0.2 2001::2 2001::3 2001::4 2001::5 2001::6 ");
    order("10.0.0.1 2001::1 ", NT_ICE_PREFER_IPV6, "2001::1 10.0.0.1 ");
    order("2001::1 10.0.0.1 ", NT_ICE_PREFER_IPV4, "10.0.0.1 2001::1 ");
    order("10.0.0.2 10.0.0.1 ", NT_ICE_PREFER_IPV6, "10.0.0.2 10.0.0.1 "); /* one family: the owner's order */
    order("2001::2 2001::1 ", NT_ICE_PREFER_IPV4, "2001::2 2001::1 ");
    order("", NT_ICE_PREFER_IPV6, "");
}

/* Host candidates have priorities in that order, with trickle and without. */
TEST(priorities_follow)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        static struct lab l;
        struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
        c.ipv6 = true;
        c.trickle = (enum nt_ice_trickle)trickle;
        int err;
        memset(&l, 0, sizeof l);
        l.a = nt_ice_agent_new(&c, &err);
        assert_non_null(l.a);
        nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
        nt_ice_input(l.a, &(struct nt_path){.local = addr("2001:db8::1")}, NT_IN_IF_UP, NULL, 0, 0);
        assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
        pull(&l);
        assert_int_equal(nt_ice_candidate_count(l.a), 2);
        assert_int_equal(nt_ice_candidate_at(l.a, 0)->addr.family, NT_AF_IPV6);
        assert_int_equal(nt_ice_candidate_at(l.a, 0)->priority, 2130706431);
        assert_int_equal(nt_ice_candidate_at(l.a, 1)->priority, 2130706431 - 256);
        lab_end(&l);
    }
}

static void assert_told(const char *text, const char *address)
{
    const struct nt_trace_event *ev = last_told(&p, NT_TR_ICE_DROPPED);
    char buf[NT_ADDR_TEXT];
    assert_non_null(ev);
    assert_string_equal(ev->text, text);
    assert_string_equal(nt_addr_format_ip(&ev->a, buf), address);
}

TEST(what_gets_no_base_is_told)
{
    struct nt_ice_config config = {.streams = 1, .components = 1};
    parts_init(&p);
    struct nt_ice_bases *b = nt_ice_bases_new(p.record);
    assert_non_null(b);
    struct nt_addr loopback = addr("127.0.0.1"), v6 = addr("2001:db8::1"), v4 = addr("10.0.0.1");
    nt_ice_bases_add_interface(b, &config, &loopback, 0);
    nt_ice_bases_add_interface(b, &config, &v4, 0);
    assert_int_equal(nt_ice_bases_make(b, &config), NT_OK);
    assert_told("an interface's address gets no base: it may be no candidate (RFC 8445, 5.1.1.1)", "127.0.0.1");
    assert_int_equal(nt_ice_bases_count(b), 1);
    nt_ice_bases_unmake(b);
    nt_ice_bases_add_interface(b, &config, &v6, 0);
    assert_int_equal(nt_ice_bases_make(b, &config), NT_OK);
    assert_told("an interface's address gets no base: IPv6 is off", "2001:db8::1");
    for (uint32_t i = 1; i < NT_ICE_INTERFACES_MAX; i++) {
        assert_false(nt_ice_bases_add_interface(b, &config, &v4, 0)); /* it is there */
        v4.ip[3]++;
        assert_true(nt_ice_bases_add_interface(b, &config, &v4, 0));
    }
    v4.ip[3]++;
    assert_string_equal(last_told(&p, NT_TR_ICE_DROPPED)->text, "an interface's address gets no base: IPv6 is off");
    assert_false(nt_ice_bases_add_interface(b, &config, &v4, 0));
    assert_told("no room for another interface", "10.0.0.17");
    nt_ice_bases_del(b);
    parts_free(&p);
}

/* As many bases as there can be, in every second slot of the table, and none of them has this address. */
TEST(an_address_that_is_no_base_is_not_found)
{
    struct nt_ice_config config = {.streams = 1, .components = 4};
    struct nt_request req;
    parts_init(&p);
    struct nt_ice_bases *b = nt_ice_bases_new(p.record);
    assert_non_null(b);
    struct nt_addr interface = addr("10.0.0.2"), other = addr("10.0.0.2:5008");
    nt_ice_bases_add_interface(b, &config, &interface, 0);
    assert_int_equal(nt_ice_bases_make(b, &config), NT_OK);
    for (uint16_t i = 0; i < 4; i++) {
        assert_int_equal(nt_ice_bases_request(b, &req), 1);
        req.path.local.port = (uint16_t)(5000 + 2 * i);
        assert_true(nt_ice_bases_answer(b, &req.path, true));
        assert_int_equal(nt_ice_bases_find(b, &req.path.local), i);
    }
    assert_int_equal(nt_ice_bases_find(b, &other), NT_ICE_NO_BASE);
    nt_ice_bases_del(b);
    parts_free(&p);
}

/* An interface that comes and goes: each time another base; ports are given back, one that was asked for meanwhile, too. */
TEST(a_base_keeps_its_place)
{
    struct nt_ice_config config = {.streams = 1, .components = 2};
    struct nt_addr interface = addr("10.0.0.1");
    struct nt_request req = {0};
    int closed = 0;
    parts_init(&p);
    struct nt_ice_bases *b = nt_ice_bases_new(p.record);
    assert_non_null(b);
    for (uint16_t round = 0; round < 600; round++) { /* 1200 bases, of which two are there at a time */
        assert_true(nt_ice_bases_add_interface(b, &config, &interface, 0));
        assert_int_equal(nt_ice_bases_make(b, &config), NT_OK);
        assert_int_equal(nt_ice_bases_count(b), 2 * round + 2);
        for (int i = 0; i < round % 3; i++) { /* none, one or both are asked for in time */
            assert_int_equal(nt_ice_bases_request(b, &req), 1);
            assert_int_equal(req.kind, NT_REQ_BIND);
            req.path.local.port = (uint16_t)(5000 + i);
            assert_true(round % 2 == 0 || nt_ice_bases_answer(b, &req.path, true));
        }
        assert_true(nt_ice_bases_remove_interface(b, &interface));
        assert_false(nt_ice_bases_remove_interface(b, &interface));
        nt_ice_bases_close_interface(b, &interface);
        for (int i = 0; round % 2 == 0 && i < round % 3; i++) { /* the answer comes too late */
            req.path.id = 2U * round + 1 + (uint32_t)i;
            req.path.local.port = (uint16_t)(5000 + i);
            assert_true(nt_ice_bases_answer(b, &req.path, true));
            assert_false(nt_ice_bases_answer(b, &req.path, true));
        }
        assert_true(nt_ice_bases_answered(b));
        while (nt_ice_bases_request(b, &req) == 1) {
            assert_int_equal(req.kind, NT_REQ_CLOSE);
            assert_true(nt_addr_same_ip(&req.path.local, &interface));
            closed++;
        }
        assert_int_equal(nt_ice_bases_find(b, &req.path.local), NT_ICE_NO_BASE);
        assert_int_equal(nt_ice_bases_at(b, 2 * round)->state, NT_ICE_BASE_GONE);
    }
    assert_int_equal(closed, 600);
    nt_ice_bases_del(b);
    parts_free(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_are_mixed), cmocka_unit_test(priorities_follow), cmocka_unit_test(what_gets_no_base_is_told),
        cmocka_unit_test(an_address_that_is_no_base_is_not_found), cmocka_unit_test(a_base_keeps_its_place)};
    return RUN_TESTS(tests);
}
