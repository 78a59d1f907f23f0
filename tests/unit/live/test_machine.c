/* Programs on a host of the fabric:
 *
 *   machine M: eth0 10.0.0.2 --- net --- B 10.0.0.3, X 192.0.2.9
 *              eth1 10.9.0.2 --- other --- C 10.9.0.3, another X 192.0.2.9
 */
#include "core/base/err.h"
#include "natsim/live/machine.h"
#include "natsim/packet/packet.h"
#include "tests/unit/host/world.h"
#include "tests/unit/live/processes.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE (20 * NT_SEC) /* for what must happen */
#define LINES_MAX 64
#define TEXT_MAX 200

static struct world w;
static uint32_t net, other;
static struct peer b, c, x_net, x_other;
static struct nt_host *host;
static struct nt_live *live;
static struct nt_machine *machine;

/* What a program said and how it ended. */
struct heard {
    struct nt_program *program;
    char lines[LINES_MAX][TEXT_MAX]; /* their beginnings */
    enum nt_stream streams[LINES_MAX];
    size_t lengths[LINES_MAX];
    bool goes_on[LINES_MAX];
    size_t count;
    int ends, status;
};

static void line(void *user, const struct nt_program_line *one, nt_time now)
{
    struct heard *h = user;
    (void)now;
    assert_true(h->count < LINES_MAX);
    assert_int_equal(h->ends, 0);
    assert_int_equal(strlen(one->text), one->len);
    h->streams[h->count] = one->stream;
    h->lengths[h->count] = one->len;
    h->goes_on[h->count] = one->goes_on;
    snprintf(h->lines[h->count++], TEXT_MAX, "%s", one->text);
}

static void ended(void *user, int status, nt_time now)
{
    struct heard *h = user;
    (void)now;
    h->ends++;
    h->status = status;
}

static void start_program(struct heard *h, const char *command)
{
    memset(h, 0, sizeof *h);
    struct nt_program_config config = {.command = command, .line = line, .ended = ended, .user = h};
    h->program = nt_program_start(machine, &config);
    assert_non_null(h->program);
}

static bool has_ended(const void *h)
{
    return ((const struct heard *)h)->ends > 0;
}

static bool has_a_line(const void *h)
{
    return ((const struct heard *)h)->count > 0;
}

static bool has_a_datagram(const void *p)
{
    return datagrams(p) > 0;
}

static void run_until(bool (*good)(const void *), const void *what)
{
    nt_time deadline = nt_live_clock() + PATIENCE;
    while (!good(what)) {
        assert_true(nt_live_clock() < deadline);
        assert_int_equal(nt_live_run(live, w.f, NT_TIME_NEVER, NT_SEC), NT_FABRIC_UNTIL);
    }
}

/* A sandbox with IPv4; where there is none the test is skipped. */
static void make_machine(void)
{
    static struct nt_addr first, second;
    first = addr("10.0.0.2");
    second = addr("10.9.0.2");
    struct nt_sandbox_interface interfaces[] = {{.addresses = &first, .address_count = 1, .bits4 = 24, .mtu = 1500},
                                                {.addresses = &second, .address_count = 1, .bits4 = 24, .mtu = 1500}};
    struct nt_sandbox_config config = {.interfaces = interfaces, .interface_count = 2, .hosts = "127.0.0.1 localhost\n"};
    struct nt_route routes[] = {{.prefix = {.addr = {.family = NT_AF_IPV4}}, .port = 0},
                                {.prefix = {.addr = {.family = NT_AF_IPV4}}, .port = 1}};
    char why[NT_SANDBOX_WHY];
    host = nt_host_new(w.f, "M");
    assert_int_equal(nt_host_attach(host, net, "M.0", &first, 1), 0);
    assert_int_equal(nt_host_attach(host, other, "M.1", &second, 1), 1);
    assert_int_equal(nt_routes_add(nt_host_routes(host), &routes[0]), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(host), &routes[1]), 0);
    machine = nt_machine_new(live, host, &config, why);
    if (machine == NULL && strncmp(why, "no real programs here: ", 23) == 0) {
        print_message("%s\n", why);
        skip();
    }
    assert_non_null(machine);
}

