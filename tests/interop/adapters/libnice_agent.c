/* libnice as an adapter of tests/interop/README.md: one stream of one component, trickle, UDP. */
#include "lines.h"
#include "probes.h"

#include <glib-unix.h>
#include <nice/nice.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define COMPONENT 1
#define CLOSE_MS 1500 /* for the allocations' release: "it exits with 0 within 3 s" */

struct adapter {
    GMainLoop *loop;
    NiceAgent *agent; /* from `start` on */
    guint stream;
    bool offers, closing;                /* offers: the latest offer is its own */
    bool gathering, described, gathered; /* described: by the peer; gathered: "end" is said */
    char local[257], remote[257];        /* ufrags */
    json_t *early;                       /* candidates that came before the description, or null */
    const char *state;                   /* said last; NULL: none */
    bool open;
    struct nt_lines in;
    struct nt_probes probes;
};

static void say_state(struct adapter *a, const char *state)
{
    if (state != NULL && (a->state == NULL || strcmp(a->state, state) != 0))
        nt_lines_say("{s:s, s:s}", "t", "state", "ice", state);
    a->state = state != NULL ? state : a->state;
}

/* --- data --- */

static gboolean send_probe(gpointer user)
{
    struct adapter *a = user;
    uint8_t bytes[NT_PROBE_LEN];
    if (a->closing)
        return G_SOURCE_REMOVE;
    nt_probes_write(&a->probes, bytes);
    nice_agent_send(a->agent, a->stream, COMPONENT, sizeof bytes, (const gchar *)bytes); /* what is lost is lost */
    g_timeout_add(nt_probes_interval(&a->probes), send_probe, a);
    return G_SOURCE_REMOVE;
}

static void on_data(NiceAgent *agent, guint stream, guint component, guint len, gchar *bytes, gpointer user)
{
    struct adapter *a = user;
    enum nt_probes_what what = nt_probes_take(&a->probes, (uint8_t *)bytes, len);
    if (what == NT_PROBES_ECHO)
        nice_agent_send(agent, stream, component, len, bytes);
    else if (what == NT_PROBES_DONE)
        nt_lines_say("{s:s, s:b, s:i}", "t", "data", "ok", 1, "n", NT_PROBES_WANTED);
}

/* The component is READY up to 2 s after it has a pair; data passes from here on. */
static void open_data(struct adapter *a)
{
    if (a->open)
        return;
    a->open = true;
    nt_lines_say("{s:s}", "t", "open");
    send_probe(a);
}

/* --- what libnice tells --- */

static void on_candidate(NiceAgent *agent, NiceCandidate *c, gpointer user)
{
    struct adapter *a = user;
    if (c->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE || a->gathered)
        return;
    gchar *line = nice_agent_generate_local_candidate_sdp(agent, c); /* "a=candidate:..." */
    nt_lines_say("{s:s, s:{s:s, s:s, s:s}}", "t", "signal", "cand", "candidate", line + strlen("a="), "sdpMid", "0", "ufrag",
                 a->local);
    g_free(line);
}

static void on_gathered(NiceAgent *agent, guint stream, gpointer user)
{
    struct adapter *a = user;
    (void)agent;
    (void)stream;
    if (!a->gathered)
        nt_lines_say("{s:s, s:{s:b, s:s}}", "t", "signal", "cand", "end", 1, "ufrag", a->local);
    a->gathered = true;
}

static void on_state(NiceAgent *agent, guint stream, guint component, guint state, gpointer user)
{
    static const char *const words[NICE_COMPONENT_STATE_LAST] = {
        [NICE_COMPONENT_STATE_DISCONNECTED] = "disconnected", [NICE_COMPONENT_STATE_GATHERING] = "new",
        [NICE_COMPONENT_STATE_CONNECTING] = "checking",       [NICE_COMPONENT_STATE_CONNECTED] = "connected",
        [NICE_COMPONENT_STATE_READY] = "completed",           [NICE_COMPONENT_STATE_FAILED] = "failed"};
    (void)agent;
    (void)stream;
    (void)component;
    if (state < NICE_COMPONENT_STATE_LAST)
        say_state(user, words[state]);
}

static json_t *candidate_of(const NiceCandidate *c)
{
    static const char *const types[] = {"host", "srflx", "prflx", "relay"};
    gchar ip[NICE_ADDRESS_STRING_LEN];
    nice_address_to_string(&c->addr, ip);
    return json_pack("{s:s, s:s, s:i, s:s}", "type", types[c->type], "addr", ip, "port", (int)nice_address_get_port(&c->addr),
                     "proto", c->transport == NICE_CANDIDATE_TRANSPORT_UDP ? "udp" : "tcp");
}

static void on_selected(NiceAgent *agent, guint stream, guint component, NiceCandidate *local, NiceCandidate *remote, gpointer user)
{
    (void)agent;
    (void)stream;
    (void)component;
    nt_lines_say("{s:s, s:o, s:o}", "t", "selected", "local", candidate_of(local), "remote", candidate_of(remote));
    open_data(user);
}

