/* Port assignment (RFC 4787, section 4.2): which ports of each external address are in use, and which is given out next. */
#ifndef NT_NAT_PORTS_H
#define NT_NAT_PORTS_H

#include "core/base/rand.h"
#include "natsim/nat/policy/policy.h"

enum nt_port_space { NT_SPACE_UDP = 0, NT_SPACE_ICMP, NT_SPACE_TCP, NT_SPACES }; /* ICMP: query identifiers (RFC 5508, section 3) */

struct nt_port_external;

struct nt_port_table {
    struct nt_port_external *externals;
    size_t count;
};

/* When a port in use is given again: never; when none is free; as readily as a free one. */
enum nt_sharing { NT_SHARE_NEVER = 0, NT_SHARE_LAST, NT_SHARE_READILY };

struct nt_port_request {
    enum nt_ports ports;
    enum nt_conflict conflict;
    enum nt_sharing sharing;
    uint32_t external; /* index */
    enum nt_port_space space;
    uint16_t low, high;
    uint16_t internal; /* the inside port */
    bool low_class;    /* low..high are the ports for an inside port below 1024 */
    bool any_kept;     /* the inside port is kept though it is not in low..high */
    bool parity, contiguity;
    int32_t buddy; /* contiguity: the port that follows the one of the preceding inside port; -1: none */
    /* Whether the port must not be assigned; `shared`: another mapping has it already. */
    bool (*barred)(void *user, uint16_t port, bool shared);
    void *user;
};

int nt_port_table_init(struct nt_port_table *p, size_t externals); /* NT_ENOMEM */
void nt_port_table_free(struct nt_port_table *p);
void nt_port_table_restart(struct nt_port_table *p); /* sequential assignment starts anew */
/* Takes a port; NT_ENOSPC when there is none, NT_ENOMEM. By `sharing` it may be one that is in use. */
int nt_port_table_take(struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port);
/* Whether the request could be given the port if nobody had it. */
bool nt_port_would_do(const struct nt_port_request *r, uint16_t port);
void nt_port_table_release(struct nt_port_table *p, uint32_t external, enum nt_port_space space, uint16_t port);
/* The first free block of `count`; NT_ENOSPC or NT_ENOMEM. */
int nt_port_table_take_block(struct nt_port_table *p, uint32_t external, uint32_t count, uint32_t *block);
void nt_port_table_release_block(struct nt_port_table *p, uint32_t external, uint32_t block);

#endif
