/* The configuration of a TURN client. */
#ifndef NT_TURN_CLIENT_CONFIG_H
#define NT_TURN_CLIENT_CONFIG_H

#include "core/base/addr.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/base/trace.h"

#define NT_TURN_PEERS_MAX 128    /* permissions, and channels, of one allocation */
#define NT_TURN_REQUEST_MAX 4096 /* bytes: more than the longest texts that RFC 8489 allows, and eight peers */

struct nt_turn_client_config {
    struct nt_addr server;
    uint8_t transport;   /* to the server: enum nt_transport */
    const char *name;    /* TLS: that the certificate must have; NULL: the address */
    struct nt_addr base; /* the local address and port; TCP and TLS: port 0 is any */
    uint8_t family;      /* of the relayed address; 0: IPv4 */
    const char *user, *password;
    const char *software; /* NULL: no SOFTWARE */
    bool dont_fragment;   /* DONT-FRAGMENT may be used: the server is asked (RFC 8656, 7.1) */
    uint32_t lifetime;    /* seconds asked for; 0: not asked */
    nt_time rto;          /* UDP; 0: NT_STUN_RTO */
    nt_time ti;           /* TCP and TLS: a request without a response has failed then; 0: NT_STUN_TI */
    struct nt_rand *rand; /* the owner's */
    struct nt_trace trace;
};

#endif
