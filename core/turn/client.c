/* The TURN client: its parts (allocation, peers, requests) do not know each other; here each gets what concerns it. */
#include "core/turn/client.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"
#include "core/stun/client_connection.h"
#include "core/turn/channel_data.h"
#include "core/turn/client_allocation.h"
#include "core/turn/client_peers.h"
#include "core/turn/client_requests.h"
#include "core/turn/client_servers.h"
#include "core/turn/client_trace.h"

#include <stdlib.h>
#include <string.h>

struct nt_turn_client {
    struct nt_turn_client_config config; /* software is our own copy; user and password are with the requests. Server and base are
                                          * those in use */
    struct nt_turn_client_allocation allocation;
    struct nt_turn_peers peers;
    struct nt_turn_requests requests;
    struct nt_turn_servers servers;
    struct nt_stun_client_connection connection; /* over TCP and TLS */
    nt_time ready;                               /* when a request that is wanted may be formed */
    bool tell_data;
    struct nt_turn_event data; /* EV_DATA or EV_ICMP of the last input */
    uint8_t *payload;
    size_t payload_cap;
};

struct nt_turn_client *nt_turn_client_new(const struct nt_turn_client_config *config)
{
    int err = NT_OK;
    bool too_long = (config->software != NULL && strlen(config->software) >= NT_STUN_TEXT_BYTES) ||
                    (config->name != NULL && strlen(config->name) > NT_STUN_DOMAIN_MAX);
    if (config->transport < NT_UDP || config->transport > NT_TLS || config->rand == NULL || too_long)
        return NULL;
    struct nt_turn_client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->config = *config;
    c->config.user = c->config.password = c->config.name = NULL;
    c->config.software = nt_strdup(config->software, &err);
    if (err != NT_OK) {
        free(c);
        return NULL;
    }
    c->config.rto = config->rto != 0 ? config->rto : NT_STUN_RTO;
    c->config.ti = config->ti != 0 ? config->ti : NT_STUN_TI;
    c->config.family = config->family != 0 ? config->family : NT_AF_IPV4;
    nt_turn_client_allocation_init(&c->allocation, c->config.family);
    nt_turn_peers_init(&c->peers, c->config.family);
    nt_stun_client_connection_init(&c->connection, config->name, true);
    nt_turn_requests_init(&c->requests, &c->config, config->user, config->password);
    return c;
}

void nt_turn_client_del(struct nt_turn_client *c)
{
    if (c == NULL)
        return;
    nt_turn_requests_free(&c->requests);
    nt_turn_peers_free(&c->peers);
    nt_stun_client_connection_free(&c->connection);
    free(c->payload);
    free((void *)(uintptr_t)c->config.software);
    free(c);
}

enum nt_turn_client_state nt_turn_client_state(const struct nt_turn_client *c)
{
    return c->allocation.state;
}

const struct nt_addr *nt_turn_client_server(const struct nt_turn_client *c)
{
    return &c->config.server;
}

void nt_turn_client_allocate(struct nt_turn_client *c, nt_time now)
{
    nt_turn_client_allocation_start(&c->allocation);
    c->ready = now;
}

/* When the allocation ends, or is to be released, all other requests are dropped and no peer is permitted any more. `why`: NULL
 * when the code of the failure says it. */
static void stop_if_ended_by(struct nt_turn_client *c, enum nt_turn_client_state before, const char *why, nt_time now)
{
    enum nt_turn_client_state state = c->allocation.state;
    if (state == before || (state != NT_TURN_RELEASING && state != NT_TURN_GONE))
        return;
    if (c->allocation.tell_failed && (before == NT_TURN_ALLOCATED || state == NT_TURN_RELEASING))
        nt_turn_client_trace_lost(&c->config, &c->allocation.relayed, c->allocation.failed_code, why, now);
    nt_turn_requests_drop(&c->requests);
    nt_turn_peers_stop(&c->peers);
    if (state == NT_TURN_GONE)
        nt_stun_client_connection_drop(&c->connection);
}

static bool has_connection(const struct nt_turn_client *c)
{
    return c->config.transport != NT_UDP;
}

/* What is to be asked is asked on another connection, from another port. */
static void reconnect(struct nt_turn_client *c)
{
    if (!has_connection(c))
        return;
    nt_stun_client_connection_drop(&c->connection);
    c->config.base.port = 0;
}

