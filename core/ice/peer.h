/* The peer's credentials for one data stream, and the requests that are signed with them. */
#ifndef NT_ICE_PEER_H
#define NT_ICE_PEER_H

#include "core/ice/types.h"
#include "core/stun/stun.h"

struct nt_ice_peer {
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1];
    char username[2 * NT_ICE_CREDENTIAL_MAX + 2];
    struct nt_stun_key key;
};

/* What a check and a consent request carry. */
struct nt_ice_request {
    enum nt_ice_role role;
    uint64_t tie_breaker;
    uint32_t priority;
    bool use_candidate;
    uint32_t nomination; /* of draft-thatcher-ice-renomination; 0: none */
};

struct nt_ice_peer nt_ice_peer_of(const char *ufrag, const char *pwd, const char *own_ufrag);
bool nt_ice_peer_has(const struct nt_ice_peer *peer, const char *ufrag, const char *pwd);
/* The request's length in buf, or a negative error. */
int nt_ice_peer_request(const struct nt_ice_peer *peer, const struct nt_ice_request *r, const uint8_t id[NT_STUN_ID], uint8_t *buf,
                        size_t cap);

#endif
