/* Every allocation is made to fail once; and in the steady state there is none. */
#include "peer.h"
#include "tests/unit/fail_alloc.h"

static struct lab l;
static bool trickle;

/* An agent with its candidates; false: without memory. */
static bool made(void)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_addr stun = addr("192.0.2.1:3478");
    struct nt_ice_turn turn = {
        .server = addr("192.0.2.2:3478"), .transport = NT_UDP, .name = "turn.example.org", .user = "u", .password = "p"};
    struct nt_ice_description d;
    int err = 0;
    c.stun = &stun;
    c.stun_count = 1;
    c.turn = &turn;
    c.turn_count = 1;
    c.software = "test";
    c.trickle = trickle ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF;
    memset(&l, 0, sizeof l);
    l.a = nt_ice_agent_new(&c, &err);
    if (l.a == NULL) {
        assert_int_equal(err, NT_ENOMEM);
        return false;
    }
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    int r = nt_ice_gather(l.a, 0);
    if (r != NT_OK) /* it can be asked again */
        r = nt_ice_gather(l.a, 0);
    if (r != NT_OK)
        return false;
    pull(&l);
    go(&l, 40 * NT_SEC); /* the servers do not answer */
    if (nt_ice_local(l.a, false, &d) != NT_OK)
        return false;
    strcpy(l.ufrag, d.streams[0].ufrag);
    strcpy(l.pwd, d.streams[0].pwd);
    l.base = d.streams[0].candidates[0].addr;
    nt_ice_description_free(&d);
    nt_stun_key_short(&l.ours, l.pwd);
    nt_stun_key_short(&l.theirs, PEER_PWD);
    return true;
}

/* What is told and heard one by one. */
static void tell_and_hear(struct nt_ice_description *theirs)
{
    struct nt_ice_candidate late = candidate("10.0.0.3:6000", NT_ICE_HOST, "2");
    struct nt_ice_description d;
    if (nt_ice_trickle(l.a, &d, l.now) == NT_OK)
        nt_ice_description_free(&d);
    if (nt_ice_description_add(theirs, &late) == NT_OK)
        (void)nt_ice_add_remote(l.a, theirs, l.now);
    pull(&l);
}

/* Gives the agent the peer's candidate; false: without memory. */
static bool told(void)
{
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_ice_description theirs;
    if (nt_ice_description_init(&theirs, 1) != NT_OK)
        return false;
    strcpy(theirs.streams[0].ufrag, PEER_UFRAG);
    strcpy(theirs.streams[0].pwd, PEER_PWD);
    theirs.trickle = trickle;
    int added = nt_ice_description_add(&theirs, &r);
    int set = added == NT_OK ? nt_ice_set_remote(l.a, &theirs, l.now) : NT_ENOMEM;
    if (set == NT_ENOMEM && added == NT_OK)
        set = nt_ice_set_remote(l.a, &theirs, l.now); /* as it was: it works the second time */
    if (set == NT_OK && trickle)
        tell_and_hear(&theirs);
    nt_ice_description_free(&theirs);
    return set == NT_OK;
}

/* Checks and data; true: there is a selected pair. */
static bool connected(void)
{
    static const uint8_t bytes[3000] = {200, 1, 2};
    struct nt_addr peer = addr("10.0.0.2:6000");
    struct nt_ice_candidate x, y;
    l.next = l.count;
    go(&l, l.now + 100 * NT_MSEC);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 3});
    struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    if (o == NULL)
        return false;
    respond(&l, o, (struct reply){.mapped = "192.0.2.77:1"});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    go(&l, l.now + 100 * NT_MSEC);
    (void)nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now);
    pull(&l);
    give(&l, &peer, bytes, sizeof bytes);
    return nt_ice_selected(l.a, 1, 1, &x, &y);
}

