"""Mutants that no scenario can show, since no server of ours, and no agent, errs as it would take. An edit is as in table.py; `units` are
the unit tests, by the names of their programs, each of which must fail.
"""

UNITS = {
    "unknown-attribute-of-a-stun-server": {
        "what": "a STUN server's response with an unknown comprehension-required attribute is accepted (RFC 8489, 6.3.3)",
        "edits": [
            (
                "core/ice/gather.c",
                "    if (m->unknown_count > 0)\n        return \"the server's response has unknown comprehension-required attributes\";\n",
                "",
            ),
        ],
        "units": ["ice_test_attributes"],
    },
    "unknown-attribute-of-a-turn-server": {
        "what": "a TURN server's response with an unknown comprehension-required attribute is accepted (RFC 8489, 6.3.3)",
        "edits": [
            (
                "core/turn/client_requests.c",
                "    if (m->unknown_count > 0)\n        return \"a response with unknown comprehension-required attributes\";\n",
                "",
            ),
        ],
        "units": ["turn_test_refusals"],
    },
    "unknown-attribute-of-the-peer": {
        "what": "a response to a check with an unknown comprehension-required attribute is accepted (RFC 8489, 6.3.3)",
        "edits": [("core/ice/checks.c", "    if (!symmetric || m->unknown_count > 0)", "    if (!symmetric)")],
        "units": ["ice_test_attributes", "ice_test_outcomes"],
    },
    "unknown-attribute-renews-consent": {
        "what": "a response to a consent request with an unknown comprehension-required attribute renews consent (RFC 8489, 6.3.3)",
        "edits": [("core/ice/freshness.c", "    if (m->unknown_count > 0)", "    if (m->unknown_count > 9)")],
        "units": ["ice_test_attributes"],
    },
    "redirected-for-ever": {
        "what": "a redirection to a server that was asked within five minutes is followed (RFC 8489, 10)",
        "edits": [("core/turn/client_servers.c", "    if (place_of(s, to) < s->count)", "    if (place_of(s, to) > s->count)")],
        "units": ["turn_test_refusals"],
    },
    "refresh-given-up": {
        "what": "a Refresh that fails with 500 is not tried again (RFC 8656, 8)",
        "edits": [("core/turn/client_resend.h", "code == 0 || (code >= 500 && code <= 599)", "code == 0 || (code > 508 && code <= 599)")],
        "units": ["turn_test_refusals"],
    },
    "unsigned-refusal": {
        "what": "an error without integrity ends a signed request (RFC 8489, 9.2.5)",
        "edits": [("core/turn/client_requests.c", "code == 401 || code == 438 || (code == 300", "code != 0 || (code == 300")],
        "units": ["turn_test_client"],
    },
    "another-family-is-malformed": {
        "what": "a peer of another family than the relayed address gets 400, not 443 (RFC 8656, 10.2 and 12.2)",
        "edits": [("core/turn/server_peers.c", "        return 443;", "        return 400;")],
        "units": ["turn_test_errors"],
    },
}
