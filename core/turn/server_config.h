/* The configuration of a TURN server: where it serves, whom, and its limits. */
#ifndef NT_TURN_SERVER_CONFIG_H
#define NT_TURN_SERVER_CONFIG_H

#include "core/base/addr.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/base/trace.h"
#include "core/stun/admission.h"
#include "core/stun/transports.h"

#include <stdbool.h>

struct nt_turn_account {
    const char *user, *password;
};

struct nt_turn_server_config {
    struct nt_addr listen, listen6; /* address and port of the service; one of them may be unset */
    struct nt_stun_transports transports;
    struct nt_addr relay, relay6; /* IPs of the relayed addresses; either may be unset */
    uint16_t port_low, port_high; /* of relayed addresses; 0, 0: 49152..65535 (RFC 8656, 7.2) */
    const char *realm;
    const struct nt_turn_account *accounts;
    size_t account_count;
    bool md5, sha256;             /* offered password algorithms; neither: md5 */
    uint32_t lifetime;            /* default lifetime in seconds; 0: 600 */
    uint32_t lifetime_max;        /* 0: 3600 */
    nt_time nonce_lifetime;       /* 0: one hour */
    uint32_t quota;               /* allocations of one user; 0: no limit */
    uint32_t allocations_max;     /* of the server; 0: 100000 */
    const struct nt_prefix *deny; /* peers that get 403. Always refused: loopback, any, multicast, broadcast, Teredo,
                                   * 6to4, IPv4 in IPv6, and the listening addresses; the relay addresses are allowed */
    size_t deny_count;
    const char *software; /* NULL: none */
    struct nt_stun_admission admission;
    struct nt_rand *rand;
    struct nt_trace trace;
};

#endif
