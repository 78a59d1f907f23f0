"""Random worlds in which things go wrong: packets lost, held back and damaged by steps, links, servers and NATs that fail, bad lines."""
import json
import random

import worlds

FILTERS = ["udp", "udp dst port 3478", "udp src port 3478", "udp and greater 100", "udp and not port 3478"]


def moment(r):
    return r.choice(["0s", f"{r.randint(0, 300)}ms", f"{r.randint(0, 3000)}ms", f"{r.randint(1, 30)}s"])


def packets(r, kind, where):
    """A step that drops, doubles, damages or holds back."""
    some = r.random() < 0.6
    which = {"nth": sorted(r.sample(range(1, 16), r.randint(1, 4)))} if some else {"for": f"{r.choice([20, 100, 500, 2000])}ms"}
    step = {"where": where, "filter": r.choice(FILTERS), **which}
    if kind == "delay":
        step["by"] = r.choice(["5ms", "50ms", "200ms", "1s", "3s"])
    return [{"at": moment(r), kind: step}]


def down_and_up(r, kind, at, words):
    down = r.randint(0, 5000)
    return [{"at": f"{t}ms", kind: {"at": at, word[0]: word[1]}} for t, word in zip((down, down + r.randint(10, 3000)), words)]


def steps(r, w):
    agents, servers = list(w["agents"]), [s for s in w["servers"] if s != "platform"]
    gateways = list(w.get("gateways", {}))
    nats = [g for g in gateways if worlds.translates(w["gateways"][g]["nat"])]
    kind = r.choice(["drop", "duplicate", "corrupt", "corrupt", "delay", "delay", "nat", "link", "server", "partition", "signalling"])
    if kind == "nat" and nats:
        return [{"at": moment(r), "nat": {"at": r.choice(nats), "do": r.choice(["reboot", "flush", "renumber"])}}]
    if kind == "server" and servers:
        return down_and_up(r, "server", r.choice(servers), [("do", "stop"), ("do", "start")])
    if kind == "link":
        return down_and_up(r, "link", r.choice(agents) + ".0", [("set", "down"), ("set", "up")])
    if kind == "partition":
        one, other = r.sample([*agents, *servers, "platform"], 2)
        return [{"at": moment(r), "partition": {"between": [one], "and": [other], "for": f"{r.randint(10, 3000)}ms"}}]
    if kind == "signalling":
        return [{"at": "0s", "signalling": {"from": r.choice(agents), "message": "any", "delay": f"{r.randint(1, 800)}ms"}}]
    return packets(r, kind if kind in ("drop", "duplicate", "corrupt", "delay") else "drop", r.choice([*agents, *gateways, *servers]))


def server_step(r, w, server):
    """A step that makes a server lose its state, refuse requests or answer late."""
    turn = "turn" in w["servers"][server]["kind"]
    what = r.choice(["reset", "reset", "refuse", "refuse", "slow"])
    step = {"at": server, "do": what}
    if what == "slow":
        step |= {"by": f"{r.choice([50, 500, 3000])}ms", "for": f"{r.choice([500, 5000])}ms"}
    if what == "refuse":
        methods = ["any", "allocate", "refresh", "create-permission", "channel-bind", "binding"] if turn else ["binding"]
        step |= {"method": r.choice(methods), "code": r.choice([400, 401, 403, 437, 438, 486, 500, 508, "none"])}
        step |= {"nth": sorted(r.sample(range(1, 8), r.randint(1, 3)))} if r.random() < 0.6 else {"for": f"{r.choice([500, 5000])}ms"}
    return {"at": moment(r), "server": step}


def of_the_signalling(r, w):
    """A message is lost, or comes twice."""
    return [{"at": "0s", "signalling": {"from": r.choice(list(w["agents"])), "message": r.choice(["candidate", "any"]),
                                        r.choice(["drop", "duplicate"]): True}}]


def world(seed):
    """A world of worlds.py with one to five faults or more; its claim is that no rule of conformance is broken. JSON is YAML."""
    w, r = worlds.world(seed), random.Random(f"faults {seed}")
    w["claim"] = f"What goes wrong in world {seed} is no fault of agents and servers."
    for network in w["networks"].values():
        if r.random() < 0.15:
            network.update({"loss": f"{r.choice([1, 5, 20])}%", "jitter": f"{r.choice([1, 5, 30])}ms",
                            "duplicate": f"{r.choice([0, 2])}%", "reorder": f"{r.choice([0, 2])}%"})
    for agent in w["agents"].values():
        if r.random() < 0.2:
            agent["trickle"] = r.choice(["half", "full"])
        if r.random() < 0.1:
            agent["ta"] = r.choice(["20ms", "100ms", "400ms"])
    for _ in range(r.randint(1, 5)):
        w["steps"] += steps(r, w)
    s = random.Random(f"servers {seed}")
    for _ in range(s.choice([0, 0, 0, 1, 2])):
        servers = [name for name in w["servers"] if name != "platform"]
        w["steps"] += [server_step(s, w, s.choice(servers))] if servers else []
    if s.random() < 0.1:
        w["steps"] += of_the_signalling(s, w)
    w["expect"] = {"conformance": "clean", "until": r.choice(["5s", "40s", "40s", "100s"])}
    return w


def write(directory, first, count):
    for seed in range(first, first + count):
        (directory / f"world-{seed:06}.yaml").write_text(json.dumps(world(seed), indent=1) + "\n")
