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
{networks}{gateways}servers:
  platform: {{on: lan, kind: platform}}
{servers}agents:
  L: {{on: {at[0]}{L}}}
  R: {{on: {at[1]}{R}}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: [direct, relayed, none]
  until: {until}
  limit: 30m
"""
LAN = "  lan: {ipv4: 10.1.0.0/24, delay: 5ms}\n"
LAN6 = '  lan: {ipv4: 10.1.0.0/24, ipv6: "2001:db8:1::/64", delay: 5ms}\n'
SLOW = "  lan: {ipv4: 10.1.0.0/24, delay: 150ms}\n"
TURN = "  turn: {on: lan, kind: turn, users: {alice: secret}, realm: example.org}\n"
RELAYED = ", policy: relay, turn: [{server: turn, user: alice, password: secret}]"
HOMES = LAN + "  home-l: {ipv4: 10.2.0.0/24, delay: 1ms}\n  home-r: {ipv4: 10.3.0.0/24, delay: 1ms}\n"
SYMMETRIC = "gateways:\n" + "".join(f"  nat-{s}: {{inside: home-{s}, outside: lan, nat: symmetric}}\n" for s in "lr")
SWAPPED = {"L": ", role: controlled", "R": ", role: controlling"}
TWO = {"networks": LAN.replace("delay: 5ms", "delay: 100ms") + "  other: {ipv4: 10.2.0.0/24, delay: 5ms}\n", "at": ("[lan, other]", "[lan, other]")}
TWO6 = LAN6.replace("delay: 5ms", "delay: 100ms") + '  other: {ipv4: 10.2.0.0/24, ipv6: "2001:db8:2::/64", delay: 5ms}\n'
# What is different in each place: networks, where agents are, servers, keys of both agents, of L, of R.
PLACES = {
    "host": {},
    "swapped": SWAPPED,
    "trickling": {"both": ", trickle: full"},
    "relay": {"servers": TURN, "both": RELAYED},
    "relay-swapped": {"servers": TURN, "both": RELAYED, **SWAPPED},
    "relay-trickling": {"servers": TURN, "both": RELAYED + ", trickle: full"},
    "ipv6": {"networks": LAN6, "both": ", ipv6: on"},
    "ipv6-swapped": {"networks": LAN6, "both": ", ipv6: on", **SWAPPED},
    "two": TWO,
    "two-swapped": {**TWO, **SWAPPED},
    "two-trickling": {**TWO, "both": ", trickle: full"},
    "two-ipv6": {**TWO, "networks": TWO6, "both": ", ipv6: on"},
    "slow": {"networks": SLOW},
    "symmetric": {"networks": HOMES, "gateways": SYMMETRIC, "servers": TURN, "both": RELAYED.replace("policy: relay, ", ""), "at": ("home-l", "home-r")},
    "both-ways": {"servers": TURN, "both": RELAYED.replace("policy: relay, ", "") + ", trickle: full"},
}
ROLES = {"L": "controlling", "R": "controlled"}  # but for swapped places
USUAL = ("host", "swapped", "trickling", "relay", "relay-swapped", "relay-trickling", "ipv6", "ipv6-swapped")


@dataclass
class Fault:
    name: str             # of tests/faulty; several are joined by +
    rules: str            # each of them names it, always
    also: str = ""        # these may name it, too
    some: bool = False    # one at least of `also` names it
    sides: str = "LR"     # L calls
    role: str = ""        # the faulty agent's
    places: tuple = USUAL
    until: str = "10s"
    keys: str = ""        # of the faulty agent
    peer: str = ""        # of the other one
    steps: str = ""       # {own} and {peer} are the faulty agent and the other one
    options: str = ""     # of faulty_party
    other: str = ""       # the other agent's fault
    other_options: str = ""
    other_rules: str = "" # it is named by some of these
    unjudged: str = ""    # these are said not to be judged, always
    when: str = ""        # what tells it from a row of the same name

    @property
    def id(self):
        return " ".join(filter(None, (self.name, self.when, self.options.replace("--", ""), self.other and f"and {self.other}")))


def lost(what, sender, after, duration=None):
    """STUN messages of this type that a side ("own" or "peer" of the faulty agent) sends are lost, straight or in TURN's frames."""
    places = ("udp[8:2]", "udp[12:2]", "udp[44:2]", "ip6[48:2]")
    condition = " or ".join(f"{place} = {what}" for place in places)
    more = f", for: {duration}" if duration else ""
    return f'  - {{{{at: {after}, drop: {{{{where: {{{sender}}}, filter: "{condition}"{more}}}}}}}}}\n'


def other_side(side):
    return "LR".replace(side, "")


def call(fault, place, side):
    """The scenario."""
    p = {"networks": LAN, "at": ("lan", "lan"), "gateways": "", "servers": "", "both": "", "faulty": "", "L": "", "R": "",
         **PLACES[place]}
    keys = {s: p["both"] + p[s] + (p["faulty"] + fault.keys if s == side else fault.peer) for s in "LR"}
    steps = fault.steps.format(own=side, peer=other_side(side))
    return CALL.format(at=p["at"], networks=p["networks"], gateways=p["gateways"], servers=p["servers"], steps=steps, until=fault.until, **keys)


def role(place, side):
    return ROLES.get(other_side(side) if "swapped" in place else side)


def ways(fault):
    return [(place, side) for place in fault.places for side in fault.sides if fault.role in ("", role(place, side))]


class Finding:
    """What the rules found in one run: {(agent, rule): (count, detail)}, and how the call ended."""
    def __init__(self, line):
        self.outcome, self.path, self.reason = line["outcome"], line["path"], line["reason"]
        self.states = line["states"]
        self.blamed = {(f["agent"], f["rule"]): (f["count"], f["detail"]) for f in line["violations"] + line["advice"]}
        self.not_judged = {(f["agent"], f["rule"]) for f in line["not_judged"]}


def run_lines(lines):
    """What the program prints of each command line, on all cores."""
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
        found[i::jobs] = [json.loads(line) for line in out.splitlines()]
    return found


def run_batch(lines):
    return [Finding(line) for line in run_lines(lines)]


def command(fault, side, path):
    second = f"--at {other_side(side)} --fault {fault.other} {fault.other_options}" if fault.other else ""
    return f"--at {side} --fault {fault.name} {fault.options} {second} {path}"


def run_faults(faults, directory):
    """{(fault's id, place, side): Finding}."""
    which, lines = [], []
    for number, fault in enumerate(faults):
        for place, side in ways(fault):
            path = Path(directory) / f"{number}-{place}-{side}.yaml"
            path.write_text(call(fault, place, side))
            which.append((fault.id, place, side))
            lines.append(command(fault, side, path))
    return dict(zip(which, run_batch(lines)))


def what_is_wrong(fault, place, side, finding):
    """How the findings are not what they should be; "" when they are."""
    own = {rule for agent, rule in finding.blamed if agent == side}
    must, may = set(fault.rules.split()), {*fault.rules.split(), *fault.also.split()}
    others = {(agent, rule): detail for (agent, rule), (_, detail) in finding.blamed.items()
              if agent != side and not (agent == other_side(side) and rule in fault.other_rules.split())}
    missed = must - own or (fault.some and not own and {"any of " + fault.also})
    silent = {rule for rule in fault.unjudged.split() if (side, rule) not in finding.not_judged}
    told = [missed and f"missed {sorted(missed)}", own - may and f"unexpected {sorted(own - may)}", silent and f"judged {sorted(silent)}", others and f"others blamed {others}",
            finding.outcome not in ("pass", "fail") and finding.reason]
    return "; ".join(f"{place}, {side}: {t}" for t in told if t)


def print_table(faults, found):
    for fault in faults:
        named, others = defaultdict(int), defaultdict(int)
        runs = [(side, found[fault.id, place, side]) for place, side in ways(fault)]
        for side, finding in runs:
            for agent, rule in finding.blamed:
                (named if agent == side else others)[rule] += 1
        always = [rule for rule, n in sorted(named.items()) if n == len(runs)]
        also = [f"{rule} ({n} of {len(runs)})" for rule, n in sorted(named.items()) if n < len(runs)]
        print(f"{fault.id}: {' '.join(always) or '-'}" + (f"; also {', '.join(also)}" if also else "") +
              (f"; the other agent: {', '.join(sorted(others))}" if others else ""))
    wrong = [what for fault in faults for place, side in ways(fault)
             if (what := what_is_wrong(fault, place, side, found[fault.id, place, side]))]
    print(f"{len(faults)} faults, {len(found)} runs, {len(wrong)} not as expected")


def main():
    from faulty_faults import DOES_RIGHT, FAULTS
    from faulty_turn import CLIENT_FAULTS, SERVER_FAULTS
    wanted = [f for f in DOES_RIGHT + FAULTS + CLIENT_FAULTS + SERVER_FAULTS if len(sys.argv) == 1 or f.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as directory:
        print_table(wanted, run_faults(wanted, directory))


if __name__ == "__main__":
    import faulty_party  # the one whose places the tables of faults have added to
    faulty_party.main()
