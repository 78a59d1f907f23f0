"""Whether why_not names the right rules: with those that a sentence names set to their open value the pair becomes valid, and with every other rule of
every NAT set so instead it does not.

    tests/cli/counterfactual.py [SUITE]... [--stacks N [--from SEED]]

prints a line for each cause, with counts, and each sentence that does not hold. Without arguments: all suites in virtual time."""

import argparse
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
NATSIM = Path(os.environ.get("NATSIM", ROOT / "build" / "natsim"))
SUITES = ROOT / "scenarios" / "suites"
OPEN = {"mapping": "endpoint-independent", "filtering": "endpoint-independent", "hairpin": "external-source", "poison": "none", "ipv6": "open", "deny": [],
        "limits": None, "range": None, "nat": "none", "fragments": "reassemble", "lifetime": "1h"}
AS_WELL_AS = {"prflx": ("prflx", "srflx")}  # a mapping that is no longer one for each destination is where STUN saw it


class Yaml12(yaml.SafeLoader):
    """`on` is a word."""


class Yaml12Dumper(yaml.SafeDumper):
    pass


Yaml12.yaml_implicit_resolvers = {c: [(tag, r) for tag, r in rs if tag != "tag:yaml.org,2002:bool"] for c, rs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
Yaml12Dumper.yaml_implicit_resolvers = Yaml12.yaml_implicit_resolvers


def substitute(value, cell):
    """As the loader does."""
    if isinstance(value, dict):
        return {k: substitute(v, cell) for k, v in value.items()}
    if isinstance(value, list):
        return [substitute(v, cell) for v in value]
    if isinstance(value, str) and re.fullmatch(r"\$\{[^}]*\}", value):
        return copy.deepcopy(cell[value[2:-1]])
    return re.sub(r"\$\{([^}]*)\}", lambda m: str(cell[m[1]]), value) if isinstance(value, str) else value


def label(value):
    return next(iter(value)) if isinstance(value, dict) else value


def unlabelled(value):
    return next(iter(value.values())) if isinstance(value, dict) else value


def cell_of(document, case):
    """The scenario of one cell, with whatever path."""
    params = case["params"]
    cell = {axis: next(unlabelled(v) for v in values if params[axis] in (label(v), unlabelled(v))) for axis, values in document.get("matrix", {}).items()}
    out = {k: substitute(v, cell) for k, v in document.items() if k not in ("matrix", "expect-where", "tags")}
    out["expect"] = {**out["expect"], "path": ["direct", "relayed", "none"]}
    return out


def has_ipv6(scenario, gateway):
    inside = gateway["inside"] if isinstance(gateway["inside"], list) else [gateway["inside"]]
    return all(any("ipv6" in scenario["networks"][n] for n in side) for side in (inside, [gateway["outside"]]))


def opened(scenario, rules, named):
    """With these rules set to their open value, or, not `named`, all others of all gateways."""
    out = copy.deepcopy(scenario)
    for name, gateway in out.get("gateways", {}).items():
        policy = gateway["nat"] if isinstance(gateway["nat"], dict) else {"preset": gateway["nat"]}
        keys = {key for node, key in rules if node == name}
        if policy.get("preset") in ("none", "blocked", "blocked-udp"):
            gateway["nat"] = "none" if ("nat" in keys) == named else gateway["nat"]
            continue
        chosen = keys if named else OPEN.keys() - keys - {"nat"} - ({"ipv6"} if not has_ipv6(scenario, gateway) else set())
        for key in chosen:
            if key == "limits":
                for limit in ("max-mappings", "max-per-host"):
                    policy.pop(limit, None)
            elif OPEN[key] in (None, []):
                policy.pop(key, None)
            else:
                policy[key] = OPEN[key]
        if policy.get("mapping") != "endpoint-independent" and policy.get("ports") == "overload":
            del policy["ports"]
        gateway["nat"] = policy
    return out


def run(files, out):
    done = subprocess.run([NATSIM, "run", *files, "--out", out, "--capture", "none", "--jobs", "2"], capture_output=True, text=True)
    if not (out / "results.json").exists():
        sys.exit(done.stderr)
    return json.loads((out / "results.json").read_text())["cases"]


def is_valid(file):
    """A cell by itself may have nodes that nobody uses."""
    return subprocess.run([NATSIM, "lint", file], capture_output=True).returncode == 0


def pair_of(case, entry):
    return next(p for p in case["agents"][entry["agent"]]["pairs"] if (p["local"], p["remote"]) == (entry["local"], entry["remote"]))


def ip(end):
    return end.rsplit(":", 1)[0]


def priority(pair):
    return int(pair["priority"])


def is_overtaken(case, entry, pair):
    """A better pair was selected now, and this one need not have been checked."""
    agent = case["agents"][entry["agent"]]
    best = [p for s in agent["selected"] for p in agent["pairs"] if p["valid"] and p["local"].startswith(s["local"]["address"]) and p["nominated"]]
    return any(priority(p) > priority(pair) for p in best)


def is_full(case, entry, scenario):
    """The peer has no room for the pair (RFC 8445, 6.1.2.5)."""
    return any(len(case["agents"][name]["pairs"]) >= agent.get("max-pairs", 100) for name, agent in scenario["agents"].items() if name != entry["agent"])


def has_valid(case, entry, pair):
    """The pair of these bases, whatever ports NATs give it now."""
    types = AS_WELL_AS.get(pair["remote_type"], (pair["remote_type"],))
    return any(p["valid"] and ip(p["base"]) == ip(pair["base"]) and ip(p["remote"]) == ip(pair["remote"]) and p["remote_type"] in types
               for p in case["agents"][entry["agent"]]["pairs"])


def sentences(case):
    """Of each pair that was not selected for a rule: its entry, once for each set of rules."""
    seen = set()
    for entry in case.get("why_not", []):
        rules = frozenset((r["node"], r["key"]) for r in entry["rules"])
        was_valid = entry["text"].startswith(("data lost: ", "consent lost: "))
        if entry["local"] is None or not rules or was_valid or (key := (entry["agent"], ip(entry["local"]), ip(entry["remote"]), rules)) in seen:
            continue
        seen.add(key)
        yield entry, rules


def hold(scenarios, place):
    """scenarios: (id, the scenario of one cell, its result). Returns counts by cause, and the sentences that do not hold."""
    tried, files = {}, place / "cases"
    files.mkdir()
    counts = Counter()
    for name, scenario, case in scenarios:
        for entry in case.get("why_not", []):
            counts[entry["reason"], "names rules" if entry["rules"] else "names none"] += 1
        for entry, rules in sentences(case):
            for named in (True, False):
                file = f"c{len(tried) + counts.total():06}"
                path = files / f"{file}.yaml"
                path.write_text(yaml.dump(opened(scenario, rules, named), Dumper=Yaml12Dumper, sort_keys=False))
                if is_valid(path):
                    tried[file] = (name, entry, pair_of(case, entry), named, scenario)
                else:
                    path.unlink()
                    counts[entry["reason"], "not tried"] += 1
    wrong = []
    for case in run([files], place / "out") if tried else []:
        name, entry, pair, named, scenario = tried[Path(case["id"]).name]
        if named and is_full(case, entry, scenario):
            counts[entry["reason"], "check list full"] += 1
        elif named and is_overtaken(case, entry, pair):
            counts[entry["reason"], "overtaken by a better pair"] += 1
        elif case["outcome"] == "error" or has_valid(case, entry, pair) != named:
            wrong.append(f"{Path(case['id']).name} {name}: {entry['agent']} {entry['local']} > {entry['remote']}: {'with what it names' if named else 'with all else'} open the pair is "
                         f"{'an error: ' + case['reason'] if case['outcome'] == 'error' else 'not valid' if named else 'valid'}: {entry['text']}")
    return counts, len(tried), wrong


def of_suites(suites, place):
    for case in run(suites, place / "as-they-are"):
        if case["path"] != "direct" and case.get("why_not"):
            document = yaml.load((SUITES / case["file"]).read_text(), Loader=Yaml12)
            yield case["id"], cell_of(document, case), case


WORDS = ("endpoint-independent", "address-dependent", "address-and-port-dependent")


def stack(seed):
    """A call between hosts behind one to three NATs each."""
    draw = random.Random(seed)
    networks, gateways, homes = {"internet": {"ipv4": "203.0.113.0/24", "delay": "20ms"}}, {}, {}
    for side, (agent, octet) in enumerate((("L", 10), ("R", 11))):
        outside = "internet"
        for depth in range(draw.randint(1, 3)):
            inside = f"{agent.lower()}-{depth}"
            networks[inside] = {"ipv4": f"{octet}.{depth}.0.0/24", "delay": "1ms"}
            gateways[f"nat-{inside}"] = {"inside": inside, "outside": outside, "nat": {
                "mapping": draw.choice(WORDS), "filtering": draw.choice(WORDS), "replies": draw.choice(("table", "pinned"))}}
            outside = inside
        homes[agent] = outside
    ice = {"stun": ["stun"], "turn": [{"server": "turn", "user": "alice", "password": "secret"}]}
    return {"natsim": 1, "claim": f"Stack {seed}.", "networks": networks, "gateways": gateways,
            "servers": {"stun": {"on": "internet", "kind": "stun"}, "turn": {"on": "internet", "kind": "turn", "users": {"alice": "secret"}},
                        "platform": {"on": "internet", "kind": "platform"}},
            "agents": {agent: {"on": homes[agent], **ice} for agent in ("L", "R")},
            "steps": [{"at": "0s", "call": {"from": "L", "to": "R"}}], "expect": {"path": ["direct", "relayed", "none"]}}


def of_stacks(seeds, place):
    files = place / "stacks"
    files.mkdir()
    worlds = {f"stack-{seed}": stack(seed) for seed in seeds}
    for name, world in worlds.items():
        (files / f"{name}.yaml").write_text(yaml.dump(world, Dumper=Yaml12Dumper, sort_keys=False))
    for case in run([files], place / "as-they-are"):
        name = Path(case["id"]).name
        if case["path"] != "direct" and case.get("why_not"):
            yield name, worlds[name], case


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--stacks", type=int, default=0, metavar="N")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="SEED")
    o = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        suites = o.suites or [d.name for d in sorted(SUITES.iterdir()) if d.name not in ("interop", "radio")]
        counts, tried, wrong = hold(of_stacks(range(o.first, o.first + o.stacks), place) if o.stacks else of_suites(suites, place), place)
    for (reason, rules), n in counts.most_common():
        print(f"{n:6} {reason:16} {rules}")
    print(*wrong, sep="\n")
    print(f"{tried} runs, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
