/* What each source holds of a table of fragmented datagrams. When the table is full, the source that holds most gives something up,
 * so that nobody's datagrams push out those of others. */
#ifndef NT_PACKET_SHARES_H
#define NT_PACKET_SHARES_H

#include "core/base/addr.h"
#include "core/base/map.h"

struct nt_shares {
    struct nt_map by_source;
};

void nt_shares_init(struct nt_shares *s);
void nt_shares_free(struct nt_shares *s);
/* The source (its port does not count) holds so much more. NT_ENOMEM only when it held nothing. */
int nt_shares_add(struct nt_shares *s, const struct nt_addr *source, uint32_t amount);
void nt_shares_take(struct nt_shares *s, const struct nt_addr *source, uint32_t amount); /* so much less */
uint32_t nt_shares_of(const struct nt_shares *s, const struct nt_addr *source);
/* Of records that begin with the address of their source, the oldest first: the first one of the source that holds most. */
size_t nt_shares_find_victim(const struct nt_shares *s, const void *records, size_t count, size_t size);

#endif