static void stop_if_ended(struct nt_turn_client *c, enum nt_turn_client_state before, nt_time now)
{
    stop_if_ended_by(c, before, NULL, now);
}

void nt_turn_client_release(struct nt_turn_client *c, nt_time now)
{
    enum nt_turn_client_state before = c->allocation.state;
    if (before == NT_TURN_WAITING)
        nt_turn_client_trace_drop(&c->config, "an allocation is not asked for again: the owner needs none any more", NULL, now);
    nt_turn_client_allocation_release(&c->allocation);
    stop_if_ended(c, before, now);
    c->ready = now;
}

bool nt_turn_client_check(struct nt_turn_client *c, nt_time now)
{
    c->ready = now;
    return nt_turn_client_allocation_check(&c->allocation);
}

void nt_turn_client_lose(struct nt_turn_client *c, const char *why, nt_time now)
{
    enum nt_turn_client_state before = c->allocation.state;
    if (before == NT_TURN_GONE)
        return;
    nt_turn_client_allocation_end(&c->allocation, 0);
    stop_if_ended_by(c, before, why, now);
}

bool nt_turn_client_is_over(const struct nt_turn_client *c)
{
    return nt_turn_client_allocation_over(&c->allocation);
}

void nt_turn_client_move(struct nt_turn_client *c, const struct nt_addr *base, nt_time now)
{
    if (base != NULL)
        c->config.base = *base;
    else
        nt_turn_client_trace_drop(&c->config, "an allocation is not asked for for two minutes: there is no other local address",
                                  NULL, now);
    nt_turn_client_allocation_move(&c->allocation, base != NULL, now);
    c->ready = now;
}

/* Tells what is not asked for, and why. */
static int told(const struct nt_turn_client *c, int err, const struct nt_addr *peer, nt_time now)
{
    const char *why = NULL;
    switch (err) {
    case NT_OK: return err;
    case NT_EINVAL: why = "not asked for: a peer of another family than the relayed address"; break;
    case NT_EAUTH: why = "not asked for: the server has refused the peer"; break;
    case NT_ELIMIT: why = "not asked for: there are as many peers as the client keeps"; break;
    default: why = "not asked for: no memory"; break;
    }
    nt_turn_client_trace_drop(&c->config, why, peer, now);
    return err;
}

int nt_turn_client_permit(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now)
{
    if (nt_turn_client_allocation_over(&c->allocation))
        return NT_ESTATE;
    c->ready = now;
    return told(c, nt_turn_peers_permit(&c->peers, peer, now), peer, now);
}

bool nt_turn_client_permitted(const struct nt_turn_client *c, const struct nt_addr *peer)
{
    return nt_turn_peers_permitted(&c->peers, peer);
}

int nt_turn_client_bind_channel(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now)
{
    if (nt_turn_client_allocation_over(&c->allocation))
        return NT_ESTATE;
    c->ready = now;
    return told(c, nt_turn_peers_bind(&c->peers, peer, now), peer, now);
}

static const struct nt_why no_memory = {NT_DISCARD_NO_ROOM, "no memory for what was relayed"},
                           no_content = {NT_DISCARD_UNREADABLE, "a Data indication without DATA and ICMP"},
                           unknown_attributes = {NT_DISCARD_UNSUPPORTED, "a Data indication with unknown required attributes"},
                           no_peer = {NT_DISCARD_UNREADABLE, "a Data indication without XOR-PEER-ADDRESS"},
                           no_permission = {NT_DISCARD_NO_PERMISSION, "a Data indication, but no permission for %i was asked for"},
                           malformed = {NT_DISCARD_UNREADABLE, "a malformed ChannelData message"},
                           no_channel = {NT_DISCARD_NO_CHANNEL, "ChannelData on a channel that is not bound"};

/* What the client tells about the peer, with its own copy of the bytes. NULL: it will; otherwise why not. */
static const struct nt_why *tell_data(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len)
{
    if (nt_reserve(&c->payload, &c->payload_cap, len, 1, NT_DATAGRAM_MAX) != NT_OK)
        return &no_memory;
    if (len > 0)
        memcpy(c->payload, bytes, len);
    c->data = (struct nt_turn_event){.kind = NT_TURN_EV_DATA, .peer = *peer, .bytes = c->payload, .len = len};
    c->tell_data = true;
    return NULL;
}

