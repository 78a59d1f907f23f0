/* Endpoints on real sockets over loopback. Nothing sleeps: each wait ends with what is waited for, or fails the test. */
#include "tests/unit/help.h"

#include "natsim/sockets/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE (20 * NT_SEC)
#define QUEUE 8
#define V4 "127.0.0.1:0"
#define V6 "[::1]:0"

/* An endpoint that asks for what the test wants, and keeps the last of what it is given. */
struct party {
    struct nt_request requests[QUEUE];
    size_t request_count;
    struct nt_path out[QUEUE];
    const uint8_t *bytes;
    size_t out_count, out_len;
    nt_time at, called;   /* its deadline; when its timer was called */
    struct nt_addr local; /* the last one granted */
    int granted, refused, failed, datagrams, errors, up;
    struct nt_path path; /* of the last datagram or error */
    uint8_t got[NT_DATAGRAM_MAX];
    size_t got_len;
    bool echoes, closes;
};

static struct nt_sockets *s;
static struct nt_trace_event told;
static int told_count;
static char told_text[100];
static struct party a, b;

static void keep_event(void *user, const struct nt_trace_event *e)
{
    (void)user;
    told = *e;
    told_count++;
    strncpy(told_text, e->text != NULL ? e->text : "", sizeof told_text - 1);
}

static void party_send(struct party *p, const struct nt_path *path, const void *bytes, size_t len)
{
    assert_in_range(p->out_count, 0, QUEUE - 1);
    p->out[p->out_count++] = *path;
    p->bytes = bytes;
    p->out_len = len;
}

static void party_ask(struct party *p, enum nt_request_kind kind, const struct nt_addr *local)
{
    p->requests[p->request_count++] = (struct nt_request){.kind = kind, .path = {.transport = NT_UDP, .id = 7, .local = *local}};
}

static void take_datagram(struct party *p, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    p->datagrams++;
    p->path = *path;
    p->got_len = len;
    memcpy(p->got, bytes, len);
    if (p->echoes)
        party_send(p, &(struct nt_path){.transport = NT_UDP, .local = path->local, .remote = path->remote}, p->got, len);
    if (p->closes)
        party_ask(p, NT_REQ_CLOSE, &path->local);
}

static void party_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct party *p = self;
    assert_true(now >= 0 && now <= nt_sockets_now(s));
    switch (kind) {
    case NT_IN_CONNECTED:
        assert_int_equal(path->id, 7);
        p->granted++;
        p->local = path->local;
        break;
    case NT_IN_CLOSED: p->refused++; break;
    case NT_IN_SEND_FAILED: p->failed++; break;
    case NT_IN_IF_UP: p->up++; break;
    case NT_IN_ICMP:
        p->errors++;
        p->path = *path;
        memcpy(p->got, bytes, len);
        p->got_len = len;
        break;
    default: take_datagram(p, path, bytes, len);
    }
}

static void party_timer(void *self, nt_time now)
{
    struct party *p = self;
    assert_true(now >= p->at);
    p->called = now;
    p->at = NT_TIME_NEVER;
}

static size_t party_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct party *p = self;
    (void)now;
    if (p->out_count == 0)
        return 0;
    assert_in_range(p->out_len, 0, cap);
    *path = p->out[0];
    memmove(p->out, p->out + 1, --p->out_count * sizeof *p->out);
    memcpy(buf, p->bytes, p->out_len);
    return p->out_len > 0 ? p->out_len : NT_OUTPUT_EMPTY;
}

static nt_time party_deadline(const void *self)
{
    return ((const struct party *)self)->at;
}

static int party_request(void *self, struct nt_request *req)
{
    struct party *p = self;
    if (p->request_count == 0)
        return 0;
    *req = p->requests[0];
    memmove(p->requests, p->requests + 1, --p->request_count * sizeof *p->requests);
    return 1;
}

static const struct nt_endpoint_ops ops = {party_input, party_timer, party_output, party_deadline, party_request};

