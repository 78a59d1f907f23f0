"""The real thing: hosts and gateways are network namespaces that end with this process, the gateways' rules are nftables'. To be started in a network
namespace of its own (unshare --net)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lab import (AGAIN, BETWEEN, BETWEEN6, EXTERNAL, EXTERNAL6, GATEWAY_INSIDE, GATEWAY_INSIDE6, INSIDE, INSIDES, INSIDES6, OUTER_MTU, OUTSIDE,
                 OUTSIDES, OUTSIDES6, POOL, inside, outside)

HOST = Path(__file__).with_name("host.py")
NEEDS = ("nft", "ip", "unshare", "nsenter")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin" # where who is not root does not look


def chain(family, hook, *rules, kind="filter", policy="accept"):
    return f"""table {family} {hook} {{
    chain {hook} {{
        type {kind} hook {hook} priority {100 if kind == "nat" else 0}; policy {policy};
        {"; ".join(rules)};
    }}
}}
"""


def source_nat(*rules):
    return chain("ip", "postrouting", *rules, kind="nat")


def forward(family):
    """What begins inside passes, and what belongs to it."""
    return chain(family, "forward", "ct state established,related accept", 'iifname "in" accept', policy="drop")


def deny_input(*rules):
    return chain("inet", "input", "ct state established,related accept", *rules)


MASQUERADE = source_nat('oifname "out" masquerade')
RULES = {
    "masquerade": MASQUERADE,
    "random": source_nat('oifname "out" masquerade random'),
    "fully-random": source_nat('oifname "out" masquerade fully-random'),
    "range": source_nat(f'oifname "out" ip protocol udp snat to {EXTERNAL}:5000-5007', f'oifname "out" snat to {EXTERNAL}'),
    "pool": source_nat(f'oifname "out" snat to {POOL[0]}-{POOL[-1]}'),
    "pool-persistent": source_nat(f'oifname "out" snat to {POOL[0]}-{POOL[-1]} persistent'),
    "input-drop": MASQUERADE + deny_input('iifname "out" drop'),
    "input-reject": MASQUERADE + deny_input("icmp type echo-request accept", "icmpv6 type echo-request accept", 'iifname "out" meta l4proto tcp reject with tcp reset', 'iifname "out" reject'),
    "docker": source_nat('ip saddr 10.1.0.0/24 oifname != "in" masquerade') + forward("ip"),
    "nested": MASQUERADE,
}
TCP_SECONDS = {"syn_sent": 3, "syn_recv": 3, "established": 8, "unacknowledged": 8, "max_retrans": 8, "fin_wait": 5, "close_wait": 5, "last_ack": 3,
               "time_wait": 3, "close": 3}
SYSCTLS = {"net/ipv4/ip_forward": 1, "net/ipv6/conf/all/forwarding": 1, "net/netfilter/nf_conntrack_udp_timeout": 3,
           "net/netfilter/nf_conntrack_udp_timeout_stream": 6, "net/netfilter/nf_conntrack_icmp_timeout": 3,
           **{f"net/netfilter/nf_conntrack_tcp_timeout_{state}": seconds for state, seconds in TCP_SECONDS.items()}}


def why_not():
    """Why there can be no such lab here; None: there can."""
    missing = [n for n in NEEDS if not shutil.which(n, path=PATH)]
    if missing:
        return f"{missing[0]} is not installed"
    done = subprocess.run([*private(), "nft", "-f", "-"], input=MASQUERADE, capture_output=True, text=True, env={**os.environ, "PATH": PATH})
    return None if done.returncode == 0 else f"nftables in a namespace: {(done.stderr or 'not allowed').strip().splitlines()[0]}"


def private():
    return ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net"]


class Namespace:
    """The network of a process that ends with this one."""

    def __init__(self, lenders, name):
        self.name, self.process = name, subprocess.Popen(["unshare", "--net", sys.executable, HOST, lenders.path, name])

    def run(self, *command, text=""):
        done = subprocess.run(["nsenter", "--target", str(self.process.pid), "--net", *command], input=text, capture_output=True, text=True)
        assert done.returncode == 0, f"{command} {text}: {done.stderr}"

    def set(self, sysctls):
        self.run("sh", text="".join(f"echo {value} > /proc/sys/{name}\n" for name, value in sysctls.items()))

    def ip(self, *lines):
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")


def mac(address):
    return "02:00:" + ":".join(f"{int(n):02x}" for n in address.split("."))


def wire(left, right, mtu=1500):
    """A network of two: (namespace, device, IPv4 addresses, IPv6 addresses) each. Nobody has to ask for a neighbour that there is."""
    (a, a_name, a4, a6), (b, b_name, b4, b6) = left, right
    subprocess.run(["ip", "link", "add", a_name, "netns", str(a.process.pid), "type", "veth", "peer", "name", b_name, "netns", str(b.process.pid)], check=True)
    for me, name, own4, own6, other4, other6 in ((a, a_name, a4, a6, b4, b6), (b, b_name, b4, b6, a4, a6)):
        me.ip(f"link set {name} address {mac(own4[0])} mtu {mtu} up", *(f"addr add {x}/24 dev {name}" for x in own4),
              *(f"addr add {x}/64 dev {name} nodad" for x in own6),
              *(f"neigh replace {x} lladdr {mac(other4[0])} nud permanent dev {name}" for x in other4 + other6))


def set_up_gateway(namespace, rules):
    namespace.set(SYSCTLS)
    namespace.run("nft", "-f", "-", text=rules + forward("ip6"))


def wire_nested(near, far):
    wire((near, "out", ["10.9.0.2"], ["2001:db8:9::2"]), (far, "in", [BETWEEN], [BETWEEN6]))
    near.ip(f"route add default via {BETWEEN}", f"route add default via {BETWEEN6}")
    far.ip("route add 2001:db8:2::/64 via 2001:db8:9::2")


def gateways(name):
    return ["near", "far"] if name == "nested" else ["near"]


def start(lenders, names):
    """The namespaces of each configuration."""
    spaces = {name: {n: Namespace(lenders, f"{name} {n}") for n in (INSIDE, *gateways(name), OUTSIDE)} for name in names}
    for of_one in spaces.values():
        for space in of_one.values():
            lenders.wait_for([space.name], space.process)
    return spaces


def connect(spaces, name):
    """Makes the network of a configuration of its namespaces."""
    near, far = spaces["near"], spaces[gateways(name)[-1]]
    wire((spaces[INSIDE], "eth0", [inside(n) for n in INSIDES], INSIDES6), (near, "in", [GATEWAY_INSIDE], [GATEWAY_INSIDE6]))
    wire((far, "out", POOL if name.startswith("pool") else [EXTERNAL], [EXTERNAL6]), (spaces[OUTSIDE], "eth0", [outside(n) for n in OUTSIDES], OUTSIDES6), OUTER_MTU)
    if near is not far:
        wire_nested(near, far)
    for n in gateways(name):
        set_up_gateway(spaces[n], RULES[name.removesuffix(AGAIN)])
    spaces[INSIDE].ip(f"route add default via {GATEWAY_INSIDE}", f"route add default via {GATEWAY_INSIDE6}")
    spaces[OUTSIDE].ip(f"route add 2001:db8::/32 via {EXTERNAL6}")
