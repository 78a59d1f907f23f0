/* RFC 8656, TURN: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8656_RULES_H
#define NT_CONFORMANCE_RFC8656_RULES_H

// clang-format off
#define NT_RFC8656_RULES(X) \
    X(UNAUTHENTICATED, "RFC8656-7.2-authenticate", "R-001", MUST, SERVER, NOTHING, "A server that knows users answers a request without credentials with 401 (RFC 8489, 9.2.4)") \
    X(NO_ALLOCATION, "RFC8656-5-no-allocation", "R-002", MUST, SERVER, TIMES, "A request that needs an allocation gets 437 where there is none") \
    X(OTHER_USER, "RFC8656-5-user", "R-003", MUST, SERVER, TIMES, "A request of another user than the allocation's gets 441") \
    X(RELAY_UNIQUE, "RFC8656-6-unique", "R-020", MUST, SERVER, TIMES, "A relayed address belongs to one allocation") \
    X(KEPT, "RFC8656-6-kept", "R-010", DERIVED, SERVER, TIMES, "An allocation is there until its time-to-expiry is over: no request for it gets 437 before") \
    X(TRANSPORT, "RFC8656-7.1-transport", "R-006", MUST, CLIENT, NOTHING, "An Allocate request has REQUESTED-TRANSPORT, UDP, with its reserved bits zero") \
    X(REQ_FAMILY, "RFC8656-7.1-family", "R-007", MUST, CLIENT, NOTHING, "At most one REQUESTED-ADDRESS-FAMILY, and none with a reservation token") \
    X(ADDITIONAL, "RFC8656-7.1-additional", "R-008", MUST, CLIENT, NOTHING, "ADDITIONAL-ADDRESS-FAMILY is IPv6, and not beside another family, a token, or EVEN-PORT with the R bit") \
    X(TOKEN, "RFC8656-7.1-token", "R-009", MUST, CLIENT, NOTHING, "RESERVATION-TOKEN and EVEN-PORT MUST NOT be together") \
    X(IN_USE, "RFC8656-7.2-in-use", "R-010", DERIVED, SERVER, TIMES, "A second Allocate on a 5-tuple gets 437") \
    X(BAD_TRANSPORT, "RFC8656-7.2-transport", "R-011", DERIVED, SERVER, NOTHING, "Without REQUESTED-TRANSPORT 400, with an unsupported one 442; TCP over UDP may get 400 (RFC 6062, 5.1)") \
    X(CONTRADICTION, "RFC8656-7.2-refused", "R-008", DERIVED, SERVER, NOTHING, "An Allocate request whose attributes exclude each other gets 400") \
    X(SUCCESS, "RFC8656-7.2-success", "R-015", DERIVED, SERVER, NOTHING, "Allocate success has XOR-RELAYED-ADDRESS, LIFETIME and XOR-MAPPED-ADDRESS") \
    X(RELAYED_COUNT, "RFC8656-7.2-relayed", "R-015", DERIVED, SERVER, NOTHING, "Allocate success has one XOR-RELAYED-ADDRESS, where peers can send to; where both families were asked for, at most one of each") \
    X(ALLOC_MAPPED, "RFC8656-7.2-mapped", "R-015", DERIVED, SERVER, NOTHING, "XOR-MAPPED-ADDRESS of an allocation is the client's address") \
    X(GRANTED_FAMILY, "RFC8656-7.2-family", "R-013", MUST, SERVER, NOTHING, "The relayed address has the family asked for, without one IPv4; or 440") \
    X(DUAL, "RFC8656-7.2-dual", "R-022", DERIVED, SERVER, NOTHING, "Where both families are asked for, both are allocated, or ADDRESS-ERROR-CODE says why one is not") \
    X(EVEN, "RFC8656-7.2-even", "R-017", DERIVED, SERVER, NOTHING, "EVEN-PORT gives an even port") \
    X(RESERVED, "RFC8656-7.2-token", "R-015", DERIVED, SERVER, NOTHING, "RESERVATION-TOKEN is there if and only if EVEN-PORT's R bit asked for it") \
    X(LIFETIME, "RFC8656-7.2-lifetime", "R-019", DERIVED, SERVER, NOTHING, "The lifetime is the one asked for, but at least the server's default and at most its longest") \
    X(LONGEST, "RFC8656-7.2-longest", "R-019", SHOULD, SERVER, NOTHING, "A lifetime is at most 3600 s") \
    X(PORTS, "RFC8656-7.2-ports", "R-016", SHOULD, SERVER, NOTHING, "Relayed ports are not well-known ones") \
    X(RELEASED, "RFC8656-3.2-released", "R-028", SHOULD, CLIENT, TIMES, "A client that does not need an allocation any more deletes it: when the call has ended") \
    X(REFRESHED, "RFC8656-8-refresh", "R-026", MUST, CLIENT, TIMES, "The client refreshes an allocation before it expires") \
    X(REFRESH_KNOWN, "RFC8656-8.1-family", "R-029", MUST, CLIENT, TIMES, "A Refresh names only an address family that was allocated and not yet deleted") \
    X(ZERO, "RFC8656-8.2-zero", "R-028", DERIVED, SERVER, NOTHING, "A Refresh with lifetime 0 is answered with lifetime 0") \
    X(REMOVED, "RFC8656-8.2-removed", "R-028", DERIVED, SERVER, TIMES, "A refresh with lifetime 0 removes the allocation: what follows gets 437") \
    X(REFRESH_FAMILY, "RFC8656-8.2-family", "R-029", MUST, SERVER, TIMES, "A Refresh for another address family gets 443") \
    X(PERMISSION_LIFE, "RFC8656-9-lifetime", "R-030", MUST, SERVER, TIMES, "A permission lasts 300 seconds, unless a request refreshes it") \
    X(PEERS, "RFC8656-10.1-peers", "R-032", MUST, CLIENT, NOTHING, "CreatePermission has at least one XOR-PEER-ADDRESS") \
    X(PEER_FAMILY, "RFC8656-10.1-family", "R-032", MUST, CLIENT, NOTHING, "Peers of CreatePermission and ChannelBind have the address family of a relayed address") \
    X(NO_PEER, "RFC8656-10.2-none", "R-033", DERIVED, SERVER, NOTHING, "CreatePermission without a peer, or with an invalid one, gets 400") \
    X(FOREIGN_PEER, "RFC8656-10.2-family", "R-033", MUST, SERVER, TIMES, "CreatePermission for a peer of another address family gets 443") \
    X(WHOLE, "RFC8656-10.2-whole", "R-034", DERIVED, SERVER, TIMES, "A refused CreatePermission or ChannelBind installs no permission at all") \
    X(SEND, "RFC8656-11.1-send", "R-035", MUST, CLIENT, NOTHING, "A Send indication has XOR-PEER-ADDRESS and DATA") \
    X(SEND_PERMISSION, "RFC8656-11.1-permission", "R-035", MUST, CLIENT, TIMES, "The client has a permission for the peer that it sends to") \
    X(RELAY_PERMISSION, "RFC8656-11.2-permission", "R-036", DERIVED, SERVER, TIMES, "Without a permission the server relays nothing to the peer") \
    X(RELAY_PAYLOAD, "RFC8656-11.2-payload", "R-037", DERIVED, SERVER, TIMES, "What leaves the relayed address is the client's data, unchanged") \
    X(RELAYED, "RFC8656-11.2-relayed", "R-037", DERIVED, SERVER, TIMES, "What the client sends to a peer with a permission is sent to the peer") \
    X(PEER_PERMISSION, "RFC8656-11.3-permission", "R-038", DERIVED, SERVER, TIMES, "A datagram of a peer without permission is not relayed to the client") \
    X(DATA, "RFC8656-11.3-data", "R-039", MUST, SERVER, NOTHING, "A Data indication has XOR-PEER-ADDRESS, and DATA or ICMP") \
    X(DATA_PAYLOAD, "RFC8656-11.3-payload", "R-039", DERIVED, SERVER, TIMES, "What the client gets is the peer's data, unchanged") \
    X(ICMP, "RFC8656-11.5-icmp", "R-040", DERIVED, SERVER, NOTHING, "ICMP has a type that is relayed: 3 or 11; of ICMPv6 1, 2 or 3") \
    X(ICMP_PERMISSION, "RFC8656-11.5-permission", "R-040", DERIVED, SERVER, TIMES, "ICMP is relayed only about a peer that has a permission") \
    X(CHANNEL_RANGE, "RFC8656-12-range", "R-042", MUST, CLIENT, NOTHING, "A channel number is from 0x4000 to 0x4FFF") \
    X(REBIND, "RFC8656-12-rebind", "R-045", MUST, CLIENT, TIMES, "Five minutes pass after a binding has ended before its channel or its peer is bound otherwise") \
    X(CHANNEL_LIFE, "RFC8656-12-lifetime", "R-044", DERIVED, SERVER, TIMES, "A channel binding lasts 600 seconds, unless a request refreshes it") \
    X(CHANNEL_USE, "RFC8656-12-bound", "R-050", DERIVED, CLIENT, TIMES, "The client sends ChannelData only on a channel that it has asked to bind") \
    X(CHANNEL_REFUSED, "RFC8656-12.2-refused", "R-043", DERIVED, SERVER, TIMES, "A channel out of range or bound otherwise is refused with 400") \
    X(BIND_FAMILY, "RFC8656-12.2-family", "R-043", MUST, SERVER, TIMES, "ChannelBind to a peer of another address family gets 443") \
    X(CHANNEL_SERVER, "RFC8656-12.5-server", "R-046", MUST, SERVER, TIMES, "The server uses ChannelData for a peer that has a channel") \
    X(CHANNEL_UNBOUND, "RFC8656-12.6-unbound", "R-050", DERIVED, SERVER, TIMES, "ChannelData on an unbound channel is discarded") \
    X(DATA_REFRESH, "RFC8656-12.6-refresh", "R-049", MUST, SERVER, TIMES, "ChannelData refreshes neither the channel binding nor the permission") \
    X(CHANNEL_ZERO, "RFC8656-18.1-reserved", "R-051", MUST, CLIENT, NOTHING, "The last two bytes of CHANNEL-NUMBER are zero") \
    X(FAMILY_ZERO, "RFC8656-18.6-reserved", "R-007", MUST, CLIENT, NOTHING, "The last three bytes of REQUESTED- and ADDITIONAL-ADDRESS-FAMILY are zero") \
    X(ICMP_FORM, "RFC8656-18.13-icmp", "R-041", MUST, SERVER, NOTHING, "What is reserved in ICMP is zero, and Error Data where it tells no MTU") \
    X(MTU, "RFC8656-18.13-mtu", "R-041", DERIVED, SERVER, NOTHING, "Where ICMP told an MTU, Error Data is that MTU") \
    X(TUNNELS, "RFC8656-21.4-tunnels", "R-053", MUST, SERVER, NOTHING, "6to4 and Teredo addresses get no allocation and no channel") \
    X(FORWARD, "RFC8656-21.4-forward", "R-053", SHOULD, SERVER, NOTHING, "Nothing is relayed to 6to4 and Teredo addresses")
// clang-format on

#endif
