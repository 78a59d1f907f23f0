"""Random worlds: scenario files of seeded topologies, three levels of gateways deep, whose path is the oracle's."""
import json
import random

DEPENDENCES = ["endpoint-independent", "address-dependent", "address-and-port-dependent"]
CLASSIC = ["full-cone", "restricted-cone", "port-restricted-cone", "symmetric"]
LINUX = ["linux-masq", "linux-masq-random", "linux-masq-dropin", "openwrt", "docker-bridge", "nft-fullcone"]
DEVICES = ["cgn-rfc6888", "slirp", "vpnkit", "gvisor-tap-vsock", "pf-default", "pfsense-eim", "libalias", "libalias-udp-eim", "srx-pnat-any",
           "srx-pnat-host", "srx-pnat-hostport", "aws-natgw", "azure-natgw", "azure-lb-snat", "gcp-cloudnat", "gcp-cloudnat-eim"]
ANSWERS = ["too-big", "ttl", "limit", "echo", "echo-outside", "port", "route", "host"]
HOME_PREFIXES = ["192.168.1.0/24", "10.0.0.0/24"]  # two homes may have the same


def sends_errors(p):
    """Of those that icmp-rate limits."""
    return p.get("unsolicited") == "reject" or "answers" not in p or set(p["answers"]) & {"ttl", "port", "route", "host"}


def icmp(r, rest=None):
    """What a gateway says and passes of ICMP; it changes no path. What would have no effect beside `rest`, None: at a router, is left out."""
    p = {}
    if r.random() < 0.15:
        p["answers"] = r.choice([["none"], sorted(r.sample(ANSWERS, r.randint(1, len(ANSWERS))))])
    if r.random() < 0.1:
        p["icmp-rate"] = {"burst": r.choice([1, 6]), "interval": "1s"}
    if r.random() < 0.1:
        p["icmp"] = r.choice(["drop", "drop-too-big"])
    if p.get("icmp") == "drop":
        return {"icmp": "drop"} if (rest or {}).get("unsolicited") != "reject" else {}
    idle = {"too-big"} if "icmp" in p else set()
    if rest is None:
        idle.add("limit")
    if "answers" in p:
        p["answers"] = [a for a in p["answers"] if a not in idle] or ["none"]
    if not sends_errors((rest or {}) | p):
        p.pop("icmp-rate", None)
    return p


def lives(r):
    """Longer than the time between keepalives."""
    p = {}
    if r.random() < 0.15:
        p["lifetimes"] = {"new": r.choice(["20s", "30s"]), "replied": r.choice(["30s", "60s"]), "stream": "120s"}
    if r.random() < 0.05:
        p["lifetime-by-port"] = {"3478": "20s"}
    if r.random() < 0.1:
        p["hold-down"] = "65s"
    if r.random() < 0.2:
        p["refresh"] = r.choice([["inbound"], ["outbound", "inbound"]])
    return p


def ports(r, independent, hairpins):
    """Enough for every order, from all of them or a block. Those of a mapping that is used for all may be shared, as Linux does."""
    p = {}
    dice = r.random()
    if dice < 0.3:
        p["ports"] = r.choice(["random", "sequential", "preserve"])
    elif dice < 0.6 and independent and not hairpins:
        p["ports"] = "overload"
    if independent and r.random() < (0.6 if p.get("ports") == "overload" else 0.2):
        p["reuse"] = "latest-by-source-if-tuple-unique"
    if r.random() < 0.2:
        p["conflict"] = r.choice(["pick-new", "lowest", "random", *(["overload"] if not (independent and hairpins) else [])])
    dice = r.random()
    if dice < 0.1:
        p["low-ports"] = r.choice(["same-class", "linux"])
    elif dice < 0.15:
        p["block"] = 256
    return p


def policy(r):
    p = {"mapping": r.choice(DEPENDENCES), "filtering": r.choice(DEPENDENCES), "replies": r.choice(["table", "pinned"]),
         "hairpin": r.choice(["none", "internal-source", "external-source"])}
    if r.random() < 0.15:
        p["poison"] = r.choice(["30s", "60s"])
    if p["filtering"] == "address-and-port-dependent" and r.random() < 0.4:
        p["filter-scope"] = "flow"
    elif r.random() < 0.1:
        p["filter-scope"] = "endpoint"
    if r.random() < 0.15:
        p["unsolicited"] = "reject"
    if r.random() < 0.05:
        p["fragments"] = r.choice(["in-order", "drop"])
    p |= ports(r, p["mapping"] == "endpoint-independent", p["hairpin"] != "none") | lives(r) | icmp(r, p)
    if r.random() < 0.1:
        p["addresses"] = 3
        if p["mapping"] == "endpoint-independent" and "poison" not in p and "block" not in p and r.random() < 0.3:
            p["pooling"] = "arbitrary"
    return p


def nat(r):
    """A gateway's `nat`."""
    dice = r.random()
    if dice < 0.08:
        words = icmp(r)
        return {"preset": "none", **words} if words else "none"
    if dice < 0.1:
        return "blocked-udp"
    if dice < 0.35:
        return r.choice(r.choice([CLASSIC, LINUX, LINUX, DEVICES]))
    return policy(r)


def translates(kind):
    return (kind if isinstance(kind, str) else kind.get("preset")) not in ("none", "blocked-udp")


