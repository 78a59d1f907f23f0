"""Runs calls with a faulty party (tests/faulty) and says who was blamed for what. As a command it prints the table of faults: named by, also
named:  tests/cli/faulty_party.py [FAULT...]"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("NATSIM", ROOT / "build" / "natsim")).with_name("faulty_party")

CALL = """natsim: 1
claim: The fault is named, and nobody else is blamed.
networks:
{networks}servers:
  platform: {{on: {net}, kind: platform}}
{servers}agents:
  L: {{on: {net}{L}}}
  R: {{on: {net}{R}}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: [direct, relayed, none]
  until: {until}
"""
LAN = "  lan: {ipv4: 10.1.0.0/24, delay: 5ms}\n"
LAN6 = '  lan: {ipv4: 10.1.0.0/24, ipv6: "2001:db8:1::/64", delay: 5ms}\n'
TURN = "  turn: {on: lan, kind: turn, users: {alice: secret}, realm: example.org}\n"
RELAYED = ", policy: relay, turn: [{server: turn, user: alice, password: secret}]"
# What is different in each place: networks, servers, keys of both agents, of L, of R.
PLACES = {
    "host": {},
    "swapped": {"L": ", role: controlled", "R": ", role: controlling"},
    "trickling": {"both": ", trickle: full"},
    "relay": {"servers": TURN, "both": RELAYED},
    "relay-trickling": {"servers": TURN, "both": RELAYED + ", trickle: full"},
    "ipv6": {"networks": LAN6, "both": ", ipv6: on"},
}


@dataclass
class Fault:
    name: str            # of tests/faulty; several are joined by +
    rules: str           # each of them names it, always
    also: str = ""       # these may name it, too
    sides: str = "LR"    # L calls
    places: tuple = tuple(PLACES)
    until: str = "10s"
    keys: str = ""       # of the faulty agent
    peer: str = ""       # of the other one
    steps: str = ""
    options: str = ""    # of faulty_party
    open: str = ""       # what the judge does not do yet, and what is named meanwhile


def call(fault, place, side):
    """The scenario."""
    p = {"networks": LAN, "servers": "", "both": "", "L": "", "R": "", **PLACES[place]}
    keys = {s: p["both"] + p[s] + (fault.keys if s == side else fault.peer) for s in "LR"}
    return CALL.format(net="lan", networks=p["networks"], servers=p["servers"], steps=fault.steps, until=fault.until, **keys)


def ways(fault):
    return [(place, side) for place in fault.places for side in fault.sides]


class Finding:
    """What the rules found in one run: {(agent, rule): (count, detail)}, and how the call ended."""
    def __init__(self, line):
        self.outcome, self.path, self.reason = line["outcome"], line["path"], line["reason"]
        self.blamed = {(f["agent"], f["rule"]): (f["count"], f["detail"]) for f in line["violations"] + line["advice"]}
        self.not_judged = {(f["agent"], f["rule"]) for f in line["not_judged"]}


def run_batch(lines):
    """The findings of command lines, on all cores."""
    jobs = min(os.cpu_count() or 1, max(1, len(lines) // 50))
    running = []
    for i in range(jobs):
        with tempfile.TemporaryFile("w+") as text:
            text.write("\n".join(lines[i::jobs]) + "\n")
            text.seek(0)
            running.append(subprocess.Popen([PROGRAM, "--batch"], stdin=text, stdout=subprocess.PIPE, text=True))
    found = [None] * len(lines)
    for i, process in enumerate(running):
        out = process.stdout.read()
        assert process.wait() == 0, f"{PROGRAM} ended with {process.returncode}"
        found[i::jobs] = [Finding(json.loads(line)) for line in out.splitlines()]
    return found


def run_faults(faults, directory):
    """{(fault's name, place, side): Finding}."""
    which, lines = [], []
    for number, fault in enumerate(faults):
        for place, side in ways(fault):
            path = Path(directory) / f"{number}-{place}-{side}.yaml"
            path.write_text(call(fault, place, side))
            which.append((fault.name, place, side))
            lines.append(f"--at {side} --fault {fault.name} {fault.options} {path}")
    return dict(zip(which, run_batch(lines)))


def print_table(faults, found):
    for fault in faults:
        named, others = defaultdict(int), defaultdict(int)
        runs = [(side, f) for (name, _, side), f in found.items() if name == fault.name]
        for side, finding in runs:
            for agent, rule in finding.blamed:
                (named if agent == side else others)[rule] += 1
        always = [rule for rule, n in sorted(named.items()) if n == len(runs)]
        also = [f"{rule} ({n} of {len(runs)})" for rule, n in sorted(named.items()) if n < len(runs)]
        print(f"{fault.name}: {' '.join(always) or '-'}" + (f"; also {', '.join(also)}" if also else "") +
              (f"; OTHERS BLAMED: {', '.join(sorted(others))}" if others else "") + (f"; open: {fault.open}" if fault.open else ""))
    print(f"{len(faults)} faults, {len(found)} runs")


def main():
    from faulty_faults import FAULTS
    wanted = [f for f in FAULTS if len(sys.argv) == 1 or f.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as directory:
        print_table(wanted, run_faults(wanted, directory))


if __name__ == "__main__":
    main()