/* A description with other credentials; false: without memory. */
static bool begin_other(const char *ufrag, struct nt_ice_description *d)
{
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    if (nt_ice_description_init(d, 1) != NT_OK)
        return false;
    strcpy(d->streams[0].ufrag, ufrag);
    strcpy(d->streams[0].pwd, PEER_PWD);
    d->trickle = trickle;
    if (nt_ice_description_add(d, &r) == NT_OK)
        return true;
    nt_ice_description_free(d);
    return false;
}

/* What needs memory can be asked for once more. */
static bool described(bool offer)
{
    struct nt_ice_description d;
    int r = nt_ice_local(l.a, offer, &d);
    if (r != NT_OK)
        r = nt_ice_local(l.a, offer, &d);
    if (r == NT_OK)
        nt_ice_description_free(&d);
    return r == NT_OK;
}

static bool taken(const struct nt_ice_description *d)
{
    int r = nt_ice_set_remote(l.a, d, l.now);
    if (r == NT_ENOMEM)
        r = nt_ice_set_remote(l.a, d, l.now);
    pull(&l);
    return r == NT_OK;
}

static bool restarts(void)
{
    struct nt_ice_description d;
    int r = nt_ice_restart(l.a, l.now);
    if (r != NT_OK)
        r = nt_ice_restart(l.a, l.now);
    pull(&l);
    go(&l, l.now + 40 * NT_SEC); /* the servers do not answer */
    if (r != NT_OK || !begin_other("second", &d))
        return false;
    bool done = described(true) && taken(&d);
    nt_ice_description_free(&d);
    return done;
}

static bool is_restarted(void)
{
    struct nt_ice_description d;
    if (!begin_other("third", &d))
        return false;
    int r = nt_ice_set_offer(l.a, &d, l.now);
    if (r != NT_OK)
        r = nt_ice_set_offer(l.a, &d, l.now);
    pull(&l);
    go(&l, l.now + 40 * NT_SEC);
    bool done = r == NT_OK && described(false) && taken(&d);
    nt_ice_description_free(&d);
    return done;
}

/* An offer that restarts nothing. */
static bool hears_an_offer(void)
{
    struct nt_ice_description d;
    if (!begin_other("third", &d))
        return false;
    d.streams[0].remote_candidates[0] = (struct nt_ice_remote_candidate){1, l.base};
    d.streams[0].remote_candidate_count = 1;
    int r = nt_ice_set_offer(l.a, &d, l.now);
    if (r != NT_OK)
        r = nt_ice_set_offer(l.a, &d, l.now);
    pull(&l);
    go(&l, l.now + 20 * NT_SEC);
    bool done = r == NT_OK && nt_ice_rollback(l.a, l.now) == NT_OK;
    nt_ice_description_free(&d);
    return done;
}

/* The life of an agent with what it allocates for; true: it came to a selected pair. */
static bool life(void)
{
    bool done = made() && told() && connected() && restarts() && is_restarted() && hears_an_offer();
    nt_ice_agent_del(l.a);
    return done;
}

TEST(each_fails_once)
{
    for (int with = 0; with < 2; with++) {
        trickle = with == 1;
        alloc_fail(ALLOC_NONE);
        assert_true(life());
        long total = alloc_count;
        assert_true(total > 10);
        for (long i = 0; i < total; i++) {
            alloc_fail(i);
            (void)life();
        }
    }
    alloc_fail(ALLOC_NONE);
}

TEST(none_in_steady_state)
{
    static const uint8_t bytes[1200] = {200, 1, 2};
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_addr peer = addr("10.0.0.2:6000");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    for (int round = 0; round < 200; round++) {
        if (round == 100)
            alloc_fail(ALLOC_NONE);
        l.count = l.next = 0;
        assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
        pull(&l);
        give(&l, &peer, bytes, sizeof bytes);
        request(&l, "10.0.0.2:6000", (struct ask){.id = (uint8_t)round});
        go(&l, l.now + 500 * NT_MSEC);
        struct out *o;
        while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
            respond(&l, o, (struct reply){0});
    }
    assert_int_equal(l.data, 200);
    assert_int_equal(alloc_count, 0);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_fails_once), cmocka_unit_test(none_in_steady_state)};
    return RUN_TESTS(tests);
}
