"""A foreign agent with one fault (faulty_agent.py) against natsim's own: the fault is named by its rule, and nobody else is blamed.

Each fault that shows within some seconds is tried once; FAULTY=all tries all, as the caller and as the callee, with and without
trickling, in two minutes."""

import json
import os
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Run
from test_live import live_only

pytestmark = [pytest.mark.xdist_group("live"), live_only]  # in real time
AGENT = Path(__file__).with_name("faulty_agent.py")
ALL = os.environ.get("FAULTY") == "all"

CALL = """natsim: 1
claim: The fault {claim} is found, and nobody else is blamed.
networks:
  lan: {{ipv4: 10.1.0.0/24, delay: {delay}}}
servers:
  platform: {{on: lan, kind: platform}}
agents:
  L: {{on: lan{L}}}
  R: {{on: lan{R}}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: [direct, none]
  until: {until}s
"""
ADDRESS = {"L": "10.1.0.3", "R": "10.1.0.4"}
ANSWERS, CHECKS = "0x0101", "0x0001"


def lost(what, after, seconds=None):
    """Of what the peer sends."""
    more = f", for: {seconds}s" if seconds else ""
    return lambda me, peer: f'  - {{at: {after}, drop: {{where: {peer}, filter: "udp[8:2] = {what} and dst host {ADDRESS[me]}"{more}}}}}\n'


@dataclass
class Fault:
    name: str
    rules: str         # those that name it, always all of them
    sides: str = "LR"  # L calls, and controls
    trickles: tuple = (False, True)
    until: float = 1   # seconds
    delay: str = "1ms"
    peer: str = ""     # keys of natsim's agent; or a word for another faulty agent
    keys: str = ""     # of this one
    steps: list = field(default_factory=list)
    long: bool = False
    also: str = ""     # rules that may find it, too


CONFLICT = {"keys": ", role: controlling", "peer": ", role: controlling, tie-breaker: 18446744073709551615",
            "steps": [lost(CHECKS, "0s", 0.2)]}
DOES_RIGHT = ("none", "revokes")
FAULTS = [
    Fault("none", "", until=8),
    Fault("revokes", "", until=8, peer="none"),
    Fault("wrong-priority", "RFC8445-7.1.1-priority"),
    Fault("no-priority", "RFC8445-7.1.1-priority"),
    Fault("no-answers", "", also="RFC8445-7.3-answer RFC8863-4-listening"),
    Fault("refuses-checks", "RFC8445-7.3-refused"),
    Fault("no-triggered-checks", "RFC8445-7.3.1.4-triggered", sides="L", until=5),
    Fault("never-nominates", "RFC8445-8.1.1-eventually", sides="L", until=45, long=True),
    Fault("nominates-two", "RFC8445-8.1.1-one", sides="L", until=2),
    Fault("nominates-at-once", "RFC8445-8.1.1-valid", sides="L"),
    Fault("nominates-as-controlled", "RFC8445-7.1.2-use-candidate", sides="R"),
    Fault("username-swapped", "RFC8445-7.2.2-username", also="RFC8489-14.5-hmac"),
    Fault("no-fingerprint", "RFC8445-7.2.4-fingerprint"),
    Fault("answers-without-fingerprint", "RFC8445-7.2.4-fingerprint"),
    Fault("no-integrity", "RFC8489-9.1.2-credentials"),
    Fault("answers-without-integrity", "RFC8489-9.1.3-integrity"),
    Fault("answers-wrongly-signed", "RFC8489-14.5-hmac"),
    Fault("answers-other-id", "RFC8489-5-answer-id", also="RFC8445-7.3-answer"),
    Fault("both-roles", "RFC8445-7.1.3-role"),
    Fault("wrong-mapped", "RFC8445-7.3-mapped"),
    Fault("changes-tie-breaker", "RFC8445-16.1-tie-breaker", until=7),
    # A conflict that it makes has the check repeated at once.
    Fault("changes-role", "RFC8445-6.1.1-role", until=7, also="RFC8445-7.3.1.1-conflict RFC7675-5.1-interval"),
    Fault("ignores-487", "RFC8445-7.2.5.1-switch", until=2, also="RFC8445-7.3.1.1-conflict", **CONFLICT),
    Fault("keeps-tie-breaker", "RFC8445-7.2.5.1-tie-breaker", until=2, **CONFLICT),
    Fault("refuses-without-conflict", "", also="RFC8445-7.3.1.1-conflict RFC8445-6.1.1-role"),
    Fault("accepts-conflict", "", also="RFC8445-7.3.1.1-conflict RFC8445-6.1.1-role", until=2, keys=", role: controlling",
          peer=", role: controlling, tie-breaker: 1", steps=[lambda me, peer: lost(CHECKS, "0s", 0.2)(peer, me)]),
    Fault("no-consent", "RFC7675-5.1-none", until=34, long=True),
    Fault("consent-by-the-clock", "RFC7675-5.1-random", until=39, long=True),
    Fault("consent-too-often", "RFC7675-5.1-interval", until=4),
    Fault("consent-seldom", "RFC7675-5.1-rate", until=27, long=True),
    Fault("consent-again", "RFC7675-5.1-fresh", sides="L", until=8, steps=[lost(ANSWERS, "3s", 4)]),
    Fault("data-before-consent", "RFC7675-5.1-consent", delay="20ms"),
    Fault("data-elsewhere", "RFC8445-12.1-valid", until=4),
    Fault("data-after-revocation", "RFC7675-5.2-revoked", until=10, peer="revokes"),
    Fault("data-for-ever", "RFC7675-5.1-expiry", until=60, long=True, steps=[lost(ANSWERS, "2s")]),
    Fault("candidate-after-the-end", "RFC8838-13-end", sides="L", trickles=(True,), until=2),
    Fault("loopback", "RFC8445-5.1.1.1-loopback"),
    Fault("name", "RFC8839-5.1-fqdn"),
    Fault("name-mdns", "RFC8839-5.1-fqdn"),
    Fault("raddr-without-rport", "RFC8839-5-grammar"),
    Fault("no-raddr", "RFC8839-5.1-related"),
    Fault("raddr-at-host", "RFC8839-5.1-related"),
    Fault("equal-priorities", "RFC8445-5.1.2-unique"),
    Fault("priority-zero", "RFC8839-5-grammar"),
    Fault("component-2-alone", "RFC8839-5.1-components"),
    Fault("short-password", "RFC8839-5-grammar"),
    Fault("rto-100ms", "RFC8445-14.3-rto", delay="150ms", until=2),
    Fault("faster-than-ta", "RFC8445-14.2-pacing"),
    Fault("gives-up", "RFC8863-4-listening", until=7, long=True, also="RFC8445-7.3-answer", steps=[lost(ANSWERS, "0s"), lost(CHECKS, "0s", 2.5)]),
    Fault("padding", "RFC8489-14-padding"),
    Fault("no-ice2", "RFC8445-10-ice2"),
]


