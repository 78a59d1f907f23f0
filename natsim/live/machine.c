#define _GNU_SOURCE
#include "natsim/live/machine.h"
#include "core/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACKETS_AT_ONCE 256 /* of one device, before it is the turn of others */
#define READS_AT_ONCE 64    /* of one stream */

struct port {
    struct nt_machine *machine;
    uint32_t number;
    int fd;
};

struct stream {
    struct nt_program *program;
    enum nt_stream which;
    int fd; /* -1: closed */
    size_t len;
    char text[NT_PROGRAM_LINE_MAX];
};

struct nt_program {
    struct nt_machine *machine;
    struct nt_program_config config;
    int input; /* -1: closed */
    bool ended;
    struct stream streams[2];
};

struct nt_machine {
    struct nt_live *live;
    struct nt_host *host;
    struct nt_sandbox *sandbox;
    bool ipv6;
    struct port ports[NT_SANDBOX_INTERFACES_MAX];
    size_t port_count;
    struct nt_program *programs[NT_MACHINE_PROGRAMS_MAX];
    size_t program_count;
    uint8_t packet[UINT16_MAX + 1];
};

/* Packets before the clock starts are discarded. */
static void read_packets(void *user, nt_time now)
{
    struct port *p = user;
    struct nt_machine *m = p->machine;
    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        ssize_t n = read(p->fd, m->packet, sizeof m->packet);
        if (n <= 0)
            return;
        if (nt_live_started(m->live))
            nt_host_emit(m->host, p->number, m->packet, (size_t)n, now);
    }
}

static bool write_packet(void *user, uint32_t port, const uint8_t *packet, size_t len)
{
    const struct nt_machine *m = user;
    return port < m->port_count && write(m->ports[port].fd, packet, len) == (ssize_t)len;
}

static void set_link(void *user, uint32_t port, bool up)
{
    const struct nt_machine *m = user;
    if (port < m->port_count)
        nt_sandbox_link(m->sandbox, port, up);
}

/* Its network has the prefix of the route to its own address. */
static uint8_t prefix_bits(const struct nt_machine *m, const struct nt_addr *own, uint32_t port)
{
    const struct nt_route *r = nt_routes_find(nt_host_routes(m->host), own, port);
    return r != NULL ? r->prefix.bits : 0;
}

/* Its link is set apart: while it moves there is none. */
static void move_interface(void *user, uint32_t port, const struct nt_addr *addresses, size_t count, uint32_t mtu)
{
    const struct nt_machine *m = user;
    struct nt_addr own[NT_SANDBOX_ADDRESSES_MAX];
    struct nt_sandbox_interface i = {.addresses = own, .mtu = mtu};
    for (size_t k = 0; k < count && i.address_count < NT_SANDBOX_ADDRESSES_MAX; k++) {
        bool v4 = addresses[k].family == NT_AF_IPV4;
        if (!v4 && !m->ipv6)
            continue;
        own[i.address_count++] = addresses[k];
        *(v4 ? &i.bits4 : &i.bits6) = prefix_bits(m, &addresses[k], port);
    }
    if (port < m->port_count)
        nt_sandbox_readdress(m->sandbox, port, &i, false);
}

static void give_line(struct stream *s, bool goes_on, nt_time now)
{
    struct nt_program *p = s->program;
    struct nt_program_line line = {.stream = s->which, .text = s->text, .len = s->len, .goes_on = goes_on};
    s->text[s->len] = '\0';
    s->len = 0;
    p->config.line(p->config.user, &line, now);
}

static void split_lines(struct stream *s, const char *bytes, size_t len, nt_time now)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            give_line(s, false, now);
            continue;
        }
        if (s->len + 1 == sizeof s->text)
            give_line(s, true, now);
        s->text[s->len++] = bytes[i];
    }
}

static void close_stream(struct stream *s)
{
    if (s->fd < 0)
        return;
    nt_live_ignore(s->program->machine->live, s->fd);
    close(s->fd);
    s->fd = -1;
}

/* What is left is its last line. */
static void end_stream(struct stream *s, nt_time now)
{
    const struct nt_program *p = s->program;
    if (s->len > 0)
        give_line(s, false, now);
    close_stream(s);
    if (s->which == NT_STDOUT && !p->ended && p->config.output_closed != NULL)
        p->config.output_closed(p->config.user, now);
}

static void read_stream(void *user, nt_time now)
{
    struct stream *s = user;
    char buf[8192];
    for (int i = 0; i < READS_AT_ONCE && s->fd >= 0; i++) {
        ssize_t n = read(s->fd, buf, sizeof buf);
        if (n > 0)
            split_lines(s, buf, (size_t)n, now);
        else if (n == 0)
            end_stream(s, now);
        else
            return;
    }
}

void nt_program_close_input(struct nt_program *p)
{
    if (p->input >= 0)
        close(p->input);
    p->input = -1;
}

/* As if it had said so itself: its last words are the reason that people read. */
static void tell_out_of_memory(struct nt_program *p, nt_time now)
{
    static const char *const text = "natsim ended this machine's programs: together they took more than 2048 MiB of memory";
    struct nt_program_line line = {.stream = NT_STDERR, .text = text, .len = strlen(text)};
    _Static_assert(NT_SANDBOX_MEMORY_MIB == 2048, "the text says it");
    if (nt_sandbox_out_of_memory(p->machine->sandbox))
        p->config.line(p->config.user, &line, now);
}

