#define _GNU_SOURCE
/* The pool of workers: what becomes of jobs whose worker crashes, hangs, leaves or answers at length; where files are short; when
 * a signal comes. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "scenarios/command/interrupt.h"
#include "scenarios/command/worker_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS 12
#define LONG_TEXT 3000000 /* many times what a pipe holds */

enum what { FINE = 0, CRASH, HANG, LEAVE, NOTHING, WORD, AT_LENGTH };

struct world {
    enum what jobs[JOBS];
    char *results[JOBS]; /* a text, or why the job was lost */
    bool lost[JOBS], cut[JOBS];
    int finished;
    int stop_after;      /* 0: never */
    int interrupt_after; /* likewise */
    bool greedy;         /* when a job is lost, all files are taken */
    bool gated; /* the jobs behind the third wait until one is lost: its worker is to be started again while there is work */
    int gate[2];
    unsigned job_seconds; /* 0: more than a busy machine takes */
};

static void wait_at_gate(const struct world *w)
{
    char c;
    close(w->gate[1]); /* or it waits for itself */
    while (read(w->gate[0], &c, 1) < 0)
        ;
}

static bool work(void *user, size_t job, unsigned word, struct nt_text *text)
{
    const struct world *w = user;
    static char long_text[LONG_TEXT];
    assert_int_equal(text->len, 0);
    if (w->gated && job > 2)
        wait_at_gate(w);
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
    w->finished++;
    if (w->finished == w->interrupt_after)
        raise(SIGTERM);
    return w->finished != w->stop_after;
}

static bool done(void *user, size_t job, const char *text, size_t len)
{
    assert_int_equal(strlen(text), len);
    return take(user, job, text, false);
}