/* --- signalling --- */

static void describe(struct adapter *a)
{
    gchar *ufrag = NULL, *pwd = NULL;
    nice_agent_get_local_credentials(a->agent, a->stream, &ufrag, &pwd);
    snprintf(a->local, sizeof a->local, "%s", ufrag);
    nt_lines_say("{s:s, s:{s:s, s:s, s:s}}", "t", "signal", "desc", "type", a->offers ? "offer" : "answer", "ufrag", ufrag, "pwd",
                 pwd);
    g_free(ufrag);
    g_free(pwd);
}

/* The description goes first: gathering tells candidates at once. */
static void gather(struct adapter *a)
{
    a->gathering = true;
    describe(a);
    if (!nice_agent_gather_candidates(a->agent, a->stream)) {
        fprintf(stderr, "gathering does not start\n");
        on_gathered(a->agent, a->stream, a);
        say_state(a, "failed");
    }
}

/* RFC 8445, 9: new credentials. libnice keeps its sockets and candidates, and does not gather again. */
static void restart(struct adapter *a)
{
    if (!nice_agent_restart(a->agent))
        fprintf(stderr, "libnice does not restart\n");
    describe(a);
    GSList *all = nice_agent_get_local_candidates(a->agent, a->stream, COMPONENT);
    a->gathered = false;
    for (GSList *i = all; i != NULL; i = i->next)
        on_candidate(a->agent, i->data, a);
    g_slist_free_full(all, (GDestroyNotify)nice_candidate_free);
    on_gathered(a->agent, a->stream, a);
}

/* libnice has no word for the generation of a candidate: one that is late is passed over here (RFC 8838, 15). */
static bool is_late(const struct adapter *a, const json_t *cand)
{
    const char *ufrag = json_string_value(json_object_get(cand, "ufrag"));
    return ufrag != NULL && strcmp(ufrag, a->remote) != 0;
}

static void take_candidate(struct adapter *a, const json_t *cand)
{
    if (is_late(a, cand)) {
        fprintf(stderr, "a candidate of the description before\n");
        return;
    }
    if (json_is_true(json_object_get(cand, "end"))) {
        nice_agent_peer_candidate_gathering_done(a->agent, a->stream);
        return;
    }
    const char *text = json_string_value(json_object_get(cand, "candidate"));
    gchar *line = g_strconcat("a=", text != NULL ? text : "", NULL);
    NiceCandidate *c = nice_agent_parse_remote_candidate_sdp(a->agent, a->stream, line);
    if (c != NULL) {
        GSList one = {.data = c};
        if (nice_agent_set_remote_candidates(a->agent, a->stream, COMPONENT, &one) != 1)
            fprintf(stderr, "not taken: %s\n", line);
        nice_candidate_free(c);
    } else {
        fprintf(stderr, "not understood: %s\n", line);
    }
    g_free(line);
}

static void take_description(struct adapter *a, const json_t *desc)
{
    const char *ufrag = json_string_value(json_object_get(desc, "ufrag")), *pwd = json_string_value(json_object_get(desc, "pwd"));
    const char *type = json_string_value(json_object_get(desc, "type"));
    const json_t *cand;
    size_t i;
    if (ufrag == NULL || pwd == NULL || strlen(ufrag) >= sizeof a->remote) {
        fprintf(stderr, "a description without ufrag and pwd\n");
        return;
    }
    bool restarts = a->described && type != NULL && strcmp(type, "offer") == 0;
    strcpy(a->remote, ufrag);
    a->described = true;
    if (restarts)
        a->offers = false;
    if (!a->gathering)
        gather(a);
    else if (restarts)
        restart(a);
    nice_agent_set_remote_credentials(a->agent, a->stream, ufrag, pwd);
    for (i = 0; (cand = json_array_get(a->early, i)) != NULL; i++)
        take_candidate(a, cand);
    json_array_clear(a->early);
}

static void take_signal(struct adapter *a, const json_t *line)
{
    json_t *cand = json_object_get(line, "cand");
    const json_t *desc = json_object_get(line, "desc");
    if (a->agent == NULL)
        fprintf(stderr, "a signal before start\n");
    else if (desc != NULL)
        take_description(a, desc);
    else if (cand != NULL && a->described)
        take_candidate(a, cand);
    else if (cand != NULL)
        json_array_append(a->early, cand);
}

/* --- birth and end --- */

/* Before 0.1.23 it asks STUN servers without the magic cookie, and while it asks a TURN server takes no answer that has none: it
 * would wait 2 s for nothing. The TURN server's answer has the server-reflexive address, too. */
static bool wants_stun(const struct nt_lines_start *start)
{
    bool turn = false;
    for (size_t i = 0; i < start->server_count; i++)
        turn = turn || start->servers[i].turn;
    return NICE_CHECK_VERSION(0, 1, 23) || !turn;
}

