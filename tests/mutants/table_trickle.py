"""The mutants of trickle ICE, as in table.py."""

TRICKLE = {
    "trickle-end-ignored": {
        "what": "a check list is not kept for candidates to come (RFC 8838, 8), nor is nomination (14)",
        "edits": [
            (
                "core/ice/session.c",
                "(!gathered || !peer_ended);",
                "!gathered && peer_ended;",
            ),
        ],
        "red": ["trickle/late-candidates"],
    },
    "trickle-second-copy": {
        "what": "a signalled copy of a peer-reflexive candidate is one more candidate (RFC 8838, 11)",
        "edits": [
            (
                "core/ice/candidates.c",
                "    if (i == NT_ICE_NONE) {\n        if (t->count == t->cap)",
                "    if (i == NT_ICE_NONE || !t->items[i].told) {\n        if (t->count == t->cap)",
            ),
        ],
        "red": ["trickle/late-copy"],
    },
    "trickle-known-again": {
        "what": "candidates that come again are candidates again (RFC 8840, 4.4)",
        "edits": [
            (
                "core/ice/describe.c",
                "    if (known == NT_ICE_NONE || !nt_ice_candidates_at(remotes, known)->told)\n        return ",
                "    if (remotes != NULL)\n        return ",
            ),
            (
                "core/ice/candidates.c",
                "    if (i == NT_ICE_NONE) {\n        if (t->count == t->cap)",
                "    if (i == NT_ICE_NONE || t->items[i].told) {\n        if (t->count == t->cap)",
            ),
        ],
        "red": [
            "loss/signalling-lost", "trickle/doubled-candidates", "trickle/late-copy",
            "trickle/classic-full[left={full-cone,restricted-cone,port-restricted-cone},right={full-cone,restricted-cone,port-restricted-cone}]",
        ],
    },
    "trickle-unpaired": {
        "what": "local candidates that are told later are not paired (RFC 8838, 10)",
        "edits": [
            (
                "core/ice/describe.c",
                "        nt_ice_session_set_unpaired(s, true);\n",
                "        nt_ice_candidates_mark_paired(own);\n",
            ),
        ],
        "red": ["trickle/late-relay"],
    },
    "trickle-to-all": {
        "what": "the other side is taken for one that trickles (RFC 8838, 3)",
        "edits": [
            (
                "scenarios/apps/agent_signalling.c",
                "(sig->gathered || sig->offer.trickle) && send_description",
                "(sig->gathered || sig->trickles) && send_description",
            ),
        ],
        "red": ["trickle/modes[left=off,right={half,full}]"],
    },
    "trickle-before-the-call": {
        "what": "candidates are trickled before both sides know of the call (RFC 8840, 4.3)",
        "edits": [
            (
                "scenarios/apps/agent_signalling.c",
                "    if (!sig->has_candidates || !sig->described || !sig->confirmed || !sig->peer_trickles)",
                "    if (!sig->has_candidates || !sig->described || !sig->peer_trickles)",
            ),
        ],
        "red": ["trickle/late-answer"],
    },
}
