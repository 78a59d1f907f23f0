"""Mutants that no scenario can show, since no server of ours, and no agent, errs as it would take. An edit is as in table.py; `units` are
the unit tests, by the names of their programs, each of which must fail.
"""

UNITS = {
    "unknown-attribute-of-a-stun-server": {
        "what": "a STUN server's response with an unknown comprehension-required attribute is accepted (RFC 8489, 6.3.3)",
        "edits": [
            (
                "core/ice/gather.c",
                "    return m->unknown_count == 0 && m->class_ == NT_STUN_SUCCESS &&",
                "    return m->class_ == NT_STUN_SUCCESS &&",
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
        "edits": [("core/ice/checks.c", "    if (m->unknown_count > 0)", "    if (m->unknown_count > 9)")],
        "units": ["ice_test_attributes", "ice_test_outcomes"],
    },
    "unknown-attribute-renews-consent": {
        "what": "a response to a consent request with an unknown comprehension-required attribute renews consent (RFC 8489, 6.3.3)",
        "edits": [("core/ice/freshness.c", "    if (m->unknown_count > 0)", "    if (m->unknown_count > 9)")],
        "units": ["ice_test_attributes"],
    },
    "role-switched-by-an-odd-487": {
        "what": "a 487 with an unknown comprehension-required attribute switches the role (RFC 8489, 6.3.4)",
        "edits": [("core/ice/checks.c", "m->class_ == NT_STUN_ERROR && m->unknown_count == 0 &&", "m->class_ == NT_STUN_ERROR &&")],
        "units": ["ice_test_outcomes"],
    },
    "unknown-attribute-of-a-check": {
        "what": "a check with one unknown comprehension-required attribute is answered with success (RFC 8489, 6.3.1)",
        "edits": [("core/ice/respond.c", "    if (m->unknown_count > 0) {\n        list", "    if (m->unknown_count > 1) {\n        list")],
        "units": ["ice_test_limits"],
    },
    "refresh-given-up": {
        "what": "a Refresh that fails with 500 is not tried again (RFC 8656, 8)",
        "edits": [("core/turn/client_resend.h", "code == 0 || (code >= 500 && code <= 599)", "code == 0 || (code > 508 && code <= 599)")],
        "units": ["turn_test_refusals"],
    },
    "retransmissions-start-anew": {
        "what": "each retransmission to a TURN server waits for its turn as a new transaction does (RFC 8489, 6.2.1)",
        "edits": [("core/ice/relay.c", "return request && !nt_turn_client_retransmits(", "return request && !!nt_turn_client_retransmits(")],
        "units": ["ice_test_relays"],
    },
    "unsigned-refusal": {
        "what": "an error without integrity ends a signed request (RFC 8489, 9.2.5)",
        "edits": [("core/turn/client_requests.c", "code == 401 || code == 438 || (code == 300", "code != 0 || (code == 300")],
        "units": ["turn_test_client"],
    },
    "another-family-is-malformed": {
        "what": "a peer of another family than the relayed address gets 400, not 443 (RFC 8656, 10.2 and 12.2)",
        "edits": [("core/turn/server_peers.c", "{443, \"no relayed", "{400, \"no relayed")],
        "units": ["turn_test_errors"],
    },
    "any-error-for-443-of-peers": {
        "what": "the rules on peers of another family take any error for 443 (RFC 8656, 10.2 and 12.2)",
        "edits": [("reports/conformance/rfc8656_peers.c", "only ? code == 443 :", "only ? code != 0 :")],
        "units": ["conformance_test_stories_relaying"],
    },
    "443-for-any-peer": {
        "what": "443 to peers of the right address family is not named (RFC 8656, 10.2)",
        "edits": [("reports/conformance/rfc8656_peers.c", "code != 443,", "true,")],
        "units": ["conformance_test_stories_relaying"],
    },
    "441-for-any-user": {
        "what": "441 to the allocation's own user is not named (RFC 8656, 5)",
        "edits": [("reports/conformance/rfc8656_server.c", "code != 441 || relay->user == NT_VIEW_NONE", "true || relay->user == NT_VIEW_NONE")],
        "units": ["conformance_test_stories_relaying"],
    },
    "a-refused-channel-is-bound": {
        "what": "a refused ChannelBind moves the channel to the other peer, for the judge",
        "edits": [("reports/conformance/allocations.c", "(!granted || nt_addr_equal", "(nt_addr_equal")],
        "units": ["conformance_test_stories_relaying"],
    },
    "channels-outlive-their-allocation": {
        "what": "ChannelData on a deleted allocation is not named (RFC 8656, 8)",
        "edits": [("reports/conformance/relay_view.c", " && !nt_relay_side(relay, g->peer.family)->removed)", ")")],
        "units": ["conformance_test_stories_allocations"],
    },
    "cookie-of-binding-alone": {
        "what": "another magic cookie is named in Binding messages alone",
        "edits": [("reports/conformance/walk.c", "nt_stun_method_name(nt_load16(bytes) & 0xfeef) != NULL &&", "(nt_load16(bytes) & 0xfeef) == NT_STUN_BINDING &&")],
        "units": ["conformance_test_stories_allocations"],
    },
    "realm-of-any-bytes": {
        "what": "the client takes a REALM that is no UTF-8 (RFC 8489, 14.9)",
        "edits": [("core/stun/login.c", "!nt_is_utf8(c->realm->value, c->realm->len)", "false")],
        "units": ["stun_test_credentials"],
    },
    "any-error-for-443-of-some-peers": {
        "what": "the rules on peers of which one is of another family take any error (RFC 8656, 10.2)",
        "edits": [("reports/conformance/rfc8656_peers.c", ": code == 400 || code == 403 || code == 443,", ": code != 0,")],
        "units": ["conformance_test_stories_relaying"],
    },
    "any-error-for-400-of-channels": {
        "what": "the rule on channels out of range takes any error where the peer is of another family (RFC 8656, 12.2)",
        "edits": [("reports/conformance/rfc8656_peers.c", "(foreign && code == 443)", "(foreign && code != 0)")],
        "units": ["conformance_test_stories_relaying"],
    },
    "443-for-400-of-channels": {
        "what": "the rule on channels out of range takes 443 for a peer of the right family (RFC 8656, 12.2)",
        "edits": [("reports/conformance/rfc8656_peers.c", "(foreign && code == 443)", "code == 443")],
        "units": ["conformance_test_stories_relaying"],
    },
    "believed-for-400-s": {
        "what": "the judge has a client believe in a permission for 400 seconds (RFC 8656, 9 and 11.4)",
        "edits": [("reports/conformance/granted.c", "#define PERMISSION_LIFETIME (300 * NT_SEC)", "#define PERMISSION_LIFETIME (400 * NT_SEC)")],
        "units": ["conformance_test_stories_relaying"],
    },
    "channels-are-not-believed-in": {
        "what": "the judge has a client believe in no permission of a channel (RFC 8656, 12)",
        "edits": [("reports/conformance/granted.c", "m->method != NT_TURN_CREATE_PERMISSION && m->method != NT_TURN_CHANNEL_BIND", "m->method != NT_TURN_CREATE_PERMISSION")],
        "units": ["conformance_test_stories_relaying"],
    },
    "believed-without-integrity": {
        "what": "the judge has a client believe in a permission that was granted without integrity",
        "edits": [("reports/conformance/granted.c", " || m->integrity != NT_SIGNED_RIGHT", "")],
        "units": ["conformance_test_stories_relaying"],
    },
    "believed-after-437": {
        "what": "the judge has a client believe in the permissions of an allocation that it was told is gone",
        "edits": [("reports/conformance/granted.c", "nt_item_code(v, m) == 437 ?", "nt_item_code(v, m) == 0 ?")],
        "units": ["conformance_test_stories_relaying"],
    },
    "any-error-for-443-of-refreshes": {
        "what": "the rule on Refreshes for another family takes any error for 443 (RFC 8656, 8.2)",
        "edits": [("reports/conformance/rfc8656_allocate.c", "has || code == 443 ||", "has || code != 0 ||")],
        "units": ["conformance_test_stories_allocations"],
    },
    "known-to-another-method": {
        "what": "a client takes an attribute of another method for unknown (RFC 8489, 6.3)",
        "edits": [
            (
                "core/stun/message.c",
                "!(is_response(m) ? nt_stun_attr_known(type) : nt_stun_attr_known_to(type, m->method))",
                "!nt_stun_attr_known_to(type, m->method)",
            ),
        ],
        "units": ["stun_test_message"],
    },
    "icmp-code-2-no-hard-error": {
        "what": "an unreachable protocol fails no pair",
        "edits": [("core/ice/outcome.c", "bytes[0] == 3 && (bytes[1] == 2 || bytes[1] == 3)", "bytes[0] == 3 && bytes[1] == 3")],
        "units": ["ice_test_icmp"],
    },
    "icmpv6-no-hard-error": {
        "what": "an unreachable port of IPv6 fails no pair",
        "edits": [("core/ice/outcome.c", "bytes[0] == 1 && bytes[1] == 4;", "false;")],
        "units": ["ice_test_icmp"],
    },
    "icmp-about-another-check": {
        "what": "an ICMP error fails all checks from its base, whomever they went to",
        "edits": [
            (
                "core/ice/outcome.c",
                "nt_addr_equal(&nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr, &path->remote)) {",
                "p->remote != NT_ICE_NONE) {",
            ),
        ],
        "units": ["ice_test_icmp"],
    },
    "consent-from-the-nomination": {
        "what": "the first consent counts from the nomination, not from the response (RFC 7675, 5.1)",
        "edits": [("core/ice/consent.c", ".renewed_at = answered_at,", ".renewed_at = now,")],
        "units": ["ice_test_consent"],
    },
    "icmp-identifier-held-as-a-port": {
        "what": "a NAT frees a port when it should free an identifier that was on hold",
        "edits": [("natsim/nat/expiry.c", "(enum nt_port_space)((hold >> 16) % NT_SPACES)", "NT_SPACE_UDP")],
        "units": ["nat_test_ports"],
    },
    "icmp-identifier-never-freed": {
        "what": "a NAT keeps the identifier of an ICMP query for ever",
        "edits": [("natsim/nat/expiry.c",
                   "    if (nt_mappings_by_external(&n->mappings, gone.proto, &gone.external) == NT_MAP_NONE)\n        free_port(",
                   "    if (gone.proto == 17 && nt_mappings_by_external(&n->mappings, gone.proto, &gone.external) == NT_MAP_NONE)\n        free_port(")],
        "units": ["nat_test_ports"],
    },
    "teredo-no-tunnel": {
        "what": "the server takes Teredo addresses for ordinary ones",
        "edits": [("core/turn/peer_filter.c", "return has_prefix(a, teredo, sizeof teredo) || has_prefix", "return (void)teredo, has_prefix")],
        "units": ["turn_test_relay"],
    },
    "teredo-no-tunnel-to-the-judge": {
        "what": "the rule on tunnels does not know Teredo",
        "edits": [("reports/conformance/tunnels.h", "(a->ip[1] == 2 || (a->ip[1] == 1 && a->ip[2] == 0 && a->ip[3] == 0))", "a->ip[1] == 2")],
        "units": ["conformance_test_stories_relaying"],
    },
    "lifetime-judged-against-1800": {
        "what": "a server may grant half an hour, whatever was asked for",
        "edits": [("reports/conformance/rfc8656_allocate.c", "(asked < set ? asked : set) > least", "(asked < set ? asked : set) > 1800 && least > 1800")],
        "units": ["conformance_test_stories_allocations"],
    },
    "ring-of-64": {
        "what": "the judge remembers 64 datagrams on their way through a TURN server",
        "edits": [("reports/conformance/relay_ring.h", "#define NT_RELAY_RING_MAX 8192u", "#define NT_RELAY_RING_MAX 64u")],
        "units": ["conformance_test_stories_relaying"],
    },
    "one-relayed-address": {
        "what": "of a dual allocation the judge sees one relayed address (RFC 8656, 7.2)",
        "edits": [("reports/conformance/allocations.c", "i < m->attr_count && n < 2; i++)", "i < m->attr_count && n < 1; i++)")],
        "units": ["conformance_test_stories_allocations", "conformance_test_stories_relaying"],
    },
    "reset-not-judged": {
        "what": "a server that lost its state is held to its allocations",
        "edits": [("reports/conformance/relay_view.c", "behind += party->reset_at[i] < m->at;", "behind += party->reset_at[i] < 0;")],
        "units": ["conformance_test_stories_allocations"],
    },
    "permission-of-400-s": {
        "what": "a permission may last 400 seconds (RFC 8656, 9)",
        "edits": [("reports/conformance/relay_view.h", "#define NT_PERMISSION_LIFETIME (300 * NT_SEC)", "#define NT_PERMISSION_LIFETIME (400 * NT_SEC)")],
        "units": ["conformance_test_stories_relaying"],
    },
    "rebound-at-once": {
        "what": "a channel may be bound otherwise as soon as its binding has ended (RFC 8656, 12)",
        "edits": [("reports/conformance/rfc8656_client.c", "#define REBIND_WAIT (300 * NT_SEC)", "#define REBIND_WAIT (0 * NT_SEC)")],
        "units": ["conformance_test_stories_relaying"],
    },
    "real-time-as-exact-as-virtual": {
        "what": "an allocation is used 20 ms late by a real program, and it is blamed",
        "edits": [("reports/conformance/rfc8656_client.c", "bool alive = m->at <= late->expires + nt_tolerance(turn->v);", "bool alive = m->at <= late->expires + NT_TOLERANCE;")],
        "units": ["conformance_test_stories_relaying"],
    },
    "malformed-candidate-drops-the-section": {
        "what": "lines after one that is malformed do not count",
        "edits": [("core/sdp/read.c", "        bool used = nt_sdp_read_field(r, &in);\n", "        bool used = nt_sdp_read_field(r, &in);\n        r->p = used ? r->p : r->end;\n")],
        "units": ["sdp_test_forms", "sdp_test_fragment", "apps_test_signalling"],
    },
    "strict-credentials": {
        "what": "an ice-ufrag with other characters than the grammar's is not taken",
        "edits": [("core/sdp/attribute.c", "    if (!nt_span_is_visible(value) || value.len", "    if (!nt_span_is_ice_chars(value, least, 256) || value.len")],
        "units": ["sdp_test_forms"],
    },
    "silent-passing-over": {
        "what": "candidates that are of no use here are passed over without a note",
        "edits": [("core/sdp/attribute.c", "        return pass_over(r, start, NT_SDP_UNSUPPORTED, unsupported);", "        return false;")],
        "units": ["sdp_test_forms", "sdp_test_stacks"],
    },
    "limits-are-breaches": {
        "what": "what only our reader lacks is taken for a breach",
        "edits": [("core/sdp/attribute.c", "        return pass_over(r, start, NT_SDP_UNSUPPORTED, unsupported);", "        return pass_over(r, start, NT_SDP_BREACH, unsupported);")],
        "units": ["sdp_test_forms", "conformance_test_stories_sdp"],
    },
    "silent-relay": {
        "what": "a relay drops without a word what its channels and permissions do not let through",
        "edits": [("core/turn/server_trace.c", "    nt_trace_discard(&s->config.trace, why, client, peer, now);", "    (void)s, (void)why, (void)client, (void)peer, (void)now;")],
        "units": ["run_test_fates", "turn_test_relay"],
    },
    "silent-agent": {
        "what": "an ICE agent passes over and drops without a word",
        "edits": [("core/ice/record.c", "    nt_trace_discard(r->trace, why, local, remote, now);", "    (void)why, (void)local, (void)remote, (void)now;")],
        "units": ["run_test_fates", "ice_test_outcomes"],
    },
    "fragments-as-one": {
        "what": "fragments that a gateway has looked at leave as one packet",
        "edits": [("natsim/gateway/send.c", "    if (p->pieces == NULL)\n", "    if (p->pieces == NULL || p->len > 0)\n")],
        "units": ["gateway_test_fragments"],
    },
    "fragments-of-others": {
        "what": "who sends fragments that never become whole pushes out those of others",
        "edits": [("natsim/packet/shares.c", "        if (share > most) {\n", "        if (share > most && most == 0) {\n")],
        "units": ["packet_test_reassembly", "gateway_test_fragments"],
    },
    "options-in-all-fragments": {
        "what": "options of IPv4 without the copied flag are in all fragments",
        "edits": [("natsim/packet/fragment.c", "        if ((ip[at] & 0x80) == 0)\n", "        if (ip[at] == 1)\n")],
        "units": ["packet_test_reassembly"],
    },
    "untold-reassembly-time": {
        "what": "a host does not tell the sender that fragments are missing",
        "edits": [("natsim/host/host_in.c", "    if (reason == NT_DROP_INCOMPLETE && p->first_fragment)\n", "    if (reason == NT_DROP_OVERLAP && p->first_fragment)\n")],
        "units": ["host_test_host"],
    },
    "silent-fragments": {
        "what": "fragments that a node gives up vanish",
        "edits": [("natsim/packet/reassembly.c", "        r->drop.fn(r->drop.user, p, why, &src, &dst, now);\n", "        if (why == NT_DROP_OVERLAP)\n            r->drop.fn(r->drop.user, p, why, &src, &dst, now);\n")],
        "units": ["packet_test_reassembly", "host_test_host"],
    },
    "neighbor-asked-twice": {
        "what": "a gateway gives a neighbour up after two requests (RFC 4861, 10: MAX_MULTICAST_SOLICIT)",
        "edits": [("natsim/gateway/neighbors.c", "REQUESTS_MAX = 3", "REQUESTS_MAX = 2")],
        "units": ["gateway_test_answers"],
    },
    "waiting-dropped-in-silence": {
        "what": "the oldest packet that waits for a neighbour is dropped without a word",
        "edits": [("natsim/gateway/neighbors.c", "    drop_waiting(g, x, &x->waiting[0], NT_DROP_QUEUE, now);\n", "")],
        "units": ["gateway_test_answers"],
    },
    "bucket-one-too-deep": {
        "what": "a burst of ICMP errors has one more than `burst`",
        "edits": [("natsim/gateway/icmp_rate.c", "(nt_time)(policy->icmp_burst - 1)", "(nt_time)(policy->icmp_burst)")],
        "units": ["gateway_test_answers"],
    },
    "error-to-a-group": {
        "what": "an ICMP error is sent about a broadcast packet (RFC 1812, 4.3.2.7)",
        "edits": [("natsim/gateway/icmp_error.c", "nt_addr_is_reserved(&p->dst) || ", "")],
        "units": ["gateway_test_answers"],
    },
    "error-about-a-damaged-packet": {
        "what": "a packet with a wrong checksum is told that its port is closed (RFC 1122, 4.1.3.4)",
        "edits": [("natsim/gateway/icmp_error.c", "p->proto == NT_PROTO_UDP && nt_packet_checksums_good(p);", "p->proto == NT_PROTO_UDP;")],
        "units": ["gateway_test_answers"],
    },
    "oracle-guesses-beyond-its-limits": {
        "what": "the oracle takes a packet that crosses too many gateways for a lost one",
        "edits": [("scenarios/oracle/gateways.c", '    nt_oracle_table_limit(t, "a packet would cross 64 gateways");\n', "")],
        "units": ["oracle_test_oracle"],
    },
    "oracle-third-port": {
        "what": "the oracle takes another port for a source whose own is free again",
        "edits": [("scenarios/oracle/gateways.c", "    if (keeps_shared_port(p))\n        e =", "    if (keeps_shared_port(p) && p->poison == 0)\n        e =")],
        "units": ["oracle_test_oracle"],
    },
    "oracle-holds-nothing-between-gateways": {
        "what": "the oracle has no moment in which a packet has passed the outer gateway and not the inner one",
        "edits": [("scenarios/oracle/schedules.c", "for (unsigned place = 1; may_hold &&", "for (unsigned place = 1; place == 1 && may_hold &&")],
        "units": ["oracle_test_oracle"],
    },
    "oracle-waits-for-the-direct-pair": {
        "what": "the oracle takes it that agents wait until a lost check is repeated",
        "edits": [("scenarios/oracle/schedules.c", "nt_scn_lossy(c) || may_nominate_early(x);", "nt_scn_lossy(c) || (c->agent_count == 0 && may_nominate_early(x));")],
        "units": ["oracle_test_oracle"],
    },
    "oracle-lives-for-ten-seconds": {
        "what": "the oracle takes it that a mapping outlives the time between keepalives",
        "edits": [("scenarios/oracle/oracle.c", "#define KEEPALIVE (15 * NT_SEC)", "#define KEEPALIVE (10 * NT_SEC)")],
        "units": ["oracle_test_oracle"],
    },
    "oracle-pairs-arbitrary-pools": {
        "what": "the oracle takes arbitrary pooling for paired",
        "edits": [("scenarios/oracle/gateways.c", '        nt_oracle_table_limit(t, "the external address of a mapping is arbitrary");\n', "        return &map->ips[t->addrs[before].ip];\n")],
        "units": ["oracle_test_oracle"],
    },
    "classify-one-lifetime": {
        "what": "natsim classify measures the lifetime after a reply in each phase",
        "edits": [("scenarios/classify/measure.c", ".lifetime_phase = phase,", ".lifetime_phase = phase == NT_LIFETIME_PHASES ? phase : NT_LIFETIME_REPLIED,")],
        "units": ["classify_test_classify"],
    },
    "flow-lets-all-in": {
        "what": "where flows are tracked every flow of the mapping's port lets in",
        "edits": [("natsim/nat/translate.c", "    if (!n->filter_table)\n        return n->policy.filter_scope != NT_SCOPE_FLOW ||",
                   "    if (!n->filter_table)\n        return n->policy.filter_scope != NT_SCOPE_FLOW || remote->port != 0 ||")],
        "units": ["nat_test_flows"],
    },
    "late-first-reply-is-a-stream": {
        "what": "the packet that is the first reply has the lifetime of a stream",
        "edits": [("natsim/nat/lifetime.c", "return replied && now - l->made", "return (replied || l->replied) && now - l->made")],
        "units": ["nat_test_flows", "nat_test_life"],
    },
    "newest-mapping-for-newest-flow": {
        "what": "a source's newest mapping is used again, not that of its newest flow",
        "edits": [("natsim/nat/translate.c", "    return e->flows != NT_MAP_NONE ?", "    return e->flows != NT_MAP_NONE && e->newest == NT_MAP_NONE ?")],
        "units": ["nat_test_flows"],
    },
    "life-by-port-shrinks": {
        "what": "a packet to another port shortens what the longer timer of a port gave",
        "edits": [("natsim/nat/lifetime.c", "    l->expires = later_of(l->by_phase, l->by_port);", "    l->expires = own != NULL ? l->by_port : l->by_phase;")],
        "units": ["nat_test_life"],
    },
    "holds-are-forgotten": {
        "what": "what a flush or reboot forgets may be assigned again at once (RFC 6888, REQ-8)",
        "edits": [("natsim/nat/expiry.c", "    nt_poison_clear(&n->poison, &n->deadlines);", "    nt_poison_clear(&n->poison, &n->deadlines);\n    nt_expiry_end_holds(n);")],
        "units": ["nat_test_life"],
    },
    "error-of-any-session": {
        "what": "an ICMP error about a session that never was comes in (RFC 5508, REQ-4)",
        "edits": [("natsim/nat/translate.c", "    return left ? mapping : NT_MAP_NONE;", "    return left || mapping != NT_MAP_NONE ? mapping : NT_MAP_NONE;")],
        "units": ["nat_test_life"],
    },
    "block-of-another-address": {
        "what": "a host's block is the same on each external address, whoever has it there",
        "edits": [("natsim/nat/assign.c", "    uint16_t *block = &h->blocks[r->external];", "    uint16_t *block = &h->blocks[0];")],
        "units": ["nat_test_ports"],
    },
    "port-shared-for-one-remote": {
        "what": "a port that is used again may be used for the same destination",
        "edits": [("natsim/nat/assign.c", "        if (independent ? m->endpoint == c->endpoint : nt_addr_equal(&m->remote, &seen))",
                   "        if (independent ? m->endpoint == c->endpoint : nt_addr_equal(&m->remote, &seen) && m->endpoint == c->endpoint)")],
        "units": ["nat_test_ports"],
    },
    "poison-forgotten": {
        "what": "poison that cannot be kept is not told",
        "edits": [("natsim/nat/translate.c", "        return dropped_for(err, remote, external); /* it is dropped", "        err = NT_OK; /* it is dropped")],
        "units": ["nat_test_poison"],
    },
    "stop-is-a-breach": {
        "what": "the judge does not know who was told to stop",
        "edits": [("reports/conformance/walk.c", "        if (v->in->parties[i].stopped != 0)", "        if (v->in->parties[i].stopped == 1)")],
        "units": ["conformance_test_rules"],
    },
    "cut-not-said": {
        "what": "a verdict does not say what was still going on",
        "edits": [("scenarios/judge/expectations.c", '    tell_besides(&v, "cut: ", j->cut);\n', "")],
        "units": ["judge_test_expectations"],
    },
    "a-permission-outlives-its-end": {
        "what": "a permission is alive at the very end of its 300 seconds (RFC 8656, 9)",
        "edits": [("core/turn/permission.c", "    return i != NT_MAP_NONE && p->items[i].expires > now;", "    return i != NT_MAP_NONE && p->items[i].expires >= now;")],
        "units": ["turn_test_limits"],
    },
    "a-channel-carries-at-its-end": {
        "what": "ChannelData passes at the very end of the channel's ten minutes (RFC 8656, 12)",
        "edits": [
            (
                "core/turn/channel.c",
                "nt_map_get(&c->by_number, &number));\n    return channel != NULL && channel->expires > now",
                "nt_map_get(&c->by_number, &number));\n    return channel != NULL && channel->expires >= now",
            ),
        ],
        "units": ["turn_test_limits"],
    },
    "a-channel-outlives-its-end": {
        "what": "a channel's number is taken at the very end of its ten minutes (RFC 8656, 12)",
        "edits": [("core/turn/channel.c", "(same_number != NULL && same_number->expires > now)", "(same_number != NULL && same_number->expires >= now)")],
        "units": ["turn_test_limits"],
    },
    "a-peer-stays-bound-at-the-end": {
        "what": "a channel's peer is taken at the very end of its ten minutes (RFC 8656, 12)",
        "edits": [("core/turn/channel.c", "same_peer->expires > now))", "same_peer->expires >= now))")],
        "units": ["turn_test_limits"],
    },
    "a-limit-in-silence": {
        "what": "a request that a TURN server refuses leaves no word in the trace",
        "edits": [("core/turn/response.c", "    nt_turn_trace_refused(q->server, &q->path->remote, code, refusal->why, now);\n", "")],
        "units": ["turn_test_limits"],
    },
    "repeated-allocate-of-another-kind": {
        "what": "an Allocate is not known again when its integrity is of another kind than that of the answer (RFC 8656, 7.2)",
        "edits": [("core/turn/request.c", "    bool sha256 = q->msg->integrity_sha256 != NULL; /* of the answer it may differ */", "    bool sha256 = a->sha256;")],
        "units": ["turn_test_errors"],
    },
    "no-mtu-in-the-icmp-attribute": {
        "what": "the Error Data of the ICMP attribute is 0 (RFC 8656, 18.13)",
        "edits": [("core/turn/relay.c", "    memcpy(value + 2, icmp, NT_ICMP_INPUT);", "    memcpy(value + 2, icmp, 2);")],
        "units": ["turn_test_relay"],
    },
    "what-turn-knows-of-ice": {
        "what": "a TURN server takes attributes that only other usages know (RFC 8489, 6.3.1)",
        "edits": [("core/stun/message.c", ": nt_stun_attr_known_to(type, m->method));", ": nt_stun_attr_known(type));")],
        "units": ["stun_test_message", "turn_test_errors"],
    },
    "reset-keeps-the-nonces": {
        "what": "a TURN server that was reset takes the nonces of before",
        "edits": [("core/turn/server.c", "    nt_stun_realm_renew_secret(&s->realm, s->config.rand);\n}", "}")],
        "units": ["turn_test_owner"],
    },
    "df-is-forgotten": {
        "what": "data that is not to be fragmented leaves without DF",
        "edits": [("core/ice/ice.c", "place, bytes, len, df);", "place, bytes, len, df && len == 0);")],
        "units": ["ice_test_check"],
    },
    "no-dont-fragment": {
        "what": "a Send indication with data that is not to be fragmented has no DONT-FRAGMENT (RFC 8656, 11.1)",
        "edits": [("core/turn/client.c", "        nt_stun_add(&b, NT_ATTR_DONT_FRAGMENT, NULL, 0);\n", "        (void)0;\n")],
        "units": ["turn_test_client"],
    },
    "too-big-is-not-told": {
        "what": "the owner of an ICE agent is not told that a packet was too large (RFC 1122, 4.1.3.3)",
        "edits": [("core/ice/inbound.c", "if (len >= NT_ICMP_INPUT && is_too_big(", "if (len > NT_ICMP_INPUT && is_too_big(")],
        "units": ["ice_test_icmp"],
    },
    "padding-is-room": {
        "what": "up to which size data passes is computed without the padding of STUN (RFC 8489, 14)",
        "edits": [("scenarios/judge/sizes.c", "    return stun ? room / 4 * 4 : room;", "    return room;")],
        "units": ["judge_test_sizes"],
    },
    "fragments-tell-sizes": {
        "what": "a dropped fragment is taken for a whole datagram that was too large",
        "edits": [("scenarios/judge/sizes.c", "|| p.fragment ||", "||")],
        "units": ["judge_test_sizes"],
    },
    "a-limit-that-was-passed": {
        "what": "data is said to be lost above a size although larger data arrived",
        "edits": [("scenarios/judge/sizes.c", "    return !has_arrived_above(data, l->bytes, true) &&", "    return")],
        "units": ["judge_test_sizes"],
    },
    "redirects-cross-a-nat": {
        "what": "a redirect, which names a gateway of its sender's network, is translated",
        "edits": [("natsim/gateway/error_translation.c", "p->data[p->l4] == NT_ICMP4_REDIRECT || ", "")],
        "units": ["gateway_test_icmp"],
    },
    "four-bytes-quoted": {
        "what": "an ICMP error that quotes less than RFC 792's 64 bits of the data is taken for one about a session",
        "edits": [("natsim/packet/icmp.c", "h->l4 + 8u <= h->len", "h->l4 + 4u <= h->len")],
        "units": ["gateway_test_icmp"],
    },
    "only-echo-is-a-query": {
        "what": "information and address mask requests do not cross a NAT (RFC 5508, 3.1)",
        "edits": [("natsim/packet/icmp_type.h", "(type == 13 || type == 15 || type == 17)", "type == 13")],
        "units": ["gateway_test_icmp"],
    },
    "another-pair-is-nominated-after-a-role-switch": {
        "what": "while a nominating check is under way, or one of a pair that the peer has nominated, the role is switched and another pair is nominated",
        "edits": [("core/ice/nominate.c", "    bool open = is_nomination_open(s, k);", "    bool open = false;")],
        "units": ["ice_test_role"],
    },
    "own-nomination-is-dropped-for-the-peers": {
        "what": "our nominating check of a better pair is cancelled when the peer nominates another one (RFC 8445, 8.1.1: the highest priority)",
        "edits": [
            (
                "core/ice/nominate.c",
                "        if (has_open_nomination(s, p) && p->priority > selected->priority)",
                "        if (p->use_candidate_pending && p->priority > selected->priority)",
            ),
        ],
        "units": ["ice_test_role"],
    },
    "late-487-is-forgotten": {
        "what": "a 487 to a check that was cancelled before ICE completed changes nothing (RFC 8445, 7.2.5.1)",
        "edits": [("core/ice/checks.c", "    if (error && code == 487) {", "    if (error && code == 487 && !is_past(t, check)) {")],
        "units": ["ice_test_role", "ice_test_outcomes"],
    },
    "peers-nomination-is-repeated-after-ours": {
        "what": "an agent that has nominated a pair nominates that of its peer, too, when it controls again (RFC 8445, 8.1.1)",
        "edits": [("core/ice/nominate.c", "p->state != NT_ICE_SUCCEEDED || has_nominated_another(k, p->number))", "p->state != NT_ICE_SUCCEEDED)")],
        "units": ["ice_test_role"],
    },
    "list-waits-for-another-nomination": {
        "what": "a controlled agent waits for ever after the pair that its peer nominated has failed (RFC 8445, 7.3.1.5)",
        "edits": [("core/ice/session.c", "        if (abandoned_at(s, k) <= now)", "        if (abandoned_at(s, k) <= now && now < 0)")],
        "units": ["ice_test_nominate"],
    },
}
