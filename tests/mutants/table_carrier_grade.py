"""The cells of the suite carrier-grade/ that see a mutant of table.py, by its name: what a carrier's limits depend on."""

CARRIER_GRADE = {
    "mapping-never-refreshed": [
        "carrier-grade/keepalive-lost[lifetime=30s,lost=none]",
        "carrier-grade/keepalive-lost[lifetime=31s,lost=none]",
        "carrier-grade/keepalive-lost[lifetime=31s,lost=one]",
        "carrier-grade/silent-subscriber[refresh=both]",
        "carrier-grade/silent-subscriber[refresh=outbound]",
    ],
    "inbound-refreshes": [
        "carrier-grade/silent-subscriber[refresh=outbound]",
    ],
    "no-local-prflx": [
        "carrier-grade/no-port-after-a-reboot[cgn=rests,call=60s]",
        "carrier-grade/relayed-for-want-of-a-port[most=3]",
    ],
    "no-remote-prflx": [
        "carrier-grade/no-port-after-a-reboot[cgn=rests,call=60s]",
        "carrier-grade/relayed-for-want-of-a-port[most=3]",
    ],
    "no-retransmission": [
        "carrier-grade/block-of-one-subscriber[caller=L]",
        "carrier-grade/block-of-one-subscriber[caller=N]",
        "carrier-grade/no-port-after-a-reboot[cgn=rests,call=60s]",
        "carrier-grade/no-port-left[cgn=mappings]",
        "carrier-grade/no-port-left[cgn=ports]",
    ],
    "rto-not-doubled": [
        "carrier-grade/no-port-after-a-reboot[cgn=rests,call=60s]",
    ],
    "no-redundancy": [
        "carrier-grade/no-port-left[cgn=mappings-one-more]",
        "carrier-grade/no-port-left[cgn=ports-one-more]",
    ],
}
