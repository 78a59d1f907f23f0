/* RFC 8445, ICE: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8445_RULES_H
#define NT_CONFORMANCE_RFC8445_RULES_H

// clang-format off
#define NT_RFC8445_RULES(X) \
    X(LOOPBACK, "RFC8445-5.1.1.1-loopback", "I-001", MUST, ICE, NOTHING, "Addresses from a loopback interface MUST NOT be candidates") \
    X(SITE_LOCAL, "RFC8445-5.1.1.1-ipv6", "I-002", MUST, ICE, NOTHING, "IPv4-compatible and site-local IPv6 addresses MUST NOT be candidates") \
    X(FOUNDATION, "RFC8445-5.1.1.3-foundation", "I-014", MUST, ICE, NOTHING, "Candidates share a foundation only if type and base address are the same") \
    X(UNIQUE, "RFC8445-5.1.2-unique", "I-009", MUST, ICE, NOTHING, "Each candidate of a stream MUST have a unique priority from 1 to 2^31 - 1") \
    X(TYPE_PREF, "RFC8445-5.1.2.1-type", "I-010", SHOULD, ICE, NOTHING, "The type preference is at most 126, the same for one type and different between types") \
    X(COMPONENT, "RFC8445-5.1.2.1-component", "I-012", SHOULD, ICE, NOTHING, "The last byte of a priority is 256 minus the component") \
    X(REDUNDANT, "RFC8445-5.1.3-redundant", "I-015", SHOULD, ICE, NOTHING, "No two candidates have the same address and base") \
    X(PASSWORDS, "RFC8445-5.3-random", "I-016", MUST, ICE, NOTHING, "Username fragment and password are random: no two agents have the same") \
    X(FRESH, "RFC8445-5.3-fresh", "I-050", DERIVED, ICE, TOLD, "A restart has new credentials: not those of a session that an earlier restart has replaced") \
    X(PACING, "RFC8445-14.2-pacing", "I-022", MUST, ICE, ALL, "An agent starts at most one new transaction every Ta, gathering included") \
    X(PRIORITY, "RFC8445-7.1.1-priority", "I-023", MUST, ICE, NOTHING, "PRIORITY MUST be there, computed with the peer-reflexive type preference") \
    X(USE_CANDIDATE, "RFC8445-7.1.2-use-candidate", "I-024", MUST, ICE, NOTHING, "The controlled agent MUST NOT include USE-CANDIDATE") \
    X(ROLE, "RFC8445-7.1.3-role", "I-025", MUST, ICE, NOTHING, "A check has exactly one of ICE-CONTROLLING and ICE-CONTROLLED") \
    X(PERMISSION, "RFC8445-7.2.1-permission", "I-026", MUST, CLIENT, TIMES, "Before a check from a relayed candidate there MUST be a permission") \
    X(CHECK_USERNAME, "RFC8445-7.2.2-username", "I-028", MUST, ICE, NOTHING, "USERNAME is the peer's username fragment, a colon, and the own") \
    X(CHECK_FINGERPRINT, "RFC8445-7.2.4-fingerprint", "I-029", MUST, ICE, NOTHING, "Checks and their responses MUST carry FINGERPRINT") \
    X(SWITCH, "RFC8445-7.2.5.1-switch", "I-030", MUST, ICE, ROLES_TIMES, "After a 487 the agent switches its role") \
    X(NEW_TIE, "RFC8445-7.2.5.1-tie-breaker", "I-030", MUST, ICE, ROLES_TIMES, "After a 487 the agent changes its tie-breaker") \
    X(SAME_TIE, "RFC8445-16.1-tie-breaker", "I-041", MUST, ICE, ROLES_TIMES, "The tie-breaker is the same on all requests of a session") \
    X(ONE_ROLE, "RFC8445-6.1.1-role", "I-052", MUST, ICE, ROLES_TIMES, "The role stays unless a role conflict demands a switch") \
    X(ASYMMETRIC, "RFC8445-7.2.5.2.1-symmetric", "I-031", MUST, ICE, NOTHING, "A pair whose response came from another address MUST fail") \
    X(ANSWERED, "RFC8445-7.3-answer", "I-033", MUST, ICE, TIMES, "A valid check to a candidate in use is answered") \
    X(CHECK_MAPPED, "RFC8445-7.3-mapped", "I-036", MUST, ICE, NOTHING, "XOR-MAPPED-ADDRESS is the source that the check came from") \
    X(ALTERNATE, "RFC8445-7.3-alternate", "I-037", MUST, ICE, NOTHING, "An agent MUST NOT use ALTERNATE-SERVER") \
    X(LEFT_HALF, "RFC8445-7.3-left-half", "I-038", MUST, ICE, NOTHING, "A username is valid if its first half is the agent's own") \
    X(REFUSED, "RFC8445-7.3-refused", "I-038", DERIVED, ICE, NOTHING, "An authentic check is answered with success, or with 487 where roles conflict") \
    X(CONFLICT, "RFC8445-7.3.1.1-conflict", "I-039", MUST, ICE, ROLES_TIMES, "A role conflict is resolved by the tie-breakers: 487, or a switch") \
    X(TRIGGERED, "RFC8445-7.3.1.4-triggered", "I-042", MUST, FULL, ROLES_TIMES, "A valid check triggers one in the other direction unless the pair has succeeded") \
    X(ONE_PAIR, "RFC8445-8.1.1-one", "I-044", MUST, ICE, ROLES, "Once a pair is nominated, no other of the component MUST be") \
    X(RENOMINATION, "RFC8445-8.1.1-renomination", "I-044", DERIVED, ICE, ROLES, "With the option renomination on both sides another pair may be nominated, with a NOMINATION greater than all before") \
    X(NOMINATE_VALID, "RFC8445-8.1.1-valid", "I-046", MUST, ICE, NOTHING, "The nominated pair is one whose check has succeeded") \
    X(NOMINATES, "RFC8445-8.1.1-eventually", "I-045", MUST, ICE, ROLES_TIMES, "The agent MUST eventually pick one and only one candidate pair, and nominate it") \
    X(PAIR_LIMIT, "RFC8445-6.1.2.5-limit", "I-021", SHOULD, FULL, NOTHING, "An agent has at most 100 pairs, unless it was configured otherwise") \
    X(FULL_CONTROLS, "RFC8445-6.1.1-lite", "I-018", MUST, FULL, ROLES, "The full agent MUST take the controlling role when its peer is lite") \
    X(LITE_DATA, "RFC8445-12.1.1-lite", "I-060", MUST, ICE, TIMES, "A lite implementation MUST NOT send data until it has a valid list with a pair for each component") \
    X(KEEPALIVE, "RFC8445-11-keepalive", "I-055", SHOULD, FULL, TIMES, "Something is sent on a pair that is used for data at least each 15 s") \
    X(ICE2, "RFC8445-10-ice2", "I-054", SHOULD, ICE, NOTHING, "An agent of RFC 8445 announces the option ice2; one that does not is of RFC 5245") \
    X(INDICATION, "RFC8445-11-indication", "I-056", MUST, ICE, NOTHING, "A keepalive indication MUST NOT be authenticated") \
    X(DATA_PAIR, "RFC8445-12.1-valid", "I-058", MUST, ICE, ROLES_TIMES, "Data MUST be sent on a valid pair, once there is one on the selected pair") \
    X(RTO, "RFC8445-14.3-rto", "I-064", MUST, ICE, TIMES, "The RTO of gathering and of checks MUST NOT be smaller than 500 ms")
// clang-format on

#endif
