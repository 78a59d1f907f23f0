"""Random worlds for the laws: those of worlds.py with more interfaces, roles, tie-breakers, limits, trickle, bad lines and faults."""
import json
import random

import worlds

FILTERS = ["udp", "udp and not port 3478", "udp and greater 100", "udp[8:2] = 0x0101", "udp[8:2] = 0x0111"]
PERMIT, PERMITTED, BIND, BOUND = 0x0008, 0x0108, 0x0009, 0x0109


def add_interfaces(r, w, name, count):
    """Networks of its own for an agent, behind one gateway or several."""
    agent, here = w["agents"][name], []
    for n in range(1, count + 1):
        network = f"{name.lower()}{n}"
        number = (200 if name == "L" else 220) + n
        w["networks"][network] = {"ipv4": f"10.{number}.0.0/24", "delay": f"{r.choice([1, 1, 3])}ms"}
        here.append(network)
    gateways = w.setdefault("gateways", {})
    while here:
        some, here = here[:r.randint(1, len(here))], here[:]
        del here[:len(some)]
        gateways[f"gw-{some[0]}"] = {"inside": some, "outside": "internet", "nat": worlds.nat(r)}
        on = agent["on"]
        agent["on"] = ([on] if isinstance(on, str) else on) + some


def settings(r, w):
    """Roles, tie-breakers, limits and what else an agent is told."""
    agents = list(w["agents"].values())
    roles = r.choice([None, None, "controlling", "controlling", "controlled", ("controlled", "controlling")])
    if roles is not None:
        for i, agent in enumerate(agents):
            agent["role"] = roles if isinstance(roles, str) else roles[i]
    dice = r.random()
    for agent in agents:
        if dice < 0.4:
            agent["tie-breaker"] = 5
        elif dice < 0.7:
            agent["tie-breaker"] = r.randint(1, 3)
        if r.random() < 0.5:
            agent["max-pairs"] = r.randint(1, r.choice([4, 4, 20]))
        if r.random() < 0.25:
            agent["trickle"] = r.choice(["half", "full"])
        if r.random() < 0.1:
            agent["ta"] = r.choice(["20ms", "100ms"])
        if r.random() < 0.25:
            agent["nomination-wait"] = r.choice(["1ms", "20ms", "60ms"])  # so that others are still checked


def lines(r, w):
    """Bad lines; whether they may lose something."""
    lossy = False
    for network in w["networks"].values():
        if r.random() < 0.15:
            network["jitter"] = f"{r.choice([1, 5, 30, 100])}ms"
        if r.random() < 0.1:
            network["reorder"] = f"{r.choice([2, 10, 30])}%"
        if r.random() < 0.05:
            network["duplicate"] = f"{r.choice([2, 20])}%"
    if r.random() < 0.2:
        r.choice(list(w["networks"].values()))["loss"] = f"{r.choice([1, 5, 20])}%"
        lossy = True
    return lossy


def moment(r):
    return r.choice(["0s", "0s", f"{r.randint(0, 500)}ms", f"{r.randint(0, 5000)}ms"])


def hold_or_drop(r, w, kind):
    nodes = [*w["agents"], *w.get("gateways", {}), *[s for s in w["servers"] if s != "platform"]]
    step = {"where": r.choice(nodes), "filter": r.choice(FILTERS)}
    if r.random() < 0.7:
        step["nth"] = sorted(r.sample(range(1, 13), r.randint(1, 4)))
    else:
        step["for"] = f"{r.choice([50, 200, 1000])}ms"
    if kind == "delay":
        step["by"] = r.choice(["20ms", "90ms", "200ms", "700ms", "3s"])
    return [{"at": moment(r), kind: step}]


def lose_permission(r, w):
    """A CreatePermission or ChannelBind request, or its answer, lost once, some times or for a while."""
    kind = r.choice([PERMIT, PERMIT, PERMITTED, PERMITTED, BIND, BOUND])
    where = r.choice([*w["agents"], *w.get("gateways", {})]) if kind in (PERMIT, BIND) else "turn"
    some = {"nth": sorted(r.sample(range(1, 9), r.randint(1, 3)))} if r.random() < 0.7 else {"for": r.choice(["1s", "10s", "60s"])}
    return [{"at": "0s", "drop": {"where": where, "filter": f"udp[8:2] = {kind:#06x}", **some}}]