FIXTURE(setup)
{
    signal(SIGPIPE, SIG_IGN);
    world_new(&w, 1);
    net = network(&w, "net", (struct nt_network_config){.delay = 5 * NT_MSEC});
    other = network(&w, "other", (struct nt_network_config){.delay = 5 * NT_MSEC});
    peer_new(&b, &w, net, "B", "10.0.0.3", "10.0.0.3:6000");
    peer_new(&c, &w, other, "C", "10.9.0.3", "10.9.0.3:6000");
    peer_new(&x_net, &w, net, "X", "192.0.2.9", "192.0.2.9:7000");
    peer_new(&x_other, &w, other, "X2", "192.0.2.9", "192.0.2.9:7000");
    live = nt_live_new();
    machine = NULL;
    return live != NULL ? 0 : -1;
}

FIXTURE(teardown)
{
    nt_machine_del(machine);
    nt_live_del(live);
    nt_fabric_del(w.f);
    return 0;
}

TEST(lines_and_the_end_arrive_in_order)
{
    struct heard h;
    make_machine();
    start_program(&h, "echo one; echo; printf 'a\\tb\\nwithout an end'; exit 5");
    run_until(has_ended, &h); /* before the clock starts, too */
    assert_int_equal(h.count, 4);
    assert_string_equal(h.lines[0], "one");
    assert_string_equal(h.lines[1], "");
    assert_string_equal(h.lines[2], "a\tb");
    assert_string_equal(h.lines[3], "without an end");
    assert_int_equal(h.ends, 1);
    assert_true(WIFEXITED(h.status) && WEXITSTATUS(h.status) == 5);
    assert_int_equal(nt_program_write(h.program, "x\n", 2), NT_ESTATE);
    start_program(&h, "echo good >&2; kill -TERM $$");
    run_until(has_ended, &h);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.streams[0], NT_STDERR);
    assert_true(WIFSIGNALED(h.status) && WTERMSIG(h.status) == SIGTERM);
}

TEST(a_line_that_is_too_long_comes_in_pieces)
{
    struct heard h;
    make_machine();
    start_program(&h, "head -c 200000 /dev/zero | tr '\\0' x; echo; echo short");
    run_until(has_ended, &h);
    size_t pieces = (200000 - 1) / (NT_PROGRAM_LINE_MAX - 1), sum = 0;
    assert_int_equal(h.count, pieces + 2);
    for (size_t i = 0; i <= pieces; i++) {
        assert_int_equal(h.goes_on[i], i < pieces);
        sum += h.lengths[i];
    }
    assert_int_equal(sum, 200000);
    assert_string_equal(h.lines[pieces + 1], "short");
    assert_false(h.goes_on[pieces + 1]);
}

TEST(standard_input_is_written_and_closed)
{
    struct heard h;
    make_machine();
    start_program(&h, "while read -r line; do echo \"got $line\"; done; echo end");
    assert_int_equal(nt_program_write(h.program, "one\ntwo\n", 8), NT_OK);
    run_until(has_a_line, &h);
    nt_program_close_input(h.program);
    assert_int_equal(nt_program_write(h.program, "three\n", 6), NT_ESTATE);
    run_until(has_ended, &h);
    assert_int_equal(h.count, 3);
    assert_string_equal(h.lines[0], "got one");
    assert_string_equal(h.lines[1], "got two");
    assert_string_equal(h.lines[2], "end");
}

TEST(what_does_not_read_is_not_waited_for)
{
    static char much[65536];
    struct heard h;
    size_t written = 0;
    int r = NT_OK;
    make_machine();
    memset(much, 'x', sizeof much);
    start_program(&h, "exec tail -f /dev/null");
    while ((r = nt_program_write(h.program, much, sizeof much)) == NT_OK && written <= NT_PROGRAM_INPUT_MAX)
        written += sizeof much;
    assert_int_equal(r, NT_ELIMIT);
    assert_true(written >= 65536);
}

TEST(programs_are_limited)
{
    static struct heard h[NT_MACHINE_PROGRAMS_MAX];
    struct heard last;
    make_machine();
    for (int i = 0; i < NT_MACHINE_PROGRAMS_MAX; i++)
        start_program(&h[i], "read -r x; exit 3");
    struct nt_program_config config = {.command = "true", .line = line, .ended = ended, .user = &last};
    assert_null(nt_program_start(machine, &config));
    for (int i = NT_MACHINE_PROGRAMS_MAX - 1; i >= 0; i--) {
        nt_program_close_input(h[i].program);
        run_until(has_ended, &h[i]);
        assert_int_equal(h[i].status, 3 << 8);
    }
}

