/* The smallest adapter of ../README.md in C, to be copied: put your agent in libnice's place. What every adapter needs is in
 * lines.c and probes.c. It leaves out TURN, policy, and candidates that come before the description. */
#include "../adapters/lines.h"
#include "../adapters/probes.h"

#include <glib-unix.h>
#include <nice/agent.h>
#include <string.h>

static NiceAgent *agent;
static guint stream;
static struct nt_probes probes;

static gboolean send_probe(gpointer none)
{
    uint8_t bytes[NT_PROBE_LEN];
    nt_probes_write(&probes, bytes);
    nice_agent_send(agent, stream, 1, sizeof bytes, (const char *)bytes);
    g_timeout_add(nt_probes_interval(&probes), send_probe, none);
    return G_SOURCE_REMOVE;
}

static void on_data(NiceAgent *a, guint s, guint component, guint len, gchar *bytes, gpointer none)
{
    enum nt_probes_what what = nt_probes_take(&probes, (uint8_t *)bytes, len);
    if (what == NT_PROBES_ECHO)
        nice_agent_send(a, s, component, len, bytes);
    if (what == NT_PROBES_DONE)
        nt_lines_say("{s:s, s:b, s:i}", "t", "data", "ok", 1, "n", NT_PROBES_WANTED);
    (void)none;
}

static void on_candidate(NiceAgent *a, NiceCandidate *c)
{
    gchar *text = nice_agent_generate_local_candidate_sdp(a, c); /* "a=candidate:..." */
    nt_lines_say("{s:s, s:{s:s, s:s}}", "t", "signal", "cand", "candidate", text + strlen("a="), "sdpMid", "0");
    g_free(text);
}

static void on_gathered(void)
{
    nt_lines_say("{s:s, s:{s:b}}", "t", "signal", "cand", "end", 1);
}

static json_t *side(const NiceCandidate *c)
{
    static const char *const types[] = {"host", "srflx", "prflx", "relay"};
    char ip[NICE_ADDRESS_STRING_LEN];
    nice_address_to_string(&c->addr, ip);
    return json_pack("{s:s, s:s, s:i, s:s}", "type", types[c->type], "addr", ip, "port", (int)nice_address_get_port(&c->addr),
                     "proto", "udp");
}

static void on_selected(NiceAgent *a, guint s, guint component, NiceCandidate *local, NiceCandidate *remote)
{
    nt_lines_say("{s:s, s:o, s:o}", "t", "selected", "local", side(local), "remote", side(remote));
    if (probes.sent == 0) {
        nt_lines_say("{s:s, s:s}", "t", "state", "ice", "connected");
        nt_lines_say("{s:s}", "t", "open");
        send_probe(NULL);
    }
    (void)a, (void)s, (void)component;
}

static void start(const json_t *line)
{
    struct nt_lines_start s;
    gchar *ufrag, *pwd;
    nt_lines_read_start(&s, line);
    g_object_set(agent, "controlling-mode", (gboolean)s.controlling, "ice-tcp", FALSE, "upnp", FALSE, NULL);
    for (size_t i = 0; i < s.server_count; i++)
        if (!s.servers[i].turn)
            g_object_set(agent, "stun-server", s.servers[i].ip, "stun-server-port", (guint)s.servers[i].port, NULL);
    nice_agent_get_local_credentials(agent, stream, &ufrag, &pwd);
    nt_lines_say("{s:s, s:{s:s, s:s, s:s}}", "t", "signal", "desc", "type", s.offerer ? "offer" : "answer", "ufrag", ufrag, "pwd",
                 pwd);
    nice_agent_gather_candidates(agent, stream); /* each candidate after the description */
    g_free(ufrag);
    g_free(pwd);
}

static void take_signal(json_t *line)
{
    const char *ufrag, *pwd, *text;
    if (json_unpack(line, "{s:{s:s, s:s}}", "desc", "ufrag", &ufrag, "pwd", &pwd) == 0) {
        nice_agent_set_remote_credentials(agent, stream, ufrag, pwd);
    } else if (json_unpack(line, "{s:{s:s}}", "cand", "candidate", &text) == 0) {
        gchar *attribute = g_strconcat("a=", text, NULL);
        GSList one = {.data = nice_agent_parse_remote_candidate_sdp(agent, stream, attribute)};
        if (one.data != NULL)
            nice_agent_set_remote_candidates(agent, stream, 1, &one);
        g_clear_pointer((NiceCandidate **)&one.data, nice_candidate_free);
        g_free(attribute);
    } else {
        nice_agent_peer_candidate_gathering_done(agent, stream);
    }
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer loop)
{
    static struct nt_lines in;
    bool more = nt_lines_fill(&in, fd); /* the end of standard input is a stop */
    for (json_t *line; (line = nt_lines_next(&in)) != NULL; json_decref(line)) {
        if (nt_lines_is(line, "start"))
            start(line);
        else if (nt_lines_is(line, "signal"))
            take_signal(line);
        else if (nt_lines_is(line, "stop"))
            more = false;
    }
    if (!more)
        g_main_loop_quit(loop);
    (void)condition;
    return more;
}

int main(void)
{
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    agent =
        nice_agent_new_full(NULL, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_REGULAR_NOMINATION | NICE_AGENT_OPTION_ICE_TRICKLE);
    stream = nice_agent_add_stream(agent, 1);
    nice_agent_attach_recv(agent, stream, 1, NULL, on_data, NULL);
    g_signal_connect(agent, "new-candidate-full", G_CALLBACK(on_candidate), NULL);
    g_signal_connect(agent, "candidate-gathering-done", G_CALLBACK(on_gathered), NULL);
    g_signal_connect(agent, "new-selected-pair-full", G_CALLBACK(on_selected), NULL);
    for (size_t i = 0; i < sizeof probes.magic; i++)
        probes.magic[i] = (uint8_t)g_random_int();
    g_unix_fd_add(0, G_IO_IN | G_IO_HUP, on_input, loop);
    nt_lines_say("{s:s, s:s, s:s, s:s, s:b, s:s}", "t", "hello", "stack", "minimal", "version", "1", "kind", "ice", "trickle", 1,
                 "local_type", "candidate");
    g_main_loop_run(loop);
    nt_lines_say("{s:s}", "t", "bye");
    return 0;
}