static bool lost(void *user, size_t job, const char *why, int64_t wall_ms)
{
    struct world *w = user;
    assert_true(wall_ms > (w->jobs[job] == HANG ? 1000 : 0)); /* it was killed after a second */
    if (w->gated)
        close(w->gate[1]);
    while (w->greedy && open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        ;
    return take(user, job, why, true);
}

static void cut(void *user, size_t job)
{
    struct world *w = user;
    w->cut[job] = true;
}

static int run_to_the_end(struct world *w, unsigned workers)
{
    if (w->gated && pipe(w->gate) != 0)
        return NT_EIO;
    struct nt_pool pool = {.jobs = JOBS,
                           .workers = workers,
                           .job_seconds = w->job_seconds > 0 ? w->job_seconds : 60,
                           .user = w,
                           .word = word,
                           .work = work,
                           .done = done,
                           .lost = lost,
                           .cut = cut};
    return nt_pool_run(&pool);
}

static void run(struct world *w, unsigned workers)
{
    assert_int_equal(run_to_the_end(w, workers), NT_OK);
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
    struct world w = {.jobs = {[0] = HANG, [5] = HANG}, .job_seconds = 1};
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

/* In a process of its own, which has room for `files` files more, and whose standard error goes into `said`. */
static int run_with_files(struct world *w, unsigned workers, unsigned files, char *said, size_t cap)
{
    int err[2];
    assert_int_equal(pipe(err), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit;
        dup2(err[1], STDERR_FILENO);
        close_range(STDERR_FILENO + 1, ~0U, 0);
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
            _exit(100);
        limit.rlim_cur = STDERR_FILENO + 1 + files; /* valgrind lets no process change the other limit */
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            _exit(100);
        int r = run_to_the_end(w, workers);
        _exit(w->finished + (r == NT_OK ? 0 : 50));
    }
    close(err[1]);
    size_t len = 0;
    for (ssize_t n; (n = read(err[0], said + len, cap - 1 - len)) > 0;)
        len += (size_t)n;
    said[len] = '\0';
    close(err[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(where_files_are_short_fewer_workers_do_all_jobs)
{
    char said[300];
    for (unsigned files = 4; files < 30; files++) {
        struct world w = {.jobs = {[3] = CRASH}};
        assert_int_equal(run_with_files(&w, 10, files, said, sizeof said), JOBS);
        assert_int_equal(strstr(said, "of 10 worker processes can be started (Too many open files)") != NULL, files < 22);
    }
}

TEST(where_no_worker_can_be_started_the_reason_is_said)
{
    char said[300];
    for (unsigned files = 0; files < 4; files++) {
        struct world w = {.finished = 0};
        assert_int_equal(run_with_files(&w, 3, files, said, sizeof said), 50);
        assert_string_equal(said, "natsim: no worker process can be started (Too many open files): raise 'ulimit -n'\n");
    }
}

TEST(the_others_go_on_when_a_worker_cannot_be_started_again)
{
    char said[300];
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct world w = {.jobs = {[2] = CRASH}, .greedy = true, .gated = true};
        int all = workers > 1 ? JOBS : 50 + 3;
        assert_int_equal(run_with_files(&w, workers, 30, said, sizeof said), all);
        assert_non_null(strstr(said, workers == 1   ? "the last worker process ended, and none can be started in its place"
                                     : workers == 2 ? "the run goes on with 1; raise 'ulimit -n'\n"
                                                    : "the run goes on with 2; raise 'ulimit -n'\n"));
    }
}

/* What a process ends with that runs `child`, as waitpid gives it. */
static int end_of(void (*child)(void))
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGINT, SIG_DFL); /* ignored where the tests run in the background */
        nt_interrupt_watch();
        child();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

#define CHECK(what) ((what) ? (void)0 : _exit(__LINE__ & 0x7f))

static void be_interrupted(void)
{
    struct world w = {.jobs = {[0] = HANG}, .interrupt_after = 4};
    CHECK(run_to_the_end(&w, 2) == NT_OK);
    CHECK(nt_interrupt() == SIGTERM && strcmp(nt_interrupt_name(), "SIGTERM") == 0);
    CHECK(w.finished == 4 && w.cut[0] && w.cut[5] && !w.cut[6]);
    for (int i = 0; i < JOBS; i++)
        CHECK((w.results[i] != NULL) == (i >= 1 && i <= 4));
    CHECK(waitpid(-1, NULL, 0) < 0); /* no process is left */
    CHECK(run_to_the_end(&w, 2) == NT_OK && w.finished == 4);
    clear(&w);
}

TEST(an_interruption_cuts_what_runs_and_hands_out_no_more)
{
    assert_int_equal(end_of(be_interrupted), 0);
}

static void get_it_twice(void)
{
    raise(SIGTERM);
    raise(SIGTERM);
    raise(SIGINT);
    CHECK(nt_interrupt() == SIGTERM);
}

static void get_it_again_later(void)
{
    struct timespec first, now;
    raise(SIGTERM);
    while (nt_interrupt() == 0) /* valgrind delivers signals in calls that wait */
        poll(NULL, 0, 10);
    clock_gettime(CLOCK_MONOTONIC, &first);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - first.tv_sec) * 1000 + (now.tv_nsec - first.tv_nsec) / 1000000 < 501);
    raise(SIGINT);
    poll(NULL, 0, 10000);
}

TEST(the_same_signal_at_once_is_one_and_a_later_one_ends_the_process)
{
    assert_int_equal(end_of(get_it_twice), 0);
    int status = end_of(get_it_again_later);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void get_what_is_ignored(void)
{
    CHECK(nt_interrupt() == 0);
    raise(SIGHUP);
    CHECK(nt_interrupt() == 0);
    raise(SIGTERM);
    CHECK(nt_interrupt() == SIGTERM);
}

TEST(what_the_parent_ignores_stays_ignored)
{
    signal(SIGHUP, SIG_IGN);
    assert_int_equal(end_of(get_what_is_ignored), 0);
    signal(SIGHUP, SIG_DFL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_job_gets_the_word_of_the_moment),
                                       cmocka_unit_test(each_job_ends_by_itself),
                                       cmocka_unit_test(what_hangs_is_killed_and_the_rest_goes_on),
                                       cmocka_unit_test(stopping_hands_out_no_more),
                                       cmocka_unit_test(where_files_are_short_fewer_workers_do_all_jobs),
                                       cmocka_unit_test(where_no_worker_can_be_started_the_reason_is_said),
                                       cmocka_unit_test(the_others_go_on_when_a_worker_cannot_be_started_again),
                                       cmocka_unit_test(an_interruption_cuts_what_runs_and_hands_out_no_more),
                                       cmocka_unit_test(the_same_signal_at_once_is_one_and_a_later_one_ends_the_process),
                                       cmocka_unit_test(what_the_parent_ignores_stays_ignored)};
    return RUN_TESTS(tests);
}
