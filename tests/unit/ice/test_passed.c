/* Candidates of the peer that are passed over: each is traced with its reason, and nothing is paired with it. */
#include "peer.h"

static struct lab l;

static struct {
    int count;
    struct nt_trace_event events[64];
} passed;

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_PASSED_OVER && passed.count < 64)
        passed.events[passed.count++] = *ev;
}

static struct nt_ice_config config(bool ipv6)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    c.trickle = NT_ICE_TRICKLE_FULL;
    c.ipv6 = ipv6;
    c.trace.emit = emit;
    passed.count = 0;
    return c;
}

static struct nt_ice_description peer(const struct nt_ice_candidate *c, int count)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    d.trickle = true;
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    for (int i = 0; i < count; i++)
        assert_int_equal(nt_ice_description_add(&d, &c[i]), NT_OK);
    return d;
}

static void tell(struct nt_ice_description d, bool fragment)
{
    assert_int_equal(fragment ? nt_ice_add_remote(l.a, &d, l.now) : nt_ice_set_remote(l.a, &d, l.now), NT_OK);
    nt_ice_description_free(&d);
    pull(&l);
}

static void assert_event(int i, enum nt_ice_pass reason, const char *addr, const char *text)
{
    char buf[NT_ADDR_TEXT];
    const struct nt_trace_event *ev = &passed.events[i];
    assert_true(i < passed.count);
    assert_int_equal(ev->n[0], 1);
    assert_int_equal(ev->n[2], reason);
    assert_string_equal(nt_addr_is_set(&ev->a) ? nt_addr_format(&ev->a, buf) : "", addr);
    assert_non_null(strstr(ev->text, text));
}

TEST(each_with_its_reason)
{
    struct nt_ice_config c = config(false);
    struct nt_ice_candidate r[6];
    static const char *const addrs[] = {"10.0.0.2:6000", "10.0.0.3:6000", "224.0.0.1:6000",
                                        "0.0.0.0:6000",  "10.0.0.4:0",    "[2001:db8::2]:6000"};
    for (int i = 0; i < 6; i++)
        r[i] = candidate(addrs[i], NT_ICE_HOST, "1");
    r[1].component = 2;
    struct nt_ice_description d = peer(r, 6);
    lab_start(&l, &c);
    tell(d, false);
    assert_int_equal(passed.count, 5);
    assert_event(0, NT_ICE_PASS_COMPONENT, "10.0.0.3:6000", "component");
    assert_event(1, NT_ICE_PASS_ADDRESS, "224.0.0.1:6000", "it is a multicast address");
    assert_event(2, NT_ICE_PASS_ADDRESS, "0.0.0.0:6000", "it is the unspecified address");
    assert_event(3, NT_ICE_PASS_ADDRESS, "10.0.0.4:0", "its port is 0");
    assert_event(4, NT_ICE_PASS_IPV6, "[2001:db8::2]:6000", "IPv6 is off");
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    lab_end(&l);
}

/* With IPv6 on, a peer's IPv6 candidates are not passed over, whether we have such an address or not: they find no partner here. */
TEST(ipv6_on)
{
    struct nt_ice_config c = config(true);
    struct nt_ice_candidate r[2] = {candidate("[2001:db8::2]:6000", NT_ICE_HOST, "1"),
                                    candidate("10.0.0.2:6000", NT_ICE_HOST, "2")},
                            x, y;
    lab_start(&l, &c);
    struct nt_ice_description d = peer(r, 2);
    d.streams[0].end_of_candidates = true;
    tell(d, false);
    assert_int_equal(passed.count, 0);
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    assert_int_equal(nt_ice_local(l.a, false, &d), NT_OK); /* tells the end of ours */
    nt_ice_description_free(&d);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){0});
    go(&l, 200 * NT_MSEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){0});
    assert_true(nt_ice_selected(l.a, 1, 1, &x, &y));
    lab_end(&l);
}

/* RFC 8838, 14: after the end of candidates new ones are ignored; those told again are not new. */
TEST(after_the_end)
{
    struct nt_ice_config c = config(false);
    struct nt_ice_candidate r[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    lab_start(&l, &c);
    struct nt_ice_description d = peer(r, 1);
    d.streams[0].end_of_candidates = true;
    tell(d, false);
    tell(peer(r, 2), true);
    assert_int_equal(passed.count, 1);
    assert_event(0, NT_ICE_PASS_ENDED, "10.0.0.3:6000", "after the end");
    tell(peer(r, 2), false); /* nor those of a later offer or answer */
    assert_int_equal(passed.count, 2);
    assert_event(1, NT_ICE_PASS_ENDED, "10.0.0.3:6000", "after the end");
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    lab_end(&l);
}

/* RFC 8445, 6.1.2.4; RFC 8838, 11: of two candidates with one address the higher priority counts, until a check has begun. */
TEST(one_address_twice)
{
    struct nt_ice_config c = config(false);
    struct nt_ice_candidate low = candidate("10.0.0.2:6000", NT_ICE_SRFLX, "1"),
                            high = candidate("10.0.0.2:6000", NT_ICE_HOST, "2");
    for (int order = 0; order < 2; order++) {
        struct nt_ice_candidate both[2] = {order == 0 ? low : high, order == 0 ? high : low};
        c = config(false);
        lab_start(&l, &c);
        tell(peer(both, 2), false);
        struct nt_ice_pair_info p = pair_to(&l, "10.0.0.2:6000");
        assert_int_equal(nt_ice_pair_count(l.a), 1);
        assert_int_equal(p.remote.type, NT_ICE_HOST);
        assert_true(p.remote.priority == high.priority && p.priority == nt_ice_pair_priority(p.local.priority, high.priority));
        assert_int_equal(passed.count, 1);
        assert_event(0, NT_ICE_PASS_REDUNDANT, "10.0.0.2:6000", "another candidate of the peer has the same address");
        lab_end(&l);
    }
    c = config(false);
    lab_start(&l, &c);
    tell(peer(&low, 1), false);
    go(&l, 0);
    tell(peer(&high, 1), true);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").remote.type, NT_ICE_SRFLX);
    assert_event(0, NT_ICE_PASS_REDUNDANT, "10.0.0.2:6000", "and is used");
    tell(peer(&low, 1), true);
    assert_int_equal(passed.count, 1); /* known */
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_with_its_reason),
        cmocka_unit_test(ipv6_on),
        cmocka_unit_test(after_the_end),
        cmocka_unit_test(one_address_twice),
    };
    return RUN_TESTS(tests);
}