/* libnice knows one STUN server. Relays have to be told before gathering. */
static void set_servers(struct adapter *a, const struct nt_lines_start *start)
{
    bool stun = wants_stun(start);
    for (size_t i = 0; i < start->server_count; i++) {
        const struct nt_lines_server *s = &start->servers[i];
        if (s->turn)
            nice_agent_set_relay_info(a->agent, a->stream, COMPONENT, s->ip, s->port, s->user, s->credential,
                                      s->tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
        else if (stun)
            g_object_set(a->agent, "stun-server", s->ip, "stun-server-port", (guint)s->port, NULL);
        else
            fprintf(stderr, "a STUN server is not used: %s\n", s->ip);
        stun = stun && s->turn;
    }
}

static void begin(struct adapter *a, const json_t *line)
{
    struct nt_lines_start start;
    if (a->agent != NULL) {
        fprintf(stderr, "a second start\n");
        return;
    }
    nt_lines_read_start(&start, line);
    a->offers = start.offerer;
    a->agent = nice_agent_new_full(g_main_loop_get_context(a->loop), NICE_COMPATIBILITY_RFC5245,
                                   NICE_AGENT_OPTION_REGULAR_NOMINATION | NICE_AGENT_OPTION_ICE_TRICKLE);
    g_object_set(a->agent, "controlling-mode", (gboolean)start.controlling, "ice-tcp", FALSE, "upnp", FALSE, "force-relay",
                 (gboolean)start.relay_only, NULL);
    a->stream = nice_agent_add_stream(a->agent, 1);
    set_servers(a, &start);
    g_signal_connect(a->agent, "new-candidate-full", G_CALLBACK(on_candidate), a);
    g_signal_connect(a->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), a);
    g_signal_connect(a->agent, "component-state-changed", G_CALLBACK(on_state), a);
    g_signal_connect(a->agent, "new-selected-pair-full", G_CALLBACK(on_selected), a);
    nice_agent_attach_recv(a->agent, a->stream, COMPONENT, g_main_loop_get_context(a->loop), on_data, a);
    say_state(a, "new");
    if (a->offers)
        gather(a);
}

static void on_closed(GObject *agent, GAsyncResult *result, gpointer user)
{
    struct adapter *a = user;
    (void)agent;
    (void)result;
    g_main_loop_quit(a->loop);
}

static gboolean on_close_late(gpointer user)
{
    struct adapter *a = user;
    g_main_loop_quit(a->loop);
    return G_SOURCE_REMOVE;
}

static void close_agent(struct adapter *a)
{
    if (a->agent == NULL) {
        g_main_loop_quit(a->loop);
        return;
    }
    if (!a->closing) {
        nice_agent_close_async(a->agent, on_closed, a);
        g_timeout_add(CLOSE_MS, on_close_late, a);
    }
    a->closing = true;
}

static void take(struct adapter *a, const json_t *line)
{
    if (nt_lines_is(line, "stop"))
        close_agent(a);
    else if (a->closing)
        return;
    else if (nt_lines_is(line, "start"))
        begin(a, line);
    else if (nt_lines_is(line, "signal"))
        take_signal(a, line);
    else if (nt_lines_is(line, "restart") && a->described) {
        a->offers = true;
        restart(a);
    } else
        fprintf(stderr, "a line of an unknown kind\n");
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer user)
{
    struct adapter *a = user;
    bool more = nt_lines_fill(&a->in, fd);
    json_t *line;
    (void)condition;
    while ((line = nt_lines_next(&a->in)) != NULL) {
        take(a, line);
        json_decref(line);
    }
    if (!more)
        g_main_loop_quit(a->loop);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

int main(void)
{
    static struct adapter a;
    char version[32];
    if (getrandom(a.probes.magic, sizeof a.probes.magic, 0) != sizeof a.probes.magic)
        return 1;
    g_log_writer_default_set_use_stderr(TRUE); /* NICE_DEBUG=all G_MESSAGES_DEBUG=all, too */
    a.loop = g_main_loop_new(NULL, FALSE);
    a.early = json_array();
    snprintf(version, sizeof version, "%d.%d.%d", NICE_VERSION_MAJOR, NICE_VERSION_MINOR, NICE_VERSION_MICRO);
    nt_lines_say("{s:s, s:s, s:s, s:s, s:b, s:s, s:[s]}", "t", "hello", "stack", "libnice", "version", version, "kind", "ice",
                 "trickle", 1, "local_type", "candidate", "caps", "restart");
    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, &a);
    g_main_loop_run(a.loop);
    nt_lines_say("{s:s}", "t", "bye");
    if (a.agent != NULL)
        g_object_unref(a.agent);
    g_main_loop_unref(a.loop);
    json_decref(a.early);
    return 0;
}
