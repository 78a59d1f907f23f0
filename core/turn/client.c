/* The TURN client's allocation (RFC 8656, sections 7.1, 7.3, 7.4 and 8): its life from Allocate to the last Refresh, and the
 * data it receives. */
#include "core/base/err.h"
#include "core/turn/client_state.h"

#include <stdlib.h>
#include <string.h>

/* RFC 8656, 8: "It is suggested that the client refresh the allocation roughly 1 minute before it expires." */
#define REFRESH_MARGIN 60

void nt_turn_client_want(struct nt_turn_client *c, nt_time now)
{
    c->ready = now;
}

static char *copy_text(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = malloc(n);
    return copy != NULL ? memcpy(copy, text, n) : NULL;
}

struct nt_turn_client *nt_turn_client_new(const struct nt_turn_client_config *config)
{
    bool too_long = config->software != NULL && strlen(config->software) >= NT_STUN_TEXT_BYTES;
    if (config->transport != NT_UDP || config->rand == NULL || too_long)
        return NULL;
    struct nt_turn_client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->config = *config;
    c->config.software = config->software != NULL ? copy_text(config->software) : NULL;
    if (config->software != NULL && c->config.software == NULL) {
        free(c);
        return NULL;
    }
    c->has_user = config->user != NULL && config->password != NULL;
    nt_stun_login_init(&c->login, c->has_user ? config->user : "", c->has_user ? config->password : "");
    c->config.user = c->config.password = NULL;
    c->config.rto = config->rto != 0 ? config->rto : NT_STUN_RTO;
    c->config.family = config->family != 0 ? config->family : NT_AF_IPV4;
    c->refresh = c->expires = NT_TIME_NEVER;
    nt_turn_keep_init(&c->permissions);
    nt_turn_keep_init(&c->channels);
    nt_map_init(&c->by_number, sizeof(uint16_t));
    return c;
}

void nt_turn_client_del(struct nt_turn_client *c)
{
    if (c == NULL)
        return;
    nt_turn_requests_drop(c);
    free(c->txns);
    nt_turn_keep_free(&c->permissions);
    nt_turn_keep_free(&c->channels);
    nt_map_free(&c->by_number);
    free(c->payload);
    free((void *)(uintptr_t)c->config.software);
    free(c);
}

enum nt_turn_client_state nt_turn_client_state(const struct nt_turn_client *c)
{
    return c->state;
}

void nt_turn_client_allocate(struct nt_turn_client *c, nt_time now)
{
    if (c->state != NT_TURN_NEW)
        return;
    c->state = NT_TURN_ALLOCATING;
    c->wants_allocation_request = true;
    nt_turn_client_want(c, now);
}

static void end(struct nt_turn_client *c)
{
    nt_turn_requests_drop(c);
    nt_turn_keep_stop(&c->permissions);
    nt_turn_keep_stop(&c->channels);
    c->state = NT_TURN_GONE;
    c->wants_allocation_request = false;
    c->refresh = c->expires = NT_TIME_NEVER;
}

static void released(struct nt_turn_client *c)
{
    end(c);
    c->tell_released = true;
}

void nt_turn_client_fail(struct nt_turn_client *c, int code)
{
    bool releasing = c->state == NT_TURN_RELEASING || c->release_asked;
    end(c);
    c->tell_failed = !releasing;
    c->tell_released = c->tell_released || releasing;
    c->failed_code = code;
}

static void start_release(struct nt_turn_client *c, nt_time now)
{
    end(c);
    c->state = NT_TURN_RELEASING;
    c->wants_allocation_request = true;
    nt_turn_client_want(c, now);
}

void nt_turn_client_release(struct nt_turn_client *c, nt_time now)
{
    switch (c->state) {
    case NT_TURN_NEW: released(c); break;
    case NT_TURN_ALLOCATING: c->release_asked = true; break; /* the answer tells whether there is something to release */
    case NT_TURN_ALLOCATED: start_release(c, now); break;
    default: break;
    }
}

/* A granted lifetime of a minute or two must not make the margin eat it up, nor a tiny one a storm of refreshes. */
static void take_lifetime(struct nt_turn_client *c, uint32_t seconds, nt_time now)
{
    nt_time lifetime = seconds * NT_SEC;
    nt_time early = seconds >= 2 * REFRESH_MARGIN ? REFRESH_MARGIN * NT_SEC : lifetime / 2;
    c->refresh = nt_time_after(now, lifetime - early);
    c->expires = nt_time_after(now, lifetime);
}

static bool allocated(struct nt_turn_client *c, const struct nt_stun_msg *m, uint32_t lifetime, nt_time now)
{
    struct nt_addr relayed, mapped;
    if (nt_stun_get_addr(m, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed) != NT_OK ||
        nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) != NT_OK)
        return false;
    /* RFC 8656, 7.3: "If these addresses are not part of an address family or families that the client is prepared to handle,
     * then the client MUST delete the allocation" */
    bool handled = relayed.family == c->config.family;
    if (c->release_asked || !handled) {
        c->tell_failed = !c->release_asked;
        c->failed_code = 440;
        start_release(c, now);
        return true;
    }
    c->relayed = relayed;
    c->mapped = mapped;
    c->state = NT_TURN_ALLOCATED;
    c->tell_allocated = true;
    take_lifetime(c, lifetime, now);
    nt_turn_client_want(c, now); /* permissions asked for meanwhile */
    return true;
}

