/* RFC 3261, the end of a call: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC3261_RULES_H
#define NT_CONFORMANCE_RFC3261_RULES_H

// clang-format off
#define NT_RFC3261_RULES(X) \
    X(ENDED, "RFC3261-15.1.1-ended", "D-013", MUST, ICE, TIMES, "Who sends BYE MUST stop sending media at once") \
    X(ENDED_BY_PEER, "RFC3261-15.1.2-ended", "D-013", SHOULD, ICE, TIMES, "Who gets BYE stops sending media, and neither side begins a check any more")
// clang-format on

#endif
