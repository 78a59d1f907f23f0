/* The connections that clients have made to a server over TCP and TLS: what each has sent, as whole messages, and for how long it
 * may stay silent. Private to core/stun and core/turn. RFC 8489, 6.2.2: "the server SHOULD keep the connection open and let the
 * client close it, unless the server has determined that the connection has timed out". */
#ifndef NT_STUN_CONNECTIONS_H
#define NT_STUN_CONNECTIONS_H

#include "core/base/map.h"
#include "core/base/trace.h"
#include "core/stun/stream.h"
#include "core/stun/transports.h"

/* A message that has begun must be whole then: a request has failed for its client after Ti. */
#define NT_STUN_HALF_MAX (39500 * NT_MSEC)
#define NT_STUN_CONNECTIONS_MAX 1024
#define NT_STUN_IDLE_MAX (600 * NT_SEC)

struct nt_stun_connection {
    struct nt_path path; /* as it was accepted; tos: of what came last */
    struct nt_stun_stream stream;
    struct nt_stun_connection *before, *after; /* in its queue */
    nt_time since;                             /* when it came there */
    uint32_t slot;
    uint8_t queue;
};

/* Each in the order in which connections have come there, which is that of their ends. */
enum { NT_STUN_OPEN, NT_STUN_HALF, NT_STUN_ENDED, NT_STUN_TO_CLOSE, NT_STUN_QUEUES };

struct nt_stun_connections {
    const struct nt_trace *trace;
    struct nt_stun_connection **slots;
    size_t count, cap;
    struct nt_map by_id;
    struct {
        struct nt_stun_connection *first, *last;
    } queues[NT_STUN_QUEUES];
    nt_time idle;
    uint32_t live, max; /* that are not ended */
    bool channels;
};

/* `channels`: ChannelData may come, too. `trace` must outlive it. */
void nt_stun_connections_init(struct nt_stun_connections *t, const struct nt_stun_transports *transports, bool channels,
                              const struct nt_trace *trace);
void nt_stun_connections_free(struct nt_stun_connections *t);
/* The owner's NT_IN_ACCEPTED. */
void nt_stun_connection_accept(struct nt_stun_connections *t, const struct nt_path *path, nt_time now);
/* NULL: there is none, or it is ended. */
struct nt_stun_connection *nt_stun_connection_of(const struct nt_stun_connections *t, const struct nt_path *path);
/* The owner's NT_IN_STREAM, of one that is there. Then the messages in it, until none is left; after that the connection may be
 * broken (nt_stun_stream_broken), and is to be ended. */
void nt_stun_connection_put(struct nt_stun_connections *t, struct nt_stun_connection *c, const struct nt_path *path,
                            const uint8_t *bytes, size_t len, nt_time now);
bool nt_stun_connection_next(struct nt_stun_connections *t, struct nt_stun_connection *c, const uint8_t **message, size_t *len,
                             nt_time now);
/* The next one that has been silent, or within a message, for too long, with the reason: it is to be ended, or (the first kind) may
 * stay. */
struct nt_stun_connection *nt_stun_connection_overdue(const struct nt_stun_connections *t, const char **why, nt_time now);
void nt_stun_connection_stays(struct nt_stun_connections *t, struct nt_stun_connection *c, nt_time now);
/* The server ends it; `why`: static words. What waits to be sent on it still is, then the owner is asked to close it. */
void nt_stun_connection_end(struct nt_stun_connections *t, struct nt_stun_connection *c, const char *why, nt_time now);
/* The owner's NT_IN_CLOSED. */
void nt_stun_connection_gone(struct nt_stun_connections *t, const struct nt_path *path);
/* All are forgotten, and the owner is asked to close them. */
void nt_stun_connections_reset(struct nt_stun_connections *t, nt_time now);
void nt_stun_connections_timer(struct nt_stun_connections *t, nt_time now);
nt_time nt_stun_connections_deadline(const struct nt_stun_connections *t);
int nt_stun_connections_request(struct nt_stun_connections *t, struct nt_request *req); /* 1: *req is one */

#endif