/* It sends `len` bytes from its socket to where it is told, prints how many come back and from whom. */
static void start_udp(struct heard *h, const char *from, const char *to, int port, int len)
{
    char command[600];
    snprintf(command, sizeof command,
             "exec python3 -c 'import socket; s = socket.socket(2, 2); s.bind((\"%s\", 4000)); s.sendto(bytes(%d), (\"%s\", %d)); "
             "print(\"sent\", flush=True); data, who = s.recvfrom(65535); print(len(data), bytes(data[4:8]).hex(), *who)'",
             from, len, to, port);
    start_program(h, command);
}

TEST(datagrams_go_both_ways)
{
    struct heard h;
    make_machine();
    nt_live_start(live);
    start_udp(&h, "0.0.0.0", "10.0.0.3", 6000, 100);
    run_until(has_a_datagram, &b);
    const struct got *g = datagram(&b, 0);
    struct nt_addr from = addr("10.0.0.2:4000");
    assert_int_equal(g->len, 100);
    assert_true(nt_addr_equal(&g->path.remote, &from));
    assert_int_equal(drops(&w, NT_DROP_CHECKSUM), 0);
    say(&b, "10.0.0.3:6000", "10.0.0.2:4000", 50, false);
    nt_host_kick(b.host, nt_fabric_now(w.f));
    run_until(has_ended, &h);
    assert_string_equal(h.lines[1], "50 04050607 10.0.0.3 6000");
}

TEST(fragments_go_both_ways)
{
    struct heard h;
    make_machine();
    nt_live_start(live);
    start_udp(&h, "0.0.0.0", "10.0.0.3", 6000, 5000);
    run_until(has_a_datagram, &b);
    assert_int_equal(datagram(&b, 0)->len, 5000);
    assert_int_equal(drops(&w, NT_DROP_CHECKSUM), 0);
    say(&b, "10.0.0.3:6000", "10.0.0.2:4000", 7000, false);
    nt_host_kick(b.host, nt_fabric_now(w.f));
    run_until(has_ended, &h);
    assert_string_equal(h.lines[1], "7000 04050607 10.0.0.3 6000");
}

/* The kernel's routes send everything strange through eth0; the host sends it where its source belongs. */
TEST(a_packet_leaves_by_its_source)
{
    struct heard one, two;
    make_machine();
    nt_live_start(live);
    start_udp(&one, "10.0.0.2", "192.0.2.9", 7000, 40);
    run_until(has_a_datagram, &x_net);
    start_udp(&two, "10.9.0.2", "192.0.2.9", 7000, 60);
    run_until(has_a_datagram, &x_other);
    assert_int_equal(datagrams(&x_net), 1);
    assert_int_equal(datagrams(&x_other), 1);
    assert_int_equal(datagram(&x_net, 0)->len, 40);
    assert_int_equal(datagram(&x_other, 0)->len, 60);
    say(&x_other, "192.0.2.9:7000", "10.9.0.2:4000", 61, false);
    nt_host_kick(x_other.host, nt_fabric_now(w.f));
    run_until(has_ended, &two);
    assert_string_equal(two.lines[1], "61 04050607 192.0.2.9 7000");
    assert_int_equal(one.ends, 0);
}

TEST(a_neighbour_on_the_second_interface)
{
    struct heard h;
    make_machine();
    nt_live_start(live);
    start_udp(&h, "0.0.0.0", "10.9.0.3", 6000, 10);
    run_until(has_a_datagram, &c);
    struct nt_addr from = addr("10.9.0.2:4000");
    assert_true(nt_addr_equal(&datagram(&c, 0)->path.remote, &from));
}

TEST(a_forged_source_goes_nowhere)
{
    static const char forge[] =
        "exec python3 -c 'import socket; s = socket.socket(2, 3, 255); s.setsockopt(0, 3, 1); "
        "s.sendto(bytes.fromhex(\"4500001c0001000040110000c6336407\" \"0a000003\" \"0fa017700008\" \"0000\"), (\"10.0.0.3\", 0))'";
    struct heard h;
    make_machine();
    nt_live_start(live);
    start_program(&h, forge);
    run_until(has_ended, &h);
    assert_int_equal(h.status, 0);
    start_udp(&h, "0.0.0.0", "10.0.0.3", 6000, 30);
    run_until(has_a_datagram, &b);
    assert_int_equal(datagrams(&b), 1);
    assert_int_equal(datagram(&b, 0)->len, 30);
    assert_int_equal(drops(&w, NT_DROP_NO_ROUTE), 1);
}