static const struct nt_why *tell_icmp(struct nt_turn_client *c, const struct nt_addr *peer, const struct nt_stun_attr *icmp)
{
    if (icmp == NULL || icmp->len < 8)
        return &no_content;
    c->data = (struct nt_turn_event){.kind = NT_TURN_EV_ICMP,
                                     .peer = *peer,
                                     .icmp_type = icmp->value[2],
                                     .icmp_code = icmp->value[3],
                                     .mtu = nt_load32(icmp->value + 4)};
    c->tell_data = true;
    return NULL;
}

/* RFC 8656, 11.4: "The client SHOULD also check that the XOR-PEER-ADDRESS attribute value contains an IP address with which the
 * client believes there is an active permission". NULL: taken; otherwise why it is dropped. */
static const struct nt_why *take_indication(struct nt_turn_client *c, const struct nt_stun_msg *m, struct nt_addr *peer)
{
    const struct nt_stun_attr *data = nt_stun_find(m, NT_ATTR_DATA);
    if (m->unknown_count > 0)
        return &unknown_attributes;
    if (nt_stun_get_addr(m, NT_ATTR_XOR_PEER_ADDRESS, peer) != NT_OK)
        return &no_peer;
    if (!nt_turn_peers_believed(&c->peers, peer))
        return &no_permission;
    nt_turn_peers_prove(&c->peers, peer);
    return data != NULL ? tell_data(c, peer, data->value, data->len) : tell_icmp(c, peer, nt_stun_find(m, NT_ATTR_ICMP));
}

static const struct nt_why *take_channel_data(struct nt_turn_client *c, const uint8_t *bytes, size_t len)
{
    uint16_t number;
    const uint8_t *payload;
    size_t payload_len;
    if (!nt_channel_data_parse(bytes, len, &number, &payload, &payload_len))
        return &malformed;
    const struct nt_addr *peer = nt_turn_peers_of_channel(&c->peers, number);
    if (peer == NULL)
        return &no_channel;
    nt_turn_peers_prove(&c->peers, peer);
    return tell_data(c, peer, payload, payload_len);
}

/* The request must be made once more. */
static void ask_again(struct nt_turn_client *c, const struct nt_turn_ask *ask)
{
    if (ask->count == 0)
        nt_turn_client_allocation_again(&c->allocation);
    else
        nt_turn_peers_again(&c->peers, ask);
}

/* NULL: taken; otherwise why this success is a failure. */
static const char *take_success(struct nt_turn_client *c, const struct nt_turn_ask *ask, const struct nt_stun_msg *m, nt_time now)
{
    if (ask->count == 0)
        return nt_turn_client_allocation_succeeded(&c->allocation, ask, m, now);
    nt_turn_peers_granted(&c->peers, ask, now);
    return NULL;
}

/* RFC 8656, 7.4: "it SHOULD try the Allocate request with the alternate server before trying any other servers". NULL: it will. */
static const char *follow_alternate(struct nt_turn_client *c, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_addr to;
    const char *why = nt_turn_servers_follow(&c->servers, m, c->config.base.family, &to, now);
    if (why != NULL)
        return why;
    const char *name;
    size_t name_len = nt_turn_servers_domain(m, &name);
    if (name_len > 0)
        nt_stun_client_connection_rename(&c->connection, name, name_len);
    c->config.server = to;
    reconnect(c);
    nt_turn_requests_forget_server(&c->requests);
    nt_turn_client_allocation_again(&c->allocation);
    return NULL;
}

