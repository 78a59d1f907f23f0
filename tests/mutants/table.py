"""The mutants: what is broken, where, and what must be seen of it.

An edit is (file, old text, new text); the old text must be there exactly once. `red` lists the cells that must be red: a '*' stands
for anything, {a,b} for a or b, and '-pattern' takes cells out again. `rules` are those of conformance that must be found broken;
cells may be red for them alone. All other cells must be green: a new scenario that sees a mutant is to be listed here.
"""

SHORT = ["no-triggered-checks", "no-remote-prflx", "no-symmetric-check", "permissions-not-enforced", "filter-by-address-only"]

# Cells whose path needs a peer-reflexive candidate.
NEEDS_PEER_REFLEXIVE = [
    "changes/reoffer[left=symmetric]", "changes/reoffer-by-callee", "classic/five-types[left=*,right=symmetric]",
    "classic/five-types[left=symmetric,right=*]", "loss/answers-lost", "loss/corrupt-request", "loss/every-packet-twice",
    "loss/first-checks-lost", "loss/late-answer", "nested/shared-carrier[hairpin=internal-source,home=full-cone]",
    "nested/three-deep[flat=*,house=*,carrier=symmetric]", "nested/three-deep[flat=*,house=symmetric,carrier=*]",
    "nested/three-deep[flat=symmetric,house=*,carrier=*]", "nested/two-deep[home=symmetric,carrier=*,right=*]",
    "nested/two-deep[home=*,carrier=symmetric,right=*]",
    "nested/two-deep[home={full-cone,symmetric},carrier={full-cone,symmetric},right=symmetric]", "peer-reflexive/both-sides",
    "peer-reflexive/check-before-answer", "peer-reflexive/delayed-answer", "peer-reflexive/early-check-is-remembered",
    "peer-reflexive/nested-symmetric*", "peer-reflexive/poisoned-left-first", "peer-reflexive/poisoned-right-first",
    "peer-reflexive/priority-attribute", "peer-reflexive/relay-side", "peer-reflexive/signalled-later",
    "peer-reflexive/symmetric-left", "peer-reflexive/symmetric-right", "relay/auth*",
    "relay/denied-peers[deny={203.0.113.3/32,203.0.113.2/32}]", "relay/long-call", "relay/one-side[left=symmetric]",
    "relay/quota", "relay/unbound-channel", "rfc4787/pinned[left={ad-ad,ad-apd,apd-ad,apd-apd},right=*]",
    "rfc4787/table[left={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right=*]", "nested/types[*symmetric*]",
    "nested/types-both-sides[*symmetric*]", "nested/types-shared-carrier[*symmetric*]", "roles/callee-controls[*symmetric*]",
]
# Cells where a symmetric NAT meets a port-restricted one.
SYMMETRIC_WITH_PORT_RESTRICTED = [
    "classic/five-types[left=symmetric,right=port-restricted-cone]",
    "classic/five-types[left=port-restricted-cone,right=symmetric]",
    "nested/two-deep[home=symmetric,carrier=*,right=port-restricted-cone]",
    "nested/two-deep[home=*,carrier=symmetric,right=port-restricted-cone]", "peer-reflexive/delayed-answer",
    "nested/types[home=*,carrier=symmetric,right=port-restricted-cone]",
    "nested/types[home={none,full-cone,restricted-cone,port-restricted-cone},carrier=port-restricted-cone,right=symmetric]",
    "nested/types[home=symmetric,carrier=*,right=port-restricted-cone]",
    "nested/types[home=port-restricted-cone,carrier={none,full-cone,restricted-cone,port-restricted-cone},right=symmetric]",
    "nested/types-both-sides[home-left=*,carrier-left=symmetric,home-right={restricted-cone,port-restricted-cone}"
    ",carrier-right=port-restricted-cone]",
    "nested/types-both-sides[home-left={restricted-cone,port-restricted-cone},carrier-left=port-restricted-cone"
    ",home-right=*,carrier-right=symmetric]",
    "nested/types-both-sides[home-left=port-restricted-cone,carrier-left={restricted-cone,port-restricted-cone}"
    ",home-right=symmetric,carrier-right=*]",
    "nested/types-both-sides[home-left=symmetric,carrier-left=*,home-right=port-restricted-cone"
    ",carrier-right={restricted-cone,port-restricted-cone}]",
    "nested/types-both-sides[home-left=*,carrier-left=symmetric,home-right=port-restricted-cone"
    ",carrier-right={restricted-cone,port-restricted-cone}]",
    "nested/types-both-sides[home-left={restricted-cone,port-restricted-cone},carrier-left=port-restricted-cone"
    ",home-right=symmetric,carrier-right=*]",
    "nested/types-both-sides[home-left=port-restricted-cone,carrier-left={restricted-cone,port-restricted-cone}"
    ",home-right=*,carrier-right=symmetric]",
    "nested/types-both-sides[home-left=symmetric,carrier-left=*,home-right={restricted-cone,port-restricted-cone}"
    ",carrier-right=port-restricted-cone]", "roles/callee-controls[left=port-restricted-cone,right=symmetric]",
    "roles/callee-controls[left=symmetric,right=port-restricted-cone]",
]
# Further cells whose path depends on the ports of a filter.
PORTS_OF_FILTERS_COUNT = [
    "trickle/classic-*[left=port-restricted-cone,right=symmetric]",
    "trickle/classic-*[left=symmetric,right=port-restricted-cone]", "trickle/late-relay",
    "nested/two-deep[home={full-cone,port-restricted-cone},carrier=port-restricted-cone,right=symmetric]",
    "nested/two-deep[home=port-restricted-cone,carrier={full-cone,port-restricted-cone},right=symmetric]",
    "peer-reflexive/every-order-poisoned", "peer-reflexive/poisoned-strict[late={1ms,100ms}]",
    "rfc4787/pinned[left=ei-apd,right={ad-ei,apd-ei}]",
]

