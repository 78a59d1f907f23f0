/* A sandbox by itself: its commands, its files and devices, and that it ends with everything in it. */
#include "tests/unit/help.h"

#include "tests/unit/live/processes.h"

#include "core/base/err.h"
#include "natsim/live/sandbox.h"
#include "natsim/live/sandbox_tree.h"
#include "natsim/packet/packet.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 20000 /* ms, for what must happen */
#define OUTPUT_MAX 8192

/* eth0: 10.0.0.2 and fd00::2; eth1: 10.9.0.2. Where there are no namespaces and no devices the test is skipped. */
static struct nt_sandbox *make_with(struct nt_sandbox_config config, bool ipv6)
{
    struct nt_addr first[] = {addr("10.0.0.2"), addr("[fd00::2]:0")}, second[] = {addr("10.9.0.2")};
    struct nt_sandbox_interface interfaces[] = {
        {.addresses = first, .address_count = ipv6 ? 2 : 1, .bits4 = 24, .bits6 = 64, .mtu = 1400},
        {.addresses = second, .address_count = 1, .bits4 = 16, .mtu = 1500}};
    config.interfaces = interfaces;
    config.interface_count = 2;
    config.ipv6 = ipv6;
    config.hosts = "127.0.0.1 localhost\n10.0.0.3 peer\n";
    char why[NT_SANDBOX_WHY];
    struct nt_sandbox *s = nt_sandbox_new(&config, why);
    if (s == NULL && strncmp(why, "no real programs here: ", 23) == 0) {
        print_message("%s\n", why);
        skip();
    }
    assert_non_null(s);
    return s;
}

static struct nt_sandbox *make(bool ipv6)
{
    return make_with((struct nt_sandbox_config){0}, ipv6);
}

static void wait_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, PATIENCE), 1);
}

static size_t read_all(int fd, char *buf)
{
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && len + 1 < OUTPUT_MAX; len += n > 0 ? (size_t)n : 0) {
        wait_readable(fd);
        n = read(fd, buf + len, OUTPUT_MAX - 1 - len);
    }
    buf[len] = '\0';
    return len;
}

static int wait_end(struct nt_sandbox *s, uint32_t id)
{
    uint32_t ended = id + 1;
    int status = 0;
    bool gone = false;
    while (!nt_sandbox_ended(s, &ended, &status, &gone)) {
        assert_false(gone);
        wait_readable(nt_sandbox_fd(s));
    }
    assert_int_equal(ended, id);
    return status;
}

/* Both streams of a command in one text; its status. */
static int run(struct nt_sandbox *s, const char *command, char out[OUTPUT_MAX])
{
    static uint32_t id;
    char all[NT_SANDBOX_COMMAND_MAX];
    int fds[3];
    snprintf(all, sizeof all, "{ %s\n} 2>&1", command);
    assert_int_equal(nt_sandbox_run(s, all, ++id, fds), NT_OK);
    close(fds[0]);
    read_all(fds[1], out);
    close(fds[1]);
    close(fds[2]);
    return wait_end(s, id);
}

TEST(commands_have_streams_and_a_status)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX], long_command[NT_SANDBOX_COMMAND_MAX + 1];
    int fds[3];
    assert_int_equal(nt_sandbox_run(s, "echo to $(cat) >&2; echo out; exit 7", 1, fds), NT_OK);
    assert_int_equal(write(fds[0], "whom", 4), 4);
    close(fds[0]);
    read_all(fds[1], out);
    assert_string_equal(out, "out\n");
    read_all(fds[2], out);
    assert_string_equal(out, "to whom\n");
    close(fds[1]), close(fds[2]);
    int status = wait_end(s, 1);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = run(s, "kill -9 $$", out);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    status = run(s, "no-such-command", out);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
    memset(long_command, 'x', sizeof long_command);
    long_command[NT_SANDBOX_COMMAND_MAX] = '\0';
    assert_int_equal(nt_sandbox_run(s, long_command, 2, fds), NT_EINVAL);
    nt_sandbox_del(s);
}