/* What the client does about a request that has failed, in static words. */
static const char *take_failure(struct nt_turn_client *c, const struct nt_turn_ask *ask, const struct nt_stun_msg *m, int code,
                                nt_time now)
{
    bool redirected = ask->kind == NT_TURN_ASK_ALLOCATE && code == 300 && !c->allocation.release_asked;
    const char *lost = redirected ? follow_alternate(c, m, now) : NULL;
    if (redirected && lost == NULL)
        return "the alternate server is asked";
    if (ask->count > 0 && code == 437) { /* RFC 8656, 5: the client "MUST assume the allocation no longer exists" */
        nt_turn_client_allocation_end(&c->allocation, code);
        return "the allocation is gone";
    }
    if (ask->count > 0)
        return nt_turn_peers_refused(&c->peers, ask, code, now);
    const char *follows = nt_turn_client_allocation_refused(&c->allocation, ask, code, now);
    /* RFC 8656, 7.4, of 437: "try three different client transport addresses": another connection has another one */
    if (has_connection(c) && c->allocation.tell_move) {
        reconnect(c);
        nt_turn_client_allocation_move(&c->allocation, true, now);
    }
    return lost != NULL ? lost : follows;
}

/* `why`: NULL when the code says it. */
static void fail_request(struct nt_turn_client *c, const struct nt_turn_reply *reply, const char *why, const struct nt_stun_msg *m,
                         nt_time now)
{
    struct nt_trace_event ev = nt_turn_client_trace_failure(&c->config, &reply->ask, reply->code, m, why, now);
    ev.text = take_failure(c, &reply->ask, m, reply->code, now);
    nt_trace_emit(&c->config.trace, ev);
}

/* True when it answers a request of ours. */
static bool take_response(struct nt_turn_client *c, const struct nt_stun_msg *m, nt_time now)
{
    enum nt_turn_client_state before = c->allocation.state;
    struct nt_turn_reply reply;
    nt_turn_requests_take(&c->requests, m, &reply);
    if (reply.outcome == NT_TURN_FOREIGN)
        return false;
    if (reply.outcome == NT_TURN_DISCARDED) {
        nt_trace_discard(&c->config.trace, reply.discard, &c->config.base, &c->config.server, now);
        return true;
    }
    nt_turn_client_trace_old(&c->config, m, now);
    const char *no_success = reply.outcome == NT_TURN_SUCCEEDED ? take_success(c, &reply.ask, m, now) : NULL;
    if (reply.outcome == NT_TURN_CHALLENGED)
        ask_again(c, &reply.ask);
    else if (reply.outcome == NT_TURN_FAILED || no_success != NULL)
        fail_request(c, &reply, no_success != NULL ? no_success : reply.why, m, now);
    c->ready = now;
    stop_if_ended(c, before, now);
    return true;
}

/* False: it is none of the client's. */
static bool take_message(struct nt_turn_client *c, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    struct nt_addr peer = c->config.server;
    const struct nt_why *why;
    if (bytes[0] >= 64 && bytes[0] <= 79) { /* RFC 7983: the channel range */
        why = take_channel_data(c, bytes, len);
    } else {
        if (!nt_stun_looks_like(bytes, len) || nt_stun_parse(&m, bytes, len) != NT_OK)
            return false;
        if (m.class_ != NT_STUN_INDICATION || m.method != NT_TURN_DATA)
            return (m.class_ == NT_STUN_SUCCESS || m.class_ == NT_STUN_ERROR) && take_response(c, &m, now);
        why = take_indication(c, &m, &peer);
    }
    if (why != NULL)
        nt_trace_discard(&c->config.trace, why, &c->config.base, &peer, now);
    return true;
}

bool nt_turn_client_input(struct nt_turn_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    c->tell_data = false;
    return path->transport == NT_UDP && !has_connection(c) && nt_addr_equal(&path->remote, &c->config.server) && len > 0 &&
           take_message(c, bytes, len, now);
}

/* RFC 8489, 6.2.2: "if the client is unable to establish the TCP connection, or the TCP connection is reset or fails before a
 * response is received, any request/response transaction in progress is considered to have failed." And the allocation, whose
 * 5-tuple is gone.
 */
static void fail_connection(struct nt_turn_client *c, const char *why, nt_time now)
{
    enum nt_turn_client_state state = c->allocation.state;
    nt_stun_client_connection_drop(&c->connection);
    c->config.base.port = 0;
    if (state == NT_TURN_ALLOCATING) {
        const struct nt_turn_ask ask = {.kind = NT_TURN_ASK_ALLOCATE};
        struct nt_trace_event ev = nt_turn_client_trace_failure(&c->config, &ask, 0, NULL, why, now);
        ev.text = "not asked again";
        nt_trace_emit(&c->config.trace, ev);
    }
    if (state != NT_TURN_NEW && state != NT_TURN_WAITING)
        nt_turn_client_lose(c, why, now);
}

