/* RFC 8656, TURN: X(name, id, fact, level, binds, needs, text). */
#ifndef NT_CONFORMANCE_RFC8656_RULES_H
#define NT_CONFORMANCE_RFC8656_RULES_H

// clang-format off
#define NT_RFC8656_RULES(X) \
    X(UNAUTHENTICATED, "RFC8656-5-authenticate", "R-001", MUST, SERVER, NOTHING, "A request without credentials is challenged with 401") \
    X(NO_ALLOCATION, "RFC8656-5-no-allocation", "R-002", MUST, SERVER, NOTHING, "A request that needs an allocation gets 437 where there is none") \
    X(OTHER_USER, "RFC8656-5-user", "R-003", MUST, SERVER, NOTHING, "A request of another user than the allocation's gets 441") \
    X(TRANSPORT, "RFC8656-7.1-transport", "R-006", MUST, CLIENT, NOTHING, "An Allocate request has REQUESTED-TRANSPORT, UDP, with its reserved bits zero") \
    X(REQ_FAMILY, "RFC8656-7.1-family", "R-007", MUST, CLIENT, NOTHING, "At most one REQUESTED-ADDRESS-FAMILY, and none with a reservation token") \
    X(TOKEN, "RFC8656-7.1-token", "R-009", MUST, CLIENT, NOTHING, "RESERVATION-TOKEN and EVEN-PORT MUST NOT be together") \
    X(IN_USE, "RFC8656-7.2-in-use", "R-010", MUST, SERVER, NOTHING, "A second Allocate on a 5-tuple gets 437") \
    X(BAD_TRANSPORT, "RFC8656-7.2-transport", "R-011", MUST, SERVER, NOTHING, "Without REQUESTED-TRANSPORT 400, with an unsupported one 442") \
    X(SUCCESS, "RFC8656-7.2-success", "R-015", MUST, SERVER, NOTHING, "Allocate success has XOR-RELAYED-ADDRESS, LIFETIME and XOR-MAPPED-ADDRESS") \
    X(ALLOC_MAPPED, "RFC8656-7.2-mapped", "R-015", MUST, SERVER, NOTHING, "XOR-MAPPED-ADDRESS of an allocation is the client's address") \
    X(EVEN, "RFC8656-7.2-even", "R-017", MUST, SERVER, NOTHING, "EVEN-PORT gives an even port") \
    X(RESERVED, "RFC8656-7.2-token", "R-015", MUST, SERVER, NOTHING, "RESERVATION-TOKEN is there if and only if EVEN-PORT's R bit asked for it") \
    X(RELAY_UNIQUE, "RFC8656-7.2-unique", "R-020", MUST, SERVER, NOTHING, "A relayed address belongs to one allocation") \
    X(LIFETIME, "RFC8656-7.2-lifetime", "R-019", SHOULD, SERVER, NOTHING, "The lifetime is at least the one asked for, up to 3600 s") \
    X(PORTS, "RFC8656-7.2-ports", "R-016", SHOULD, SERVER, NOTHING, "Relayed ports are not well-known ones") \
    X(REFRESHED, "RFC8656-8-refresh", "R-026", MUST, CLIENT, TIMES, "The client refreshes an allocation before it expires") \
    X(ZERO, "RFC8656-8.2-zero", "R-028", MUST, SERVER, NOTHING, "A Refresh with lifetime 0 is answered with lifetime 0") \
    X(REMOVED, "RFC8656-8.2-removed", "R-028", MUST, SERVER, NOTHING, "A refresh with lifetime 0 removes the allocation: what follows gets 437") \
    X(REFRESH_FAMILY, "RFC8656-8.2-family", "R-029", MUST, SERVER, NOTHING, "A Refresh for another address family gets 443") \
    X(PEERS, "RFC8656-10.1-peers", "R-032", MUST, CLIENT, NOTHING, "CreatePermission has at least one XOR-PEER-ADDRESS") \
    X(NO_PEER, "RFC8656-10.2-none", "R-033", MUST, SERVER, NOTHING, "CreatePermission without a peer gets 400, with one of another family 443") \
    X(TUNNELS, "RFC8656-21.4-tunnels", "R-053", MUST, SERVER, NOTHING, "6to4 and Teredo addresses are refused as peers") \
    X(SEND, "RFC8656-11.1-send", "R-035", MUST, CLIENT, NOTHING, "A Send indication has XOR-PEER-ADDRESS and DATA") \
    X(SEND_PERMISSION, "RFC8656-11.1-permission", "R-035", MUST, CLIENT, TIMES, "The client has a permission for the peer that it sends to") \
    X(RELAY_PERMISSION, "RFC8656-11.2-permission", "R-036", MUST, SERVER, NOTHING, "Without a permission the server relays nothing to the peer") \
    X(RELAY_PAYLOAD, "RFC8656-11.2-payload", "R-037", MUST, SERVER, NOTHING, "What leaves the relayed address is the client's data, unchanged") \
    X(PEER_PERMISSION, "RFC8656-11.3-permission", "R-038", MUST, SERVER, NOTHING, "A datagram of a peer without permission is not relayed to the client") \
    X(DATA, "RFC8656-11.3-data", "R-039", MUST, SERVER, NOTHING, "A Data indication has XOR-PEER-ADDRESS, and DATA or ICMP") \
    X(DATA_PAYLOAD, "RFC8656-11.3-payload", "R-039", MUST, SERVER, NOTHING, "What the client gets is the peer's data, unchanged") \
    X(ICMP, "RFC8656-11.5-icmp", "R-040", MUST, SERVER, NOTHING, "ICMP has a type that is relayed (3, 11; 1, 2, 3), and its reserved bytes are zero") \
    X(CHANNEL_RANGE, "RFC8656-12-range", "R-042", MUST, CLIENT, NOTHING, "A channel number is from 0x4000 to 0x4FFF") \
    X(CHANNEL_REFUSED, "RFC8656-12.2-refused", "R-043", MUST, SERVER, NOTHING, "A channel out of range or bound otherwise is refused with 400") \
    X(CHANNEL_ZERO, "RFC8656-18.1-reserved", "R-051", MUST, CLIENT, NOTHING, "CHANNEL-NUMBER has four bytes, of which the last two are zero") \
    X(CHANNEL_USE, "RFC8656-12.5-bound", "R-050", MUST, CLIENT, TIMES, "The client sends ChannelData only on a channel whose binding was confirmed") \
    X(CHANNEL_SERVER, "RFC8656-12.5-server", "R-046", MUST, SERVER, NOTHING, "The server uses ChannelData for a peer that has a channel") \
    X(CHANNEL_UNBOUND, "RFC8656-12.6-unbound", "R-050", MUST, SERVER, NOTHING, "ChannelData on an unbound channel is discarded")
// clang-format on

#endif
