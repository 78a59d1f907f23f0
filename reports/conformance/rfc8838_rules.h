/* RFC 8838, trickling: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8838_RULES_H
#define NT_CONFORMANCE_RFC8838_RULES_H

// clang-format off
#define NT_RFC8838_RULES(X) \
    X(AFTER_END, "RFC8838-13-end", "T-005", MUST, ICE, TOLD, "An agent MUST NOT convey any more candidates after it has conveyed an end-of-candidates indication") \
    X(NOMINATED, "RFC8838-13-nomination", "T-008", MUST, ICE, ROLES_TOLD, "An agent MUST NOT trickle any new candidates within an ICE session after nomination") \
    X(CONVEYED, "RFC8838-10-conveyed", "T-004", MUST, ICE, TOLD_TIMES, "An agent MUST NOT pair a local candidate until it has been trickled to the remote party") \
    X(SESSION, "RFC8838-9-session", "T-009", DERIVED, ICE, NOTHING, "Candidates of another ICE session, which a restart has ended or begun, are not used in this one")
// clang-format on

#endif