int nt_turn_client_request(struct nt_turn_client *c, uint32_t id, struct nt_request *req)
{
    const struct nt_path path = {.transport = c->config.transport, .local = c->config.base, .remote = c->config.server};
    bool wanted = has_connection(c) && c->allocation.state == NT_TURN_ALLOCATING && c->allocation.wants_request;
    return nt_stun_client_connection_request(&c->connection, wanted, id, &path, nt_time_after(c->ready, NT_STUN_CONNECT_MAX), req);
}

bool nt_turn_client_connected(struct nt_turn_client *c, const struct nt_path *path, nt_time now)
{
    if (!nt_stun_client_connection_granted(&c->connection, path))
        return false;
    c->config.base = path->local;
    c->ready = now;
    return true;
}

bool nt_turn_client_closed(struct nt_turn_client *c, const struct nt_path *path, enum nt_closed why, nt_time now)
{
    if (!nt_stun_client_connection_gone(&c->connection, path))
        return false;
    fail_connection(c, nt_stun_closed_text(why), now);
    return true;
}

bool nt_turn_client_stream(struct nt_turn_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    return nt_stun_client_connection_put(&c->connection, path, bytes, len, now);
}

bool nt_turn_client_not_taken(struct nt_turn_client *c, const struct nt_path *path, nt_time now)
{
    if (!nt_stun_client_connection_is_ours(&c->connection, path))
        return false;
    nt_turn_client_trace_drop(&c->config, "lost: the server does not read as fast as it is written to", NULL, now);
    return true;
}

static const struct nt_why not_for_client = {NT_DISCARD_UNUSED, "of no use to a TURN client"};

/* Takes in what has come on the connection, until there is something to tell. */
static void read_connection(struct nt_turn_client *c)
{
    const uint8_t *message;
    size_t len;
    const char *why;
    nt_time now = c->connection.now;
    while (nt_stun_client_connection_next(&c->connection, &message, &len, &why)) {
        if (!take_message(c, message, len, now))
            nt_trace_discard(&c->config.trace, &not_for_client, &c->config.base, &c->config.server, now);
        if (c->tell_data)
            return;
    }
    if (why != NULL)
        fail_connection(c, why, now);
}

/* RFC 8489, 6.2.1: no response after the last retransmission. A refresh is tried again for as long as what it refreshes lives. What
 * follows, in static words. */
static const char *take_timeout(struct nt_turn_client *c, const struct nt_turn_ask *ask, nt_time now)
{
    if (ask->count > 0)
        return nt_turn_peers_timed_out(&c->peers, ask, now);
    if (ask->kind == NT_TURN_ASK_REFRESH && !has_connection(c)) {
        nt_turn_client_allocation_unanswered(&c->allocation);
        return "asked again at once";
    }
    nt_turn_client_allocation_end(&c->allocation, 0);
    return "not asked again";
}

void nt_turn_client_timer(struct nt_turn_client *c, nt_time now)
{
    struct nt_turn_ask ask;
    enum nt_turn_client_state before = c->allocation.state;
    const char *why = NULL;
    while (nt_turn_requests_expire(&c->requests, &ask, now)) {
        struct nt_trace_event ev = nt_turn_client_trace_failure(&c->config, &ask, 0, NULL, "no response", now);
        ev.text = take_timeout(c, &ask, now);
        nt_trace_emit(&c->config.trace, ev);
        c->ready = now;
        why = has_connection(c) ? "the server does not answer on the connection" : NULL;
    }
    bool wants = nt_turn_client_allocation_timer(&c->allocation, now);
    stop_if_ended_by(c, before, why, now);
    if (now >= nt_stun_client_connection_deadline(&c->connection))
        fail_connection(c, "no connection to the server after 39.5 seconds", now);
    if (c->allocation.state == NT_TURN_ALLOCATED)
        wants = nt_turn_peers_timer(&c->peers, now) || wants;
    if (wants)
        c->ready = now;
}

static bool next_ask(struct nt_turn_client *c, struct nt_turn_ask *ask, nt_time now)
{
    return nt_turn_client_allocation_ask(&c->allocation, ask) ||
           (c->allocation.state == NT_TURN_ALLOCATED && nt_turn_peers_ask(&c->peers, ask, now));
}

