"""Metamorphic laws: how a random world is changed, and what must then stay as it was. Nobody need know the right path for that."""
import copy
import json

import faulty_party
from conftest import random_worlds

AGENTS = ("L", "R")


def texts(value, change):
    """The same data, every text changed."""
    if isinstance(value, dict):
        return {change(k): texts(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [texts(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


def rename(w):
    """Every network, gateway and server has another name; platform and agents, which the language or the laws know by name, keep theirs."""
    names = {*w["networks"], *w.get("gateways", {}), *w["servers"]} - {"platform"}
    new = {name: f"z{i}-{name[::-1]}" for i, name in enumerate(sorted(names))}
    kinds = {"stun", "turn"} & names  # names of servers that are words of the language, too

    def change(text):
        return new.get(text, text) if text not in kinds else text

    out = texts(w, change)
    for kind in kinds:  # as a name of a server only: the key, and who is asked
        out["servers"] = {new[k] if k == kind else k: v for k, v in out["servers"].items()}
        for agent in out["agents"].values():
            agent["stun" if kind == "stun" else "turn"] = [
                new[kind] if s == kind else {**s, "server": new[kind]} if isinstance(s, dict) and s["server"] == kind else s
                for s in agent.get("stun" if kind == "stun" else "turn", [])]
    for agent in out["agents"].values():
        for key in ("stun", "turn"):
            if not agent.get(key, True):
                del agent[key]
    return out


def reorder(w):
    """Everything stands in the file the other way round, so that it gets other addresses."""
    out = copy.deepcopy(w)
    for key in ("networks", "gateways", "servers", "agents"):
        if key in out:
            out[key] = dict(reversed(out[key].items()))
    return out


def swap(w):
    """L and R change places, and so who calls."""
    out = copy.deepcopy(w)
    out["agents"] = {"R": out["agents"]["L"], "L": out["agents"]["R"]}
    call = out["steps"][0]["call"]
    call["from"], call["to"] = call["to"], call["from"]
    return out


def add_idle(w):
    """A NAT, an agent and a server that nobody talks to."""
    out = copy.deepcopy(w)

    def address(n):  # of its own in each family, so that nobody else's moves
        both = [f"203.0.113.{n}", f"{out['networks']['internet'].get('ipv6', '').removesuffix('/64')}{n}"]
        return both if "ipv6" in out["networks"]["internet"] else both[0]

    out["networks"]["idle-net"] = {"ipv4": "10.250.0.0/24", "delay": "1ms"}
    out.setdefault("gateways", {})["idle-gw"] = {"inside": "idle-net", "outside": "internet", "nat": "symmetric", "address": address(250)}
    out["servers"]["idle-stun"] = {"on": "internet", "kind": "stun", "address": address(251)}
    out["agents"]["Idle"] = {"on": "idle-net", "stun": ["idle-stun"]}
    out["expect"]["packets"] = [{"at": "Idle", "filter": "ip", "count": 0}]
    return out


def double(w):
    """Every way takes twice as long."""
    out = copy.deepcopy(w)
    for n in out["networks"].values():
        n["delay"] = f"{2 * int(n['delay'].removesuffix('ms'))}ms"
    return out


def translates(w):
    return any(g["nat"] not in ("none", "blocked-udp") for g in w.get("gateways", {}).values())


def to_ipv6(w):
    """IPv6 in place of IPv4, where nothing translates."""
    out = copy.deepcopy(w)
    for i, n in enumerate(out["networks"].values()):
        del n["ipv4"]
        n["ipv6"] = f"2001:db8:{i:x}::/64"
    for a in out["agents"].values():
        a["ipv6"] = "on"
    if "deny" in out["servers"].get("turn", {}):
        del out["servers"]["turn"]["deny"]
    return out


def outcome(case, names=AGENTS):
    """What a user sees of a call: the paths that can be, the path that is, and how each side ended, without an address."""
    agents = [case["agents"][n] for n in names]
    sides = [(a["state"], a["role"], sorted((c["type"]) for c in a["candidates"]),
              [(s["local"]["type"], s["remote"]["type"]) for s in a["selected"]]) for a in agents]
    return {"expected": case["expected_path"], "path": case["path"], "sides": sides}


def path_alone(case):
    """For a change of times, which lets another pair of the same path win, and leaves more time for direct ones before a relayed one is nominated."""
    expected = case["expected_path"]
    return {"expected": [path for path in expected if path != "relayed" or "direct" not in expected], "as expected": case["path"] in expected}


# name: (the change; None: the party of run_reversed makes it, on the way of descriptions, what is held against the world as it was, what of the changed world)
LAWS = {
    "rename": (rename, outcome, outcome),
    "reorder": (reorder, outcome, outcome),
    "swap": (swap, outcome, lambda case: outcome(case, ("R", "L"))),
    "add-idle": (add_idle, lambda case: {k: case["agents"][k] for k in AGENTS}, lambda case: {k: case["agents"][k] for k in AGENTS}),
    "double": (double, path_alone, path_alone),
    "to-ipv6": (to_ipv6, outcome, outcome),
    "candidate-lines": (None, outcome, outcome),
}


def plain(w):
    """Without what draws by the name of a network, which a law may change, and what counts from when a call completes."""
    out = copy.deepcopy(w)
    for network in out["networks"].values():
        for key in ("jitter", "reorder", "duplicate"):
            network.pop(key, None)
    for agent in out["agents"].values():
        for key in ("role", "tie-breaker"):  # a conflict is decided by random numbers, by the agent's name
            agent.pop(key, None)
    out["steps"] = out["steps"][:1]
    return out


def flat(w):
    """A world of IPv4 whose gateways are routers."""
    out = copy.deepcopy(w)
    for part in [*out["networks"].values(), *out["agents"].values()]:
        part.pop("ipv6", None)
        part.pop("prefer", None)
    for g in out.get("gateways", {}).values():
        g["nat"] = "none"
    for i, n in enumerate(out["networks"].values()):  # prefixes are visible everywhere now
        n["ipv4"] = n["ipv4"] if n["ipv4"].startswith("203.") else f"10.{i}.0.0/24"
    out["servers"].get("turn", {}).pop("deny", None)
    return out


def drawn(first, count):
    """So many worlds of which the oracle tells, by number."""
    found = {}
    while len(found) < count:
        found |= {w["seed"]: plain(w) for w in random_worlds(first, first + count - 1) if w["expect"].get("path") == "oracle"}
        first += count
    return dict(sorted(found.items())[:count])


def write(directory, worlds):
    """The worlds as they are, and changed by each law."""
    for number, w in worlds.items():
        for law, (change, _, _) in LAWS.items():
            if change is None:
                continue
            before = flat(w) if law == "to-ipv6" else w
            for name, data in (("as-is", before), (law, change(before))):
                if name == "as-is" and law not in ("rename", "to-ipv6"):
                    continue  # it is that of `rename`
                stem = f"{number:05}-{'flat' if name == 'as-is' and law == 'to-ipv6' else name}"
                (directory / f"{stem}.yaml").write_text(json.dumps(data, indent=1) + "\n")


def run_reversed(directory, worlds):
    """The worlds as they are, and both agents tell their candidates in the other order: the cases by name. A server that denies some addresses is
    asked for the others one by one in this order, which may decide whose relay is used, of two pairs that are as good."""
    stems = [f"{seed:05}" for seed in worlds]
    both = " ".join(f"--at {agent} --fault candidate-lines-reversed" for agent in AGENTS)
    cases = faulty_party.run_lines([f"{both} --whole {directory}/{stem}-as-is.yaml" for stem in stems])
    return {f"{stem}-candidate-lines": case for stem, case in zip(stems, cases)}


def differences(cases, worlds):
    """Lines that say which law does not hold in which world. cases: by name."""
    lines = []
    for seed in worlds:
        for law, (_, before, after) in LAWS.items():
            was, now = cases[f"{seed:05}-{'flat' if law == 'to-ipv6' else 'as-is'}"], cases[f"{seed:05}-{law}"]
            if "error" in (was["outcome"], now["outcome"]):
                if was["outcome"] != now["outcome"]:
                    lines.append(f"{law} {seed}: {was['outcome']} {was['reason']} became {now['outcome']} {now['reason']}")
            elif before(was) != after(now):
                lines.append(f"{law} {seed}: {before(was)} became {after(now)}")
    return lines
