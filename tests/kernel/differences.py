"""Where natsim is not as the kernel, and why. A row: the reason, the configurations, and the observations with what the kernel does and what natsim
does. What no longer differs must leave the table."""

from kernel_lab import RULES

ALL = [name for name in RULES if name != "range" and not name.startswith("pool")]
ONE_ROUTER = [name for name in ALL if name != "nested"]

NEIGHBOUR = "RFC 1812, 4.3.2.4: an error comes from an address of the interface by which it leaves; the kernel's comes from the address that the packet got"
ROWS = [
    ("RFC 5508, REQ-3a: an error whose embedded IP header has a wrong checksum SHOULD be dropped; the kernel does not look at it", ALL,
     {"errors in: quoted header with a wrong checksum": ("icmp 3/1 from the router, quote as sent", "lost")}),
    ("RFC 5508, REQ-5: an error from inside about no session SHOULD be dropped; the kernel forwards it with the inside address", ALL,
     {"errors out: about another port of the peer": ("icmp 11/0 from inside host, quote of inside host", "lost"),
      "errors out: about a port that never was": ("icmp 11/0 from inside host, quote of inside host", "lost")}),
    ("the kernel counts \"no route\" twice, in a bucket of five: an accident of ip_error() and icmp_send(), and nobody's configuration", ONE_ROUTER,
     {"no route: rate": ("2 1", "6 2")}),
    ("`icmp-rate` is one; the kernel shortens it for IPv6 by the width of the route's prefix, to a quarter for a /64 (icmpv6_xrlim_allow())", ALL,
     {"ipv6 of the gateway: rate of refusals": ("6 5", "6 2")}),
    (NEIGHBOUR, ONE_ROUTER, {"no such host: from": ("outside address", "inside address")}),
    (NEIGHBOUR, ["nested"], {"no such host: from": ("outside address", "outer gateway")}),
    ("the kernel loses the DF of fragments that it has looked at whole, so that a second router may cut them: an accident of ip_fraglist_init()", ["nested"],
     {"fragments: with DF, larger than that": ("delivered", "icmp 3/4")}),
    ("RFC 791: a fragment that is too large is cut as any datagram; the kernel cuts the whole that it has put together", ALL,
     {"fragments: larger than the outer network carries": ("1396@0 1396@1376 276@2752", "1396@0 124@1376 1396@1480 124@2856 68@2960")}),
    ("RFC 1812, 5.3.13.5, has a router record the route, or pass the option on if it is configured so, as natsim's are. One that is not copied into later "
     "fragments they leave out, where the kernel writes no-operations", ALL,
     {"options: record route": ("an address recorded", "as sent"),
      "options: record route in fragments": ("an address recorded, overwritten", "as sent, none")}),
    ("a checksum is its receiver's to check (RFC 1122, 4.1.3.4); for the kernel's tracking such a datagram is nobody's, and goes untranslated", ALL,
     {"odd datagrams: damaged, new flow": ("from inside host", "from outside address"),
      "odd datagrams: damaged, live flow": ("from inside host", "from outside address"),
      "odd datagrams: damaged, in": ("lost", "from the peer")}),
    ("a TCP segment that neither begins a connection nor belongs to one is for the kernel's tracking nobody's, and goes untranslated; a router drops it", ALL,
     {"tcp middle: FIN out": ("from inside host", "lost"),
      "tcp middle: RST out": ("from inside host", "lost"),
      "tcp middle: no flags out": ("from inside host", "lost"),
      "tcp opening: SYN-ACK out": ("from inside host", "lost")}),
    ("natsim's NATs carry UDP, TCP and ICMP alone", ALL,
     {"odd datagrams: experimental protocol": ("from outside address", "lost")}),
    ("`pooling: arbitrary` takes the next address for each mapping; the kernel one by a hash of source and destination", ["pool"],
     {"pool: 16 sources, one peer": ("one", "several"),
      "pool: pings of a host": ("as its datagrams", "other")}),
]


def listed(config):
    """name -> (kernel, natsim) of a configuration."""
    return {name: values for _, configs, observations in ROWS if config in configs for name, values in observations.items()}
