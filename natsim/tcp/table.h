/* The table of connections: by both addresses, by name, and in the lists of those that have something to send or to tell. */
#ifndef NT_TCP_TABLE_H
#define NT_TCP_TABLE_H

#include "natsim/tcp/tcp_state.h"

void nt_tcp_table_init(struct nt_tcp *t);
void nt_tcp_table_free(struct nt_tcp *t);
/* A new connection between these addresses, which nobody has, in *index. NT_EEXIST, NT_ELIMIT, NT_ENOMEM. Pointers to connections
 * are good until then. */
int nt_tcp_table_add(struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, uint32_t *index);
int nt_tcp_table_name(struct nt_tcp *t, uint32_t index, struct nt_tcp_name name); /* NT_EEXIST, NT_ENOMEM */
/* NULL: none. */
struct nt_tcp_connection *nt_tcp_table_find(const struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote);
struct nt_tcp_connection *nt_tcp_table_named(const struct nt_tcp *t, struct nt_tcp_name name);
static inline uint32_t nt_tcp_table_index(const struct nt_tcp *t, const struct nt_tcp_connection *c)
{
    return (uint32_t)(c - t->connections);
}
/* Something has changed: the connection has something to send, or to tell, or has ended. */
void nt_tcp_table_touch(struct nt_tcp *t, struct nt_tcp_connection *c);
struct nt_tcp_connection *nt_tcp_table_first(const struct nt_tcp *t, enum nt_tcp_list list);
/* The first of a list leaves it; it is forgotten if it has ended, and nothing of it is left. */
void nt_tcp_table_shift(struct nt_tcp *t, enum nt_tcp_list list);
/* The connection is not to be found by its addresses any more. */
void nt_tcp_table_release_tuple(struct nt_tcp *t, struct nt_tcp_connection *c);

#endif
