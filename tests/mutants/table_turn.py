"""The mutants of TURN and its credentials, as in table.py."""

TURN = {
    "turn-password-not-verified": {
        "what": "the TURN server takes any password (RFC 8489, 9.2.4)",
        "edits": [
            (
                "core/stun/realm.c",
                "    if (r_mac != NT_OK)\n",
                "    if (r_mac != NT_OK && key == NULL)\n",
            ),
        ],
        "red": [
            "loss/damaged-twice", "relay/wrong-password",
        ],
        "rules": ["RFC8489-9.2.4-wrong"],
    },
    "redirected-for-ever": {
        "what": "a redirection to a server that was asked within five minutes is followed (RFC 8489, 10)",
        "edits": [("core/turn/client_servers.c", "    if (place_of(s, to) < s->count)", "    if (place_of(s, to) > s->count)")],
        "red": ["relay/alternate-circle"],
        "rules": ["RFC8489-10-loop"],
    },
    "refused-credentials-again": {
        "what": "a 401 is retried with the credentials that it refused (RFC 8489, 9.2.5)",
        "edits": [
            (
                "core/stun/login.c",
                "    return l->algorithm != 0 && same_text(l->realm, c->realm) &&",
                "    return l->algorithm == 0 && same_text(l->realm, c->realm) &&",
            ),
        ],
        "red": ["relay/wrong-password"],
        "rules": ["RFC8489-9.2.5-no-loop"],
    },
    "permissions-not-enforced": {
        "what": "the relay passes on what comes from anybody (RFC 8656, 9)",
        "edits": [
            (
                "core/turn/relay.c",
                "why_not_relayed(s, r->owner, path, &path->remote, now);\n",
                "why_not_relayed(s, r->owner, path, &path->remote, now);\n    why = why == &no_permission ? NULL : why;\n",
            ),
        ],
        "red": [
            "relay/unpermitted-peers",
        ],
        "rules": ["RFC8656-10.2-whole", "RFC8656-11.3-permission"],
    },
    "permissions-end-early": {
        "what": "the server's permissions last 100 s (RFC 8656, 9)",
        "edits": [("core/turn/permission.h", "#define NT_TURN_PERMISSION_LIFETIME (300 * NT_SEC)", "#define NT_TURN_PERMISSION_LIFETIME (100 * NT_SEC)")],
        "red": [
            "relay/long-call",
            "relay/refresh-refused[code=403]",
            "relay/refresh-refused[code=500]",
            "relay/refresh-refused[code=508]",
            "relay/refused-permission",
            "relay/stale-nonce",
        ],
        "rules": ["RFC8656-9-lifetime"],
    },
    "lifetime-of-599-s": {
        "what": "the server grants a second less than its default lifetime (RFC 8656, 7.2)",
        "edits": [
            (
                "core/turn/refresh.c",
                "    return wanted > config->lifetime ? wanted : config->lifetime;",
                "    return (wanted > config->lifetime ? wanted : config->lifetime) - 1;",
            ),
        ],
        "red": ["relay/refresh-refused[code=403]"],
        "rules": ["RFC8656-7.2-lifetime"],
    },
    "sends-not-permitted": {
        "what": "a client sends to any peer through its relay (RFC 8656, 11.2)",
        "edits": [
            (
                "core/turn/relay.c",
                "why_not_relayed(s, a, in, peer, now);\n",
                "why_not_relayed(s, a, in, peer, now);\n    why = why == &no_permission ? NULL : why;\n",
            ),
        ],
        "red": ["relay/unpermitted-sends"],
    },
    "channel-number-unchecked": {
        "what": "ChannelData with any number goes to the first channel's peer (RFC 8656, 12.6)",
        "edits": [
            (
                "core/turn/relay.c",
                "nt_turn_channel_by_number(&a->channels, number, now);",
                "nt_turn_channel_by_number(&a->channels, 0x4000, now);",
            ),
        ],
        "red": ["relay/unbound-channel"],
    },
    "quota-ignored": {
        "what": "a user gets any number of allocations (RFC 8656, 7.2)",
        "edits": [
            (
                "core/turn/allocate.c",
                "s->allocations.held[nt_turn_request_user(q)] >= s->config.quota",
                "s->allocations.held[nt_turn_request_user(q)] >= s->config.quota + 9",
            ),
        ],
        "red": [
            "relay/quota",
        ],
    },
    "denied-peers-served": {
        "what": "peers that are denied get permissions (RFC 8656, 10.2: 403)",
        "edits": [
            (
                "core/turn/server_peers.c",
                "return nt_turn_peer_forbidden(&q->server->config, peer) ? ",
                "return (void)nt_turn_peer_forbidden, false ? ",
            ),
        ],
        "red": [
            "relay/denied-peers[deny={203.0.113.2/32,203.0.113.0/24}]",
        ],
    },
    "permissions-not-refreshed": {
        "what": "the client asks for a permission or channel once (RFC 8656, 9 and 12)",
        "edits": [
            (
                "core/turn/client_kept.c",
                "    p->refresh = nt_time_after(now, lifetime - NT_TURN_KEEP_MARGIN);",
                "    p->refresh = nt_time_after(now, lifetime + 3600 * NT_SEC);",
            ),
        ],
        "red": [
            "relay/allocation-missing", "relay/long-call", "relay/refused-permission", "relay/stale-nonce",
        ],
    },
    "stale-nonce-fatal": {
        "what": "438 is taken for a failure (RFC 8489, 9.2.5)",
        "edits": [
            (
                "core/turn/client_requests.c",
                "    } else if (reply->code == 401 || reply->code == 438) {",
                "    } else if (reply->code == 401) {",
            ),
        ],
        "red": [
            "relay/allocation-missing", "relay/mismatch*", "relay/stale-nonce",
        ],
    },
    "no-channel": {
        "what": "the selected relayed pair gets no channel (12.1)",
        "edits": [
            (
                "core/ice/nominate.c",
                "    if (via.relay != NT_ICE_DIRECT)\n        nt_ice_relays_bind_channel(",
                "    if (via.relay != NT_ICE_DIRECT && v == NULL)\n        nt_ice_relays_bind_channel(",
            ),
        ],
        "red": ["black-hole/relayed-ipv6[*]", "black-hole/relayed[near=1280,*]", "black-hole/relayed[near=1500,far=1280,router=tells]",
            "relay/channels", "relay/unbound-channel", "relay/long-call",
        ],
    },
}