TEST(commands_run_side_by_side)
{
    enum { MANY = 20 };
    struct nt_sandbox *s = make(false);
    int fds[MANY][3], seen = 0;
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(nt_sandbox_run(s, "exec cat", i, fds[i]), NT_OK);
    for (int i = MANY - 1; i >= 0; i--) { /* each ends when its own input does, and no other */
        for (int k = 0; k < 3; k++)
            close(fds[i][k]);
        assert_int_equal(wait_end(s, (uint32_t)i), 0);
        seen++;
    }
    assert_int_equal(seen, MANY);
    nt_sandbox_del(s);
}

TEST(programs_see_their_own_world)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    assert_int_equal(run(s, "cat /etc/hosts", out), 0);
    assert_string_equal(out, "127.0.0.1 localhost\n10.0.0.3 peer\n");
    assert_int_equal(run(s, "grep -c nameserver /etc/resolv.conf", out), 1 << 8);
    assert_int_equal(run(s, "id -u", out), 0);
    assert_string_equal(out, "0\n");
    assert_int_equal(run(s, "ls /proc/self/fd | wc -l", out), 0);
    assert_true(atoi(out) <= 4); /* nothing of ours is open in them: three streams, and the directory */
    assert_int_equal(run(s, "cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' \\n'", out), 0);
    assert_string_equal(out, "loeth0eth1");
    nt_sandbox_del(s);
}

/* The third column of /proc/net/route: the destination, in hexadecimal; the first: who leaves there. */
/* d/shown/file and d/hidden/file, d/link to d/shown; all are closed to others. */
static void make_files(char d[32])
{
    char path[64];
    snprintf(d, 32, "/tmp/natsim-test-XXXXXX");
    assert_non_null(mkdtemp(d));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", d, i == 0 ? "shown" : "hidden");
        assert_int_equal(mkdir(path, 0700), 0);
        strcat(path, "/file");
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fchmod(fileno(f), 0600), 0);
        fputs("text", f);
        fclose(f);
    }
    snprintf(path, sizeof path, "%s/link", d);
    assert_int_equal(symlink("shown", path), 0);
}

static void remove_files(const char *d)
{
    static const char *const names[] = {"shown/file", "hidden/file", "link", "shown", "hidden", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", d, names[i]);
        assert_int_equal(remove(path), 0);
    }
}

TEST(programs_read_what_they_are_given)
{
    char d[32], link[64], shown[64], out[OUTPUT_MAX];
    make_files(d);
    snprintf(link, sizeof link, "%s/link", d);
    snprintf(shown, sizeof shown, "%s/shown", d);
    const struct nt_sandbox_place place = {.path = link, .real = shown};
    struct nt_sandbox *s = make_with((struct nt_sandbox_config){.places = &place, .place_count = 1, .directory = link}, false);
    assert_int_equal(run(s, "cat file ../shown/file ../link/file", out), 0);
    assert_string_equal(out, "texttexttext");
    assert_int_equal(run(s, "ls ..; pwd", out), 0);
    assert_memory_equal(out, "link\nshown\n/", 12);
    assert_int_not_equal(run(s, "echo x > new || echo x >> file || rm file", out), 0);
    assert_non_null(strstr(out, "Read-only file system"));
    nt_sandbox_del(s);
    remove_files(d);
}

TEST(programs_write_to_a_directory_of_their_own)
{
    struct nt_sandbox *s = make(false), *other = make(false);
    char out[OUTPUT_MAX];
    assert_int_equal(run(s, "pwd; echo one > ~/x; cat /tmp/x /var/tmp/x \"$TMPDIR/x\"", out), 0);
    assert_string_equal(out, "/tmp\none\none\none\n");
    assert_int_equal(run(other, "ls /tmp /dev/shm", out), 0);
    assert_string_equal(out, "/dev/shm:\n\n/tmp:\n");
    assert_int_not_equal(run(s, "touch /usr/x /etc/x /x /dev/x", out), 0);
    assert_int_not_equal(run(s, "ls /home /root /sys", out), 0);
    nt_sandbox_del(other);
    nt_sandbox_del(s);
}

TEST(programs_find_their_environment_alone)
{
    static const char *const given[] = {"PATH=/usr/bin:/bin", "NATSIM_ADAPTER_BIN=/there", NULL};
    char out[OUTPUT_MAX];
    setenv("A_SECRET", "it", 1);
    struct nt_sandbox *s = make_with((struct nt_sandbox_config){.environment = given}, false);
    assert_int_equal(run(s, "env -u PWD -u _ -u OLDPWD | grep -v '^SHLVL=' | sort", out), 0);
    assert_string_equal(out, "HOME=/tmp\nLANG=C.UTF-8\nNATSIM_ADAPTER_BIN=/there\nPATH=/usr/bin:/bin\nTMPDIR=/tmp\n");
    nt_sandbox_del(s);
}

