"""What the suites of requirements (rfc4787/, rfc5508/, rfc6888/) see: mutants that break a requirement, and the cells that see a mutant of
table.py, by its name."""

REQUIREMENTS = {
    "filter-by-address-only": [
        "rfc4787/req-08-filtering[nat=breaks]", "rfc4787/req-11-determinism[nat=breaks-by-poison]",
        "rfc6888/req-07-filtering[nat=breaks]", "rfc6888/req-08-state-loss[nat=keeps-c]",
    ],
    "filter-lets-all-in": [
        "rfc4787/req-06-refresh[nat={keeps,keeps-a-inbound-too}]", "rfc4787/req-08-filtering[nat={breaks,keeps-stringent}]",
        "rfc4787/req-11-determinism[nat=breaks-by-poison]", "rfc5508/req-04-errors-from-outside[nat=keeps]",
        "rfc6888/req-07-filtering[nat={breaks,keeps-address-dependent}]", "rfc6888/req-08-state-loss[nat=keeps-c]",
    ],
    "mapping-never-refreshed": [
        "rfc4787/req-06-refresh[nat={keeps,keeps-a-inbound-too}]", "rfc5508/req-06-errors-and-queries[nat=keeps]",
    ],
    "inbound-refreshes": [
        "rfc4787/req-05-mapping-timer[*]", "rfc4787/req-05a-well-known-ports[*]", "rfc4787/req-06-refresh[nat=keeps]",
        "rfc5508/req-02-query-timer[nat={breaks,keeps}]",
    ],
    "hairpin-source": [
        "rfc4787/req-07-conflicting-networks[*]", "rfc4787/req-09-hairpinning[nat={breaks-a,keeps}]",
        "rfc5508/req-07-hairpinning[nat={breaks-internal-source,keeps}]",
    ],
    "poison-ignored": [
        "rfc4787/req-11-determinism[nat=breaks-by-poison]",
    ],
    "port-not-preserved": [
        "rfc4787/req-01-mapping[nat=keeps]", "rfc4787/req-02-pooling[nat=breaks]", "rfc4787/req-03-overloading[nat=keeps]",
        "rfc4787/req-03a-port-ranges[*]", "rfc4787/req-05-mapping-timer[*]", "rfc4787/req-05a-well-known-ports[*]",
        "rfc4787/req-06-refresh[nat={keeps,keeps-a-inbound-too}]", "rfc4787/req-07-conflicting-networks[*]",
        "rfc4787/req-08-filtering[*]", "rfc4787/req-09-hairpinning[nat={breaks-a,keeps}]", "rfc4787/req-11-determinism[*]",
        "rfc4787/req-12-icmp[nat={breaks-b,keeps}]", "rfc4787/req-13a-fragmenting[*]",
        "rfc4787/req-14-fragments[nat={breaks-out-of-order,keeps}]", "rfc4787/rfc7857-09-port-randomization[*]",
        "rfc5508/req-01-queries[nat=keeps]", "rfc5508/req-02-query-timer[nat={breaks,keeps}]",
        "rfc5508/req-06-errors-and-queries[*]", "rfc5508/req-10a-time-exceeded[nat=keeps]",
        "rfc6888/req-02-pooling[nat=keeps]", "rfc6888/req-03-pool[*]", "rfc6888/req-04c-new-mappings[*]",
        "rfc6888/req-07-filtering[*]", "rfc6888/req-08-hold-down[*]", "rfc6888/req-08-state-loss[*]",
        "rfc6888/req-11-no-mapping[*]", "rfc6888/req-15-port-guessing[nat=breaks-preserve]",
    ],
}

BREACHES = {
    "class-forgotten": {
        "what": "an ICMP error has no diffserv class (RFC 5508, 7.7)",
        "edits": [("natsim/packet/icmp.c", "about->tos & 0xfc;", "about->tos & 0;")],
        "red": ["rfc5508/req-10d-diffserv[*]"],
    },
    "limit-of-one-code": {
        "what": "a carrier-grade NAT says 'prohibited', too, where it can make no flow (RFC 6888, REQ-11)",
        "edits": [("natsim/gateway/icmp_error.c", "host ? no_host : prohibited", "prohibited")],
        "red": [
            "rfc6888/req-11-no-mapping[nat=keeps]",
        ],
    },
    "forged-headers-pass": {
        "what": "a gateway sends on what has a wrong IP checksum (RFC 1812, 5.2.2)",
        "edits": [("natsim/gateway/forged.c", "NT_MARK_INJECTED) != 0 && !nt_packet_header_good(p)", "NT_MARK_INJECTED) == 0 && !nt_packet_header_good(p)")],
        "red": ["forged/impossible-headers[*]"],
    },
    "source-routes-leave": {
        "what": "ICMP leaves a NAT with the source route that it quotes (RFC 5508, 7.3)",
        "edits": [("natsim/packet/icmp.c", "is_source_routed(h.ip, h.l4)", "is_source_routed(h.ip, 20)")],
        "red": ["rfc5508/req-10b-source-route[nat=keeps]"],
    },
    "quotes-believed": {
        "what": "an ICMP error passes whatever the checksum of the header that it quotes (RFC 5508, REQ-3)",
        "edits": [("natsim/gateway/error_translation.c", "!nt_packet_checksums_good(p) || nt_packet_quotes_damaged(p)", "!nt_packet_checksums_good(p)")],
        "red": ["language/icmp-damaged", "rfc5508/req-03-checksums[nat=keeps]"],
    },
}