static bool may_send(const struct nt_turn_client *c)
{
    return !has_connection(c) || nt_stun_client_connection_is_open(&c->connection);
}

static size_t next_message(struct nt_turn_client *c, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_turn_ask ask;
    if (!may_send(c))
        return 0;
    size_t n = nt_turn_requests_output(&c->requests, buf, cap);
    while (n == 0 && now >= c->ready && next_ask(c, &ask, now)) {
        if (ask.kind == NT_TURN_ASK_ALLOCATE)
            nt_turn_servers_asked(&c->servers, &c->config.server, now);
        if (!nt_turn_requests_form(&c->requests, &ask, now)) {
            ask_again(c, &ask);
            c->ready = nt_time_after(now, c->config.rto);
            nt_turn_client_trace_drop(&c->config, "a request cannot be formed: no memory", NULL, now);
            break;
        }
        n = nt_turn_requests_output(&c->requests, buf, cap);
    }
    return n;
}

size_t nt_turn_client_output(struct nt_turn_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = next_message(c, buf, cap, now);
    if (n > 0)
        *path = (struct nt_path){
            .transport = c->config.transport, .id = c->connection.id, .local = c->config.base, .remote = c->config.server};
    return n;
}

void nt_turn_client_left(struct nt_turn_client *c, const uint8_t id[NT_STUN_ID], nt_time now)
{
    nt_turn_requests_left(&c->requests, id, now);
}

bool nt_turn_client_retransmits(const struct nt_turn_client *c, const uint8_t id[NT_STUN_ID])
{
    return nt_turn_requests_retransmit(&c->requests, id);
}

nt_time nt_turn_client_deadline(const struct nt_turn_client *c)
{
    bool allocated = c->allocation.state == NT_TURN_ALLOCATED;
    nt_time t = nt_time_min(nt_turn_requests_deadline(&c->requests), nt_turn_client_allocation_deadline(&c->allocation));
    if (may_send(c) && (c->allocation.wants_request || (allocated && nt_turn_peers_wants(&c->peers))))
        t = nt_time_min(t, c->ready);
    t = nt_time_min(t, nt_stun_client_connection_deadline(&c->connection));
    return allocated ? nt_time_min(t, nt_turn_peers_deadline(&c->peers)) : t;
}

/* What is to be told, if there is something. */
static bool tell_event(struct nt_turn_client *c, struct nt_turn_event *ev)
{
    if (nt_turn_client_allocation_granted_event(&c->allocation, ev) || nt_turn_peers_event(&c->peers, ev))
        return true;
    if (c->tell_data) {
        c->tell_data = false;
        *ev = c->data;
        return true;
    }
    return nt_turn_client_allocation_ended_event(&c->allocation, ev);
}

int nt_turn_client_event(struct nt_turn_client *c, struct nt_turn_event *ev)
{
    *ev = (struct nt_turn_event){0};
    if (tell_event(c, ev))
        return 1;
    if (!has_connection(c))
        return 0;
    read_connection(c);
    return tell_event(c, ev);
}

static int wrap_in_channel(const struct nt_turn_client *c, uint16_t channel, const uint8_t *bytes, size_t len, uint8_t *buf,
                           size_t cap)
{
    int n = nt_channel_data_write(buf, cap, channel, bytes, len);
    return has_connection(c) ? nt_channel_data_pad(buf, cap, n) : n;
}

int nt_turn_client_wrap(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len, bool df,
                        uint8_t *buf, size_t cap)
{
    if (c->allocation.state != NT_TURN_ALLOCATED || !nt_turn_peers_permitted(&c->peers, peer))
        return NT_ESTATE;
    uint16_t channel = nt_turn_peers_channel(&c->peers, peer);
    if (channel != 0)
        return wrap_in_channel(c, channel, bytes, len, buf, cap);
    struct nt_stun_builder b;
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(c->config.rand, id, sizeof id);
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, peer);
    if (df && c->config.dont_fragment && peer->family == NT_AF_IPV4 && c->config.server.family == NT_AF_IPV4)
        nt_stun_add(&b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    nt_stun_add(&b, NT_ATTR_DATA, bytes, len);
    return nt_stun_finish(&b);
}
