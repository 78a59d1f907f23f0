/* RFC 8840, trickling by SIP: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8840_RULES_H
#define NT_CONFORMANCE_RFC8840_RULES_H

// clang-format off
#define NT_RFC8840_RULES(X) \
    X(CREDENTIALS, "RFC8840-4.4-credentials", "T-006", MUST, ICE, TOLD, "INFO requests MUST carry the ice-pwd and ice-ufrag of a specific ICE generation, which is a description's of its sender")
// clang-format on

#endif
