/* Peers that nominate more than once: aggressively, as RFC 5245 has it (libnice, aioice), or because they move to another pair
 * (libwebrtc, str0m). RFC 8445, 8.1.1: "use the pairs with the highest priority".
 *
 *   agent 10.0.0.1:5000 (controlled) --- high 10.0.0.2:1
 *                                    --- low  10.0.0.2:2
 */
#include "peer.h"

#define HIGH "10.0.0.2:1"
#define LOW "10.0.0.2:2"

static struct lab l;
static uint8_t ids;

static void begin(const struct nt_ice_config *config)
{
    struct nt_ice_config c = config != NULL ? *config : lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r[2] = {candidate(HIGH, NT_ICE_HOST, "1"), candidate(LOW, NT_ICE_HOST, "2")};
    r[1].priority -= 256;
    lab_start(&l, &c);
    assert_int_equal(remote_with(&l, r, 2, c.renomination), NT_OK);
    go(&l, 60 * NT_MSEC); /* both checks have left */
}

static void nominate(const char *addr)
{
    request(&l, addr, (struct ask){.id = ++ids, .use_candidate = true});
}

/* The latest request to `addr` is answered. */
static void answer(const char *addr)
{
    struct out *found = NULL, *o;
    while ((o = next_out(&l, NT_STUN_REQUEST, addr)) != NULL)
        found = o;
    assert_non_null(found);
    respond(&l, found, (struct reply){0});
    l.next = 0;
}

static uint16_t selected(void)
{
    struct nt_ice_candidate own, peer;
    return nt_ice_selected(l.a, 1, 1, &own, &peer) ? peer.addr.port : 0;
}

/* Where data goes. */
static uint16_t data_goes_to(void)
{
    int before = l.count;
    assert_int_equal(nt_ice_send(l.a, 1, 1, (const uint8_t *)"\x80 data", 6, false, l.now), NT_OK);
    pull(&l);
    assert_int_equal(l.count, before + 1);
    return l.outs[before].path.remote.port;
}

/* Answers consent requests on `addr` until `until`, or nobody's. */
static void live(const char *source, nt_time until)
{
    int seen = l.count;
    while (l.now < until) {
        go(&l, l.now + 100 * NT_MSEC < until ? l.now + 100 * NT_MSEC : until);
        for (; seen < l.count; seen++) {
            struct nt_addr a = addr(source != NULL ? source : "0.0.0.0");
            struct out *o = &l.outs[seen];
            if (o->m.len > 0 && o->m.class_ == NT_STUN_REQUEST && nt_addr_equal(&a, &o->path.remote))
                respond(&l, o, (struct reply){0});
        }
    }
}

