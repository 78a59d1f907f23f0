/* RFC 8489, STUN: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8489_RULES_H
#define NT_CONFORMANCE_RFC8489_RULES_H

// clang-format off
#define NT_RFC8489_RULES(X) \
    X(COOKIE, "RFC8489-5-cookie", "S-002", MUST, ANY, NOTHING, "The Magic Cookie field MUST contain the fixed value 0x2112A442") \
    X(LENGTH, "RFC8489-5-length", "S-005", MUST, ANY, NOTHING, "The Message Length field MUST contain the size of the message in bytes, not including the 20-byte header") \
    X(ALIGN, "RFC8489-14-align", "S-006", MUST, ANY, NOTHING, "Each STUN attribute MUST end on a 32-bit boundary, so the length is a multiple of four") \
    X(OVERRUN, "RFC8489-14-overrun", "S-007", MUST, ANY, NOTHING, "The Length field of an attribute MUST contain the length of its value prior to padding, within the message") \
    X(SIZES, "RFC8489-14-sizes", "S-007", DERIVED, ANY, NOTHING, "Attributes of a fixed form have that form's size") \
    X(PADDING, "RFC8489-14-padding", "S-008", MUST, ANY, NOTHING, "The padding bits MUST be set to zero on sending") \
    X(METHOD, "RFC8489-6.1-method", "S-009", DERIVED, ANY, NOTHING, "The class is one that the method allows") \
    X(FRESH_ID, "RFC8489-5-fresh-id", "S-003", MUST, ANY, NOTHING, "The transaction ID MUST be uniformly and randomly chosen: a new one for each new transaction") \
    X(IDENTICAL, "RFC8489-6.2.1-identical", "S-016", DERIVED, ANY, NOTHING, "A retransmission is the same request, byte for byte") \
    X(ANSWERS, "RFC8489-5-answer-id", "S-004", MUST, ANY, NOTHING, "Success and error responses MUST carry the same transaction ID as their corresponding request") \
    X(SAME_METHOD, "RFC8489-6.3.1.1-method", "S-025", DERIVED, ANY, NOTHING, "A response has the method of its request") \
    X(SOURCE, "RFC8489-6.3.1.2-source", "S-028", DERIVED, ANY, NOTHING, "A response is sent from the address the request came to, to the one it came from") \
    X(ERROR_CODE, "RFC8489-6.3.1.1-error-code", "S-023", MUST, ANY, NOTHING, "An error response MUST carry ERROR-CODE") \
    X(UNKNOWN, "RFC8489-6.3.1.1-unknown", "S-024", MUST, ANY, NOTHING, "A 420 response MUST include UNKNOWN-ATTRIBUTES, which lists what the request has and is unknown") \
    X(REQUIRED, "RFC8489-6.3.1-required", "S-071", DERIVED, ANY, NOTHING, "A request with unknown comprehension-required attributes is rejected with 420") \
    X(MAPPED, "RFC8489-6.3.1.1-mapped", "S-026", DERIVED, ANY, NOTHING, "XOR-MAPPED-ADDRESS is the source address of the request") \
    X(UNKNOWN_TAKEN, "RFC8489-6.3.3-unknown", "S-071", DERIVED, ICE, NOTHING, "A success response with unknown comprehension-required attributes is discarded: no candidate comes of it") \
    X(OLD_TYPES, "RFC8489-18.3-reserved", "S-070", SHOULD, ANY, NOTHING, "A response has no attribute of RFC 3489 whose type is reserved now") \
    X(REPEAT, "RFC8489-6.3.1-repeat", "S-027", MUST, ANY, TIMES, "A server answers a repeated request as it did the first") \
    X(CODE, "RFC8489-14.8-code", "S-063", MUST, ANY, NOTHING, "The class of an error is 3 to 6, its number 0 to 99") \
    X(REASON, "RFC8489-14.8-reason", "S-064", MUST, ANY, NOTHING, "The reason phrase MUST be UTF-8 of fewer than 128 characters") \
    X(AFTER, "RFC8489-9-after-integrity", "S-031", SHOULD, ANY, NOTHING, "What follows the integrity is ignored: nothing but MESSAGE-INTEGRITY-SHA256 and FINGERPRINT belongs there") \
    X(CREDENTIALS, "RFC8489-9.1.2-credentials", "S-032", MUST, ICE, NOTHING, "A short-term request MUST have USERNAME and MESSAGE-INTEGRITY") \
    X(MISSING, "RFC8489-9.1.3-missing", "S-033", MUST, ICE, NOTHING, "A short-term request without USERNAME or integrity is rejected with 400") \
    X(WRONG, "RFC8489-9.1.3-wrong", "S-034", MUST, ICE, NOTHING, "A short-term request with a wrong username or integrity is rejected with 401") \
    X(SIGNED, "RFC8489-9.1.3-integrity", "S-035", MUST, ANY, NOTHING, "The response to a short-term request MUST include the integrity of its kind, SHA-256 if it has that, and no other") \
    X(LATER_KIND, "RFC8489-9.1.5-kind", "S-039", MUST, ICE, TIMES, "Later requests to the same server MUST have only the kind of integrity that the first response had") \
    X(NO_USERNAME, "RFC8489-9.1.3-no-username", "S-036", MUST, ANY, NOTHING, "The response to a short-term request MUST NOT contain USERNAME") \
    X(PLAIN, "RFC8489-9.1.3-plain-error", "S-037", MUST, ICE, NOTHING, "The error response to a failed check carries no integrity") \
    X(PASSWORD, "RFC8489-9.1.3-password", "S-035", MUST, ICE, NOTHING, "The response to a check is signed with the password that authenticated the request, not with that of another session") \
    X(HMAC, "RFC8489-14.5-hmac", "S-040", DERIVED, ANY, NOTHING, "The integrity is the HMAC of the message under the password") \
    X(SHA256_LENGTH, "RFC8489-14.6-length", "S-041", MUST, ANY, NOTHING, "MESSAGE-INTEGRITY-SHA256 is 16 to 32 bytes, a multiple of four") \
    X(FIRST, "RFC8489-9.2.3.1-first", "S-042", MUST, CLIENT, TIMES, "Before a transaction with the server, a request MUST omit USERNAME, USERHASH, integrity, REALM, NONCE and PASSWORD-ALGORITHM(S)") \
    X(SUBSEQUENT, "RFC8489-9.2.3.2-subsequent", "S-043", MUST, CLIENT, TIMES, "Once a request has succeeded, later ones MUST include USERNAME or USERHASH, REALM, NONCE and integrity") \
    X(CHALLENGE, "RFC8489-9.2.4-challenge", "S-044", MUST, SERVER, NOTHING, "A 401 MUST include REALM and NONCE, and PASSWORD-ALGORITHMS if the user is unknown and the server has them") \
    X(INCOMPLETE, "RFC8489-9.2.4-incomplete", "S-046", MUST, SERVER, NOTHING, "Integrity without USERNAME, REALM or NONCE is rejected with 400") \
    X(ALGORITHMS, "RFC8489-9.2.4-algorithms", "S-050", MUST, SERVER, NOTHING, "PASSWORD-ALGORITHM or PASSWORD-ALGORITHMS alone, or changed, MUST be rejected with 400") \
    X(NONCE, "RFC8489-9.2.4-nonce", "S-047", MUST, SERVER, NOTHING, "The same NONCE MUST NOT be given to different source addresses or ports") \
    X(STALE, "RFC8489-9.2.4-stale", "S-048", MUST, SERVER, NOTHING, "A 438 MUST include REALM, a new NONCE, and PASSWORD-ALGORITHMS if the server has them") \
    X(LONG_WRONG, "RFC8489-9.2.4-wrong", "S-049", MUST, SERVER, NOTHING, "An unknown user or a wrong integrity MUST be rejected with 401") \
    X(LONG_RIGHT, "RFC8489-9.2.4-right", "S-049", DERIVED, SERVER, NOTHING, "A request with a right user and a right integrity is not refused with 401") \
    X(LONG_SIGNED, "RFC8489-9.2.4-integrity", "S-035", MUST, SERVER, NOTHING, "A response MUST include MESSAGE-INTEGRITY-SHA256, or MESSAGE-INTEGRITY instead if the request named no algorithm") \
    X(LONG_USERNAME, "RFC8489-9.2.4-no-username", "S-036", SHOULD, SERVER, NOTHING, "A response to a long-term request SHOULD NOT include USERNAME") \
    X(NONCE_COOKIE, "RFC8489-9.2-cookie", "S-051", MUST, SERVER, NOTHING, "With PASSWORD-ALGORITHMS the nonce starts with the nonce cookie") \
    X(FEATURE, "RFC8489-9.2.4-bit", "S-052", MUST, SERVER, NOTHING, "A server that adds PASSWORD-ALGORITHMS MUST set bit 0 of the nonce cookie, and no other server does") \
    X(ANONYMITY, "RFC8489-9.2.5-username", "S-053", MUST, CLIENT, TIMES, "If the nonce cookie says username anonymity, USERHASH MUST be used; else USERNAME MUST be used") \
    X(CHALLENGED, "RFC8489-9.2.5-challenged", "S-055", MUST, CLIENT, TIMES, "After a 401 the request is sent again with the REALM and the NONCE of the response") \
    X(NEW_NONCE, "RFC8489-9.2.5-stale-retry", "S-055", MUST, CLIENT, TIMES, "After a 438 the request is sent again with the new NONCE") \
    X(COPIED, "RFC8489-9.2.5-algorithms", "S-054", MUST, CLIENT, TIMES, "The request MUST contain the PASSWORD-ALGORITHMS of the response, with the same content") \
    X(BID_DOWN, "RFC8489-9.2.5-bid-down", "S-057", MUST, CLIENT, TIMES, "A nonce that says algorithms without PASSWORD-ALGORITHMS: the client MUST NOT retry") \
    X(ONLY_SHA256, "RFC8489-9.2.5-sha256", "S-058", MUST, CLIENT, TIMES, "After PASSWORD-ALGORITHMS, requests have MESSAGE-INTEGRITY-SHA256 alone") \
    X(NO_LOOP, "RFC8489-9.2.5-no-loop", "S-056", MUST, CLIENT, TIMES, "A 401 is not retried with the same credentials") \
    X(ALTERNATE_FAMILY, "RFC8489-10-family", "S-059", MUST, SERVER, NOTHING, "A 300 MUST include an ALTERNATE-SERVER of the address family of the request's source") \
    X(ALTERNATE_LOOP, "RFC8489-10-loop", "S-060", MUST, CLIENT, TIMES, "A client that is redirected to a server that it sent this request within five minutes MUST ignore it") \
    X(ALTERNATE_USER, "RFC8489-10-credentials", "S-061", MUST, CLIENT, TIMES, "A redirected request, if authenticated, MUST utilize the same credentials") \
    X(FINGERPRINT, "RFC8489-14.7-fingerprint", "S-062", MUST, ANY, NOTHING, "FINGERPRINT is the last attribute, and the CRC-32 of the message XOR 0x5354554e") \
    X(USERNAME, "RFC8489-14.3-username", "S-065", MUST, ANY, NOTHING, "USERNAME MUST be UTF-8 of fewer than 509 bytes") \
    X(FAMILY, "RFC8489-14.1-family", "S-066", MUST, ANY, NOTHING, "An address is of family 1 with 4 bytes or 2 with 16, after a zero byte") \
    X(TEXTS, "RFC8489-14.9-texts", "S-067", MUST, ANY, NOTHING, "REALM and NONCE MUST have fewer than 128 characters, REALM in UTF-8") \
    X(SOFTWARE, "RFC8489-14.14-software", "S-068", MUST, ANY, NOTHING, "SOFTWARE MUST be UTF-8 of fewer than 128 characters") \
    X(DOUBLING, "RFC8489-6.2.1-doubling", "S-013", SHOULD, CLIENT, TIMES, "The interval doubles with each retransmission") \
    X(RC, "RFC8489-6.2.1-rc", "S-014", SHOULD, CLIENT, TIMES, "A request is sent at most seven times") \
    X(STOP, "RFC8489-6.2.1-stop", "S-017", SHOULD, CLIENT, TIMES, "Nothing is retransmitted once a response arrived")
// clang-format on

#endif
