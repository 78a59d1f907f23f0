/* Stories of agents with many candidate pairs: RFC 8445, 6.1.2.5. */
#include "tests/unit/conformance/forge_call.h"
#include "tests/unit/conformance/stories.h"

#include "tests/unit/help.h"

static struct nt_addr host(int i)
{
    struct nt_addr a = addr("10.0.0.3:0");
    a.port = (uint16_t)(9000 + i);
    return a;
}

static void check_host(struct forge *f, int i)
{
    ask(f, &(struct ask){.left = true, .from = f->l, .to = host(i), .flags = CONTROLLING}, TAP_NONE);
}

/* L checks hosts, one after another. */
static void check_hosts(struct forge *f, int first, int count)
{
    for (int i = 0; i < count; i++) {
        wait(f, 60);
        check_host(f, first + i);
    }
}

/* Then each check is sent once more, so that all were under way at the same time. */
static void check_all(struct forge *f, int first, int count)
{
    uint32_t ids = f->ids;
    check_hosts(f, first, count);
    f->ids = ids;
    check_hosts(f, first, count);
}

static void a_hundred_pairs(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_all(f, 0, 100);
}

static void one_pair_too_many(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    f->guilty = (uint32_t)f->c.frame_count + 101;
    check_all(f, 0, 101);
}

/* "the value MUST be configurable" */
static void a_hundred_and_fifty_are_configured(struct forge *f)
{
    f->max_pairs = 150;
    offer_and_answer(f, audio_l, audio_r);
    check_all(f, 0, 150);
}

/* A pair that has failed makes room for another: RFC 8838, 12. */
static void pairs_make_room_for_others(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_all(f, 0, 60);
    check_all(f, 60, 60);
}

/* A success that comes when the check has ended keeps no pair. */
static void they_succeed_too_late(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    uint32_t ids = f->ids;
    check_all(f, 0, 60);
    uint32_t more = f->ids;
    wait(f, 60000);
    for (int i = 0; i < 60; i++) {
        f->ids = ids + (uint32_t)i;
        fresh(f);
        answer(f, false, f->l, 0);
        send(f, TAP_NONE, TAP_L, host(i), f->l);
    }
    f->ids = more;
    check_all(f, 60, 60);
}

/* Pairs whose check has succeeded are there until one is nominated. */
static void one_valid_pair_too_many(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    for (int i = 0; i < 101; i++) {
        wait(f, 60);
        if (i == 100)
            guilty_next(f);
        check_host(f, i);
        answer(f, false, f->l, 0);
        send(f, TAP_NONE, TAP_L, host(i), f->l);
    }
}

/* RFC 8445, 7.3.1.4: "The pair is inserted into the checklist", of whose limit nothing is said there. */
static void checks_that_come_trigger_others(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_all(f, 0, 90);
    for (int i = 90; i < 120; i++) {
        ask(f, &(struct ask){.left = false, .from = host(i), .to = f->l, .flags = CONTROLLED}, TAP_L);
        f->c.frames[f->c.frame_count - 1].marks = 0;
        f->c.frames[f->c.frame_count - 2].marks = NT_MARK_INJECTED; /* R's sockets are not looked at */
        answer(f, true, host(i), 0);
        send(f, TAP_L, TAP_NONE, f->l, host(i));
    }
    check_all(f, 90, 30);
}

/* 8.1.2: what is left of a component is removed once a pair is nominated. */
static void the_component_has_a_pair(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    uint32_t ids = f->ids;
    check_hosts(f, 0, 60);
    pair_up(f, f->l, f->r, NOMINATE);
    check_all(f, 60, 101);
    uint32_t more = f->ids;
    f->ids = ids;
    check_hosts(f, 0, 60);
    f->ids = more;
}

#define SECOND(side, port) "a=candidate:1 2 UDP 2130706430 10.0.0." side " " port " typ host\r\n"

/* 8.1.2: the checklist fails, for one component has no valid pair, which is the first that was checked. */
static void the_first_component_never_becomes_valid(struct forge *f)
{
    char l[600], r[600];
    snprintf(l, sizeof l, "%s%s", audio_l, SECOND("1", "5001"));
    snprintf(r, sizeof r, "%s%s", audio_r, SECOND("2", "6001"));
    offer_and_answer(f, l, r);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
    wait(f, 60);
    ask(f,
        &(struct ask){.left = true,
                      .from = addr("10.0.0.1:5001"),
                      .to = addr("10.0.0.2:6001"),
                      .flags = CONTROLLING,
                      .priority = FORGE_PRFLX - 1},
        TAP_NONE);
    answer(f, false, addr("10.0.0.1:5001"), 0);
    send(f, TAP_NONE, TAP_L, addr("10.0.0.2:6001"), addr("10.0.0.1:5001"));
    wait(f, 40000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, "m=audio 0 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n"); /* RFC 8839, 4.3.4 */
    wait(f, 20000);
}

/* The candidates make one pair, and the check that comes a second: no limit of two is reached. */
static void refused_below_the_limit(struct forge *f)
{
    f->max_pairs = 2;
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    ask(f, &(struct ask){.left = false, .from = host(1), .to = f->l, .flags = CONTROLLED}, TAP_L);
    f->c.frames[f->c.frame_count - 2].marks = NT_MARK_INJECTED; /* R's sockets are not looked at */
    guilty_next(f);
    answer(f, true, host(1), 400);
    send(f, TAP_L, TAP_NONE, f->l, host(1));
}

TEST(who_does_right_gets_no_advice)
{
    static const struct story stories[] = {STORY_OF(a_hundred_pairs, "RFC8445-6.1.2.5-limit"),
                                           STORY(a_hundred_and_fifty_are_configured),
                                           STORY(pairs_make_room_for_others),
                                           STORY(they_succeed_too_late),
                                           STORY(checks_that_come_trigger_others),
                                           STORY(the_component_has_a_pair),
                                           STORY(the_first_component_never_becomes_valid)};
    judge_good_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_checks_too_many_gets_advice)
{
    static const struct breach breaches[] = {BREACH(refused_below_the_limit, "RFC8445-7.3-left-half", "L", 1),
                                             BREACH(one_pair_too_many, "RFC8445-6.1.2.5-limit", "L", 1),
                                             BREACH(one_valid_pair_too_many, "RFC8445-6.1.2.5-limit", "L", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_does_right_gets_no_advice),
                                       cmocka_unit_test(who_checks_too_many_gets_advice)};
    return RUN_TESTS(tests);
}
