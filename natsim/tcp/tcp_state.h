/* The state of a host's TCP, for its own files. */
#ifndef NT_TCP_TCP_STATE_H
#define NT_TCP_TCP_STATE_H

#include "core/base/map.h"
#include "natsim/tcp/connection.h"

struct nt_tcp_listener {
    struct nt_addr local;
    struct nt_tcp_name name;
    uint32_t half_open;
    bool used;
};

/* Those connections that have something to send, or to tell, in order. */
enum nt_tcp_list { NT_TCP_TO_SEND, NT_TCP_TO_TELL };

struct nt_tcp {
    struct nt_tcp_limits limits;
    struct nt_tcp_keepalive keepalive;
    struct nt_trace trace;
    uint8_t secret[32]; /* of initial sequence numbers */
    uint32_t accepted;  /* the next number of one */
    uint16_t ip_id;
    uint16_t next_port;
    struct nt_tcp_listener *listeners;
    size_t listener_count, listener_cap;
    struct nt_tcp_connection *connections;
    size_t connection_count, connection_cap;
    uint32_t free;              /* the first free place, linked by next[0]; NT_MAP_NONE: none */
    size_t live;                /* connections that are not CLOSED */
    struct nt_map by_tuple;     /* both addresses -> connection */
    struct nt_map by_name;      /* struct nt_tcp_name -> connection */
    uint32_t first[2], last[2]; /* of the lists */
    uint32_t *heap;
    size_t heap_count, heap_cap;
};

#endif
