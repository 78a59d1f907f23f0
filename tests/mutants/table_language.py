"""The cells of the suite language/ that see a mutant of table.py, by its name: what each sentence of the language keeps from breaking."""

LANGUAGE = {
    "no-remote-prflx": [
        "language/data-burst[nat=symmetric]", "language/endless-discovery-fails", "language/filter-scope[nat=endpoint]",
        "language/filter-scope[nat=mapping]", "language/icmp-kills-mapping[nat=keeps]",
        "language/icmp-kills-mapping[nat=kills]", "language/lifetime-by-port",
        "language/oracle-within-limits[limit=mappings]", "language/pacing-agreed", "language/ports-preserve-first-alone",
        "language/replies[nat=pinned]", "language/replies[nat=table]",
        "language/allow[left={servers,open-to-all,open-to-servers,office-udp},right=symmetric]",
    ],
    "no-redundancy": [
        "language/connect-time",
    ],
    "nomination-forgotten": [
        "language/fragments[nat=*,ipv6=on]",
        "language/filter-scope[nat=endpoint]", "language/filter-scope[nat=mapping]",
        "language/icmp-kills-mapping[nat=keeps]", "language/icmp-kills-mapping[nat=kills]",
        "language/ipv6-firewall[left=firewall]", "language/lifetime-by-port", "language/ports-preserve-first-alone",
        "language/replies[nat=pinned]", "language/replies[nat=table]",
    ],
    "no-symmetric-check": [
        "language/endless-discovery-fails",
    ],
    "filter-lets-all-in": [
        "language/filter-lifetime", "language/filter-scope[nat=mapping]", "language/poison[nat=tracked]",
        "language/unsolicited[nat=drop]",
        "language/conflict-overload*", "language/icmp-error-without-session[nat={port,address}]",
    ],
    "mapping-never-refreshed": [
        "language/lifetime-by-phase", "language/lifetime-outbound", "language/refresh-inbound[nat=both]",
        "language/filter-scope-flow*", "language/first-reply-late*", "language/icmp-lifetime[nat=linux-masq]",
    ],
    "inbound-refreshes": [
        "language/lifetime-by-phase", "language/lifetime-outbound", "language/refresh-inbound[nat=outbound]",
        "language/icmp-lifetime[nat=set]", "language/lifetime-by-port-shared",
    ],
    "hairpin-source": [
        "language/hairpin-source[nat=external-source]", "language/hairpin-source[nat=internal-source]",
    ],
    "poison-ignored": [
        "language/poison[nat=tracked]",
        "language/reuse-latest",
    ],
    "pinned-ignored": [
        "language/replies[nat=pinned]",
    ],
    "port-not-preserved": [
        "language/filter-lifetime", "language/hairpin-source[nat=external-source]",
        "language/hairpin-source[nat=internal-source]", "language/lifetime-by-phase", "language/lifetime-outbound",
        "language/poison[nat=forgotten]", "language/poison[nat=none]", "language/poison[nat=tracked]",
        "language/refresh-inbound[nat=both]", "language/refresh-inbound[nat=outbound]",
        "language/conflict-lowest", "language/filter-scope-flow[nat={written,table}]", "language/first-reply-late[nat=table]",
        "language/hold-down-after-state-loss*", "language/icmp-error-without-session[nat={port,address,none}]",
        "language/icmp-lifetime[nat={default,set}]", "language/lifetime-by-port-shared",
        "language/low-ports[nat={in-range,same-class,linux}]", "language/parity-used-up",
        "language/icmp-damaged", "language/icmp-drop[preset=port-restricted-cone,icmp={translate,drop-too-big}]",
        "language/ttl-of-own",
    ],
    "filter-by-address-only": [
        "language/conflict-overload*", "language/icmp-error-without-session[nat=port]",
        "language/allow[left={everything,udp},right=symmetric]",
    ],
}
