/* A Binding client over TCP or TLS (RFC 8489, 6.2.2): one request, whose answer says from where the connection comes. As a TURN
 * client it is not an endpoint of its own: its owner makes the connection that it asks for, and hands on what is told by its
 * number. The connection stays for as long as the mapped address is of use: until it is released. */
#ifndef NT_STUN_BINDING_CLIENT_H
#define NT_STUN_BINDING_CLIENT_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"
#include "core/base/trace.h"

struct nt_stun_client_config {
    struct nt_addr server, base; /* base: port 0 is any */
    uint8_t transport;           /* NT_TCP or NT_TLS */
    const char *name;            /* TLS: that the certificate must have; NULL: the address */
    const char *software;        /* NULL: no SOFTWARE; it stays the owner's */
    nt_time ti;                  /* a request without a response has failed then; 0: NT_STUN_TI */
    struct nt_rand *rand;
    struct nt_trace trace;
};

enum nt_stun_client_state {
    NT_STUN_CLIENT_ASKING,
    NT_STUN_CLIENT_ANSWERED,
    NT_STUN_CLIENT_OVER /* failed, lost or released */
};

struct nt_stun_client;

/* NULL without memory, for another transport, and for a name that is too long. */
struct nt_stun_client *nt_stun_client_new(const struct nt_stun_client_config *config, nt_time now);
void nt_stun_client_del(struct nt_stun_client *c);
/* The next request for the owner's own ones, to be pulled after whatever is called here: to connect (path.id is then `id`, which
 * the owner has used for nothing else), or to close. 1: *req is one. */
int nt_stun_client_request(struct nt_stun_client *c, uint32_t id, struct nt_request *req);
/* NT_IN_CONNECTED, NT_IN_CLOSED and NT_IN_STREAM: false when path->id is another's. */
bool nt_stun_client_connected(struct nt_stun_client *c, const struct nt_path *path, nt_time now);
bool nt_stun_client_closed(struct nt_stun_client *c, const struct nt_path *path, enum nt_closed why, nt_time now);
bool nt_stun_client_stream(struct nt_stun_client *c, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
/* The request into buf: its length, 0: none (now). */
size_t nt_stun_client_output(struct nt_stun_client *c, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);
void nt_stun_client_timer(struct nt_stun_client *c, nt_time now);
nt_time nt_stun_client_deadline(const struct nt_stun_client *c);
void nt_stun_client_release(struct nt_stun_client *c); /* the next request closes the connection */
enum nt_stun_client_state nt_stun_client_state(const struct nt_stun_client *c);
const struct nt_addr *nt_stun_client_base(const struct nt_stun_client *c);   /* the real one, once it is connected */
const struct nt_addr *nt_stun_client_mapped(const struct nt_stun_client *c); /* unset before the answer */

#endif
