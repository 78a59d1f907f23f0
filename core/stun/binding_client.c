#include "core/stun/binding_client.h"
#include "core/base/err.h"
#include "core/stun/client_connection.h"
#include "core/stun/message.h"
#include "core/stun/transaction.h"

#include <stdlib.h>
#include <string.h>

struct nt_stun_client {
    struct nt_stun_client_config config; /* base: the one in use */
    struct nt_stun_client_connection connection;
    struct nt_stun_txn request;
    bool sent;
    nt_time connect_end;
    enum nt_stun_client_state state;
    struct nt_addr mapped;
};

static const struct nt_why no_response = {NT_DISCARD_NO_TRANSACTION, "not a response to the request"};

struct nt_stun_client *nt_stun_client_new(const struct nt_stun_client_config *config, nt_time now)
{
    bool stream = config->transport == NT_TCP || config->transport == NT_TLS;
    if (!stream || config->rand == NULL || (config->name != NULL && strlen(config->name) > NT_STUN_DOMAIN_MAX))
        return NULL;
    struct nt_stun_client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->config = *config;
    c->config.ti = config->ti != 0 ? config->ti : NT_STUN_TI;
    c->connect_end = nt_time_after(now, NT_STUN_CONNECT_MAX);
    nt_stun_client_connection_init(&c->connection, config->name, false);
    return c;
}

void nt_stun_client_del(struct nt_stun_client *c)
{
    if (c != NULL)
        nt_stun_client_connection_free(&c->connection);
    free(c);
}

/* It will not be asked again, and the connection is of no use. The response's reason, or ours. */
static void fail(struct nt_stun_client *c, int code, const char *reason, size_t len, nt_time now)
{
    c->state = NT_STUN_CLIENT_OVER;
    c->mapped = (struct nt_addr){0};
    nt_stun_client_connection_drop(&c->connection);
    nt_trace_emit(&c->config.trace, (struct nt_trace_event){.at = now,
                                                            .kind = NT_TR_REQUEST_FAILED,
                                                            .a = c->config.base,
                                                            .b = c->config.server,
                                                            .n = {NT_STUN_BINDING, code},
                                                            .bytes = (const uint8_t *)reason,
                                                            .len = len,
                                                            .text = "not asked again"});
}

static void fail_for(struct nt_stun_client *c, const char *why, nt_time now)
{
    if (c->state != NT_STUN_CLIENT_OVER)
        fail(c, 0, why, strlen(why), now);
}

int nt_stun_client_request(struct nt_stun_client *c, uint32_t id, struct nt_request *req)
{
    const struct nt_path path = {.transport = c->config.transport, .local = c->config.base, .remote = c->config.server};
    bool wanted = c->state == NT_STUN_CLIENT_ASKING && !c->sent;
    return nt_stun_client_connection_request(&c->connection, wanted, id, &path, c->connect_end, req);
}

bool nt_stun_client_connected(struct nt_stun_client *c, const struct nt_path *path, nt_time now)
{
    (void)now;
    if (!nt_stun_client_connection_granted(&c->connection, path))
        return false;
    c->config.base = path->local;
    return true;
}

bool nt_stun_client_closed(struct nt_stun_client *c, const struct nt_path *path, enum nt_closed why, nt_time now)
{
    if (!nt_stun_client_connection_gone(&c->connection, path))
        return false;
    fail_for(c, nt_stun_closed_text(why), now);
    return true;
}

static void take_error(struct nt_stun_client *c, const struct nt_stun_msg *m, nt_time now)
{
    const char *reason = "";
    size_t len = 0;
    int code = 0;
    if (nt_stun_get_error(m, &code, &reason, &len) == NT_OK)
        fail(c, code, reason, len, now);
    else
        fail_for(c, "an error response without ERROR-CODE", now);
}

/* RFC 8489, 6.3.3: "the client checks that the XOR-MAPPED-ADDRESS attribute is present in the response"; servers of RFC 3489 know
 * the other one. */
static void take_success(struct nt_stun_client *c, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_addr mapped;
    if (m->unknown_count > 0) {
        fail_for(c, "a response with unknown comprehension-required attributes", now);
    } else if (nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) == NT_OK ||
               nt_stun_get_addr(m, NT_ATTR_MAPPED_ADDRESS, &mapped) == NT_OK) {
        c->mapped = mapped;
        c->state = NT_STUN_CLIENT_ANSWERED;
    } else {
        fail_for(c, "a success response without an address", now);
    }
}

static void take_message(struct nt_stun_client *c, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    bool response = nt_stun_parse(&m, bytes, len) == NT_OK && (m.class_ == NT_STUN_SUCCESS || m.class_ == NT_STUN_ERROR) &&
                    m.method == NT_STUN_BINDING && c->sent && memcmp(m.id, c->request.id, NT_STUN_ID) == 0;
    if (!response || c->state != NT_STUN_CLIENT_ASKING)
        nt_trace_discard(&c->config.trace, &no_response, &c->config.base, &c->config.server, now);
    else if (m.class_ == NT_STUN_ERROR)
        take_error(c, &m, now);
    else
        take_success(c, &m, now);
}

bool nt_stun_client_stream(struct nt_stun_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    const uint8_t *message;
    const char *why;
    size_t message_len;
    if (!nt_stun_client_connection_put(&c->connection, path, bytes, len, now))
        return false;
    while (nt_stun_client_connection_next(&c->connection, &message, &message_len, &why))
        take_message(c, message, message_len, now);
    if (why != NULL)
        fail_for(c, why, now);
    return true;
}

size_t nt_stun_client_output(struct nt_stun_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_stun_builder b;
    uint8_t id[NT_STUN_ID];
    if (c->sent || c->state != NT_STUN_CLIENT_ASKING || !nt_stun_client_connection_is_open(&c->connection))
        return 0;
    nt_rand_bytes(c->config.rand, id, sizeof id);
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    if (c->config.software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, c->config.software);
    int len = nt_stun_finish(&b);
    c->sent = true;
    nt_stun_txn_start(&c->request, id, c->config.ti, 1, 1, now);
    *path = (struct nt_path){
        .transport = c->config.transport, .id = c->connection.id, .local = c->config.base, .remote = c->config.server};
    return len > 0 ? (size_t)len : 0;
}

void nt_stun_client_timer(struct nt_stun_client *c, nt_time now)
{
    if (now < nt_stun_client_deadline(c))
        return;
    fail_for(c, c->sent ? "no response" : "no connection to the server after 39.5 seconds", now);
}

nt_time nt_stun_client_deadline(const struct nt_stun_client *c)
{
    if (c->state != NT_STUN_CLIENT_ASKING)
        return NT_TIME_NEVER;
    return c->sent ? c->request.deadline : nt_stun_client_connection_deadline(&c->connection);
}

void nt_stun_client_release(struct nt_stun_client *c)
{
    c->state = NT_STUN_CLIENT_OVER;
    nt_stun_client_connection_drop(&c->connection);
}

enum nt_stun_client_state nt_stun_client_state(const struct nt_stun_client *c)
{
    return c->state;
}

const struct nt_addr *nt_stun_client_base(const struct nt_stun_client *c)
{
    return &c->config.base;
}

const struct nt_addr *nt_stun_client_mapped(const struct nt_stun_client *c)
{
    return &c->mapped;
}