/* Nominated both, the low pair's check is answered first: the high one is not given up, and is selected once its check succeeds. */
TEST(both_under_way)
{
    begin(NULL);
    nominate(HIGH);
    nominate(LOW);
    go(&l, 170 * NT_MSEC);
    answer(LOW);
    assert_int_equal(selected(), 2);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    go(&l, 900 * NT_MSEC); /* and is sent again */
    answer(HIGH);
    assert_int_equal(selected(), 1);
    assert_int_equal(data_goes_to(), 1);
    live(HIGH, 60 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* The low one was selected, and the high one's check ended with that; the peer nominates it afterwards. */
TEST(a_pair_given_up)
{
    begin(NULL);
    answer(LOW);
    nominate(LOW);
    assert_int_equal(selected(), 2);
    int before = l.count;
    request(&l, HIGH, (struct ask){.id = ++ids}); /* not a nomination: answered, and that is all */
    go(&l, 200 * NT_MSEC);
    assert_int_equal(l.count, before + 1);
    nominate(HIGH);
    go(&l, 300 * NT_MSEC);
    assert_int_equal(l.count, before + 3); /* the answer and a check */
    answer(HIGH);
    assert_int_equal(selected(), 1);
    assert_true(pair_to(&l, HIGH).nominated);
    lab_end(&l);
}

/* The same from an address that nobody told (libwebrtc behind a NAT that maps anew). */
TEST(a_pair_just_learnt)
{
    begin(NULL);
    answer(LOW);
    nominate(LOW);
    request(&l, "10.0.0.2:3", (struct ask){.id = ++ids, .use_candidate = true, .priority = 1}); /* lower: nothing */
    request(&l, "10.0.0.2:4", (struct ask){.id = ++ids, .use_candidate = true, .priority = INT32_MAX});
    go(&l, 300 * NT_MSEC);
    answer("10.0.0.2:4");
    assert_int_equal(selected(), 4);
    l.next = 0;
    assert_null(next_out(&l, NT_STUN_REQUEST, "10.0.0.2:3"));
    lab_end(&l);
}

TEST(lower_ones_mean_nothing)
{
    begin(NULL);
    answer(HIGH);
    nominate(HIGH);
    live(HIGH, 40 * NT_SEC);
    int before = l.count;
    for (int i = 0; i < 3; i++)
        nominate(LOW);
    nominate(HIGH); /* as libwebrtc does all the time */
    assert_int_equal(l.count, before + 4);
    assert_int_equal(selected(), 1);
    live(HIGH, 41 * NT_SEC);
    for (int i = before; i < l.count; i++)
        assert_false(l.outs[i].m.class_ == NT_STUN_REQUEST && l.outs[i].path.remote.port == 2);
    lab_end(&l);
}

/* The selected path ends: consent requests stay unanswered. What the peer nominates then is followed; and back. */
TEST(away_from_a_dead_path)
{
    begin(NULL);
    answer(HIGH);
    answer(LOW);
    nominate(HIGH);
    live(HIGH, 20 * NT_SEC);
    live(NULL, 27 * NT_SEC); /* longer than the longest interval and 500 ms */
    assert_int_equal(selected(), 1);
    nominate(LOW);
    assert_int_equal(selected(), 1); /* the low one's check was answered 27 s ago, and is made once more */
    live(LOW, 27 * NT_SEC + 200 * NT_MSEC);
    assert_int_equal(selected(), 2);
    assert_int_equal(data_goes_to(), 2);
    live(LOW, 70 * NT_SEC); /* past the end of the old consent */
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    nominate(HIGH); /* whose check is of long ago: once more */
    assert_int_equal(selected(), 2);
    live(HIGH, 70 * NT_SEC + 200 * NT_MSEC);
    assert_int_equal(selected(), 1);
    live(HIGH, 110 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* A check that is never answered changes nothing, and ends. */
TEST(a_check_in_vain)
{
    begin(NULL);
    answer(LOW);
    nominate(LOW);
    nominate(HIGH);
    live(LOW, 100 * NT_SEC);
    assert_int_equal(selected(), 2);
    assert_int_equal(pair_to(&l, HIGH).state, NT_ICE_PAIR_FAILED);
    nt_ice_close(l.a, l.now);
    go(&l, 200 * NT_SEC);
    lab_end(&l);
}

/* Without consent freshness (RFC 7675 is not in use) no path is in doubt. */
TEST(without_consent)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.no_consent = true;
    begin(&c);
    answer(HIGH);
    answer(LOW);
    nominate(HIGH);
    live(NULL, 100 * NT_SEC);
    nominate(LOW);
    assert_int_equal(selected(), 1);
    lab_end(&l);
}

static void name(const char *addr, uint32_t nomination)
{
    request(&l, addr, (struct ask){.id = ++ids, .use_candidate = true, .nomination = nomination});
}

/* draft-thatcher-ice-renomination, 4: the highest number counts, and "any value included takes precedence over the lack of a
 * value"; 3: "last nomination wins". Here over the priorities. */
TEST(numbers)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.renomination = true;
    begin(&c);
    answer(LOW);
    name(LOW, 2);
    assert_int_equal(selected(), 2);
    name(HIGH, 1); /* late */
    answer(HIGH);
    assert_int_equal(selected(), 2);
    nominate(HIGH);
    assert_int_equal(selected(), 2);
    name(HIGH, 3);
    assert_int_equal(selected(), 1);
    name(LOW, 4);
    assert_int_equal(selected(), 2);
    lab_end(&l);
}

/* The pair of the highest number never succeeds, or only when another has been named since. */
TEST(a_number_in_vain)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.renomination = true;
    begin(&c);
    answer(LOW);
    name(LOW, 1);
    name(HIGH, 2);
    go(&l, 1 * NT_SEC);
    assert_int_equal(selected(), 2);
    name(LOW, 3);
    answer(HIGH);
    assert_int_equal(selected(), 2);
    name(HIGH, 4);
    assert_int_equal(selected(), 1);
    lab_end(&l);
}

/* Of a controlled agent the peer's numbers count, and not those that it has given before its role was switched. */
TEST(numbers_of_the_peer)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    c.renomination = true;
    begin(&c);
    answer(HIGH);
    answer(LOW);
    go(&l, 400 * NT_MSEC); /* it has nominated the high one */
    request(&l, LOW, (struct ask){.id = ++ids, .role = NT_ICE_CONTROLLING, .tie = UINT64_MAX, .nomination = 1});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLED);
    assert_int_equal(selected(), 2);
    lab_end(&l);
}

/* Nor does a controlling agent listen to nominations. */
TEST(not_when_controlling)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    begin(&c);
    answer(LOW);
    go(&l, 300 * NT_MSEC);
    answer(LOW);
    assert_int_equal(selected(), 2);
    int before = l.count;
    nominate(HIGH);
    go(&l, 2 * NT_SEC);
    assert_int_equal(l.count, before + 1);
    assert_int_equal(selected(), 2);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_under_way),        cmocka_unit_test(a_pair_given_up),
        cmocka_unit_test(a_pair_just_learnt),    cmocka_unit_test(lower_ones_mean_nothing),
        cmocka_unit_test(away_from_a_dead_path), cmocka_unit_test(a_check_in_vain),
        cmocka_unit_test(without_consent),       cmocka_unit_test(numbers),
        cmocka_unit_test(a_number_in_vain),      cmocka_unit_test(numbers_of_the_peer),
        cmocka_unit_test(not_when_controlling),
    };
    return RUN_TESTS(tests);
}
