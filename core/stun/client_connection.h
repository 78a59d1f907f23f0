/* The connection of a STUN or TURN client to its server, over TCP or TLS: it is asked of the owner when there is something to ask
 * of the server, and closed when it is of no use any more. Private to core/stun and core/turn. */
#ifndef NT_STUN_CLIENT_CONNECTION_H
#define NT_STUN_CLIENT_CONNECTION_H

#include "core/base/endpoint.h"
#include "core/stun/stream.h"

#define NT_STUN_DOMAIN_MAX 255                /* RFC 8489, 14.16 */
#define NT_STUN_CONNECT_MAX (39500 * NT_MSEC) /* it must be there then: as long as a request may take over UDP */
#define NT_STUN_UNREAD_MAX ((size_t)1 << 20)  /* bytes that the owner has not asked events of */

enum nt_stun_client_connection_state { NT_STUN_UNCONNECTED, NT_STUN_CONNECTING, NT_STUN_CONNECTED };

struct nt_stun_client_connection {
    enum nt_stun_client_connection_state state;
    uint32_t id;
    bool unwanted;  /* it is to be closed */
    nt_time limit;  /* while connecting */
    nt_time now;    /* of what came last */
    uint8_t *bytes; /* what came last, and what is unread of before */
    size_t cap;
    struct nt_stun_stream stream;
    char name[NT_STUN_DOMAIN_MAX + 1]; /* that the certificate must have; empty: the address */
};

void nt_stun_client_connection_init(struct nt_stun_client_connection *k, const char *name, bool channels);
void nt_stun_client_connection_free(struct nt_stun_client_connection *k);
void nt_stun_client_connection_rename(struct nt_stun_client_connection *k, const char *name,
                                      size_t len); /* at most NT_STUN_DOMAIN_MAX */
/* It is not to be used any more: the next request closes it. */
void nt_stun_client_connection_drop(struct nt_stun_client_connection *k);
/* The next request: to close what is unwanted, then, if one is `wanted`, to connect by the number `id`. 1: *req is one. */
int nt_stun_client_connection_request(struct nt_stun_client_connection *k, bool wanted, uint32_t id, const struct nt_path *path,
                                      nt_time limit, struct nt_request *req);
bool nt_stun_client_connection_is_ours(const struct nt_stun_client_connection *k, const struct nt_path *path);
bool nt_stun_client_connection_granted(struct nt_stun_client_connection *k,
                                       const struct nt_path *path); /* false: that is another's */
bool nt_stun_client_connection_gone(struct nt_stun_client_connection *k,
                                    const struct nt_path *path); /* as above; it is forgotten */
/* The next bytes, of which it keeps a copy: false when that is another's. */
bool nt_stun_client_connection_put(struct nt_stun_client_connection *k, const struct nt_path *path, const uint8_t *bytes,
                                   size_t len, nt_time now);
/* The next whole message in what has come; false: none. Then `why`, unless NULL: nothing can be read any more. */
bool nt_stun_client_connection_next(struct nt_stun_client_connection *k, const uint8_t **message, size_t *len, const char **why);
const char *nt_stun_closed_text(enum nt_closed why);
static inline bool nt_stun_client_connection_is_open(const struct nt_stun_client_connection *k)
{
    return k->state == NT_STUN_CONNECTED && !k->unwanted;
}
static inline nt_time nt_stun_client_connection_deadline(const struct nt_stun_client_connection *k)
{
    return k->state == NT_STUN_CONNECTING && !k->unwanted ? k->limit : NT_TIME_NEVER;
}

#endif
