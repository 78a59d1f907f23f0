#include "core/stun/client_connection.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

void nt_stun_client_connection_init(struct nt_stun_client_connection *k, const char *name, bool channels)
{
    *k = (struct nt_stun_client_connection){.state = NT_STUN_UNCONNECTED};
    nt_stun_stream_init(&k->stream, channels);
    nt_stun_client_connection_rename(k, name != NULL ? name : "", name != NULL ? strlen(name) : 0);
}

void nt_stun_client_connection_free(struct nt_stun_client_connection *k)
{
    nt_stun_stream_free(&k->stream);
    free(k->bytes);
}

void nt_stun_client_connection_rename(struct nt_stun_client_connection *k, const char *name, size_t len)
{
    memcpy(k->name, name, len);
    k->name[len] = '\0';
}

static void forget(struct nt_stun_client_connection *k)
{
    k->state = NT_STUN_UNCONNECTED;
    k->unwanted = false;
    nt_stun_stream_free(&k->stream);
    nt_stun_stream_init(&k->stream, k->stream.channels);
}

void nt_stun_client_connection_drop(struct nt_stun_client_connection *k)
{
    k->unwanted = k->state != NT_STUN_UNCONNECTED;
}

int nt_stun_client_connection_request(struct nt_stun_client_connection *k, bool wanted, uint32_t id, const struct nt_path *path,
                                      nt_time limit, struct nt_request *req)
{
    *req = (struct nt_request){.kind = NT_REQ_CLOSE, .path = *path};
    req->path.id = k->id;
    if (k->unwanted) {
        forget(k);
        return 1;
    }
    if (!wanted || k->state != NT_STUN_UNCONNECTED)
        return 0;
    req->kind = NT_REQ_CONNECT;
    req->path.id = k->id = id;
    req->name = path->transport == NT_TLS && k->name[0] != '\0' ? k->name : NULL;
    k->state = NT_STUN_CONNECTING;
    k->limit = limit;
    return 1;
}

bool nt_stun_client_connection_is_ours(const struct nt_stun_client_connection *k, const struct nt_path *path)
{
    return path->transport != NT_UDP && k->state != NT_STUN_UNCONNECTED && path->id == k->id;
}

bool nt_stun_client_connection_granted(struct nt_stun_client_connection *k, const struct nt_path *path)
{
    if (!nt_stun_client_connection_is_ours(k, path))
        return false;
    k->state = NT_STUN_CONNECTED;
    return true;
}

bool nt_stun_client_connection_gone(struct nt_stun_client_connection *k, const struct nt_path *path)
{
    if (!nt_stun_client_connection_is_ours(k, path))
        return false;
    forget(k);
    return true;
}

/* Appends to what is unread: false at the limit, and without memory. */
static bool keep_bytes(struct nt_stun_client_connection *k, const uint8_t *bytes, size_t len)
{
    size_t unread = k->stream.in_len, at = unread > 0 ? (size_t)(k->stream.in - k->bytes) : 0;
    if (nt_reserve(&k->bytes, &k->cap, at + unread + len, 1, NT_STUN_UNREAD_MAX) != NT_OK)
        return false;
    memmove(k->bytes, k->bytes + at, unread);
    memcpy(k->bytes + unread, bytes, len);
    nt_stun_stream_put(&k->stream, k->bytes, unread + len);
    return true;
}

bool nt_stun_client_connection_put(struct nt_stun_client_connection *k, const struct nt_path *path, const uint8_t *bytes,
                                   size_t len, nt_time now)
{
    if (!nt_stun_client_connection_is_ours(k, path))
        return false;
    k->now = now;
    if (len > 0 && !keep_bytes(k, bytes, len))
        nt_stun_stream_break(&k->stream);
    return true;
}

bool nt_stun_client_connection_next(struct nt_stun_client_connection *k, const uint8_t **message, size_t *len, const char **why)
{
    *why = NULL;
    if (!nt_stun_client_connection_is_open(k))
        return false;
    if (nt_stun_stream_next(&k->stream, message, len))
        return true;
    if (nt_stun_stream_broken(&k->stream) != NULL)
        *why = nt_stun_stream_broken(&k->stream)->text;
    return false;
}

const char *nt_stun_closed_text(enum nt_closed why)
{
    switch (why) {
    case NT_CLOSED_BY_PEER: return "the server has closed the connection";
    case NT_CLOSED_REFUSED: return "the server refuses the connection";
    case NT_CLOSED_RESET: return "the connection to the server was reset";
    case NT_CLOSED_TIMEOUT: return "nobody answers on the connection to the server";
    case NT_CLOSED_UNREACHABLE: return "the server cannot be reached";
    case NT_CLOSED_LIMIT: return "there are as many connections as there may be";
    case NT_CLOSED_TLS: return "TLS with the server has failed";
    }
    return "the connection to the server is gone";
}