MUTANTS = {
    # --- learning ---
    "no-triggered-checks": {
        "what": "a request triggers no check (RFC 8445, 7.3.1.4)",
        "edits": [
            (
                "core/ice/respond.c",
                "    if (nt_ice_pairs_get(nt_ice_session_pairs(s), pair)->state != NT_ICE_SUCCEEDED) {",
                "    if (nt_ice_pairs_get(nt_ice_session_pairs(s), pair)->state == NT_ICE_FROZEN) {",
            ),
        ],
        "red": [
            "trickle/classic-full[left={full-cone,restricted-cone,port-restricted-cone},right={restricted-cone,port-restricted-cone}]",
            "trickle/dead-server", "trickle/doubled-candidates", "trickle/late-answer",
            "consent/late-nomination", "consent/patience", "gathering/pacing", "loss/answers-lost", "loss/late-answer",
            "roles/failed-before-first-check", "roles/failed-before-first-check-controlling", "roles/late-refusal",
        ],
        "rules": ["RFC8445-7.3.1.4-triggered"],
    },
    "no-remote-prflx": {
        "what": "nothing is learnt from a request's source (7.3.1.3)",
        "edits": [
            (
                "core/ice/respond.c",
                "    if (remote == NT_ICE_NONE)\n        remote = learn_remote(",
                "    if (remote == NT_ICE_NONE && own != NT_ICE_NONE)\n        return 0;\n    if (remote == NT_ICE_NONE)\n        remote = learn_remote(",
            ),
        ],
        "red": [
            "forged/of-no-use", "relay/refused-allocation[code={403,none}]", "relay/two-servers-one-name",
            "loss/damaged-twice", "roles/conflict-from-another-address",
            *NEEDS_PEER_REFLEXIVE, "trickle/classic-*[left=symmetric,right=*]",
            "trickle/classic-*[left={none,full-cone,restricted-cone},right=symmetric]", "trickle/late-copy",
            "trickle/lost-candidates*", "changes/mapping-ends*", "changes/nat-flush-symmetric",
            "gathering/redundancy[left=symmetric]", "loss/jitter[nat=symmetric]", "loss/ten-percent-relayed",
            "relay/few-pairs*", "relay/many-interfaces", "relay/permission-answer-lost",
            "peer-reflexive/endless-discovery", "relay/server-pauses", "relay/server-stops", "relay/stale-nonce",
            "relay/unpermitted-sends", "relay/unpermitted-peers",
            "rfc4787/pinned[left={ei-ei,ei-ad,ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right={ad-ei,ad-ad,ad-apd,apd-ei"
            ",apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-ei,ei-ad,ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right={ad-ei,ad-ad,ad-apd,apd-ei"
            ",apd-ad,apd-apd}]",
            "nested/types-shared-carrier[left={full-cone,port-restricted-cone},right=full-cone,carrier={full-cone"
            ",restricted-cone},hairpin=internal-source]",
            "nested/types-shared-carrier[left=full-cone,right={full-cone,port-restricted-cone},carrier=full-cone"
            ",hairpin=internal-source]", "rfc4787/pinned[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
        ],
    },
    "no-local-prflx": {
        "what": "nothing is learnt from a response's mapped address (7.2.5.3.1)",
        "edits": [
            (
                "core/ice/candidates.c",
                "    if (known != NT_ICE_NONE)\n        return known;\n",
                "    return known != NT_ICE_NONE ? known : sender;\n",
            ),
        ],
        "red": [
            *NEEDS_PEER_REFLEXIVE,
            "nested/types-shared-carrier[left=full-cone,right=full-cone,carrier={full-cone,restricted-cone}"
            ",hairpin=internal-source]", "rfc4787/pinned[left=*,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left=*,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
        ],
    },
    "prflx-priority-computed": {
        "what": "a remote peer-reflexive candidate's priority is computed, not taken from PRIORITY (7.3.1.3)",
        "edits": [
            (
                "core/ice/respond.c",
                ".priority = h->priority,",
                ".priority = h->priority | 0xffff00,",
            ),
        ],
        "red": [
            "peer-reflexive/priority-attribute",
        ],
    },
    "early-check-dropped": {
        "what": "a check that comes before the answer is answered and forgotten (7.3)",
        "edits": [
            (
                "core/ice/respond.c",
                "waiting ? remember_request(s, early, h) : ",
                "waiting && early != NULL ? NULL : waiting ? remember_request(s, early, h) : ",
            ),
        ],
        "red": [
            "classic/five-types[left=none,right=symmetric]", "consent/late-nomination", "peer-reflexive/check-before-answer",
            "peer-reflexive/early-check-is-remembered", "roles/conflict-before-answer[left=1]",
            "nested/types[home=none,carrier=none,right=symmetric]",
        ],
    },
    "early-check-waits": {
        "what": "a check that comes before the answer is not answered at once (7.3)",
        "edits": [
            (
                "core/ice/respond.c",
                "    nt_ice_outbox_put(nt_ice_session_env(s)->outbox, &answer, now);\n",
                "    if (!waiting)\n        nt_ice_outbox_put(nt_ice_session_env(s)->outbox, &answer, now);\n",
            ),
        ],
        "red": [
            "consent/first-request", "peer-reflexive/check-before-answer", "peer-reflexive/early-check-is-remembered",
        ],
        "rules": ["RFC8445-7.3-answer"],
    },
    # --- priorities and order ---
    "pair-priority-formula": {
        "what": "a pair's priority is that of its better candidate (6.1.2.3: of its worse one)",
        "edits": [
            (
                "core/ice/candidate.c",
                "return (low << 32) + 2 * high +",
                "return (high << 32) + 2 * low +",
            ),
        ],
        "red": [
            "rfc4787/pinned[left={ad-ei,apd-ei},right={ei-ei,ei-ad}]", "rfc4787/pinned[left={ad-ei,apd-ei},right=ei-apd]",
        ],
    },
    "type-preferences-swapped": {
        "what": "server-reflexive candidates are preferred to peer-reflexive ones (5.1.2.2)",
        "edits": [
            (
                "core/ice/candidate.c",
                "[NT_ICE_SRFLX] = 100, [NT_ICE_PRFLX] = 110",
                "[NT_ICE_SRFLX] = 110, [NT_ICE_PRFLX] = 100",
            ),
        ],
        "red": [
            *SYMMETRIC_WITH_PORT_RESTRICTED, "peer-reflexive/both-sides", "peer-reflexive/priority-attribute",
            "nested/types-shared-carrier[left={full-cone,port-restricted-cone},right=symmetric,carrier={full-cone"
            ",restricted-cone},hairpin={none,internal-source}]",
            "nested/types-shared-carrier[left=symmetric,right={full-cone,port-restricted-cone},carrier={full-cone"
            ",restricted-cone},hairpin={none,internal-source}]",
            "nested/types-shared-carrier[left=port-restricted-cone,right=symmetric,carrier={full-cone,restricted-cone}"
            ",hairpin=*]",
            "nested/types-shared-carrier[left=symmetric,right=port-restricted-cone,carrier={full-cone,restricted-cone}"
            ",hairpin=*]", "rfc4787/pinned[left={ei-apd,ad-ei,apd-ei},right={ad-ei,apd-ei}]",
            "rfc4787/pinned[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/pinned[left={ad-ad,ad-apd,apd-ad,apd-apd},right=ei-apd]",
            "rfc4787/table[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right=ei-apd]",
        ],
        "rules": ["RFC8445-7.1.1-priority"],
    },
    "priority-of-base": {
        "what": "a check's PRIORITY is its base's own, not that of a peer-reflexive candidate (7.1.1)",
        "edits": [
            (
                "core/ice/candidate.c",
                "return (uint32_t)nt_ice_type_preference(NT_ICE_PRFLX) << 24 | (c->priority & 0xffffff);",
                "return c->priority;",
            ),
        ],
        "red": [
            "peer-reflexive/priority-attribute",
        ],
        "rules": ["RFC8445-7.1.1-priority"],
    },
    "no-redundancy": {
        "what": "redundant candidates are kept (5.1.3)",
        "edits": [
            (
                "core/ice/candidates.c",
                "        if (!is_redundant(t->items, kept, &t->items[i]))\n",
                "        if (kept <= i || !is_redundant(t->items, kept, &t->items[i]))\n",
            ),
        ],
        "red": [
            "gathering/redundancy*", "gathering/two-interfaces",
            "ipv6/firewalls[nat={full-cone,port-restricted-cone,symmetric}]",
            "nested/plain-routers[right=none]", "nested/three-deep*",
            "nested/two-deep[home={full-cone,port-restricted-cone},carrier={full-cone,port-restricted-cone},right=*]",
            "relay/blocked-udp", "relay/wrong-password",
        ],
    },
    "no-pacing": {
        "what": "Ta is 10 ms (14.2)",
        "edits": [
            (
                "core/ice/pacer.c",
                "p->next = nt_time_after(now, p->ta);",
                "p->next = nt_time_after(now, 10 * NT_MSEC);",
            ),
        ],
        "red": [
            "forged/of-no-use",
            "forged/unauthenticated-refusal", "gathering/pacing", "gathering/slower-pacing", "loss/first-checks-lost",
            "relay/permission-answer-lost",
        ],
        "rules": ["RFC8445-14.2-pacing"],
    },
    "never-unfrozen": {
        "what": "a Frozen pair stays so when nothing of its foundation is left (RFC 8445, 6.1.4.2)",
        "edits": [
            (
                "core/ice/pairs.c",
                "is_on(&t->items[i], stream) && !is_group_busy(t, &t->items[i]))",
                "is_on(&t->items[i], stream) && is_group_busy(t, &t->items[i]))",
            ),
        ],
        "red": ["gathering/frozen"],
    },
    "no-freezing": {
        "what": "all pairs are Waiting from the start (6.1.2.6)",
        "edits": [
            (
                "core/ice/pairs.c",
                "            unfreeze_group_of(t, &t->items[i], now);",
                "            set_state(t, &t->items[i], NT_ICE_WAITING, now);",
            ),
        ],
        "red": ["gathering/frozen"],
    },
    # --- roles and nomination ---
    "no-role-conflict": {
        "what": "a role conflict is not seen in requests (7.3.1.1)",
        "edits": [
            (
                "core/ice/respond.c",
                "    if (controlling == larger)\n        return true;\n",
                "    if (controlling == larger || !larger)\n        return false;\n",
            ),
        ],
        "red": [
            "roles/conflict-from-another-address",
            "roles/both-controlling*", "roles/conflict-before-answer*", "roles/late-refusal",
        ],
        "rules": ["RFC8445-7.3.1.1-conflict"],
    },
    "switched-and-silent": {
        "what": "what comes to a check that was sent in the former role queues none in the new one (7.2.5.1)",
        "edits": [
            (
                "core/ice/outcome.c",
                "    else if (switches || !check->cancelled)",
                "    else if (!check->cancelled)",
            ),
            (
                "core/ice/outcome.c",
                "    if (out->check.request.role != nt_ice_session_role(s))",
                "    if (out->check.request.role != nt_ice_session_role(s) && env == NULL)",
            ),
        ],
        "red": ["roles/equal-tie-breakers[role=controlled,by={longer,crossing}]"],
    },
    "dead-relay-paired": {
        "what": "pairs are formed of a relayed candidate whose allocation is lost (7.2.1)",
        "edits": [
            (
                "core/ice/session.c",
                "    if (e->gone || nt_ice_relays_permit(s->env->relays, (uint16_t)e->via.relay, peer, now) != NT_OK)",
                "    if (nt_ice_relays_permit(s->env->relays, (uint16_t)e->via.relay, peer, now) == NT_ENOMEM)",
            ),
        ],
        "red": ["relay/allocation-lost"],
    },
    "relayed-pairs-go": {
        "what": "at the limit of pairs relayed ones have no share (6.1.2.5, as core/README.md has it)",
        "edits": [
            (
                "core/ice/pairs.c",
                "    return half < NT_ICE_RELAYED_KEPT ? half : NT_ICE_RELAYED_KEPT;",
                "    return half < NT_ICE_RELAYED_KEPT ? 0 : 0;",
            ),
        ],
        "red": ["relay/few-pairs[left={1,2,3},right={1,2}]", "relay/many-interfaces"],
    },
    "tie-breaker-signed": {
        "what": "tie-breakers are compared as signed numbers",
        "edits": [
            (
                "core/ice/respond.c",
                "nt_ice_session_tie_breaker(s) >= theirs",
                "(int64_t)nt_ice_session_tie_breaker(s) >= (int64_t)theirs",
            ),
        ],
        "red": [
            "roles/both-controlled[left={low,middle},right={middle,high}]", "roles/both-controlled[left=high,right=low]",
            "roles/both-controlling[left={low,middle},right={middle,high}]", "roles/both-controlling[left=high,right=low]",
        ],
        "rules": ["RFC8445-7.3.1.1-conflict"],
    },
    "controlled-nominates": {
        "what": "the controlled agent sends USE-CANDIDATE (7.1.2)",
        "edits": [
            (
                "core/ice/outcome.c",
                ".use_candidate = p->nominating && role == NT_ICE_CONTROLLING",
                ".use_candidate = p->nominating || role == NT_ICE_CONTROLLED",
            ),
        ],
        "red": ["roles/both-controlled[*]"],
        "rules": ["RFC8445-7.1.2-use-candidate"],
    },
    "nomination-forgotten": {
        "what": "USE-CANDIDATE for a pair that has not succeeded yet is forgotten (7.3.1.5)",
        "edits": [
            (
                "core/ice/nominate.c",
                "        nt_ice_pairs_set_use_candidate_pending(nt_ice_session_pairs(s), pair);\n",
                "        (void)pair;\n",
            ),
        ],
        "red": [
            "trickle/late-candidates",
            "consent/late-nomination", "consent/nominated-after-thirty-seconds", "gathering/pacing",
            "ipv6/servers[server=internet,right=port-restricted-cone,ipv6=on]",
            "ipv6/without-servers[left=firewall,right=*]", "loss/late-answer", "peer-reflexive/relay-side",
            "relay/one-side[left={full-cone,symmetric}]", "rfc4787/pinned[left={ad-ei,apd-ei},right=apd-ei]",
            "roles/conflict-before-answer[left=1]", "roles/late-refusal",
        ],
    },
    "no-nomination-wait": {
        "what": "the first valid pair is nominated at once",
        "edits": [
            (
                "core/ice/nominate.c",
                "(now < due_at(s, k, v) && is_better_to_come(",
                "(now < k->first_valid && is_better_to_come(",
            ),
        ],
        "red": [
            "trickle/classic-*[left=symmetric,right=restricted-cone]",
            "classic/five-types[left={restricted-cone,port-restricted-cone},right=symmetric]", "forged/unauthenticated-refusal",
            "gathering/pacing", "loss/late-answer", "peer-reflexive/priority-attribute",
            "relay/denied-peers[deny=203.0.113.2/32]", "rfc4787/pinned[left=ei-ad,right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/table[left=ei-ad,right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "nested/types[home={none,full-cone,restricted-cone,port-restricted-cone},carrier={restricted-cone"
            ",port-restricted-cone},right=symmetric]",
            "nested/types[home={restricted-cone,port-restricted-cone},carrier={none,full-cone,restricted-cone"
            ",port-restricted-cone},right=symmetric]",
            "nested/types-both-sides[home-left=restricted-cone,carrier-left=restricted-cone,home-right=*"
            ",carrier-right=symmetric]",
            "nested/types-both-sides[home-left=restricted-cone,carrier-left=restricted-cone,home-right=symmetric"
            ",carrier-right=*]",
            "nested/types-shared-carrier[left=full-cone,right=port-restricted-cone,carrier=full-cone"
            ",hairpin=internal-source]",
            "nested/types-shared-carrier[left=full-cone,right=symmetric,carrier=restricted-cone,hairpin=external-source]",
            "rfc4787/pinned[left={ei-apd,ad-ei,apd-ei},right={ad-ei,apd-ei}]",
            "rfc4787/pinned[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-apd,apd-ei},right={ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-apd,ad-ei,apd-ei},right={ad-apd,apd-apd}]",
            "rfc4787/table[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "roles/callee-controls[left={restricted-cone,port-restricted-cone},right={full-cone,restricted-cone"
            ",port-restricted-cone}]",
            "roles/callee-controls[left={restricted-cone,port-restricted-cone,symmetric},right=port-restricted-cone]",
            "roles/callee-controls[left=restricted-cone,right={full-cone,restricted-cone,port-restricted-cone,symmetric}]",
        ],
    },
    # --- authenticity ---
    "integrity-not-verified": {
        "what": "MESSAGE-INTEGRITY of requests is not verified (RFC 8489, 9.1.3)",
        "edits": [
            (
                "core/ice/respond.c",
                "    return r == NT_OK ? 0 : 401;",
                "    return r == NT_OK || r != NT_OK ? 0 : 401;",
            ),
        ],
        "red": [
            "forged/wrong-password",
        ],
    },
    "response-integrity-not-verified": {
        "what": "MESSAGE-INTEGRITY of responses is not verified (RFC 8489, 9.1.4)",
        "edits": [
            (
                "core/ice/checks.c",
                "    if (nt_stun_verify(m, &t->peers[check->stream - 1].key) != NT_OK) {",
                "    if (nt_stun_verify(m, &t->peers[check->stream - 1].key) != NT_OK && m->integrity != NULL) {",
            ),
        ],
        "red": [
            "forged/unauthenticated-refusal",
        ],
    },
    "fingerprint-not-verified": {
        "what": "a wrong FINGERPRINT is taken for a right one (RFC 8489, 14.7)",
        "edits": [
            (
                "core/stun/message.c",
                "return nt_load32(a->value) == nt_stun_fingerprint(m->bytes, before) ? NT_OK : NT_EAUTH;",
                "return nt_load32(a->value) == nt_stun_fingerprint(m->bytes, before) || before > 0 ? NT_OK : NT_EAUTH;",
            ),
        ],
        "red": [
            "loss/corrupt-request", "loss/damaged-before-and-after-the-relay", "loss/damaged-twice",
        ],
        "rules": ["RFC8445-8.1.1-valid"],
    },
    "no-symmetric-check": {
        "what": "a response from another address than asked counts (7.2.5.2.1)",
        "edits": [
            (
                "core/ice/checks.c",
                "    if (!symmetric)",
                "    if (!symmetric && t == NULL)",
            ),
        ],
        "red": [
            "peer-reflexive/endless-discovery", "rfc4787/table[left={apd-ei,apd-ad},right=apd-ei]",
            "rfc4787/table[left=apd-ei,right={apd-ei,apd-ad}]",
        ],
        "rules": ["RFC8445-7.2.5.2.1-symmetric"],
    },
    # --- time ---
    "no-retransmission": {
        "what": "a request is sent once (RFC 8489, 6.2.1)",
        "edits": [
            (
                "core/ice/checks.c",
                "due == NT_TXN_SEND && !check->cancelled",
                "due == NT_TXN_SEND && check->cancelled",
            ),
        ],
        "red": [
            "trickle/classic-*[left=symmetric,right=restricted-cone]",
            "classic/five-types[left=restricted-cone,right=symmetric]", "gathering/frozen",
            "loss/corrupt-answer", "loss/corrupt-request",
            "loss/first-checks-lost", "loss/late-answer", "relay/blocked-udp", "relay/no-server",
            "relay/few-pairs[left=1,right={1,2}]",
            "rfc4787/pinned[left=ei-ad,right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/table[left=ei-ad,right={ad-ad,ad-apd,apd-ad,apd-apd}]", "roles/failed-before-first-check-controlling",
            "nested/types[home={none,full-cone,restricted-cone},carrier=restricted-cone,right=symmetric]",
            "nested/types[home=restricted-cone,carrier={none,full-cone,restricted-cone},right=symmetric]",
            "nested/types-both-sides[home-left=restricted-cone,carrier-left=restricted-cone,home-right=*"
            ",carrier-right=symmetric]",
            "nested/types-both-sides[home-left=restricted-cone,carrier-left=restricted-cone,home-right=symmetric"
            ",carrier-right=*]",
            "nested/types-shared-carrier[left=full-cone,right=symmetric,carrier=restricted-cone,hairpin=external-source]",
            "roles/callee-controls[left=restricted-cone,right=symmetric]",
        ],
    },
    "patience-ignored": {
        "what": "an agent fails as soon as all its pairs have (RFC 8863, 4)",
        "edits": [
            (
                "core/ice/session.c",
                "now - s->started >= NT_ICE_PAC",
                "now - s->started >= 0",
            ),
        ],
        "red": [
            "consent/patience",
        ],
    },
    "first-consent-after-ten-seconds": {
        "what": "the first request for consent leaves ten seconds after the selection (RFC 7675, 5.1)",
        "edits": [
            (
                "core/ice/consent.c",
                """    *c = (struct consent){.begun = true,
                          .ask_at = nt_time_after(now, draw_interval(t)),""",
                """    *c = (struct consent){.begun = true,
                          .ask_at = nt_time_after(now, 10 * NT_SEC + draw_interval(t)),""",
            ),
        ],
        "red": ["consent/first-request", "consent/thirty-seconds"],
    },
    "firewall-compares-ports": {
        "what": "an address-dependent firewall looks at the remote port, too",
        "edits": [
            (
                "natsim/gateway/firewall.c",
                "w->policy.filtering == NT_DEP_ADDRESS || proto == NT_PROTO_ICMP6 ? 0",
                "proto == NT_PROTO_ICMP6 ? 0",
            ),
        ],
        "red": ["ipv6/firewall-filtering[filtering=address-dependent]"],
    },
    "closed-port-told-unasked": {
        "what": "a gateway says that a port of its own is closed, whatever `answers` names",
        "edits": [("natsim/gateway/icmp_error.c", "from_inside ? answers(g, NT_ANSWER_PORT)", "from_inside ? true")],
        "red": ["language/answers[answers={none,ttl,echo,echo-outside,route,host,limit}]", "language/answers-ipv6[answers={none,ttl,echo,echo-outside,route,limit}]", "language/hairpin-refused[nat=silent]", "rfc5508/req-07-hairpinning[nat=breaks]"],
    },
    "outside-is-told-of-limits": {
        "what": "who is outside is told that the policy denies his packet, as is who is inside (RFC 5508, REQ-8)",
        "edits": [
            (
                "natsim/gateway/forward.c",
                "    nt_gateway_drop_with(g, p, why, &p->src, &p->dst, from_inside ? nt_icmp_error_prohibited(g, p, now) : NULL, now);",
                "    nt_gateway_drop_with(g, p, why, &p->src, &p->dst, from_inside || true ? nt_icmp_error_prohibited(g, p, now) : NULL, now);",
            ),
        ],
        "red": ["language/limit-prohibited[nat={deny,deny-reject}]"],
    },
    "errors-without-a-rate": {
        "what": "`icmp-rate` limits nothing",
        "edits": [("natsim/gateway/icmp_error.c", "g->icmp_rate == NULL || nt", "g->icmp_rate == NULL || true || nt")],
        "red": ["language/icmp-rate[rate={linux,slow}]", "rfc5508/req-10f-rate[nat=keeps]"],
    },
    "damaged-quote-passes": {
        "what": "the header checksum of a quoted packet is not looked at (RFC 5508, REQ-3a)",
        "edits": [("natsim/gateway/error_translation.c", " || nt_packet_quotes_damaged(p)", "")],
        "red": ["language/icmp-damaged", "rfc5508/req-03-checksums[nat=keeps]"],
    },
    "no-black-hole": {
        "what": "`icmp: drop-too-big` passes \"too big\"",
        "edits": [
            (
                "natsim/gateway/forward.c",
                "(g->policy.icmp == NT_ICMP_DROP_TOO_BIG && nt_packet_is_too_big(p))",
                "(g->policy.icmp == NT_ICMP_DROP_TOO_BIG && !p->data && nt_packet_is_too_big(p))",
            ),
        ],
        "red": ["black-hole/behind-a-nat[nat=swallows]", "black-hole/nested[carrier=swallows]", "black-hole/ipv6-behind-a-firewall[nat=swallows]", "language/icmp-drop[preset={none,port-restricted-cone},icmp=drop-too-big]"],
    },
    "query-lets-in-queries": {
        "what": "an ICMPv6 query lets in queries with its identifier",
        "edits": [
            (
                "natsim/gateway/forward.c",
                "    if (icmp && !nt_icmp_is_reply(p->proto, p->data[p->l4]))\n        return NT_DROP_FIREWALL;\n",
                "",
            ),
        ],
        "red": ["language/icmpv6[nat=firewall]"],
    },
    "quoted-extensions-unread": {
        "what": "the ports of a quoted IPv6 packet are sought right behind its first header",
        "edits": [
            ("natsim/packet/icmp.c", "    h->proto = e.proto;\n    h->transport", "    h->proto = h->ip[6];\n    h->transport"),
        ],
        "red": ["language/icmpv6[nat=firewall]"],
    },
    "hop-before-the-address": {
        "what": "a packet to the gateway itself needs a TTL beyond its way there",
        "edits": [
            (
                "natsim/gateway/forward.c",
                "    if (nt_own_addresses_has(&g->own, &p->dst)) {\n",
                "    if (p->ttl <= 1) {\n        (void)nt_hop_or_drop(g, p, port, NULL, now);\n        return;\n    }\n"
                "    if (nt_own_addresses_has(&g->own, &p->dst)) {\n",
            ),
        ],
        "red": ["language/ttl-of-own"],
    },
    "no-hop-to-inside": {
        "what": "a packet that comes to an external address and is translated makes no hop",
        "edits": [
            (
                "natsim/gateway/forward.c",
                "    else if (nt_hop_or_drop(g, p, port, r, now) == NT_PASSED)\n        send_translated(g, p, t, r, now);",
                "    else\n        send_translated(g, p, t, r, now);",
            ),
        ],
        "red": ["language/ttl-of-own", "rfc5508/req-05-errors-from-inside[nat=keeps]", "rfc5508/req-10a-time-exceeded[nat={keeps,breaks}]"],
    },
    "queue-outlives-its-link": {
        "what": "what waits in the queue of a link that goes down leaves later",
        "edits": [
            (
                "natsim/fabric/network.c",
                "    while (s != NULL && nt_sender_purge(s, &next))\n",
                "    while (s != NULL && s->count > NT_QUEUE_MAX && nt_sender_purge(s, &next))\n",
            ),
        ],
        "red": ["changes/queue-of-a-dead-link"],
    },
    "partition-before-the-queue": {
        "what": "a partition is asked about when a packet enters the queue of its sender",
        "edits": [
            (
                "natsim/fabric/network.c",
                "    if (net->impaired_here && f->partition_count > 0 && is_parted(f, to, p, now))\n        return NT_DROP_PARTITION;\n",
                "",
            ),
            (
                "natsim/fabric/network.c",
                "    return net->impaired_here && net->config.rate > 0 ?",
                "    if (f->partition_count > 0 && is_parted(f, to, p, now))\n        return NT_DROP_PARTITION;\n"
                "    return net->impaired_here && net->config.rate > 0 ?",
            ),
            ("natsim/fabric/fabric.c", "    if (!link->up || f->partition_count > 0)\n", "    if (!link->up)\n"),
        ],
        "red": ["changes/fate-on-arrival", "changes/queue-before-a-partition"],
    },
    "receiver-down-when-sent": {
        "what": "a packet is dropped when the receiver's link is down as it is sent",
        "edits": [
            (
                "natsim/fabric/network.c",
                "    if (to == NT_MAP_NONE)\n",
                "    if (to == NT_MAP_NONE || !f->attachments[to].up)\n",
            ),
        ],
        "red": ["changes/fate-on-arrival"],
    },
    "consent-never-expires": {
        "what": "consent lasts for ever (RFC 7675, 5.1)",
        "edits": [
            (
                "core/ice/types.h",
                "#define NT_ICE_CONSENT_EXPIRY (30 * NT_SEC)",
                "#define NT_ICE_CONSENT_EXPIRY (30000 * NT_SEC)",
            ),
        ],
        "red": [
            "changes/link-down", "changes/nat-flush-symmetric", "consent/partition-long", "consent/thirty-seconds",
            "relay/allocation-missing", "relay/refresh-refused[code=403]", "relay/server-loses-state", "relay/server-stops",
        ],
    },
    "consent-not-renewed": {
        "what": "an answer to a consent request does not renew consent",
        "edits": [
            (
                "core/ice/consent.c",
                "    t->items[component].renewed_at = now;\n",
                "    t->items[component].renewed_at += 0 * now;\n",
            ),
        ],
        "red": [
            "changes/nat-reboot", "consent/every-five-seconds", "consent/partition-short", "consent/thirty-seconds",
            "relay/long-call", "relay/refresh-refused*", "relay/refused-permission", "relay/server-pauses", "relay/stale-nonce",
        ],
    },
    "stale-nomination": {
        "what": "a pair is selected by a check of any age (RFC 7675, 5.1)",
        "edits": [
            (
                "core/ice/nominate.c",
                "p->answered_at > NT_ICE_CONSENT_LONGEST",
                "p->answered_at > 1000 * NT_ICE_CONSENT_LONGEST",
            ),
        ],
        "red": [
            "consent/late-nomination", "consent/nominated-after-thirty-seconds",
        ],
    },
    "rto-not-doubled": {
        "what": "retransmissions come every 500 ms (RFC 8489, 6.2.1: doubling)",
        "edits": [
            (
                "core/stun/transaction.c",
                "NT_TIME_NEVER : 2 * t->interval;",
                "NT_TIME_NEVER : t->interval;",
            ),
        ],
        "red": [
            "loss/first-checks-lost",
        ],
    },
    # --- NAT ---
    "filter-by-address-only": {
        "what": "filtering by address and port looks at the address alone (RFC 4787, 5)",
        "edits": [
            (
                "natsim/nat/translate.c",
                "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    nt_time until",
                "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    seen.port = 0;\n    nt_time "
                "until",
            ),
            (
                "natsim/nat/translate.c",
                "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    (void)nt_nat_filter_list",
                "    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);\n    seen.port = 0;\n    "
                "(void)nt_nat_filter_list",
            ),
        ],
        "red": [
            *SYMMETRIC_WITH_PORT_RESTRICTED, *PORTS_OF_FILTERS_COUNT,
            "rfc4787/pinned[left=ei-apd,right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/pinned[left={ad-ad,ad-apd,apd-ad,apd-apd},right=ei-apd]",
            "rfc4787/table[left={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right=ei-apd]",
            "rfc4787/table[left=ei-apd,right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-apd,ad-ei,apd-ei},right=ad-apd]", "rfc4787/table[left={ei-apd,ad-apd,apd-apd},right=ad-ei]",
            "rfc4787/table[left={ei-apd,ad-apd},right={ad-ei,apd-ei}]",
            "rfc4787/table[left={ei-apd,ad-ei},right={ad-apd,apd-apd}]",
            "nested/types-shared-carrier[left=port-restricted-cone,right=symmetric,carrier={full-cone,restricted-cone}"
            ",hairpin=external-source]",
            "nested/types-shared-carrier[left=symmetric,right=port-restricted-cone,carrier={full-cone,restricted-cone}"
            ",hairpin=external-source]",
        ],
    },
    "filter-lets-all-in": {
        "what": "every mapping lets everything in",
        "edits": [
            (
                "natsim/nat/translate.c",
                "    return nt_filters_find(&n->filters, owner, &seen) != NT_MAP_NONE;",
                "    return nt_filters_find(&n->filters, owner, &seen) != NT_MAP_NONE || owner != NT_MAP_NONE;",
            ),
        ],
        "red": [
            "relay/permission-answer-lost",
            *SYMMETRIC_WITH_PORT_RESTRICTED, *PORTS_OF_FILTERS_COUNT,
            "hairpin/same-network[nat=symmetric,hairpin=external-source]",
            "nested/shared-carrier[hairpin=internal-source,home=port-restricted-cone]", "peer-reflexive/poisoned-left-first",
            "peer-reflexive/poisoned-right-first", "relay/auth*", "relay/denied-peers[deny=203.0.113.0/24]",
            "rfc4787/pinned[left={ei-apd,ad-ad,ad-apd,apd-ad,apd-apd},right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/pinned[left={ad-ad,ad-apd,apd-ad,apd-apd},right={ei-apd,ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-apd,ad-ad,ad-apd},right={ad-ad,ad-apd,apd-ad,apd-apd}]",
            "rfc4787/table[left={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd},right={ei-apd,ad-apd}]",
            "rfc4787/table[left={ei-apd,ad-apd,apd-apd},right={ad-ei,ad-ad,ad-apd}]",
            "rfc4787/table[left={ei-apd,ad-apd},right={ad-ei,ad-ad,ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/table[left={ei-apd,ad-ei,ad-ad,ad-apd},right={ad-apd,apd-apd}]",
            "rfc4787/table[left={ei-apd,ad-ad,ad-apd,apd-ad,apd-apd},right={ad-ad,ad-apd}]", "roles/failed-before-first-check",
            "roles/failed-before-first-check-controlling",
            "nested/types-shared-carrier[left={full-cone,port-restricted-cone},right={port-restricted-cone,symmetric}"
            ",carrier=*,hairpin=internal-source]",
            "nested/types-shared-carrier[left={port-restricted-cone,symmetric},right={full-cone,port-restricted-cone}"
            ",carrier=*,hairpin=internal-source]",
            "nested/types-shared-carrier[left=port-restricted-cone,right=symmetric,carrier={full-cone,restricted-cone}"
            ",hairpin={internal-source,external-source}]",
            "nested/types-shared-carrier[left=symmetric,right=port-restricted-cone,carrier={full-cone,restricted-cone}"
            ",hairpin={internal-source,external-source}]",
            "nested/types-shared-carrier[left=*,right={full-cone,port-restricted-cone},carrier=symmetric"
            ",hairpin=internal-source]", "rfc4787/pinned[left={ad-ad,ad-apd,apd-ad,apd-apd},right={ei-ei,ei-ad}]",
            "rfc4787/pinned[left={ad-ei,apd-ei},right={ad-ad,ad-apd,apd-ad,apd-apd}]",
        ],
    },
    "mapping-never-refreshed": {
        "what": "no packet refreshes a mapping (RFC 4787, 4.3)",
        "edits": [
            (
                "natsim/nat/lifetime.c",
                "refresh = inbound ? p->refresh_inbound : p->refresh_outbound;",
                "refresh = inbound && reply && l->made > now;",
            ),
        ],
        "red": [
            "changes/inbound-refresh*", "changes/mapping-ends[keepalive=15s]", "relay/long-call", "relay/refused-permission",
            "relay/stale-nonce",
        ],
    },
    "inbound-refreshes": {
        "what": "packets from outside refresh a mapping where they must not",
        "edits": [
            (
                "natsim/nat/lifetime.c",
                "refresh = inbound ? p->refresh_inbound : p->refresh_outbound;",
                "refresh = inbound || p->refresh_outbound;",
            ),
        ],
        "red": [
            "changes/inbound-refresh[refresh=outbound]", "changes/mapping-ends[keepalive=40s]",
        ],
    },
    "hairpin-source": {
        "what": "a hairpinned packet has the external source where it should have the internal one, and the other way round",
        "edits": [
            (
                "natsim/nat/translate.c",
                "    if (n->policy.hairpin == NT_HAIRPIN_INTERNAL)\n        in.src = *internal;",
                "    if (n->policy.hairpin == NT_HAIRPIN_EXTERNAL)\n        in.src = *internal;",
            ),
        ],
        "red": [
            "hairpin/internal-source", "hairpin/isolated-clients*",
            "nested/shared-carrier[hairpin={internal-source,external-source},home=*]",
            "nested/types-shared-carrier[left={full-cone,port-restricted-cone},right={full-cone,port-restricted-cone}"
            ",carrier={full-cone,restricted-cone},hairpin={internal-source,external-source}]",
            "nested/types-shared-carrier[left=*,right=full-cone,carrier={full-cone,restricted-cone}"
            ",hairpin={internal-source,external-source}]",
            "nested/types-shared-carrier[left=full-cone,right=*,carrier={full-cone,restricted-cone}"
            ",hairpin={internal-source,external-source}]",
        ],
    },
    "damage-undone": {
        "what": "a corrupt step flips the last bit to and fro",
        "edits": [
            (
                "natsim/fabric/fault.c",
                "    *byte = *byte != UINT8_MAX ? (uint8_t)(*byte | (*byte + 1)) : UINT8_MAX - 1;",
                "    *byte ^= 1;",
            ),
        ],
        "red": ["loss/damaged-before-and-after-the-relay", "loss/damaged-twice"],
    },
    "poison-ignored": {
        "what": "what was not let in leaves no trace",
        "edits": [
            (
                "natsim/nat/translate.c",
                "    if (n->policy.poison != 0 && proto",
                "    if (n->policy.poison == 1 && proto",
            ),
        ],
        "red": [
            "peer-reflexive/every-order-poisoned", "peer-reflexive/poisoned-left-first", "peer-reflexive/poisoned-right-first",
            "peer-reflexive/poisoned-strict[late={1ms,100ms}]",
        ],
    },
    "pinned-ignored": {
        "what": "an answer leaves by the mapping rule, not by the port that was asked",
        "edits": [
            (
                "natsim/nat/translate.c",
                "    } else if (flow == NT_MAP_NONE && pin && n->policy.replies == NT_REPLIES_PINNED) {",
                "    } else if (flow == NT_MAP_NONE && pin && mapping == NT_MAP_NONE) {",
            ),
        ],
        "red": [
            "peer-reflexive/both-sides", "rfc4787/pinned[left={ad-apd,apd-ei,apd-ad,apd-apd},right=apd-ei]",
            "rfc4787/pinned[left={ad-ei,apd-ei},right={ad-apd,apd-apd}]",
            "rfc4787/pinned[left={ad-apd,apd-apd},right={ad-ei,apd-ei}]",
            "rfc4787/pinned[left=apd-ei,right={ad-apd,apd-ei,apd-ad,apd-apd}]",
            "rfc4787/pinned[left={ad-ei,apd-ei},right={ei-ei,ei-ad,ei-apd,ad-ei,ad-ad}]",
            "rfc4787/pinned[left={ad-ei,ad-ad},right={ad-ei,apd-ei}]",
            "rfc4787/pinned[left=ad-ei,right={ei-ei,ei-ad,ei-apd,ad-ei,ad-ad,apd-ei,apd-ad}]",
            "rfc4787/pinned[left={ad-ei,ad-ad,apd-ei,apd-ad},right=ad-ei]",
        ],
    },
    "port-not-preserved": {
        "what": "an endpoint-independent mapping does not keep the port (RFC 4787, 4.2.1)",
        "edits": [
            (
                "natsim/nat/policy/policy.c",
                "done.ports = p->mapping == NT_DEP_ENDPOINT_INDEPENDENT ? NT_PORTS_PRESERVE : NT_PORTS_SEQUENTIAL;",
                "done.ports = NT_PORTS_SEQUENTIAL;",
            ),
        ],
        "red": [
            "changes/renumbered-in-flight", "loss/half-a-datagram-forgotten[do=flush]",
            "forged/wrong-password", "hairpin/isolated-clients*", "nested/plain-routers*",
            "nested/three-deep[flat=restricted-cone,house=restricted-cone,carrier=restricted-cone]",
            "nested/two-deep[home={full-cone,port-restricted-cone},carrier={full-cone,port-restricted-cone}"
            ",right={none,port-restricted-cone}]",
            "peer-reflexive/check-before-answer", "peer-reflexive/nested-symmetric*", "peer-reflexive/poisoned-left-first",
            "peer-reflexive/poisoned-right-first", "peer-reflexive/poisoned-simultaneous", "peer-reflexive/symmetric-left",
            "peer-reflexive/symmetric-right",
        ],
    },
}