class World:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.networks = {"internet": {"ipv4": "203.0.113.0/24", "delay": f"{self.r.choice([5, 20, 40])}ms"}}
        self.gateways = {}
        self.depth = {"internet": 0}
        self.prefixes = set()

    def prefix(self, translates, leaf):
        """Networks with the same prefix need a translating gateway each, and nobody between."""
        if translates and leaf and self.r.random() < 0.5:
            return self.r.choice(HOME_PREFIXES)
        n = len(self.networks)
        return f"10.{n}.0.0/24"

    def behind(self, outside, leaf):
        """A new gateway and the network inside it."""
        n = len(self.gateways) + 1
        inside, kind = f"net{n}", nat(self.r)
        self.networks[inside] = {"ipv4": self.prefix(translates(kind), leaf), "delay": f"{self.r.choice([1, 1, 3, 8])}ms"}
        self.gateways[f"gw{n}"] = {"inside": inside, "outside": outside, "nat": kind}
        self.depth[inside] = self.depth[outside] + 1
        if self.r.random() < 0.08:  # a second network inside
            second = f"net{n}b"
            self.networks[second] = {"ipv4": f"10.{100 + n}.0.0/24", "delay": "1ms"}
            self.gateways[f"gw{n}"]["inside"] = [inside, second]
            self.depth[second] = self.depth[inside]
        return inside

    def home(self):
        """Where an agent is: up to three gateways deep, often behind ones that are there."""
        at = "internet"
        for level in range(3):
            dice = self.r.random()
            inner = [g["inside"] for g in self.gateways.values() if g["outside"] == at]
            inner = [n for g in inner for n in (g if isinstance(g, list) else [g])]
            inner = [n for n in inner if not self.networks[n]["ipv4"] in HOME_PREFIXES] or inner
            if level > 0 and dice < 0.45:
                break
            if level == 0 and dice < 0.04:
                break
            if inner and dice > 0.65:
                at = self.r.choice(inner)
            elif self.networks[at]["ipv4"] not in HOME_PREFIXES:
                at = self.behind(at, level == 2 or self.r.random() < 0.6)
        return at

    def agent(self, servers):
        a = {"on": self.home()}
        if self.r.random() < 0.08:
            other = self.home()
            if self.networks[other]["ipv4"] != self.networks[a["on"]]["ipv4"]:
                a["on"] = [a["on"], other]
        stun = [s for s in servers if s.startswith("stun")]
        if self.r.random() < 0.9:
            a["stun"] = self.r.sample(stun, self.r.randint(1, len(stun)))
        if "turn" in servers and self.r.random() < 0.75:
            a["turn"] = [{"server": "turn", "user": "alice", "password": "secret"}]
            if self.r.random() < 0.08:
                a["policy"] = "relay"
        return a


def add_ipv6(w):
    for n, network in enumerate(w["networks"].values()):
        network["ipv6"] = f"2001:db8:{n:x}::/64"
    for agent in w["agents"].values():
        agent["ipv6"] = "on"


def prune(w, members):
    """Leaves out gateways behind which nobody is, innermost first."""
    used = {n for m in members for n in (m["on"] if isinstance(m["on"], list) else [m["on"]])}
    for name in reversed(list(w.gateways)):
        g = w.gateways[name]
        inside = g["inside"] if isinstance(g["inside"], list) else [g["inside"]]
        if used.intersection(inside):
            used.add(g["outside"])
            continue
        del w.gateways[name]
        for n in inside:
            del w.networks[n]


def world(seed):
    """The scenario as plain data. JSON is YAML."""
    w = World(seed)
    servers = {"stun": {"on": "internet", "kind": "stun"}, "platform": {"on": "internet", "kind": "platform"}}
    if w.r.random() < 0.8:
        servers["turn"] = {"on": "internet", "kind": "turn", "users": {"alice": "secret"}, "realm": "example.org"}
    left, right = w.agent(servers), w.agent(servers)
    carriers = [n for n in w.networks if n != "internet" and w.networks[n]["ipv4"] not in HOME_PREFIXES]
    if carriers and w.r.random() < 0.1:
        servers["stun-inside"] = {"on": w.r.choice(carriers), "kind": "stun"}
        left.setdefault("stun", []).append("stun-inside")
    if "turn" in servers and w.r.random() < 0.08:
        servers["turn"]["deny"] = [w.r.choice(["10.0.0.0/8", "192.168.0.0/16", "203.0.113.0/28"])]
    for name in [s for s in servers if s != "platform"]:
        if not any(name == s or (isinstance(s, dict) and s["server"] == name) for a in (left, right) for s in a.get("stun", []) + a.get("turn", [])):
            del servers[name]
    prune(w, [left, right, *servers.values()])
    caller, callee = ("L", "R") if w.r.random() < 0.5 else ("R", "L")
    told = {"natsim": 1, "claim": f"World {seed} ends as the oracle says.", "seed": seed, "networks": w.networks, **({"gateways": w.gateways} if w.gateways else {}),
            "servers": servers, "agents": {"L": left, "R": right}, "steps": [{"at": "0s", "call": {"from": caller, "to": callee}}],
            "expect": {"path": "oracle"}}
    if w.r.random() < 0.05:
        add_ipv6(told)
    if w.r.random() < 0.04:  # one side checks for long before the other
        told["steps"].append({"at": "0s", "signalling": {"from": callee, "message": "answer", "delay": f"{w.r.randint(100, 25000)}ms"}})
    if w.r.random() < 0.04:  # or seldom
        for agent in told["agents"].values():
            agent["rto"] = w.r.choice(["500ms", "1s", "3s"])
    return told


def write(directory, first, count):
    for seed in range(first, first + count):
        (directory / f"world-{seed:05}.yaml").write_text(json.dumps(world(seed), indent=1) + "\n")