TEST(programs_have_few_rights)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    assert_int_equal(run(s, "grep -E 'Cap(Prm|Eff|Bnd)|NoNew|Seccomp:' /proc/self/status | tr -d '\\n\\t'", out), 0);
    assert_string_equal(out, "CapPrm:0000000000002404CapEff:0000000000002404CapBnd:0000000000002404NoNewPrivs:1Seccomp:2");
    assert_int_equal(run(s, "ulimit -c; ulimit -Hn; cat /proc/self/oom_score_adj", out), 0);
    assert_non_null(strstr(out, "1000\n"));
    assert_int_not_equal(run(s, "unshare -U true", out), 0);
    assert_int_not_equal(run(s, "mount -t tmpfs none /tmp", out), 0);
    assert_int_not_equal(run(s, "ip link set lo up", out), 0);
    nt_sandbox_del(s);
}

TEST(the_systems_directories_are_known_by_name)
{
    assert_true(nt_sandbox_shows("/usr") && nt_sandbox_shows("/usr/bin/x") && nt_sandbox_shows("/opt/x"));
    assert_false(nt_sandbox_shows("/") || nt_sandbox_shows("/usrx") || nt_sandbox_shows("/home/usr") || nt_sandbox_shows("/etc"));
}

TEST(the_first_interface_is_the_way_out)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    assert_int_equal(run(s, "awk '$2 == \"00000000\" {print $1, $7}' /proc/net/route", out), 0);
    assert_string_equal(out, "eth0 0\neth1 1\n");
    assert_int_equal(run(s, "awk '$2 != \"00000000\" && NR > 1 {print $1, $2, $8}' /proc/net/route | sort", out), 0);
    assert_string_equal(out, "eth0 0000000A 00FFFFFF\neth1 0000090A 0000FFFF\n");
    nt_sandbox_del(s);
}

TEST(lo_is_down_until_asked_for)
{
    static const char reach[] =
        "python3 -c 'import socket; s = socket.socket(2, 2); s.bind((\"127.0.0.1\", 0)); s.sendto(b\"x\", s.getsockname()); "
        "s.settimeout(1); print(s.recv(1))'";
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    assert_int_not_equal(run(s, reach, out), 0);
    assert_null(strstr(out, "b'x'"));
    assert_int_equal(nt_sandbox_loopback(s), NT_OK);
    assert_int_equal(run(s, reach, out), 0); /* messages are obeyed in order */
    assert_string_equal(out, "b'x'\n");
    nt_sandbox_del(s);
}

TEST(without_ipv6_there_is_none)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    assert_int_equal(nt_sandbox_loopback(s), NT_OK);
    run(s, "cat /proc/net/if_inet6", out);
    assert_true(*out == '\0' || strstr(out, "No such file") != NULL);
    nt_sandbox_del(s);
}

TEST(with_ipv6_the_given_addresses_alone)
{
    struct nt_sandbox *s = make(true);
    char out[OUTPUT_MAX];
    run(s, "test -e /proc/net/if_inet6 || echo none", out);
    if (strcmp(out, "none\n") == 0) {
        nt_sandbox_del(s);
        print_message("the kernel has no IPv6\n");
        skip();
    }
    assert_int_equal(run(s, "awk '{print $1, $3, $6}' /proc/net/if_inet6", out), 0);
    assert_string_equal(out, "fd000000000000000000000000000002 40 eth0\n");
    nt_sandbox_del(s);
}

/* What programs see of eth0 once its link is as wanted, of which the kernel tells them by and by: addresses with their prefixes,
 * and routes. */
