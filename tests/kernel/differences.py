"""Where natsim is not as the kernel, and why. A row: the reason, and the observations with what the kernel does and what natsim does; then
other values in some configurations. None: no difference. What no longer differs must leave the table."""

from kernel_lab import RULES

EVERYWHERE = [name for name in RULES if name != "range"]

ROWS = [
    ("RFC 5508, REQ-3a: an error whose embedded IP header has a wrong checksum SHOULD be dropped; the kernel does not look at it",
     {"errors in: quoted header with a wrong checksum": ("icmp 3/1 from the router, quote as sent", "lost")}),
    ("RFC 5508, REQ-5: an error from inside about no session is silently dropped; the kernel forwards it with the inside address",
     {"errors out: about another port of the peer": ("icmp 11/0 from inside host, quote of inside host", "lost"),
      "errors out: about a port that never was": ("icmp 11/0 from inside host, quote of inside host", "lost")}),
    ("the kernel counts \"no route\" twice, in a bucket of five: an accident of ip_error() and icmp_send(), and nobody's configuration",
     {"no route: rate": ("2 1", "6 2")}, {"nested": None}),
    ("`icmp-rate` is one; the kernel shortens it for IPv6 by the width of the route's prefix, a quarter for a /64 (icmpv6_xrlim_allow())",
     {"ipv6 of the gateway: rate of refusals": ("6 5", "6 2")}),
    ("RFC 1812, 4.3.2.4: the source SHOULD be an address of the interface by which the error leaves; the kernel sends this one when the packet is translated",
     {"no such host: from": ("outside address", "inside address")}, {"nested": ("outside address", "outer gateway")}),
    ("the kernel loses the DF of fragments that it has looked at whole, so that a second router may cut them: an accident of ip_fraglist_init()",
     {"fragments: with DF, larger than that": None}, {"nested": ("delivered", "icmp 3/4")}),
    ("natsim's gateways record no route: RFC 791's option is passed on; an option that is not copied is left out, where the kernel writes no-operations",
     {"options: record route": ("an address recorded", "as sent"),
      "options: record route in fragments": ("an address recorded, overwritten", "as sent, none")}),
    ("a checksum is its receiver's to check (RFC 1122, 4.1.3.4); for the kernel's tracking such a datagram is nobody's, and goes untranslated",
     {"odd datagrams: damaged, new flow": ("from inside host", "from outside address"),
      "odd datagrams: damaged, live flow": ("from inside host", "from outside address"),
      "odd datagrams: damaged, in": ("lost", "from the peer")}),
    ("natsim's NATs carry UDP and ICMP alone",
     {"odd datagrams: experimental protocol": ("from outside address", "lost")}),
    ("RFC 791: a fragment that is too large is cut as any datagram; the kernel cuts the whole that it has put together",
     {"fragments: larger than the outer network carries": ("1396@0 1396@1376 276@2752", "1396@0 124@1376 1396@1480 124@2856 68@2960")}),
]


def listed(config):
    """name -> (kernel, natsim) of a configuration."""
    rows = {}
    for _, observations, *but in ROWS if config in EVERYWHERE else []:
        for name, values in observations.items():
            values = (but[0] if but else {}).get(config, values)
            if values:
                rows[name] = values
    return rows
