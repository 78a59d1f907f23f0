/* RFC 8863, patience: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8863_RULES_H
#define NT_CONFORMANCE_RFC8863_RULES_H

// clang-format off
#define NT_RFC8863_RULES(X) \
    X(PATIENCE, "RFC8863-4-patience", "P-001", DERIVED, ICE, TIMES, "ICE is not given up before the PAC timer ends: the last allocation is not released") \
    X(LISTENING, "RFC8863-4-listening", "P-005", MUST, ICE, TIMES, "Until the PAC timer ends a valid check is answered")
// clang-format on

#endif