static void begin(size_t ports)
{
    struct nt_trace trace = {keep_event, NULL, 0};
    s = nt_sockets_new(ports, &trace);
    assert_non_null(s);
    a = b = (struct party){.at = NT_TIME_NEVER};
    told_count = 0;
    assert_int_equal(nt_sockets_run_endpoint(s, (struct nt_endpoint){&ops, &a}), 0);
    assert_int_equal(nt_sockets_run_endpoint(s, (struct nt_endpoint){&ops, &b}), 1);
}

FIXTURE(setup)
{
    begin(8);
    return 0;
}

FIXTURE(teardown)
{
    nt_sockets_del(s);
    return 0;
}

/* Turns until *count is `wanted`. */
static void wait_for(const int *count, int wanted)
{
    nt_time until = nt_sockets_now(s) + PATIENCE;
    while (*count < wanted && nt_sockets_now(s) < until)
        nt_sockets_turn(s, until);
    assert_int_equal(*count, wanted);
}

static void drain_now(void)
{
    nt_sockets_turn(s, 0);
}

static bool bound(struct party *p, const char *local)
{
    struct nt_addr want = addr(local);
    int granted = p->granted;
    party_ask(p, NT_REQ_BIND, &want);
    drain_now();
    return p->granted > granted;
}

/* Asked of the machine itself, not of what is tested. */
static bool machine_has_ipv6(void)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int f = socket(AF_INET6, SOCK_DGRAM, 0);
    bool has = f >= 0 && bind(f, (struct sockaddr *)&loopback, sizeof loopback) == 0;
    if (f >= 0)
        close(f);
    return has;
}

/* Both have a port of this family; false: the machine has no IPv6. Every machine has IPv4's loopback. */
static bool both_bound(const char *local)
{
    if (!bound(&a, local)) {
        assert_int_equal(addr(local).family, NT_AF_IPV6);
        assert_false(machine_has_ipv6());
        print_message("the machine has no IPv6\n");
        return false;
    }
    assert_true(bound(&b, local));
    assert_int_not_equal(a.local.port, 0);
    assert_int_not_equal(a.local.port, b.local.port);
    return true;
}

static struct nt_path way(const struct party *from, const struct party *to)
{
    return (struct nt_path){.transport = NT_UDP, .local = from->local, .remote = to->local};
}

/* A loopback address that nobody has a port on, for a moment. */
static struct nt_addr closed_port(struct party *p, const char *local)
{
    struct nt_addr kept = p->local;
    assert_true(bound(p, local));
    struct nt_addr gone = p->local;
    party_ask(p, NT_REQ_CLOSE, &gone);
    drain_now();
    p->local = kept;
    return gone;
}

/* --- datagrams --- */

static void check_datagram(const char *local)
{
    if (!both_bound(local))
        skip();
    struct nt_path path = way(&a, &b);
    path.ttl = 7;
    path.tos = 0xb9;
    party_send(&a, &path, "hello", 5);
    wait_for(&b.datagrams, 1);
    assert_int_equal(b.got_len, 5);
    assert_memory_equal(b.got, "hello", 5);
    assert_true(nt_addr_equal(&b.path.local, &b.local) && nt_addr_equal(&b.path.remote, &a.local));
    assert_int_equal(b.path.transport, NT_UDP);
    assert_int_equal(b.path.ttl, 7);
    assert_int_equal(b.path.tos, 0xb9);
    assert_int_equal(a.datagrams, 0);
}

TEST(a_datagram_arrives_with_its_path_ttl_and_dscp)
{
    check_datagram(V4);
}

TEST(a_datagram_of_ipv6_does_too)
{
    check_datagram(V6);
}

static void check_defaults(const char *local)
{
    if (!both_bound(local))
        skip();
    struct nt_path path = way(&a, &b), first = path;
    first.ttl = 3;
    first.tos = 8;
    party_send(&a, &first, "x", 1);
    party_send(&a, &path, "x", 1);
    wait_for(&b.datagrams, 2);
    assert_int_equal(b.path.ttl, 64);
    assert_int_equal(b.path.tos, 0);
}

TEST(what_a_path_does_not_say_is_64_hops_and_no_dscp)
{
    check_defaults(V4);
}

