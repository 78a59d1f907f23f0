"""The oracle against the fabric and the agents, over random worlds. WORLDS=N runs so many, 1,000 by default, WORLDS_FROM is the first seed."""

import json
import os
from collections import Counter

import pytest

import worlds

COUNT = int(os.environ.get("WORLDS", 1000))
FIRST = int(os.environ.get("WORLDS_FROM", 1))
# What it may say it cannot tell, each of one world in 200 at most: bounds of its search and of agents, and policies where chance decides.
UNTOLD = ["the oracle cannot tell: too many orders of first packets", "the oracle cannot tell: there are more pairs than max-pairs",
          "the oracle cannot tell: a gateway has too few ports for every order", "the oracle cannot tell: the external address of a mapping is arbitrary"]


def show(case, directory):
    scenario = json.loads((directory / os.path.basename(case["file"])).read_text())
    lines = [f"{case['id']}: {case['outcome']}, path {case['path']}, the oracle says {case['expected_path']}: {case['reason']}"]
    return "\n".join(lines + [f"  {key}: {json.dumps(scenario[key])}" for key in ("networks", "gateways", "servers", "agents", "steps") if key in scenario])


def test_the_oracle_agrees_with_the_fabric(natsim, tmp_path):
    directory = tmp_path / "worlds"
    directory.mkdir()
    worlds.write(directory, FIRST, COUNT)
    run = natsim("run", "worlds", "--out", "out", "--capture", "none", timeout=600)
    assert run.code in (0, 1, 3), run
    cases = json.loads((tmp_path / "out" / "results.json").read_text())["cases"]
    assert len(cases) == COUNT
    untold = [c for c in cases if c["outcome"] == "error" and c["reason"] in UNTOLD]
    # Paths alone: what the rules of conformance say of a call is another test's.
    wrong = [c for c in cases if c not in untold and (c["outcome"] not in ("pass", "fail") or c["path"] not in c["expected_path"])]
    assert not wrong, f"{len(wrong)} of {COUNT} disagree\n" + "\n".join(show(c, directory) for c in wrong)
    for reason in UNTOLD:
        ids = [c["id"] for c in untold if c["reason"] == reason]
        assert len(ids) * 200 <= COUNT + 200, (reason, ids)
    seen = Counter(c["path"] for c in cases)
    assert all(seen[path] * 50 > COUNT for path in ("direct", "relayed", "none")), seen


def test_worlds_are_what_they_claim_to_be():
    """Three levels, shared gateways, equal prefixes, each hairpin, both reply kinds, all nine policies, each word."""
    every = [worlds.world(seed) for seed in range(1, 1001)]
    gateways = [g for w in every for g in w.get("gateways", {}).values()]
    policies = [g["nat"] for g in gateways if isinstance(g["nat"], dict) and "mapping" in g["nat"]]
    assert len({(p["mapping"], p["filtering"]) for p in policies}) == 9
    assert {p["hairpin"] for p in policies} == {"none", "internal-source", "external-source"}
    assert {p["replies"] for p in policies} == {"table", "pinned"}
    words = {(key, value) for p in policies for key, value in p.items() if isinstance(value, str)}
    assert words >= {("filter-scope", "flow"), ("filter-scope", "endpoint"), ("ports", "overload"), ("reuse", "latest-by-source-if-tuple-unique"),
                     ("conflict", "lowest"), ("conflict", "overload"), ("low-ports", "linux"), ("low-ports", "same-class"),
                     ("icmp", "drop-too-big"), ("icmp", "drop"), ("fragments", "in-order"), ("fragments", "drop"), ("pooling", "arbitrary")}
    assert {key for p in policies for key in p} >= {"poison", "answers", "icmp-rate", "lifetimes", "lifetime-by-port", "hold-down", "refresh",
                                                    "addresses", "block", "unsolicited"}
    linux = [p for p in policies if p.get("filter-scope") == "flow" and p.get("reuse") and p.get("ports") == "overload"]
    assert any("poison" in p for p in linux) and any("poison" not in p for p in linux)
    presets = {g["nat"] for g in gateways if isinstance(g["nat"], str)}
    assert presets >= {*worlds.CLASSIC, *worlds.LINUX, *worlds.DEVICES}
    assert any("ipv6" in n for w in every for n in w["networks"].values())
    assert any(len(w["steps"]) > 1 for w in every) and any("rto" in a for w in every for a in w["agents"].values())

    def levels(w, network):
        for g in w.get("gateways", {}).values():
            if network in ([g["inside"]] if isinstance(g["inside"], str) else g["inside"]):
                return 1 + levels(w, g["outside"])
        return 0

    depths = [levels(w, a["on"]) for w in every for a in w["agents"].values() if isinstance(a["on"], str)]
    assert set(depths) == {0, 1, 2, 3}
    assert any(w["agents"]["L"]["on"] == w["agents"]["R"]["on"] for w in every)
    assert any(len({n["ipv4"] for n in w["networks"].values()}) < len(w["networks"]) for w in every)
    assert any("turn" not in a for w in every for a in w["agents"].values())
    assert worlds.world(7) == worlds.world(7)


# Two homes; R asks a server that is not there, so that gathering goes on for 39.5 s while L's candidates wait.
PRESETS = """natsim: 1
claim: Behind a ${left} and a ${right} a call ends as the oracle says, DEAD.
matrix: {left: NAMES, right: NAMES}
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  left: {ipv4: 10.1.0.0/24, delay: 1ms}
  right: {ipv4: 10.2.0.0/24, delay: 3ms}
gateways:
  nat-left: {inside: left, outside: internet, nat: "${left}"}
  nat-right: {inside: right, outside: internet, nat: "${right}"}
servers:
  stun: {on: internet, kind: stun}
  dead: {on: left, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}}
agents:
  L: {on: left, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
  R: {on: right, stun: [stun, dead]}
steps:
  - {at: 0s, call: {from: L, to: R}}
expect: {path: oracle}
"""


@pytest.mark.parametrize("dead", [False, True])
def test_every_pair_of_presets_ends_as_the_oracle_says(dead, natsim, scenario, results):
    names = [line.split()[0] for line in natsim("presets").out.splitlines()[1:] if line.split()[1] != "-"]
    text = PRESETS.replace("NAMES", "[" + ", ".join(names) + "]").replace("DEAD", "though a server is dead" if dead else "with servers that answer")
    if not dead:
        text = text.replace("  dead: {on: left, kind: stun}\n", "").replace("[stun, dead]", "[stun]")
    run = natsim("run", scenario(text), "--capture", "none", timeout=300)
    cases = results()["cases"]
    assert run.code == 0 and len(cases) == len(names) ** 2 > 700, [c["id"] + ": " + c["reason"] for c in cases if c["outcome"] != "pass"]
