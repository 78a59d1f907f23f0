/* RFC 8489, STUN: X(name, id, fact, level, text). */
#ifndef NT_CONFORMANCE_RFC8489_RULES_H
#define NT_CONFORMANCE_RFC8489_RULES_H

// clang-format off
#define NT_RFC8489_RULES(X) \
    X(COOKIE, "RFC8489-5-cookie", "S-002", MUST, "The Magic Cookie field MUST contain the fixed value 0x2112A442") \
    X(LENGTH, "RFC8489-5-length", "S-005", MUST, "The Message Length field MUST contain the size of the message in bytes, not including the 20-byte header") \
    X(ALIGN, "RFC8489-14-align", "S-006", MUST, "Attributes end on a 32-bit boundary, so the length is a multiple of four") \
    X(OVERRUN, "RFC8489-14-overrun", "S-007", MUST, "The Length field of an attribute MUST contain the length of its value prior to padding, within the message") \
    X(SIZES, "RFC8489-14-sizes", "S-007", MUST, "Attributes of a fixed form have that form's size") \
    X(PADDING, "RFC8489-14-padding", "S-008", MUST, "The padding bits MUST be set to zero on sending") \
    X(METHOD, "RFC8489-6.1-method", "S-009", MUST, "The class is one that the method allows") \
    X(FRESH_ID, "RFC8489-5-fresh-id", "S-003", MUST, "The transaction ID MUST be uniformly and randomly chosen: a new one for each new transaction") \
    X(IDENTICAL, "RFC8489-6.2.1-identical", "S-016", MUST, "A retransmission is the same request, byte for byte") \
    X(ANSWERS, "RFC8489-6.3.1-id", "S-004", MUST, "A response repeats the transaction ID of the request it answers") \
    X(SAME_METHOD, "RFC8489-6.3.1.1-method", "S-025", MUST, "A response has the method of its request") \
    X(SOURCE, "RFC8489-6.3.1.1-source", "S-028", MUST, "A response is sent from the address the request came to, to the one it came from") \
    X(ERROR_CODE, "RFC8489-6.3.1.1-error-code", "S-023", MUST, "An error response MUST carry ERROR-CODE") \
    X(UNKNOWN, "RFC8489-6.3.1.1-unknown", "S-024", MUST, "A 420 response carries UNKNOWN-ATTRIBUTES") \
    X(REQUIRED, "RFC8489-6.3.1-required", "S-071", MUST, "A request with unknown comprehension-required attributes is rejected with 420") \
    X(MAPPED, "RFC8489-6.3.1.1-mapped", "S-026", MUST, "XOR-MAPPED-ADDRESS is the source address of the request") \
    X(REPEAT, "RFC8489-6.3.1-repeat", "S-027", MUST, "A server answers a repeated request as it did the first") \
    X(CODE, "RFC8489-14.8-code", "S-063", MUST, "The class of an error is 3 to 6, its number 0 to 99") \
    X(REASON, "RFC8489-14.8-reason", "S-064", MUST, "The reason phrase MUST be of fewer than 128 characters") \
    X(AFTER, "RFC8489-9-after-integrity", "S-031", MUST, "Nothing but MESSAGE-INTEGRITY-SHA256 and FINGERPRINT follows MESSAGE-INTEGRITY") \
    X(CREDENTIALS, "RFC8489-9.1.2-credentials", "S-032", MUST, "A short-term request MUST have USERNAME and MESSAGE-INTEGRITY") \
    X(MISSING, "RFC8489-9.1.3-missing", "S-033", MUST, "A short-term request without USERNAME or integrity is rejected with 400") \
    X(WRONG, "RFC8489-9.1.3-wrong", "S-034", MUST, "A short-term request with a wrong username or integrity is rejected with 401") \
    X(SIGNED, "RFC8489-9.1.3-integrity", "S-035", MUST, "The response to an authenticated request carries the same kind of integrity") \
    X(NO_USERNAME, "RFC8489-9.1.3-no-username", "S-036", MUST, "A response MUST NOT contain USERNAME") \
    X(PLAIN, "RFC8489-9.1.3-plain-error", "S-037", MUST, "The error response to a failed check carries no integrity") \
    X(HMAC, "RFC8489-14.5-hmac", "S-040", MUST, "The integrity is the HMAC of the message under the password") \
    X(SHA256_LENGTH, "RFC8489-14.6-length", "S-041", MUST, "MESSAGE-INTEGRITY-SHA256 is 16 to 32 bytes, a multiple of four") \
    X(FIRST, "RFC8489-9.2.3.1-first", "S-042", MUST, "The first long-term request omits USERNAME, USERHASH, integrity, REALM and NONCE") \
    X(SUBSEQUENT, "RFC8489-9.2.3.2-subsequent", "S-043", MUST, "Later long-term requests have USERNAME or USERHASH, REALM, NONCE and integrity") \
    X(CHALLENGE, "RFC8489-9.2.4-challenge", "S-044", MUST, "A 401 to a request without integrity has REALM and NONCE") \
    X(INCOMPLETE, "RFC8489-9.2.4-incomplete", "S-046", MUST, "Integrity without USERNAME, REALM or NONCE is rejected with 400") \
    X(NONCE, "RFC8489-9.2.4-nonce", "S-047", MUST, "The same NONCE MUST NOT be given to different source addresses or ports") \
    X(STALE, "RFC8489-9.2.4-stale", "S-048", MUST, "A 438 has REALM and a new NONCE") \
    X(LONG_WRONG, "RFC8489-9.2.4-wrong", "S-049", MUST, "An unknown user or a wrong integrity is rejected") \
    X(NONCE_COOKIE, "RFC8489-9.2-cookie", "S-051", MUST, "With PASSWORD-ALGORITHMS the nonce starts with the nonce cookie") \
    X(FEATURE, "RFC8489-18.1-bit", "S-052", MUST, "The nonce's bit 0 is set if and only if PASSWORD-ALGORITHMS is sent") \
    X(NEW_NONCE, "RFC8489-9.2.5-stale-retry", "S-055", MUST, "After a 438 the request is sent again with the new NONCE") \
    X(COPIED, "RFC8489-9.2.5-algorithms", "S-054", MUST, "PASSWORD-ALGORITHMS is sent back unchanged") \
    X(ONLY_SHA256, "RFC8489-9.2.5-sha256", "S-058", MUST, "After PASSWORD-ALGORITHMS, requests have MESSAGE-INTEGRITY-SHA256 alone") \
    X(NO_LOOP, "RFC8489-9.2.5-no-loop", "S-056", MUST, "A 401 is not retried with the same credentials") \
    X(FINGERPRINT, "RFC8489-14.7-fingerprint", "S-062", MUST, "FINGERPRINT is the last attribute, and the CRC-32 of the message XOR 0x5354554e") \
    X(USERNAME, "RFC8489-14.3-username", "S-065", MUST, "USERNAME MUST contain fewer than 509 bytes") \
    X(FAMILY, "RFC8489-14.1-family", "S-066", MUST, "An address is of family 1 with 4 bytes or 2 with 16, after a zero byte") \
    X(TEXTS, "RFC8489-14.9-texts", "S-067", MUST, "REALM and NONCE have fewer than 128 characters") \
    X(SOFTWARE, "RFC8489-14.14-software", "S-068", MUST, "SOFTWARE has fewer than 128 characters") \
    X(DOUBLING, "RFC8489-6.2.1-doubling", "S-013", SHOULD, "The interval doubles with each retransmission") \
    X(RC, "RFC8489-6.2.1-rc", "S-014", SHOULD, "A request is sent at most seven times") \
    X(STOP, "RFC8489-6.2.1-stop", "S-017", SHOULD, "Nothing is retransmitted once a response arrived")
// clang-format on

#endif