static void look(struct nt_sandbox *s, bool link, char out[OUTPUT_MAX])
{
    static const char text[] = "python3 -c 'import fcntl, socket, struct, time\n"
                               "s = socket.socket(2, 2)\n"
                               "def ask(what):\n"
                               "    try: return fcntl.ioctl(s, what, struct.pack(\"40s\", b\"eth0\"))\n"
                               "    except OSError: return None\n"
                               "while bool(ask(0x8913)[16] & 0x40) != %s: time.sleep(0.01)\n"
                               "a, mask = ask(0x8915), ask(0x891b)\n"
                               "print(a and \".\".join(map(str, a[20:24])), mask and mask[20:24].hex())'\n"
                               "awk '$1 == \"eth0\" {print \"route\", $2}' /proc/net/route | sort\n"
                               "test ! -e /proc/net/if_inet6 || awk '$6 == \"eth0\" {print $1, $3}' /proc/net/if_inet6";
    char command[sizeof text + 10];
    snprintf(command, sizeof command, text, link ? "True" : "False");
    assert_int_equal(run(s, command, out), 0);
}

TEST(an_interface_moves)
{
    struct nt_addr there[] = {addr("10.7.0.9"), addr("[fd07::9]:0")};
    struct nt_sandbox_interface none = {.mtu = 1400},
                                other = {.addresses = there, .address_count = 2, .bits4 = 16, .bits6 = 48, .mtu = 1300};
    struct nt_sandbox *s = make(true);
    char out[OUTPUT_MAX];
    look(s, true, out);
    assert_string_equal(out, "10.0.0.2 ffffff00\nroute 00000000\nroute 0000000A\nfd000000000000000000000000000002 40\n");
    assert_int_equal(nt_sandbox_readdress(s, 0, &none, false), NT_OK);
    look(s, false, out);
    assert_string_equal(out, "None None\n");
    assert_int_equal(nt_sandbox_readdress(s, 0, &other, true), NT_OK);
    look(s, true, out);
    assert_string_equal(out, "10.7.0.9 ffff0000\nroute 00000000\nroute 0000070A\nfd070000000000000000000000000009 30\n");
    nt_sandbox_del(s);
}

TEST(a_link_ends_and_comes_back)
{
    static const char as_before[] = "10.0.0.2 ffffff00\nroute 00000000\nroute 0000000A\n"; /* addresses and routes stay */
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    for (int up = 0; up < 2; up++) {
        assert_int_equal(nt_sandbox_link(s, 0, up == 1), NT_OK);
        look(s, up == 1, out);
        assert_string_equal(out, as_before);
    }
    nt_sandbox_del(s);
}

TEST(packets_leave_by_the_device)
{
    struct nt_sandbox *s = make(false);
    char out[OUTPUT_MAX];
    uint8_t bytes[2000];
    assert_int_equal(
        run(s,
            "python3 -c 'import socket; s = socket.socket(2, 2); s.bind((\"10.9.0.2\", 777)); s.sendto(b\"here\", (\"10.9.1.1\", 5))'",
            out),
        0);
    wait_readable(nt_sandbox_tun(s, 1));
    ssize_t n = read(nt_sandbox_tun(s, 1), bytes, sizeof bytes);
    assert_true(n > 0);
    struct nt_packet p = {.data = bytes, .len = (uint32_t)n};
    struct nt_addr from = addr("10.9.0.2:777"), to = addr("10.9.1.1:5");
    assert_int_equal(nt_packet_parse(&p), NT_OK);
    assert_true(nt_packet_checksums_good(&p)); /* no checksum is left to a device that is none */
    assert_true(nt_addr_equal(&p.src, &from) && nt_addr_equal(&p.dst, &to));
    assert_memory_equal(p.data + p.payload, "here", 4);
    assert_true(read(nt_sandbox_tun(s, 0), bytes, sizeof bytes) < 0); /* nothing else came, and nobody waits */
    assert_int_equal(nt_sandbox_tun(s, 2), -1);
    nt_sandbox_del(s);
}

static void name_of(const struct nt_sandbox *s, char name[64])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)nt_sandbox_pid(s));
    ssize_t n = readlink(path, name, 63);
    assert_true(n > 0);
    name[n] = '\0';
}

TEST(everything_in_it_ends_with_it)
{
    struct nt_sandbox *s = make(false);
    char name[64], out[OUTPUT_MAX];
    name_of(s, name);
    assert_int_equal(count_in(name), 1);
    /* A daemon: of another session, its parent gone, without our streams, deaf to signals. */
    assert_int_equal(
        run(s, "trap '' TERM HUP INT; for i in 1 2 3; do setsid sh -c 'setsid tail -f /dev/null & exit' <&- >/dev/null 2>&1; done",
            out),
        0);
    assert_int_equal(count_in(name), 4);
    nt_sandbox_del(s);
    assert_int_equal(count_in(name), 0);
}