def variants():
    """Each fault in one of its ways, or in all."""
    for i, fault in enumerate(FAULTS):
        ways = [(side, trickles) for side in fault.sides for trickles in fault.trickles]
        if ALL or not fault.long:
            for side, trickles in ways if ALL else [ways[i % len(ways)]]:
                yield f"{fault.name}-{side}{'-trickling' if trickles else ''}", fault, side, trickles


def command(fault, trickles):
    return f", exec: {json.dumps(shlex.join([sys.executable, str(AGENT), *['--trickle'] * trickles, fault]))}"


def call(fault, side, trickles):
    peer = "R" if side == "L" else "L"
    foreign = fault.peer != "" and not fault.peer.startswith(",")
    keys = {side: command(fault.name, trickles) + fault.keys,
            peer: command(fault.peer, trickles) if foreign else (", trickle: full" if trickles else "") + fault.peer}
    return CALL.format(claim=fault.name, delay=fault.delay, until=fault.until, steps="".join(s(side, peer) for s in fault.steps), **keys)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    directory = tmp_path_factory.mktemp("faulty")
    for name, fault, side, trickles in variants():
        (directory / f"{name}.yaml").write_text(call(fault, side, trickles))
    run = Run(["run", ".", "--jobs", 16, "--capture", "failed"], directory, timeout=590)
    assert run.code in (0, 1), run
    return {c["id"]: c for c in json.loads((directory / "natsim-out" / "results.json").read_text())["cases"]}


@pytest.mark.parametrize("name, fault, side", [pytest.param(name, fault, side, id=name) for name, fault, side, _ in variants()])
def test_the_fault_is_named_and_nobody_else_is_blamed(cases, name, fault, side):
    c = cases[name]
    conformance = c["conformance"]
    blamed = {(v["rule"], v["agent"]) for v in conformance["violations"] + conformance["advice"]}
    rules = {rule for rule, agent in blamed if agent == side}
    assert {agent for _, agent in blamed} <= {side}, conformance
    assert set(fault.rules.split()) <= rules <= {*fault.rules.split(), *fault.also.split()}, conformance
    assert rules or fault.name in DOES_RIGHT, conformance