static void end_program(struct nt_program *p, int status, nt_time now)
{
    if (p->ended)
        return;
    p->ended = true;
    for (int i = 0; i < 2; i++) {
        read_stream(&p->streams[i], now);
        if (p->streams[i].len > 0)
            give_line(&p->streams[i], false, now);
        close_stream(&p->streams[i]);
    }
    nt_program_close_input(p);
    tell_out_of_memory(p, now);
    p->config.ended(p->config.user, status, now);
}

static void read_ends(void *user, nt_time now)
{
    struct nt_machine *m = user;
    uint32_t id;
    int status;
    bool gone;
    while (nt_sandbox_ended(m->sandbox, &id, &status, &gone))
        if (id < m->program_count)
            end_program(m->programs[id], status, now);
    if (!gone)
        return;
    nt_live_ignore(m->live, nt_sandbox_fd(m->sandbox));
    for (size_t i = 0; i < m->program_count; i++) /* they ended with it */
        end_program(m->programs[i], SIGKILL, now);
}

int nt_program_write(struct nt_program *p, const char *text, size_t len)
{
    if (p->input < 0)
        return NT_ESTATE;
    ssize_t n = write(p->input, text, len);
    if (n == (ssize_t)len)
        return NT_OK;
    int why = n < 0 && errno == EPIPE ? NT_ESTATE : NT_ELIMIT;
    nt_program_close_input(p); /* half a line is written: nothing after it would be understood */
    return why;
}

static int watch_streams(struct nt_program *p, const int fds[3])
{
    p->input = fds[0];
    fcntl(p->input, F_SETPIPE_SZ, NT_PROGRAM_INPUT_MAX);
    for (int i = 0; i < 2; i++) {
        p->streams[i].program = p;
        p->streams[i].which = i == 0 ? NT_STDOUT : NT_STDERR;
        p->streams[i].fd = fds[i + 1];
    }
    int r = nt_live_watch(p->machine->live, fds[1], read_stream, &p->streams[0]);
    return r == NT_OK ? nt_live_watch(p->machine->live, fds[2], read_stream, &p->streams[1]) : r;
}

struct nt_program *nt_program_start(struct nt_machine *m, const struct nt_program_config *config)
{
    struct nt_program *p = m->program_count < NT_MACHINE_PROGRAMS_MAX ? calloc(1, sizeof *p) : NULL;
    int fds[3];
    if (p == NULL)
        return NULL;
    p->machine = m;
    p->config = *config;
    if (nt_sandbox_run(m->sandbox, config->command, (uint32_t)m->program_count, fds) != NT_OK) {
        free(p);
        return NULL;
    }
    m->programs[m->program_count++] = p;
    return watch_streams(p, fds) == NT_OK ? p : NULL;
}

struct nt_machine *nt_machine_new(struct nt_live *l, struct nt_host *h, const struct nt_sandbox_config *config,
                                  char why[NT_SANDBOX_WHY])
{
    struct nt_machine *m = calloc(1, sizeof *m);
    snprintf(why, NT_SANDBOX_WHY, "out of memory");
    if (m == NULL)
        return NULL;
    m->live = l;
    m->host = h;
    m->ipv6 = config->ipv6;
    m->sandbox = nt_sandbox_new(config, why);
    int r = m->sandbox != NULL ? nt_live_watch(l, nt_sandbox_fd(m->sandbox), read_ends, m) : NT_EIO;
    for (; r == NT_OK && m->port_count < config->interface_count; m->port_count++) {
        struct port *p = &m->ports[m->port_count];
        *p = (struct port){.machine = m, .number = (uint32_t)m->port_count, .fd = nt_sandbox_tun(m->sandbox, m->port_count)};
        r = nt_live_watch(l, p->fd, read_packets, p);
    }
    if (r == NT_ELIMIT)
        snprintf(why, NT_SANDBOX_WHY, "there are too many machines: their descriptors cannot all be watched");
    if (r == NT_OK) {
        nt_host_attach_stack(
            h, &(struct nt_host_stack){.deliver = write_packet, .link = set_link, .moved = move_interface, .user = m});
        return m;
    }
    nt_machine_del(m);
    return NULL;
}

void nt_machine_del(struct nt_machine *m)
{
    if (m == NULL)
        return;
    nt_host_attach_stack(m->host, NULL);
    for (size_t i = 0; i < m->port_count; i++)
        nt_live_ignore(m->live, m->ports[i].fd);
    for (size_t i = 0; i < m->program_count; i++) {
        close_stream(&m->programs[i]->streams[0]);
        close_stream(&m->programs[i]->streams[1]);
        nt_program_close_input(m->programs[i]);
        free(m->programs[i]);
    }
    if (m->sandbox != NULL)
        nt_live_ignore(m->live, nt_sandbox_fd(m->sandbox));
    nt_sandbox_del(m->sandbox);
    free(m);
}

const struct nt_sandbox *nt_machine_sandbox(const struct nt_machine *m)
{
    return m->sandbox;
}

int nt_machine_loopback(struct nt_machine *m)
{
    return nt_sandbox_loopback(m->sandbox);
}
