/* The TURN client: its parts (allocation, peers, requests) do not know each other; here each gets what concerns it. */
#include "core/turn/client.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"
#include "core/turn/channel_data.h"
#include "core/turn/client_allocation.h"
#include "core/turn/client_peers.h"
#include "core/turn/client_requests.h"

#include <stdlib.h>
#include <string.h>

struct nt_turn_client {
    struct nt_turn_client_config config; /* software is our own copy; user and password are with the requests */
    struct nt_turn_client_allocation allocation;
    struct nt_turn_peers peers;
    struct nt_turn_requests requests;
    nt_time ready; /* when a request that is wanted may be formed */
    bool tell_data;
    struct nt_turn_event data; /* EV_DATA or EV_ICMP of the last input */
    uint8_t *payload;
    size_t payload_cap;
};

struct nt_turn_client *nt_turn_client_new(const struct nt_turn_client_config *config)
{
    int err = NT_OK;
    bool too_long = config->software != NULL && strlen(config->software) >= NT_STUN_TEXT_BYTES;
    if (config->transport != NT_UDP || config->rand == NULL || too_long)
        return NULL;
    struct nt_turn_client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->config = *config;
    c->config.user = c->config.password = NULL;
    c->config.software = nt_strdup(config->software, &err);
    if (err != NT_OK) {
        free(c);
        return NULL;
    }
    c->config.rto = config->rto != 0 ? config->rto : NT_STUN_RTO;
    c->config.family = config->family != 0 ? config->family : NT_AF_IPV4;
    nt_turn_client_allocation_init(&c->allocation, c->config.family);
    nt_turn_peers_init(&c->peers, c->config.family);
    nt_turn_requests_init(&c->requests, &c->config, config->user, config->password);
    return c;
}

void nt_turn_client_del(struct nt_turn_client *c)
{
    if (c == NULL)
        return;
    nt_turn_requests_free(&c->requests);
    nt_turn_peers_free(&c->peers);
    free(c->payload);
    free((void *)(uintptr_t)c->config.software);
    free(c);
}

enum nt_turn_client_state nt_turn_client_state(const struct nt_turn_client *c)
{
    return c->allocation.state;
}

void nt_turn_client_allocate(struct nt_turn_client *c, nt_time now)
{
    nt_turn_client_allocation_start(&c->allocation);
    c->ready = now;
}

/* When the allocation ends, or is to be released, all other requests are dropped and no peer is permitted any more. */
static void stop_if_ended(struct nt_turn_client *c, enum nt_turn_client_state before)
{
    enum nt_turn_client_state state = c->allocation.state;
    if (state == before || (state != NT_TURN_RELEASING && state != NT_TURN_GONE))
        return;
    nt_turn_requests_drop(&c->requests);
    nt_turn_peers_stop(&c->peers);
}

void nt_turn_client_release(struct nt_turn_client *c, nt_time now)
{
    enum nt_turn_client_state before = c->allocation.state;
    nt_turn_client_allocation_release(&c->allocation);
    stop_if_ended(c, before);
    c->ready = now;
}

int nt_turn_client_permit(struct nt_turn_client *c, const struct nt_addr *peer, nt_time now)
{
    if (nt_turn_client_allocation_over(&c->allocation))
        return NT_ESTATE;
    c->ready = now;
    return nt_turn_peers_permit(&c->peers, peer);
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
    return nt_turn_peers_bind(&c->peers, peer);
}

/* What the client tells about the peer, with its own copy of the bytes. */
static void tell_data(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len)
{
    if (nt_grow(&c->payload, &c->payload_cap, len, 1, NT_DATAGRAM_MAX) != NT_OK)
        return;
    if (len > 0)
        memcpy(c->payload, bytes, len);
    c->data = (struct nt_turn_event){.kind = NT_TURN_EV_DATA, .peer = *peer, .bytes = c->payload, .len = len};
    c->tell_data = true;
}

/* RFC 8656, 11.4: "The client SHOULD also check that the XOR-PEER-ADDRESS attribute value contains an IP address with which the
 * client believes there is an active permission". */
static void take_indication(struct nt_turn_client *c, const struct nt_stun_msg *m)
{
    struct nt_addr peer;
    const struct nt_stun_attr *data = nt_stun_find(m, NT_ATTR_DATA), *icmp = nt_stun_find(m, NT_ATTR_ICMP);
    if (m->unknown_count > 0 || nt_stun_get_addr(m, NT_ATTR_XOR_PEER_ADDRESS, &peer) != NT_OK ||
        !nt_turn_peers_believed(&c->peers, &peer))
        return;
    nt_turn_peers_prove(&c->peers, &peer);
    if (data != NULL) {
        tell_data(c, &peer, data->value, data->len);
    } else if (icmp != NULL && icmp->len >= 4) {
        c->data =
            (struct nt_turn_event){.kind = NT_TURN_EV_ICMP, .peer = peer, .icmp_type = icmp->value[2], .icmp_code = icmp->value[3]};
        c->tell_data = true;
    }
}

static void take_channel_data(struct nt_turn_client *c, const uint8_t *bytes, size_t len)
{
    uint16_t number;
    const uint8_t *payload;
    size_t payload_len;
    if (!nt_channel_data_parse(bytes, len, &number, &payload, &payload_len))
        return;
    const struct nt_addr *peer = nt_turn_peers_of_channel(&c->peers, number);
    if (peer == NULL)
        return;
    nt_turn_peers_prove(&c->peers, peer);
    tell_data(c, peer, payload, payload_len);
}

/* The request must be made once more. */
static void ask_again(struct nt_turn_client *c, const struct nt_turn_ask *ask)
{
    if (ask->count == 0)
        nt_turn_client_allocation_again(&c->allocation);
    else
        nt_turn_peers_again(&c->peers, ask);
}

