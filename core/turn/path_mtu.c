#include "core/turn/path_mtu.h"

/* RFC 1191, 6.3: "if a PMTU has not been decreased for a while (on the order of 10 minutes), the PMTU estimate should be set to the
 * first-hop data-link MTU" */
#define LIFETIME (600 * NT_SEC)
#define HEADERS 28 /* of IPv4 and UDP */

void nt_turn_path_mtu_learn(struct nt_turn_path_mtu *m, uint32_t bytes, nt_time now)
{
    m->bytes = bytes;
    m->until = nt_time_after(now, LIFETIME);
}

bool nt_turn_path_carries(const struct nt_turn_path_mtu *m, size_t len, nt_time now)
{
    return m->bytes == 0 || now >= m->until || len + HEADERS <= m->bytes;
}
