/* The inside of a host, shared by its files. */
#ifndef NT_HOST_HOST_STATE_H
#define NT_HOST_HOST_STATE_H

#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/fabric/fabric_state.h"
#include "natsim/host/host.h"
#include "natsim/packet/reassembly.h"

#define NT_HOST_ENDPOINTS_MAX 65536
#define NT_HOST_SOCKETS_MAX 1000000
#define NT_HOST_OUTPUTS_MAX 100000 /* of one endpoint without time moving on */
#define NT_HOST_ROUNDS_MAX 10000   /* of serving endpoints without returning */
/* Real stacks limit what they say about closed ports; RFC 1812, 4.3.2.8 asks for a limit. */
#define NT_HOST_ICMP_INTERVAL (10 * NT_MSEC)

struct nt_socket {
    struct nt_addr local; /* ip unset or any: every address (of the family) */
    uint32_t endpoint;
    bool used;
};

struct nt_ports {
    struct nt_socket *sockets;
    size_t count, cap;
    uint32_t free_hint; /* no free slot lies before it */
    struct nt_map by_local; /* struct nt_addr -> socket */
    struct nt_map by_port;  /* (family, port) -> number of sockets */
    uint16_t next;          /* the next free port to try */
};

struct nt_interface {
    struct nt_addr *addresses;
    size_t count;
    bool up;
};

struct nt_host_endpoint {
    struct nt_endpoint endpoint;
    bool wanted; /* has been called into since it was drained */
};

struct nt_host {
    struct nt_fabric *fabric;
    uint32_t node;
    struct nt_interface *interfaces; /* by port */
    size_t interface_count, interface_cap;
    struct nt_map own; /* address with port 0 -> interface */
    struct nt_routes routes;
    struct nt_ports ports;
    struct nt_host_endpoint *endpoints;
    size_t endpoint_count, endpoint_cap;
    struct nt_reassembly *reassembly; /* made with the first fragment */
    nt_time icmp_from;                /* the next ICMP error may be sent then */
    uint16_t ip_id;
    bool stopped;
    bool busy; /* an endpoint is being called */
    bool (*deliver)(void *user, uint32_t port, const uint8_t *packet, size_t len); /* to the attached stack; NULL: none */
    void *stack;
};

/* host_ports.c */
void nt_ports_init(struct nt_ports *t);
void nt_ports_free(struct nt_ports *t);
/* Binds *local; port 0 is replaced by a free one. 0, NT_EEXIST, NT_ELIMIT or NT_ENOMEM. */
int nt_ports_bind(struct nt_ports *t, struct nt_addr *local, uint32_t endpoint);
int nt_ports_close(struct nt_ports *t, const struct nt_addr *local, uint32_t endpoint);
/* The endpoint that has the port of this own address, or NT_FABRIC_NONE. */
uint32_t nt_ports_find(const struct nt_ports *t, const struct nt_addr *local);

/* host.c */
void nt_host_give(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                  nt_time now);
bool nt_host_owns(const struct nt_host *h, const struct nt_addr *a);

/* host_out.c */
void nt_host_output(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
/* Sends a packet from the host's own address p->src. */
void nt_host_send_packet(struct nt_host *h, struct nt_packet *p, nt_time now);

/* host_in.c */
void nt_host_recv(void *self, uint32_t port, struct nt_packet *p, nt_time now);

#endif