TEST(and_so_with_ipv6)
{
    check_defaults(V6);
}

TEST(a_datagram_may_have_no_bytes)
{
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b);
    party_send(&a, &path, "", 0);
    wait_for(&b.datagrams, 1);
    assert_int_equal(b.got_len, 0);
}

TEST(the_longest_datagram_arrives)
{
    static uint8_t bytes[NT_DATAGRAM_MAX] = {[NT_DATAGRAM_MAX - 1] = 42};
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b);
    party_send(&a, &path, bytes, sizeof bytes);
    wait_for(&b.datagrams, 1);
    assert_int_equal(b.got_len, NT_DATAGRAM_MAX);
    assert_int_equal(b.got[NT_DATAGRAM_MAX - 1], 42);
}

TEST(an_answer_goes_out_in_the_turn_of_what_it_answers)
{
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b);
    b.echoes = true;
    party_send(&a, &path, "ping", 4);
    wait_for(&a.datagrams, 1);
    assert_memory_equal(a.got, "ping", 4);
}

/* The loopback's MTU is 65,536 bytes: the longest datagram over IPv6 is one more fragment, or cannot be sent. */
TEST(df_says_whether_a_datagram_is_sent_in_fragments)
{
    static const uint8_t bytes[NT_DATAGRAM_MAX];
    if (!both_bound(V6))
        skip();
    struct nt_path path = way(&a, &b);
    path.df = 1;
    party_send(&a, &path, bytes, sizeof bytes);
    drain_now();
    assert_int_equal(a.failed, 1);
    assert_int_equal(told.kind, NT_TR_UNSENT);
    assert_string_equal(told_text, "Message too long");
    path.df = 0;
    party_send(&a, &path, bytes, sizeof bytes);
    wait_for(&b.datagrams, 1);
    assert_int_equal(b.got_len, sizeof bytes);
    assert_int_equal(a.failed, 1);
    assert_int_equal(a.errors, 0);
}

/* --- ICMP errors --- */

static void check_unreachable(const char *local, uint8_t type, uint8_t code)
{
    if (!both_bound(local))
        skip();
    struct nt_path path = way(&a, &b);
    path.remote = closed_port(&b, local);
    party_send(&a, &path, "x", 1);
    wait_for(&a.errors, 1);
    assert_true(nt_addr_equal(&a.path.local, &a.local) && nt_addr_equal(&a.path.remote, &path.remote));
    const uint8_t expected[NT_ICMP_INPUT] = {type, code};
    assert_int_equal(a.got_len, NT_ICMP_INPUT);
    assert_memory_equal(a.got, expected, sizeof expected);
    assert_int_equal(a.failed, 0);
    assert_int_equal(b.errors, 0);
}

TEST(an_icmp_error_comes_with_the_path_of_its_datagram)
{
    check_unreachable(V4, 3, 3);
}

TEST(an_icmpv6_error_does_too)
{
    check_unreachable(V6, 1, 4);
}

TEST(an_icmp_error_takes_no_later_datagram_with_it)
{
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b), lost = path;
    lost.remote = closed_port(&b, V4);
    for (int i = 0; i < 3; i++) {
        party_send(&a, &lost, "x", 1);
        party_send(&a, &path, "y", 1);
    }
    wait_for(&b.datagrams, 3);
    wait_for(&a.errors, 3);
    assert_int_equal(a.failed, 0);
    assert_int_equal(told_count, 0);
}

/* --- requests --- */

static void assert_refused(const char *why)
{
    drain_now();
    assert_int_equal(a.refused, 1);
    assert_int_equal(a.granted, 0);
    assert_int_equal(told_count, 1);
    assert_int_equal(told.kind, NT_TR_PORT_REFUSED);
    assert_string_equal(told_text, why);
}

TEST(a_port_of_an_address_that_is_not_ours_is_refused_and_told)
{
    struct nt_addr local = addr("192.0.2.1:0");
    party_ask(&a, NT_REQ_BIND, &local);
    assert_refused("Cannot assign requested address");
    assert_true(nt_addr_equal(&told.a, &local));
}

