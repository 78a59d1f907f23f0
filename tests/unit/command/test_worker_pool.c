/* The pool of workers: what becomes of jobs whose worker crashes, hangs, leaves or answers at length. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "scenarios/command/worker_pool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS 12
#define LONG_TEXT 3000000 /* many times what a pipe holds */

enum what { FINE = 0, CRASH, HANG, LEAVE, NOTHING, WORD, AT_LENGTH };

struct world {
    enum what jobs[JOBS];
    char *results[JOBS]; /* a text, or why the job was lost */
    bool lost[JOBS];
    int finished;
    int stop_after; /* 0: never */
};

static bool work(void *user, size_t job, unsigned word, struct nt_text *text)
{
    const struct world *w = user;
    static char long_text[LONG_TEXT];
    assert_int_equal(text->len, 0);
    switch (w->jobs[job]) {
    case FINE: nt_text_printf(text, "job %zu", job); break;
    case CRASH: raise(SIGKILL); break;
    case HANG: pause(); break;
    case LEAVE: _exit(7);
    case NOTHING: return false;
    case WORD: nt_text_printf(text, "word %u", word); break;
    case AT_LENGTH:
        memset(long_text, 'x', sizeof long_text);
        nt_text_add(text, long_text, sizeof long_text);
        break;
    }
    return true;
}

static unsigned word(void *user)
{
    const struct world *w = user;
    return (unsigned)w->finished;
}

static bool take(struct world *w, size_t job, const char *text, bool lost)
{
    assert_null(w->results[job]);
    w->results[job] = strdup(text);
    w->lost[job] = lost;
    return ++w->finished != w->stop_after;
}

static bool done(void *user, size_t job, const char *text, size_t len)
{
    assert_int_equal(strlen(text), len);
    return take(user, job, text, false);
}

static bool lost(void *user, size_t job, const char *why)
{
    return take(user, job, why, true);
}

static void run(struct world *w, unsigned workers)
{
    struct nt_pool pool = {
        .jobs = JOBS, .workers = workers, .job_seconds = 1, .user = w, .word = word, .work = work, .done = done, .lost = lost};
    assert_int_equal(nt_pool_run(&pool), NT_OK);
}

static void clear(struct world *w)
{
    for (int i = 0; i < JOBS; i++)
        free(w->results[i]);
}

TEST(each_job_ends_by_itself)
{
    for (unsigned workers = 1; workers <= 3; workers += 2) {
        struct world w = {.jobs = {[1] = CRASH, [3] = LEAVE, [4] = CRASH, [6] = NOTHING, [8] = AT_LENGTH, [11] = CRASH}};
        run(&w, workers);
        assert_int_equal(w.finished, JOBS);
        for (int i = 0; i < JOBS; i++) {
            static const char *const whys[] = {[CRASH] = "the case crashed: signal 9",
                                               [LEAVE] = "the case's process ended with status 7",
                                               [NOTHING] = "the case's process ended with status 1"};
            char text[40];
            snprintf(text, sizeof text, "job %d", i);
            assert_int_equal(w.lost[i], w.jobs[i] != FINE && w.jobs[i] != AT_LENGTH);
            if (w.jobs[i] == AT_LENGTH)
                assert_int_equal(strlen(w.results[i]), LONG_TEXT);
            else
                assert_string_equal(w.results[i], w.jobs[i] == FINE ? text : whys[w.jobs[i]]);
        }
        clear(&w);
    }
}

TEST(what_hangs_is_killed_and_the_rest_goes_on)
{
    struct world w = {.jobs = {[0] = HANG, [5] = HANG}};
    run(&w, 2);
    assert_int_equal(w.finished, JOBS);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(w.lost[i], w.jobs[i] == HANG);
    assert_string_equal(w.results[5], "the case hung: killed after 1 s");
    clear(&w);
}

TEST(stopping_hands_out_no_more)
{
    for (int crash = 0; crash < 2; crash++) {
        struct world w = {.stop_after = 3};
        w.jobs[2] = crash ? CRASH : FINE;
        run(&w, 1);
        assert_int_equal(w.finished, 3);
        assert_non_null(w.results[2]);
        assert_null(w.results[3]);
        clear(&w);
    }
}

TEST(a_job_gets_the_word_of_the_moment)
{
    struct world w = {0};
    for (int i = 0; i < JOBS; i++)
        w.jobs[i] = WORD;
    run(&w, 1);
    for (int i = 0; i < JOBS; i++) {
        char expected[40];
        snprintf(expected, sizeof expected, "word %d", i);
        assert_string_equal(w.results[i], expected);
    }
    clear(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_gets_the_word_of_the_moment), cmocka_unit_test(each_job_ends_by_itself),
        cmocka_unit_test(what_hangs_is_killed_and_the_rest_goes_on), cmocka_unit_test(stopping_hands_out_no_more)};
    return RUN_TESTS(tests);
}
