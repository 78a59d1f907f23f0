"""Mutants that `natsim sweep` finds, and makes small: of core/ice, each of which breaks an invariant that one file owns, of the NAT and
of the oracle. `laws` are those that must be broken by some world."""

LAWS = {
    "no-check-after-role-switch": {
        "what": "who switches its role after a 487 does not queue the pair again (RFC 8445, 7.2.5.1)",
        "edits": [("core/ice/outcome.c", "    else if (switches || !check->cancelled)\n", "    else if (!switches && !check->cancelled)\n")],
        "laws": ["ends"],
    },
    "limit-drops-what-connects": {
        "what": "the limit of pairs takes valid and nominated pairs as any other",
        "edits": [("core/ice/pairs.c",
                   "    if (p->state == NT_ICE_SUCCEEDED || p->valid > 0 || p->nominating || p->use_candidate_pending)\n"
                   "        return STANDING_KEPT;\n", "")],
        "laws": ["ends"],
    },
    "dead-relay-is-paired": {
        "what": "a pair whose allocation has ended is admitted, and waits for a permission that never comes",
        "edits": [
            ("core/ice/pairs.c", "    if (way == NT_ICE_WAY_CLOSED)\n        return refuse(", "    if (false)\n        return refuse("),
            ("core/ice/pairs.c", "    if (state == NT_ICE_WAITING && p->way == NT_ICE_WAY_CLOSED)", "    if (false)"),
        ],
        "laws": ["ends"],
    },
    "success-before-admission": {
        "what": "a check is answered with success when there is no room for its pair",
        "edits": [("core/ice/respond.c", "        refuse(s, answer, 400, refusal, now); /* 7.3.1.5",
                   "        nt_ice_outbox_put(nt_ice_session_env(s)->outbox, &answer, now); /* 7.3.1.5")],
        "laws": ["conformance"],
    },
    "data-after-consent": {
        "what": "consent lives for 90 s without an answer, and data are sent that long (RFC 7675, 5.1)",
        "edits": [("core/ice/types.h", "#define NT_ICE_CONSENT_EXPIRY (30 * NT_SEC)", "#define NT_ICE_CONSENT_EXPIRY (90 * NT_SEC)")],
        "laws": ["consent"],
    },
    "any-valid-pair-is-selected": {
        "what": "the controlled agent selects the newest of its valid pairs, whichever the peer nominates",
        "edits": [("core/ice/nominate.c", "if (!k->valids[n].gone && k->valids[n].generator == pair) {", "if (!k->valids[n].gone) {")],
        "laws": ["mirrored"],
    },
    "checks-twice-as-fast": {
        "what": "the next transaction begins half of Ta after the one before (RFC 8445, 14.2)",
        "edits": [("core/ice/pacer.c", "    p->next = nt_time_after(now, p->ta);", "    p->next = nt_time_after(now, p->ta / 2);")],
        "laws": ["pacing"],
    },
    "restart-keeps-its-password": {
        "what": "a session that a restart begins has the password of the one before (RFC 8445, 9: both are new)",
        "edits": [("core/ice/session.c", "    draw_text(s->env.rand, s->pwd, sizeof s->pwd - 1);\n",
                   "    struct nt_rand old = nt_rand_stream(rand, 0);\n    draw_text(&old, s->pwd, sizeof s->pwd - 1);\n")],
        "laws": ["conformance"],
    },
    "restart-waits": {
        "what": "an agent that has lost its interface waits for 5 s before it restarts",
        "edits": [("scenarios/apps/agent_recovery.c", "r->attempts == 0 ? 0 :", "r->attempts == 0 ? 5 * NT_SEC :")],
        "laws": ["gaps"],
    },
    "hangup-keeps-allocations": {
        "what": "an agent that hangs up releases no allocation (RFC 8656, 3.2)",
        "edits": [("core/ice/ice.c", "    nt_ice_agent_close(a, now);\n    release_allocations(a, true, now);\n", "    nt_ice_agent_close(a, now);\n")],
        "laws": ["releases"],
    },
    "nat-filters-by-address-alone": {
        "what": "filtering by address and port looks at the address alone (RFC 4787, 5), as the oracle does not",
        "edits": [
            ("natsim/nat/translate.c", "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    nt_time until",
             "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    seen.port = 0;\n    nt_time until"),
            ("natsim/nat/translate.c", "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    (void)nt_nat_filter_list",
             "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    seen.port = 0;\n    (void)nt_nat_filter_list"),
        ],
        "laws": ["oracle"],
    },
    "nat-hairpins-with-the-other-source": {
        "what": "a hairpinned packet has the inside source where the policy says the external one, and the other way round (RFC 4787, REQ-9)",
        "edits": [("natsim/nat/translate.c", "    if (n->policy.hairpin == NT_HAIRPIN_INTERNAL)\n        in.src", "    if (n->policy.hairpin != NT_HAIRPIN_INTERNAL)\n        in.src")],
        "laws": ["oracle"],
    },
    "oracle-forgets-pinned-flows": {
        "what": "the oracle takes it that replies leave by the mapping rule, also where they are pinned",
        "edits": [("scenarios/oracle/gateways.c", "    bool pins = p->replies == NT_REPLIES_PINNED && ", "    bool pins = p->replies != NT_REPLIES_PINNED && ")],
        "laws": ["oracle"],
    },
    "oracle-maps-for-all-addresses": {
        "what": "the oracle takes address-dependent mapping for endpoint-independent",
        "edits": [("scenarios/oracle/gateways.c", "                             : d == NT_DEP_ADDRESS            ? NT_ORACLE_FOR_IP\n",
                   "                             : d == NT_DEP_ADDRESS            ? NT_ORACLE_FOR_ALL\n")],
        "laws": ["oracle"],
    },
}