TEST(a_port_that_is_taken_is_refused_and_told)
{
    assert_true(bound(&b, V4));
    party_ask(&a, NT_REQ_BIND, &b.local);
    assert_refused("Address already in use");
}

TEST(tcp_is_refused_and_told)
{
    a.requests[a.request_count++] = (struct nt_request){.kind = NT_REQ_CONNECT, .path = {.transport = NT_TCP, .local = addr(V4)}};
    assert_refused("only UDP ports are opened");
}

TEST(the_limit_of_ports_is_told_and_a_closed_one_makes_room)
{
    nt_sockets_del(s);
    begin(2);
    assert_true(both_bound(V4));
    assert_false(bound(&a, V4));
    assert_int_equal(told.kind, NT_TR_PORT_REFUSED);
    assert_string_equal(told_text, "too many ports are open");
    struct nt_addr gone = a.local;
    party_ask(&a, NT_REQ_CLOSE, &gone);
    assert_true(bound(&a, V4));
    struct nt_path path = way(&a, &b);
    b.echoes = true;
    party_send(&a, &path, "again", 5);
    wait_for(&a.datagrams, 1);
}

/* All that the process may open are open: what is open still works. */
TEST(when_no_more_can_be_opened_the_open_ports_go_on)
{
    struct rlimit few, before;
    int next = dup(0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){(rlim_t)next + 8, before.rlim_max};
    nt_sockets_del(s);
    begin(100);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_true(bound(&b, V4));
    for (int i = 0; i < 20; i++)
        (void)bound(&a, V4);
    assert_int_equal(told.kind, NT_TR_PORT_REFUSED);
    assert_string_equal(told_text, strerror(EMFILE));
    struct nt_path path = way(&a, &b);
    party_send(&a, &path, "hello", 5);
    wait_for(&b.datagrams, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(nobody_closes_or_uses_the_port_of_another_endpoint)
{
    assert_true(both_bound(V4));
    party_ask(&a, NT_REQ_CLOSE, &b.local);
    struct nt_path stolen = {.transport = NT_UDP, .local = b.local, .remote = a.local}, path = way(&a, &b);
    party_send(&a, &stolen, "x", 1);
    drain_now();
    assert_int_equal(a.failed, 1);
    assert_string_equal(told_text, "the port that it leaves from is not open");
    party_send(&a, &path, "x", 1);
    wait_for(&b.datagrams, 1);
    assert_int_equal(a.datagrams, 0);
}

TEST(an_endpoint_may_close_its_port_while_datagrams_wait_there)
{
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b);
    b.closes = true;
    for (int i = 0; i < 4; i++)
        party_send(&a, &path, "x", 1);
    wait_for(&b.datagrams, 1);
    party_send(&a, &path, "x", 1);
    wait_for(&a.errors, 1);
    assert_int_equal(b.datagrams, 1);
}

TEST(what_the_system_does_not_send_is_told)
{
    assert_true(both_bound(V4));
    struct nt_path path = way(&a, &b);
    path.remote = addr("192.0.2.1:9"); /* loopback leads nowhere */
    party_send(&a, &path, "x", 1);
    drain_now();
    assert_int_equal(a.failed, 1);
    assert_int_equal(told.kind, NT_TR_UNSENT);
    assert_true(nt_addr_equal(&told.b, &path.remote));
}

/* --- time, descriptors, interfaces --- */

TEST(a_timer_is_called_at_its_deadline_and_not_before)
{
    nt_time began = nt_sockets_now(s);
    a.at = began + 3 * NT_MSEC;
    nt_time at = a.at, until = began + PATIENCE;
    while (a.called == 0 && nt_sockets_now(s) < until)
        nt_sockets_turn(s, until);
    assert_true(a.called >= at && a.called < until);
}

TEST(a_turn_ends_when_its_time_is_over)
{
    nt_time until = nt_sockets_now(s) + 2 * NT_MSEC;
    nt_sockets_turn(s, until);
    assert_true(nt_sockets_now(s) >= until);
}

struct watcher {
    int fd, calls;
};

static void read_one(void *user, nt_time now)
{
    struct watcher *w = user;
    char byte;
    assert_true(now >= 0);
    w->calls++;
    if (read(w->fd, &byte, 1) == 1) { /* what it makes an endpoint send leaves in this turn */
        struct nt_path path = way(&a, &b);
        party_send(&a, &path, "told", 4);
    }
}

TEST(a_descriptor_is_told_when_it_can_be_read_and_when_it_has_ended)
{
    int fds[2];
    assert_true(both_bound(V4));
    assert_int_equal(pipe(fds), 0);
    struct watcher w = {.fd = fds[0]};
    assert_int_equal(nt_sockets_watch(s, fds[0], read_one, &w), NT_OK);
    drain_now();
    assert_int_equal(w.calls, 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    wait_for(&w.calls, 1);
    wait_for(&b.datagrams, 1);
    close(fds[1]);
    wait_for(&w.calls, 2);
    close(fds[0]);
}

TEST(descriptors_and_endpoints_have_limits)
{
    struct watcher w = {0};
    for (int i = 0; i < NT_SOCKETS_WATCHED_MAX; i++)
        assert_int_equal(nt_sockets_watch(s, STDIN_FILENO, read_one, &w), NT_OK);
    assert_int_equal(nt_sockets_watch(s, STDIN_FILENO, read_one, &w), NT_ELIMIT);
    for (int i = 2; i < NT_SOCKETS_ENDPOINTS_MAX; i++)
        assert_int_equal(nt_sockets_run_endpoint(s, (struct nt_endpoint){&ops, &b}), i);
    assert_int_equal(nt_sockets_run_endpoint(s, (struct nt_endpoint){&ops, &b}), NT_SOCKETS_NONE);
}

TEST(addresses_of_interfaces_are_announced_to_one_endpoint)
{
    assert_int_equal(nt_sockets_announce(s, 0), NT_OK);
    assert_int_equal(b.up, 0);
}

#define SOCKETS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SOCKETS_TEST(a_datagram_arrives_with_its_path_ttl_and_dscp),
        SOCKETS_TEST(a_datagram_of_ipv6_does_too),
        SOCKETS_TEST(what_a_path_does_not_say_is_64_hops_and_no_dscp),
        SOCKETS_TEST(and_so_with_ipv6),
        SOCKETS_TEST(a_datagram_may_have_no_bytes),
        SOCKETS_TEST(the_longest_datagram_arrives),
        SOCKETS_TEST(an_answer_goes_out_in_the_turn_of_what_it_answers),
        SOCKETS_TEST(df_says_whether_a_datagram_is_sent_in_fragments),
        SOCKETS_TEST(an_icmp_error_comes_with_the_path_of_its_datagram),
        SOCKETS_TEST(an_icmpv6_error_does_too),
        SOCKETS_TEST(an_icmp_error_takes_no_later_datagram_with_it),
        SOCKETS_TEST(a_port_of_an_address_that_is_not_ours_is_refused_and_told),
        SOCKETS_TEST(a_port_that_is_taken_is_refused_and_told),
        SOCKETS_TEST(tcp_is_refused_and_told),
        SOCKETS_TEST(the_limit_of_ports_is_told_and_a_closed_one_makes_room),
        SOCKETS_TEST(when_no_more_can_be_opened_the_open_ports_go_on),
        SOCKETS_TEST(nobody_closes_or_uses_the_port_of_another_endpoint),
        SOCKETS_TEST(an_endpoint_may_close_its_port_while_datagrams_wait_there),
        SOCKETS_TEST(what_the_system_does_not_send_is_told),
        SOCKETS_TEST(a_timer_is_called_at_its_deadline_and_not_before),
        SOCKETS_TEST(a_turn_ends_when_its_time_is_over),
        SOCKETS_TEST(a_descriptor_is_told_when_it_can_be_read_and_when_it_has_ended),
        SOCKETS_TEST(descriptors_and_endpoints_have_limits),
        SOCKETS_TEST(addresses_of_interfaces_are_announced_to_one_endpoint),
    };
    return RUN_TESTS(tests);
}
