/* The listeners and connections of a host's TLS: by name, by the time at which something is due, and those with something to tell.
 */
#ifndef NT_HOST_SECURE_ENDS_H
#define NT_HOST_SECURE_ENDS_H

#include "core/base/endpoint.h"
#include "core/base/map.h"
#include "natsim/tcp/tcp_types.h"

#include <stdbool.h>

struct nt_tls;

enum nt_secure_state {
    NT_SECURE_LISTENER = 1,
    NT_SECURE_CONNECTING, /* TCP is */
    NT_SECURE_SHAKING,    /* hands */
    NT_SECURE_OPEN,       /* the endpoint has heard of it */
    NT_SECURE_LINGERING   /* the endpoint hears of it no more; the peer has not ended yet */
};

struct nt_secure_end {
    struct nt_tcp_name name;
    struct nt_path path;
    enum nt_secure_state state;
    struct nt_tls *tls; /* from SHAKING on */
    char *server;       /* CONNECTING: the name that the certificate must have */
    uint32_t listener;  /* of an accepted one */
    nt_time due;        /* of the handshake, of lingering */
    enum nt_closed why; /* TCP has ended: why; 0: it has not */
    struct nt_secure_end *next_ready;
    bool ready;
};

struct nt_secure_ends {
    struct nt_secure_end **slots;
    size_t count, cap;
    struct nt_map by_name; /* struct nt_tcp_name -> slot */
    struct nt_secure_end *first_ready, **last_ready;
    nt_time due; /* the earliest */
};

void nt_secure_ends_init(struct nt_secure_ends *t);
void nt_secure_ends_free(struct nt_secure_ends *t);
struct nt_secure_end *nt_secure_ends_find(const struct nt_secure_ends *t, struct nt_tcp_name name); /* NULL: there is none */
struct nt_secure_end *nt_secure_ends_add(struct nt_secure_ends *t, struct nt_tcp_name name);        /* NULL without memory */
void nt_secure_ends_remove(struct nt_secure_ends *t, struct nt_secure_end *e);
void nt_secure_ends_set_due(struct nt_secure_ends *t, struct nt_secure_end *e, nt_time at);
void nt_secure_ends_push(struct nt_secure_ends *t, struct nt_secure_end *e); /* it has something to tell */
void nt_secure_ends_pop(struct nt_secure_ends *t);                           /* the first one has no more */

#endif
