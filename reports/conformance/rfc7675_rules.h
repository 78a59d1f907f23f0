/* RFC 7675, consent: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC7675_RULES_H
#define NT_CONFORMANCE_RFC7675_RULES_H

// clang-format off
#define NT_RFC7675_RULES(X) \
    X(CONSENT, "RFC7675-5.1-consent", "C-001", MUST, FULL, TIMES, "Nothing but checks is sent before there is consent") \
    X(EXPIRY, "RFC7675-5.1-expiry", "C-002", MUST, FULL, TIMES, "Data ends 30 s after the last valid response at the latest") \
    X(INTERVAL, "RFC7675-5.1-interval", "C-004", MUST, FULL, ROLES_TIMES, "Implementations MUST NOT set the period between checks to less than 4 seconds") \
    X(RANDOM, "RFC7675-5.1-random", "C-003", MUST, FULL, ROLES_TIMES, "Each interval MUST be randomized from between 0.8 and 1.2 times the basic period") \
    X(FRESH, "RFC7675-5.1-fresh", "C-005", MUST, FULL, ROLES_TIMES, "A consent request has a new transaction ID and is not retransmitted") \
    X(AGAIN, "RFC7675-5.1-again", "C-008", MUST, FULL, TIMES, "After consent is lost, the same credentials are not used on that 5-tuple again") \
    X(LATE, "RFC7675-5.1-late", "C-009", MUST, FULL, TIMES, "A response after the end of consent does not renew it") \
    X(FORGED, "RFC7675-5.1-forged", "C-011", MUST, FULL, TIMES, "A response that does not authenticate does not renew consent") \
    X(RESTART, "RFC7675-5.1-restart", "C-007", MUST, FULL, ROLES_TIMES, "Who goes on sending on the pair of the session before during a restart MUST go on asking for consent on it") \
    X(REVOKED, "RFC7675-5.2-revoked", "C-010", DERIVED, FULL, TIMES, "An authenticated 403 revokes consent at once: no data follows") \
    X(NONE, "RFC7675-5.1-none", "C-001", SHOULD, FULL, TIMES, "Who sends data for more than 30 s asks for consent") \
    X(RATE, "RFC7675-5.1-rate", "C-003", SHOULD, FULL, ROLES_TIMES, "Consent is asked for about every 5 s, 6 s at most")
// clang-format on

#endif