TEST(nobody_is_heard_before_the_clock_starts)
{
    struct heard h, late;
    make_machine();
    start_udp(&h, "0.0.0.0", "10.0.0.3", 6000, 100);
    run_until(has_a_line, &h);
    nt_live_run(live, w.f, NT_TIME_NEVER, 0); /* its packet is read, if not yet */
    assert_int_equal(nt_fabric_now(w.f), 0);
    nt_live_start(live);
    start_program(&late, "exec python3 -c 'import socket; socket.socket(2, 2).sendto(bytes(200), (\"10.0.0.3\", 6000))'");
    run_until(has_a_datagram, &b);
    assert_int_equal(datagram(&b, 0)->len, 200);
}

static bool is_late(const void *until)
{
    return nt_fabric_now(w.f) >= *(const nt_time *)until;
}

TEST(time_goes_on_when_nothing_is_to_come)
{
    nt_time until = 50 * NT_MSEC;
    nt_live_start(live);
    assert_int_equal(nt_fabric_next(w.f), NT_TIME_NEVER);
    nt_time begin = nt_live_clock(), deadline = begin + PATIENCE;
    while (!is_late(&until)) {
        assert_true(nt_live_clock() < deadline);
        nt_live_run(live, w.f, until, NT_SEC);
    }
    assert_true(nt_live_clock() - begin >= until);
    assert_true(nt_fabric_now(w.f) <= nt_live_clock() - begin);
}

static void note_time(void *user, nt_time now)
{
    *(nt_time *)user = now;
}

TEST(an_event_keeps_its_own_time)
{
    nt_time happened = -1, until = 60 * NT_MSEC;
    assert_int_equal(nt_fabric_at(w.f, 30 * NT_MSEC, note_time, &happened), NT_OK);
    assert_int_equal(nt_live_run(live, w.f, until, 0), NT_FABRIC_UNTIL);
    assert_int_equal(happened, -1); /* the clock has not started */
    nt_live_start(live);
    while (!is_late(&until)) {
        nt_time before = nt_fabric_now(w.f);
        nt_live_run(live, w.f, until, NT_SEC);
        assert_true(nt_fabric_now(w.f) >= before);
    }
    assert_int_equal(happened, 30 * NT_MSEC);
}

TEST(nothing_survives_its_machine)
{
    char path[64], name[64] = "";
    struct heard h[2];
    make_machine();
    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)nt_sandbox_pid(nt_machine_sandbox(machine)));
    assert_true(readlink(path, name, sizeof name - 1) > 0);
    /* The last child of each speaks: setsid may fork, and a reader of /proc that comes between sees neither process. */
    start_program(
        &h[0],
        "trap '' TERM HUP; setsid setsid sh -c 'echo child; exec tail -f /dev/null' & while read -r x; do :; done; exec tail -f /dev/null");
    start_program(
        &h[1], "setsid sh -c 'setsid sh -c \"echo orphan; exec tail -f /dev/null >/dev/null 2>&1\" <&- & exit' ; read -r x; exit");
    run_until(has_a_line, &h[0]);
    run_until(has_a_line, &h[1]);
    nt_program_close_input(h[1].program);
    run_until(has_ended, &h[1]);
    assert_true(count_in(name) >= 4);
    nt_machine_del(machine);
    machine = NULL;
    assert_int_equal(count_in(name), 0);
    assert_int_equal(h[0].ends, 0);
    say(&b, "10.0.0.3:6000", "10.0.0.2:4000", 50, false); /* the host is an empty one again */
    nt_live_start(live);
    nt_host_kick(b.host, 0);
    nt_time until = 20 * NT_MSEC;
    while (!is_late(&until))
        nt_live_run(live, w.f, until, NT_SEC);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(lines_and_the_end_arrive_in_order),
                                       T(a_line_that_is_too_long_comes_in_pieces),
                                       T(standard_input_is_written_and_closed),
                                       T(what_does_not_read_is_not_waited_for),
                                       T(programs_are_limited),
                                       T(datagrams_go_both_ways),
                                       T(fragments_go_both_ways),
                                       T(a_packet_leaves_by_its_source),
                                       T(a_neighbour_on_the_second_interface),
                                       T(a_forged_source_goes_nowhere),
                                       T(nobody_is_heard_before_the_clock_starts),
                                       T(time_goes_on_when_nothing_is_to_come),
                                       T(an_event_keeps_its_own_time),
                                       T(nothing_survives_its_machine)};
    return RUN_TESTS(tests);
}
