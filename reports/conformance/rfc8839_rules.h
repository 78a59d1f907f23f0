/* RFC 8839, ICE in SDP: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8839_RULES_H
#define NT_CONFORMANCE_RFC8839_RULES_H

// clang-format off
#define NT_RFC8839_RULES(X) \
    X(GRAMMAR, "RFC8839-5-grammar", "D-007", MUST, ICE, NOTHING, "The session description follows the grammar: the sizes of ice-pwd and foundations, one password for one ice-ufrag") \
    X(LITE, "RFC8839-4.2.1.4-lite", "D-001", DERIVED, ICE, NOTHING, "An agent that says ice-lite sends no checks (RFC 8445, 2.5)") \
    X(DEFAULT, "RFC8839-4.2.5-default", "D-011", DERIVED, ICE, NOTHING, "The default destination is one of the candidates (4.2.1.2)") \
    X(FQDN, "RFC8839-5.1-fqdn", "D-004", MUST, ICE, NOTHING, "An agent MUST NOT generate candidates with names") \
    X(RELATED, "RFC8839-5.1-related", "D-005", MUST, ICE, NOTHING, "raddr and rport are there for reflexive and relayed candidates, and not for hosts") \
    X(COMPONENTS, "RFC8839-5.1-components", "D-006", MUST, ICE, NOTHING, "Component IDs start with 1 and go up by 1") \
    X(UFRAG, "RFC8839-5.4-ufrag", "D-008", MUST, ICE, NOTHING, "A username fragment has 4 to 32 characters when sent") \
    X(RESTART, "RFC8839-4.4.1.1.1-restart", "D-013", MUST, ICE, NOTHING, "A restart changes both username fragment and password") \
    X(HOLD, "RFC8839-4.4.1.1.1-hold", "D-013", MUST, ICE, TOLD, "For call hold the connection address MUST NOT be set to 0.0.0.0 or ::, which restarts ICE") \
    X(SAME, "RFC8839-4.4.1.2.1-same", "D-015", MUST, ICE, ROLES_TOLD, "Before nomination a subsequent offer MUST include the candidates of the previous offer or answer") \
    X(RETURN, "RFC8839-4.4.3.1-restart", "D-013", MUST, ICE, TOLD, "After an answer that has no ICE any more a new offer MUST restart ICE") \
    X(OPTIONS, "RFC8839-4.4.1.1.1-options", "D-014", MUST, ICE, TOLD, "ice-lite, ice-pacing and ice-options MUST NOT change in a subsequent offer or answer without a restart") \
    X(FLUSHED, "RFC8839-4.4.3.1.1-flushed", "I-051", MUST, FULL, TIMES, "After a restart the check lists are flushed: the session before checks its selected pairs alone, until the new one has its own") \
    X(ANSWERED_REMOTE, "RFC8839-4.4.2-remote", "D-016", MUST, ICE, NOTHING, "The answer to remote-candidates MUST have them as its candidates and default destination") \
    X(ALIGNED, "RFC8839-4.3.4-aligned", "D-015", MUST, FULL, ROLES_TIMES, "With a peer without ice2 the controlling agent MUST offer the nominated pair, if that is not the default one") \
    X(FAILED, "RFC8839-4.3.4-failed", "D-010", MUST, FULL, ROLES_TOLD, "For a check list that has failed the controlling agent MUST offer the stream with the port 0") \
    X(MISMATCH, "RFC8839-4.2.5-mismatch", "D-012", MUST, ICE, NOTHING, "Beside ice-mismatch an agent MUST omit candidates") \
    X(REMOVED, "RFC8839-4.4.1.1.2-removed", "D-010", MUST, ICE, NOTHING, "A stream with the port 0 MUST NOT include candidates") \
    X(AFTER_NOMINATION, "RFC8839-4.4.1.2.2-nominated", "D-015", MUST, ICE, ROLES_TOLD, "After nomination a subsequent offer MUST NOT include other candidates than the nominated pair's") \
    X(REMOTE_CANDIDATES, "RFC8839-4.4.1.2.2-remote", "D-016", MUST, ICE, ROLES_TOLD, "remote-candidates MUST stand in the subsequent offer of a controlling agent that has nominated, and stand nowhere else")
// clang-format on

#endif
