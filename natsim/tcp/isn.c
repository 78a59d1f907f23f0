#include "natsim/tcp/isn.h"
#include "core/base/hash.h"

/* ISN = M + F(localip, localport, remoteip, remoteport, secretkey); M counts 4 microseconds. */
uint32_t nt_isn(const struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, nt_time now)
{
    struct {
        uint8_t secret[sizeof t->secret];
        uint8_t local[16], remote[16];
        uint8_t ports[4];
    } in;
    memcpy(in.secret, t->secret, sizeof in.secret);
    memcpy(in.local, local->ip, sizeof in.local);
    memcpy(in.remote, remote->ip, sizeof in.remote);
    const uint8_t ports[4] = {(uint8_t)(local->port >> 8), (uint8_t)local->port, (uint8_t)(remote->port >> 8),
                              (uint8_t)remote->port};
    memcpy(in.ports, ports, sizeof in.ports);
    uint64_t h = nt_hash_written(&in, sizeof in);
    return (uint32_t)(now / (4 * NT_USEC)) + (uint32_t)(h ^ h >> 32);
}
