#include "core/ice/peer.h"

#include <string.h>

struct nt_ice_peer nt_ice_peer_of(const char *ufrag, const char *pwd, const char *own_ufrag)
{
    struct nt_ice_peer peer;
    size_t n = strlen(ufrag);
    memset(&peer, 0, sizeof peer);
    memcpy(peer.ufrag, ufrag, n);
    memcpy(peer.pwd, pwd, strlen(pwd));
    /* RFC 8445, 7.2.2: "the username fragment provided by the peer, colon, the username fragment of the agent" */
    memcpy(peer.username, ufrag, n);
    peer.username[n] = ':';
    memcpy(peer.username + n + 1, own_ufrag, strlen(own_ufrag));
    nt_stun_key_short(&peer.key, pwd);
    return peer;
}

bool nt_ice_peer_has(const struct nt_ice_peer *peer, const char *ufrag, const char *pwd)
{
    return strcmp(peer->ufrag, ufrag) == 0 && strcmp(peer->pwd, pwd) == 0;
}

int nt_ice_peer_request(const struct nt_ice_peer *peer, const struct nt_ice_request *r, const uint8_t id[NT_STUN_ID], uint8_t *buf,
                        size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, peer->username);
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, r->priority);
    nt_stun_add_u64(&b, r->role == NT_ICE_CONTROLLING ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, r->tie_breaker);
    if (r->use_candidate)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    if (r->use_candidate && r->nomination != 0)
        nt_stun_add_u32(&b, NT_ATTR_NOMINATION, r->nomination);
    nt_stun_add_integrity(&b, &peer->key);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}