void nt_turn_client_answered(struct nt_turn_client *c, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code,
                             nt_time now)
{
    uint32_t lifetime = 0;
    if (t->kind == NT_TXN_RELEASE) {
        /* RFC 8656, 8.3: a 437 here means that "it should consider its request as having effectively succeeded"; after any
         * other error there is nothing left to try. */
        released(c);
        return;
    }
    bool granted = code == 0 && nt_stun_get_u32(m, NT_ATTR_LIFETIME, &lifetime) == NT_OK && lifetime > 0;
    if (t->kind == NT_TXN_ALLOCATE && !(granted && allocated(c, m, lifetime, now)))
        nt_turn_client_fail(c, code);
    else if (t->kind == NT_TXN_REFRESH && granted)
        take_lifetime(c, lifetime, now);
    else if (t->kind == NT_TXN_REFRESH)
        nt_turn_client_fail(c, code);
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
        !nt_turn_peers_believed(c, &peer))
        return;
    nt_turn_peers_prove(c, &peer);
    if (data != NULL) {
        tell_data(c, &peer, data->value, data->len);
    } else if (icmp != NULL && icmp->len >= 4) {
        c->data =
            (struct nt_turn_event){.kind = NT_TURN_EV_ICMP, .peer = peer, .icmp_type = icmp->value[2], .icmp_code = icmp->value[3]};
        c->tell_data = true;
    }
}

/* RFC 8656, 12: "the client SHOULD be prepared to receive ChannelData messages on the channel from the server as soon as it has
 * sent the ChannelBind request". A refusal that came without integrity, to a damaged repetition for one, may follow a success that was
 * lost: what comes by a channel of that number is heard where it would be in an indication. */
static void take_channel_data(struct nt_turn_client *c, const uint8_t *bytes, size_t len)
{
    uint16_t number;
    const uint8_t *payload;
    size_t payload_len;
    if (!nt_channel_data_parse(bytes, len, &number, &payload, &payload_len))
        return;
    uint32_t i = nt_map_get(&c->by_number, &number);
    const struct nt_turn_kept *channel = i != NT_MAP_NONE ? &c->channels.items[i] : NULL;
    if (channel == NULL || !(channel->asked || channel->granted || channel->refused) || !nt_turn_peers_believed(c, &channel->peer))
        return;
    nt_turn_peers_prove(c, &channel->peer);
    tell_data(c, &channel->peer, payload, payload_len);
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
    return (m.class_ == NT_STUN_SUCCESS || m.class_ == NT_STUN_ERROR) && nt_turn_requests_response(c, &m, now);
}

void nt_turn_client_timer(struct nt_turn_client *c, nt_time now)
{
    nt_turn_requests_timer(c, now);
    if (c->state == NT_TURN_ALLOCATED && now >= c->expires)
        nt_turn_client_fail(c, 0);
    if (c->state != NT_TURN_ALLOCATED)
        return;
    if (now >= c->refresh) {
        c->refresh = NT_TIME_NEVER;
        c->wants_allocation_request = true;
        nt_turn_client_want(c, now);
    }
    nt_turn_peers_timer(c, now);
}

size_t nt_turn_client_output(struct nt_turn_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = nt_turn_requests_output(c, buf, cap, now);
    if (n > 0)
        *path = (struct nt_path){.transport = c->config.transport, .local = c->config.base, .remote = c->config.server};
    return n;
}

nt_time nt_turn_client_deadline(const struct nt_turn_client *c)
{
    nt_time t = nt_turn_requests_deadline(c);
    if (c->state != NT_TURN_ALLOCATED)
        return c->wants_allocation_request ? nt_time_min(t, c->ready) : t;
    if (c->wants_allocation_request || nt_turn_keep_wants(&c->permissions) || nt_turn_keep_wants(&c->channels))
        t = nt_time_min(t, c->ready);
    t = nt_time_min(t, nt_time_min(c->refresh, c->expires));
    return nt_time_min(t, nt_time_min(nt_turn_keep_deadline(&c->permissions), nt_turn_keep_deadline(&c->channels)));
}

int nt_turn_client_event(struct nt_turn_client *c, struct nt_turn_event *ev)
{
    *ev = (struct nt_turn_event){0};
    if (c->tell_allocated) {
        c->tell_allocated = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_ALLOCATED, .relayed = c->relayed, .mapped = c->mapped};
    } else if (nt_turn_peers_event(c, ev)) {
        ;
    } else if (c->tell_data) {
        c->tell_data = false;
        *ev = c->data;
    } else if (c->tell_failed) {
        c->tell_failed = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_FAILED, .code = c->failed_code};
    } else if (c->tell_released) {
        c->tell_released = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_RELEASED};
    }
    return ev->kind != 0;
}

int nt_turn_client_wrap(struct nt_turn_client *c, const struct nt_addr *peer, const uint8_t *bytes, size_t len, uint8_t *buf,
                        size_t cap)
{
    if (c->state != NT_TURN_ALLOCATED || !nt_turn_client_permitted(c, peer))
        return NT_ESTATE;
    const struct nt_turn_kept *channel = nt_turn_keep_find(&c->channels, peer);
    if (channel != NULL && channel->granted)
        return nt_channel_data_write(buf, cap, channel->number, bytes, len);
    struct nt_stun_builder b;
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(c->config.rand, id, sizeof id);
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, peer);
    nt_stun_add(&b, NT_ATTR_DATA, bytes, len);
    return nt_stun_finish(&b);
}
