/* The connection of a TURN client to its server, over TCP or TLS: it is asked of the owner when there is something to ask of the
 * server, and closed when the allocation has ended, or the server is to be asked from another port, or is another one. */
#ifndef NT_TURN_CLIENT_CONNECTION_H
#define NT_TURN_CLIENT_CONNECTION_H

#include "core/base/endpoint.h"
#include "core/stun/stream.h"
#include "core/turn/client_servers.h"

#define NT_TURN_CONNECT_MAX (39500 * NT_MSEC) /* it must be there then: as long as a request may take over UDP */
#define NT_TURN_UNREAD_MAX ((size_t)1 << 20)  /* bytes that the owner has not asked events of */

enum nt_turn_connection_state { NT_TURN_UNCONNECTED, NT_TURN_CONNECTING, NT_TURN_CONNECTED };

struct nt_turn_connection {
    enum nt_turn_connection_state state;
    uint32_t id;
    bool unwanted;  /* it is to be closed */
    nt_time limit;  /* while connecting */
    nt_time now;    /* of what came last */
    uint8_t *bytes; /* what came last, and what is unread of before */
    size_t cap;
    struct nt_stun_stream stream;
    char name[NT_TURN_DOMAIN_MAX + 1]; /* that the certificate must have; empty: the address */
};

void nt_turn_connection_init(struct nt_turn_connection *k, const char *name);
void nt_turn_connection_free(struct nt_turn_connection *k);
void nt_turn_connection_rename(struct nt_turn_connection *k, const char *name, size_t len); /* at most NT_TURN_DOMAIN_MAX */
/* It is not to be used any more: the next request closes it. */
void nt_turn_connection_drop(struct nt_turn_connection *k);
/* The next request: to close what is unwanted, then, if one is `wanted`, to connect by the number `id`. 1: *req is one. */
int nt_turn_connection_request(struct nt_turn_connection *k, bool wanted, uint32_t id, const struct nt_path *path, nt_time limit,
                               struct nt_request *req);
bool nt_turn_connection_is_ours(const struct nt_turn_connection *k, const struct nt_path *path);
bool nt_turn_connection_granted(struct nt_turn_connection *k, const struct nt_path *path); /* false: that is another's */
bool nt_turn_connection_gone(struct nt_turn_connection *k, const struct nt_path *path);    /* as above; it is forgotten */
/* The next bytes, of which it keeps a copy: false when that is another's. */
bool nt_turn_connection_put(struct nt_turn_connection *k, const struct nt_path *path, const uint8_t *bytes, size_t len,
                            nt_time now);
/* The next whole message in what has come; false: none. Then `why`, unless NULL: nothing can be read any more. */
bool nt_turn_connection_next(struct nt_turn_connection *k, const uint8_t **message, size_t *len, const char **why);
const char *nt_turn_closed_text(enum nt_closed why);
static inline bool nt_turn_connection_is_open(const struct nt_turn_connection *k)
{
    return k->state == NT_TURN_CONNECTED && !k->unwanted;
}
static inline nt_time nt_turn_connection_deadline(const struct nt_turn_connection *k)
{
    return k->state == NT_TURN_CONNECTING && !k->unwanted ? k->limit : NT_TIME_NEVER;
}

#endif