TEST(its_end_is_seen)
{
    struct nt_sandbox *s = make(false);
    char name[64];
    uint32_t id;
    int status, fds[3];
    bool gone = false;
    name_of(s, name);
    assert_int_equal(nt_sandbox_run(s, "exec cat", 1, fds), NT_OK);
    kill(nt_sandbox_pid(s), SIGKILL);
    for (int i = 0; i < 100 && !gone; i++) {
        wait_readable(nt_sandbox_fd(s));
        assert_false(nt_sandbox_ended(s, &id, &status, &gone));
    }
    assert_true(gone);
    wait_readable(fds[1]); /* the end of its streams */
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    assert_int_not_equal(nt_sandbox_run(s, "true", 2, fds), NT_OK);
    nt_sandbox_del(s);
    assert_int_equal(count_in(name), 0);
}

/* One sandbox must not hold the other's descriptors: its owner would never see it end. */
TEST(sandboxes_know_nothing_of_each_other)
{
    struct nt_sandbox *a = make(false), *b = make(false);
    char name_a[64], name_b[64];
    int fds[3];
    name_of(a, name_a);
    name_of(b, name_b);
    assert_string_not_equal(name_a, name_b);
    assert_int_equal(nt_sandbox_run(a, "exec cat", 1, fds), NT_OK);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    assert_int_equal(wait_end(a, 1), 0);
    nt_sandbox_del(a);
    assert_int_equal(count_in(name_a), 0);
    assert_true(count_in(name_b) > 0);
    nt_sandbox_del(b);
}

/* Its owner crashes: another process of ours, which leaves without a word. */
TEST(it_ends_with_its_owner)
{
    int ends[2];
    char name[64] = "", byte;
    nt_sandbox_del(make(false)); /* or skip here */
    assert_int_equal(pipe(ends), 0);
    pid_t owner = fork();
    if (owner == 0) {
        struct nt_sandbox *s = make(false);
        int fds[3];
        name_of(s, name);
        if (nt_sandbox_run(s, "setsid tail -f /dev/null <&- >/dev/null 2>&1 & exec cat", 1, fds) != NT_OK ||
            write(ends[1], name, sizeof name) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], name, sizeof name), (int)sizeof name);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    for (int i = 0; i < 2000 && count_in(name) > 0; i++)
        poll(NULL, 0, 10); /* the kernel takes its interfaces away first */
    assert_int_equal(count_in(name), 0);
}

TEST(too_much_is_refused)
{
    struct nt_sandbox_interface interfaces[NT_SANDBOX_INTERFACES_MAX + 1] = {0};
    struct nt_sandbox_config config = {.interfaces = interfaces, .interface_count = NT_SANDBOX_INTERFACES_MAX + 1, .hosts = ""};
    char why[NT_SANDBOX_WHY];
    assert_null(nt_sandbox_new(&config, why));
    nt_sandbox_del(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(commands_have_streams_and_a_status),
                                       cmocka_unit_test(commands_run_side_by_side),
                                       cmocka_unit_test(programs_see_their_own_world),
                                       cmocka_unit_test(programs_read_what_they_are_given),
                                       cmocka_unit_test(programs_write_to_a_directory_of_their_own),
                                       cmocka_unit_test(programs_find_their_environment_alone),
                                       cmocka_unit_test(programs_have_few_rights),
                                       cmocka_unit_test(the_systems_directories_are_known_by_name),
                                       cmocka_unit_test(the_first_interface_is_the_way_out),
                                       cmocka_unit_test(lo_is_down_until_asked_for),
                                       cmocka_unit_test(without_ipv6_there_is_none),
                                       cmocka_unit_test(with_ipv6_the_given_addresses_alone),
                                       cmocka_unit_test(an_interface_moves),
                                       cmocka_unit_test(a_link_ends_and_comes_back),
                                       cmocka_unit_test(packets_leave_by_the_device),
                                       cmocka_unit_test(everything_in_it_ends_with_it),
                                       cmocka_unit_test(its_end_is_seen),
                                       cmocka_unit_test(sandboxes_know_nothing_of_each_other),
                                       cmocka_unit_test(it_ends_with_its_owner),
                                       cmocka_unit_test(too_much_is_refused)};
    return RUN_TESTS(tests);
}