static void take_answer(struct nt_turn_client *c, const struct nt_turn_ask *ask, const struct nt_stun_msg *m, int code, nt_time now)
{
    enum nt_turn_client_state before = c->allocation.state;
    if (ask->count == 0)
        nt_turn_client_allocation_answered(&c->allocation, ask, m, code, now);
    else if (code == 437) /* RFC 8656, 5: the client "MUST assume the allocation no longer exists" */
        nt_turn_client_allocation_fail(&c->allocation, code);
    else
        nt_turn_peers_answered(&c->peers, ask, code, now);
    stop_if_ended(c, before);
}

/* True when it answers a request of ours. */
static bool take_response(struct nt_turn_client *c, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_turn_ask ask;
    int code;
    enum nt_turn_outcome outcome = nt_turn_requests_take(&c->requests, m, &ask, &code);
    if (outcome == NT_TURN_CHALLENGED)
        ask_again(c, &ask);
    else if (outcome == NT_TURN_ANSWERED)
        take_answer(c, &ask, m, code, now);
    if (outcome == NT_TURN_CHALLENGED || outcome == NT_TURN_ANSWERED)
        c->ready = now;
    return outcome != NT_TURN_FOREIGN;
}

bool nt_turn_client_input(struct nt_turn_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    c->tell_data = false;
    if (path->transport != c->config.transport || !nt_addr_equal(&path->remote, &c->config.server) || len == 0)
        return false;
    if (bytes[0] >= 64 && bytes[0] <= 79) { /* RFC 7983: the channel range */
        take_channel_data(c, bytes, len);
        return true;
    }
    if (!nt_stun_looks_like(bytes, len) || nt_stun_parse(&m, bytes, len) != NT_OK)
        return false;
    if (m.class_ == NT_STUN_INDICATION && m.method == NT_TURN_DATA) {
        take_indication(c, &m);
        return true;
    }
    return (m.class_ == NT_STUN_SUCCESS || m.class_ == NT_STUN_ERROR) && take_response(c, &m, now);
}

/* RFC 8489, 6.2.1: no response after the last retransmission. A refresh is tried again for as long as what it refreshes lives. */
static void take_timeout(struct nt_turn_client *c, const struct nt_turn_ask *ask)
{
    if (ask->kind == NT_TURN_ASK_REFRESH)
        ask_again(c, ask);
    else if (ask->count > 0)
        nt_turn_peers_timed_out(&c->peers, ask);
    else
        nt_turn_client_allocation_fail(&c->allocation, 0);
}

void nt_turn_client_timer(struct nt_turn_client *c, nt_time now)
{
    struct nt_turn_ask ask;
    enum nt_turn_client_state before = c->allocation.state;
    while (nt_turn_requests_expire(&c->requests, &ask, now)) {
        take_timeout(c, &ask);
        c->ready = now;
    }
    bool wants = nt_turn_client_allocation_timer(&c->allocation, now);
    stop_if_ended(c, before);
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

static size_t next_datagram(struct nt_turn_client *c, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_turn_ask ask;
    size_t n = nt_turn_requests_output(&c->requests, buf, cap);
    while (n == 0 && now >= c->ready && next_ask(c, &ask, now)) {
        if (!nt_turn_requests_form(&c->requests, &ask, now)) {
            ask_again(c, &ask);
            c->ready = nt_time_after(now, c->config.rto);
            break;
        }
        n = nt_turn_requests_output(&c->requests, buf, cap);
    }
    return n;
}

size_t nt_turn_client_output(struct nt_turn_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = next_datagram(c, buf, cap, now);
    if (n > 0)
        *path = (struct nt_path){.transport = c->config.transport, .local = c->config.base, .remote = c->config.server};
    return n;
}

void nt_turn_client_left(struct nt_turn_client *c, const uint8_t id[NT_STUN_ID], nt_time now)
{
    nt_turn_requests_left(&c->requests, id, now);
}

nt_time nt_turn_client_deadline(const struct nt_turn_client *c)
{
    bool allocated = c->allocation.state == NT_TURN_ALLOCATED;
    nt_time t = nt_time_min(nt_turn_requests_deadline(&c->requests), nt_turn_client_allocation_deadline(&c->allocation));
    if (c->allocation.wants_request || (allocated && nt_turn_peers_wants(&c->peers)))
        t = nt_time_min(t, c->ready);
    return allocated ? nt_time_min(t, nt_turn_peers_deadline(&c->peers)) : t;
}

int nt_turn_client_event(struct nt_turn_client *c, struct nt_turn_event *ev)
{
    *ev = (struct nt_turn_event){0};
    if (nt_turn_client_allocation_granted_event(&c->allocation, ev) || nt_turn_peers_event(&c->peers, ev))
        return 1;
    if (c->tell_data) {
        c->tell_data = false;
        *ev = c->data;
        return 1;
    }
    return nt_turn_client_allocation_ended_event(&c->allocation, ev);
}

int nt_turn_client_wrap(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len, uint8_t *buf,
                        size_t cap)
{
    if (c->allocation.state != NT_TURN_ALLOCATED || !nt_turn_peers_permitted(&c->peers, peer))
        return NT_ESTATE;
    uint16_t channel = nt_turn_peers_channel(&c->peers, peer);
    if (channel != 0)
        return nt_channel_data_write(buf, cap, channel, bytes, len);
    struct nt_stun_builder b;
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(c->config.rand, id, sizeof id);
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, peer);
    nt_stun_add(&b, NT_ATTR_DATA, bytes, len);
    return nt_stun_finish(&b);
}
