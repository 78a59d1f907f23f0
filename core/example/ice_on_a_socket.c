/* One ICE agent on a UDP socket of the program's own: core opens none, reads no clock and draws no randomness. Its description
 * goes to standard output, the peer's comes from standard input, then each side sends the other one datagram:
 *     mkfifo a b;  ice_on_a_socket controlling 192.0.2.1 <b >a &  ice_on_a_socket controlled 192.0.2.1 >b <a & */
#include "core/ice/ice.h"
#include "core/sdp/sdp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

static nt_time clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (nt_time)t.tv_sec * NT_SEC + t.tv_nsec;
}

/* The simplest signalling: our description goes out, the peer's comes in, and the checks start. */
static bool exchange(struct nt_ice_agent *agent)
{
    static char text[NT_SDP_MAX];
    struct nt_ice_description ours, theirs;
    struct nt_sdp_notes notes;
    if (nt_ice_local(agent, true, &ours) != 0)
        return false;
    int len = nt_sdp_write(&ours, &(struct nt_sdp_write){.session_id = 1, .version = 1}, text, sizeof text);
    nt_ice_description_free(&ours);
    if (len < 0 || printf("%.*s", len, text) != len || fclose(stdout) != 0)
        return false;
    int err = nt_sdp_read(&theirs, text, fread(text, 1, sizeof text, stdin), &notes);
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++)
        fprintf(stderr, "line %zu, column %zu: %s\n", notes.notes[i].line, notes.notes[i].column, notes.notes[i].what);
    if (err != 0)
        return false;
    err = nt_ice_set_remote(agent, &theirs, clock_now());
    nt_ice_description_free(&theirs);
    return err == 0;
}

int main(int argc, char **argv)
{
    static uint8_t buf[NT_DATAGRAM_MAX];
    struct nt_path path = {.transport = NT_UDP};
    struct sockaddr_in s = {.sin_family = AF_INET};
    socklen_t s_len = sizeof s;
    uint8_t key[32];
    int fd = socket(AF_INET, SOCK_DGRAM, 0), err;
    if (argc != 3 || inet_pton(AF_INET, argv[2], &s.sin_addr) != 1 || bind(fd, (struct sockaddr *)&s, sizeof s) != 0 ||
        getsockname(fd, (struct sockaddr *)&s, &s_len) != 0 || getrandom(key, sizeof key, 0) != sizeof key)
        return fprintf(stderr, "usage: ice_on_a_socket controlling|controlled OWN-IPV4-ADDRESS <PEER-SDP >OWN-SDP\n"), 2;
    struct nt_addr own = nt_addr_v4(ntohl(s.sin_addr.s_addr), ntohs(s.sin_port));
    struct nt_ice_config config = {.role = strcmp(argv[1], "controlling") == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED};
    nt_rand_init_key(&config.rand, key);
    struct nt_ice_agent *agent = nt_ice_agent_new(&config, &err);
    if (agent == NULL)
        return 1;
    path.local = nt_addr_with_port(&own, 0);
    nt_ice_input(agent, &path, NT_IN_IF_UP, NULL, 0, clock_now());
    bool ok = nt_ice_gather(agent, clock_now()) == 0;
    for (bool sent = false, received = false; ok && !(sent && received);) {
        struct nt_request request;
        struct nt_ice_event event;
        size_t len;
        while (nt_ice_request(agent, &request) == 1) /* it asks for a port on its address: we have one */
            if (request.kind == NT_REQ_BIND) {
                request.path.local = own;
                nt_ice_input(agent, &request.path, NT_IN_CONNECTED, NULL, 0, clock_now());
            }
        while (nt_ice_event(agent, &event) == 1) {
            if (event.kind == NT_ICE_EV_GATHERED)
                ok = exchange(agent);
            if (event.kind == NT_ICE_EV_STATE && event.state == NT_ICE_COMPLETED)
                sent = nt_ice_send(agent, 1, 1, (const uint8_t *)"hello", 5, false, clock_now()) == 0;
            if (event.kind == NT_ICE_EV_STATE && event.state == NT_ICE_FAILED)
                ok = false;
            if (event.kind == NT_ICE_EV_DATA)
                received = fprintf(stderr, "received: %.*s\n", (int)event.len, (const char *)event.bytes) > 0;
        }
        while ((len = nt_ice_output(agent, &path, buf, sizeof buf, clock_now())) > 0) {
            struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(path.remote.port)};
            memcpy(&to.sin_addr, path.remote.ip, 4);
            sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof to);
        }
        nt_time left = nt_ice_deadline(agent) - clock_now();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, left <= 0 ? 0 : left > NT_SEC ? 1000 : (int)(left / NT_MSEC) + 1) == 1) {
            ssize_t n = recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&s, &s_len);
            path = (struct nt_path){.transport = NT_UDP, .local = own};
            path.remote = nt_addr_v4(ntohl(s.sin_addr.s_addr), ntohs(s.sin_port));
            if (n > 0)
                nt_ice_input(agent, &path, NT_IN_DATAGRAM, buf, (size_t)n, clock_now());
        } else {
            nt_ice_timer(agent, clock_now());
        }
    }
    nt_ice_agent_del(agent);
    return ok ? 0 : 1;
}