def lose_relay(r, w):
    """The TURN server ends; sometimes so early that the caller's allocation has expired when the answer comes."""
    call = w["steps"][0]["call"]
    if r.random() < 0.2:
        return [{"at": f"{r.randint(50, 3000)}ms", "server": {"at": "turn", "do": "stop"}}]
    w["servers"]["turn"]["lifetime"] = "40s"
    if "turn" in w["agents"][call["from"]] and r.random() < 0.5:
        w["agents"][call["from"]]["policy"] = "relay"
    return [{"at": f"{r.randint(1, 20)}s", "server": {"at": "turn", "do": "stop"}},
            {"at": "0s", "signalling": {"from": call["to"], "message": "answer", "delay": f"{r.randint(60, 100)}s"}}]


def cut(r, w):
    """After a while nothing passes to or from an agent any more, or passes again later."""
    name = r.choice(list(w["agents"]))
    on = w["agents"][name]["on"]
    count = len(on) if isinstance(on, list) else 1
    event = r.choice(["completed", "completed", "check-sent", "selected"])
    when = {"after": f"{name}.{event}", "delay": f"{r.choice([r.randint(0, 500), r.randint(0, 12000)])}ms"}
    if r.random() < 0.5:
        return [{**when, "link": {"at": f"{name}.{n}", "set": "down"}} for n in range(count)]
    others = [n for n in [*w["agents"], *[s for s in w["servers"] if s != "platform"]] if n != name]
    return [{**when, "partition": {"between": [name], "and": others, "for": r.choice(["5s", "28s", "100s"])}}]


def faults(r, w):
    relays = "turn" in w["servers"]
    steps = []
    for _ in range(r.choice([1, 1, 2, 3])):
        kind = r.choice(["delay", "delay", "delay", "drop", "duplicate", "permission", "permission", "relay", "relay", "cut"])
        if kind in ("delay", "drop", "duplicate"):
            steps += hold_or_drop(r, w, kind)
        elif kind == "cut":
            steps += cut(r, w)
        elif relays:
            steps += lose_permission(r, w) if kind == "permission" else lose_relay(r, w)
    return steps


def world(seed):
    """The scenario as plain data, and whether it is without faults: nothing is lost, held back or ended. JSON is YAML."""
    w, r = worlds.world(seed), random.Random(f"laws {seed}")
    w["claim"] = f"World {seed} keeps the laws."
    for name in w["agents"]:
        if r.random() < 0.35:
            add_interfaces(r, w, name, r.randint(1, 6 - (1 if isinstance(w["agents"][name]["on"], str) else len(w["agents"][name]["on"]))))
    settings(r, w)
    if r.random() < 0.1:
        worlds.add_ipv6(w)
    lossy = lines(r, w)
    if r.random() < 0.2:
        late = {"from": r.choice(["L", "R"]), "message": r.choice(["answer", "any"]), "delay": f"{r.randint(1, 3000)}ms"}
        w["steps"].append({"at": "0s", "signalling": late})
    acts = faults(r, w) if r.random() < 0.45 else []
    w["steps"] += acts
    for one, other in (("L", "R"), ("R", "L")):
        for delay, count in (("0s", 2), ("5s", 10), ("50s", 2)):  # at once; when both have settled; when consent may be over
            w["steps"].append({"after": f"{one}.completed", "delay": delay, "send": {"from": one, "to": other, "count": count}})
    w["expect"] = {"limit": "20m"}
    return w, not lossy and not acts


def twin(w):
    """The world without limits of pairs, of which the oracle can tell; only for one without faults."""
    agents = {name: {k: v for k, v in a.items() if k != "max-pairs"} for name, a in w["agents"].items()}
    return {**w, "agents": agents, "expect": {**w["expect"], "path": "oracle"}}
