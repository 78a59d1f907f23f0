/* What else comes to an ICE agent's port: real stacks' checks with attributes of their own, keepalives, DTLS, what is neither.
 * Nothing of it is an error. */
#include "peer.h"

#define PEER "10.0.0.2:6000"

static struct lab l;

static void begin(enum nt_ice_role role)
{
    struct nt_ice_config c = lab_config(role);
    struct nt_ice_candidate r = candidate(PEER, NT_ICE_HOST, "1");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
}

static void from_peer(const void *bytes, size_t len)
{
    struct nt_addr source = addr(PEER);
    give(&l, &source, bytes, len);
}

static void start(struct nt_stun_builder *b, uint8_t *buf, size_t cap, enum nt_stun_class class_, uint16_t method)
{
    static uint8_t id[NT_STUN_ID];
    id[0]++;
    nt_stun_start(b, buf, cap, class_, method, id);
}

static void finish(const struct nt_stun_builder *b, const uint8_t *buf)
{
    int len = nt_stun_finish(b);
    assert_true(len > 0);
    from_peer(buf, (size_t)len);
}

static void add_user(struct nt_stun_builder *b)
{
    char user[600];
    strcpy(user, l.ufrag);
    strcat(user, ":" PEER_UFRAG);
    nt_stun_add_text(b, NT_ATTR_USERNAME, user);
}

static struct out *answer_since(int before)
{
    for (int i = before; i < l.count; i++)
        if (l.outs[i].m.len > 0 && l.outs[i].m.class_ >= NT_STUN_SUCCESS)
            return &l.outs[i];
    return NULL;
}

/* libwebrtc's GOOG-NETWORK-INFO, GOOG-LAST-ICE-CHECK-RECEIVED, GOOG-MISC-INFO, NOMINATION and DTLS inside of STUN are
 * comprehension-optional: a check with them is a check. NOMINATION is of a draft, and goes with an option that is not announced. */
TEST(checks_of_libwebrtc)
{
    static uint8_t buf[1500], flight[900];
    struct nt_ice_candidate own, peer;
    struct nt_stun_builder b;
    begin(NT_ICE_CONTROLLED);
    respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
    int before = l.count;
    start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING);
    add_user(&b);
    nt_stun_add_u32(&b, 0xC057, 0x0001000a);
    nt_stun_add(&b, 0xC058, "lasticecheck", 12);
    nt_stun_add_u64(&b, NT_ATTR_ICE_CONTROLLING, 5);
    nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    nt_stun_add_u32(&b, 0xC001, 1);
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 1853824767);
    nt_stun_add(&b, 0xC059, "\0\1", 2);
    nt_stun_add(&b, 0xC070, flight, sizeof flight);
    nt_stun_add_integrity(&b, &l.ours);
    nt_stun_add_fingerprint(&b);
    finish(&b, buf);
    struct out *o = answer_since(before);
    assert_true(o != NULL && o->m.class_ == NT_STUN_SUCCESS);
    assert_true(nt_ice_selected(l.a, 1, 1, &own, &peer));
    lab_end(&l);
}

/* RFC 8445, 7.3: the FINGERPRINT mechanism MUST be used, and RFC 8489, 6.3 discards silently what lacks it then. */
TEST(a_check_without_fingerprint)
{
    uint8_t buf[600];
    struct nt_stun_builder b;
    begin(NT_ICE_CONTROLLED);
    uint32_t dropped = nt_ice_stats(l.a).dropped;
    int before = l.count;
    start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING);
    add_user(&b);
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 1);
    nt_stun_add_u64(&b, NT_ATTR_ICE_CONTROLLING, 5);
    nt_stun_add_integrity(&b, &l.ours);
    finish(&b, buf);
    assert_null(answer_since(before));
    assert_int_equal(nt_ice_stats(l.a).dropped, dropped + 1);
    lab_end(&l);
}

/* RFC 8445, 11 and RFC 5245, 10: keepalives are Binding indications; libnice's have attributes, too. */
TEST(keepalives)
{
    uint8_t buf[600];
    struct nt_stun_builder b;
    begin(NT_ICE_CONTROLLED);
    uint32_t dropped = nt_ice_stats(l.a).dropped;
    int before = l.count;
    start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_STUN_BINDING);
    nt_stun_add_fingerprint(&b);
    finish(&b, buf);
    start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_STUN_BINDING);
    add_user(&b);
    nt_stun_add_text(&b, NT_ATTR_SOFTWARE, "libnice");
    nt_stun_add(&b, 0x7fff, "?", 1);
    nt_stun_add_integrity(&b, &l.ours);
    nt_stun_add_fingerprint(&b);
    finish(&b, buf);
    assert_int_equal(nt_ice_stats(l.a).dropped, dropped);
    assert_int_equal(l.data, 0);
    assert_int_equal(l.count, before);
    start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_DATA); /* nobody's: no TURN server is there */
    finish(&b, buf);
    assert_int_equal(nt_ice_stats(l.a).dropped, dropped + 1);
    lab_end(&l);
}

/* RFC 7983: all but STUN is the application's, DTLS before there is a pair included; nothing comes back. Strangers' is dropped. */
TEST(datagrams)
{
    static const uint8_t firsts[] = {20, 22, 63, 64, 79, 127, 128, 191, 192, 255, 4, 19};
    static uint8_t record[1300];
    struct nt_addr stranger = addr("10.0.0.9:9");
    for (int settled = 0; settled < 2; settled++) {
        begin(NT_ICE_CONTROLLED);
        if (settled != 0) {
            respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
            request(&l, PEER, (struct ask){.id = 1, .use_candidate = true});
            assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
        }
        int before = l.count;
        for (size_t i = 0; i < sizeof firsts; i++) {
            record[0] = firsts[i];
            from_peer(record, i % 2 == 0 ? sizeof record : 1);
            assert_int_equal(l.data, i + 1);
        }
        from_peer("\0\1\0\0 no cookie, so no STUN ", 27);
        assert_int_equal(l.data, sizeof firsts + 1);
        uint32_t dropped = nt_ice_stats(l.a).dropped;
        give(&l, &stranger, record, sizeof record);
        assert_int_equal(nt_ice_stats(l.a).dropped, dropped + 1);
        assert_int_equal(l.data, sizeof firsts + 1);
        assert_int_equal(l.count, before);
        lab_end(&l);
    }
}

/* Before the peer's description nobody is known: its DTLS is dropped, and counted. */
TEST(before_the_description)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    static uint8_t record[200] = {22};
    lab_start(&l, &c);
    from_peer(record, sizeof record);
    assert_int_equal(l.data, 0);
    assert_int_equal(nt_ice_stats(l.a).dropped, 1);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_of_libwebrtc), cmocka_unit_test(a_check_without_fingerprint), cmocka_unit_test(keepalives),
        cmocka_unit_test(datagrams),           cmocka_unit_test(before_the_description),
    };
    return RUN_TESTS(tests);
}
