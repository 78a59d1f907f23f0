#!/usr/bin/env python3
"""The laws of core/ice over random worlds, held against the packets at the agents' taps.

  ends       at the end neither agent still runs, but one whose peer has failed: its owner would hear of that (RFC 8445, 8.1.1)
  mirrored   when both have completed, the 5-tuple on which one's data arrive is that on which the other sends
  completes  without faults, where every schedule of the oracle has a path, and the limit of pairs has dropped none that could have
             carried it, both complete; and no pair goes at the limit that has Succeeded
  consent    data leave on a pair only within 30 s of an answer to a request on it (RFC 7675, 5.1)
  pacing     transactions of one agent begin Ta apart (RFC 8445, 14.2), consent requests apart
  blameless  no rule of reports/conformance names an agent; it cannot see that the limit of pairs took a nominated pair off a list

  tests/cli/laws.py [--worlds N] [--from N] [--jobs N] [--natsim PROGRAM] [--keep DIR]

Worlds are named by number. Those that break a law are printed with the law and the file, which stays in DIR (default: build/laws); each
batch prints from where a stopped campaign goes on. Exit: 0 all keep the laws, 1 some do not, 2 the run itself failed. 20,000 worlds
take some minutes.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import law_worlds
import taps

ROOT = Path(__file__).resolve().parents[2]
LAWS = ["runs", "ends", "mirrored", "completes", "consent", "pacing", "blameless"]
BATCH = 250
MS, CONSENT = 1_000_000, 30_000_000_000


class Broken(Exception):
    """The run itself failed."""


def run(natsim, directory, worlds, jobs):
    """Runs the worlds, by name, and gives back the cases, by name."""
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "worlds").mkdir(parents=True)
    for name, world in worlds.items():
        (directory / "worlds" / f"{name}.yaml").write_text(json.dumps(world, indent=1) + "\n")
    p = subprocess.run([natsim, "run", "worlds", "--jobs", str(jobs), "--out", "out"], cwd=directory, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
    try:
        cases = json.loads((directory / "out" / "results.json").read_text())["cases"]
    except (OSError, ValueError) as e:
        raise Broken(f"exit {p.returncode}, {e}:\n{p.stdout[:2000]}") from e
    return {Path(c["file"]).stem: c for c in cases}


def states(case):
    return {name: case["agents"][name]["state"] for name in ("L", "R")}


def as_text(case):
    return ", ".join(f"{name} is {state}" for name, state in states(case).items())


def have_completed(case):
    return all(state == "completed" for state in states(case).values())


def is_data(payload):
    return len(payload) >= 24 and 128 <= payload[0] < 192


def magic(payload):
    return payload[4:20]


def ends(case):
    for name, peer in (("L", "R"), ("R", "L")):
        state, theirs = case["agents"][name]["state"], case["agents"][peer]["state"]
        if state not in ("completed", "failed", "disconnected", "closed") and theirs != "failed":
            yield "ends", f"{name} is {state} at the end, {peer} {theirs}"


def mirrored(case, datagrams, faultless):
    """The last datagram that arrived of each side's, against the last one that the receiver sent."""
    if not have_completed(case):
        return
    senders, sends, arrives = {}, {}, {}
    for d in datagrams:
        if not is_data(d.bytes):
            continue
        if d.out:
            senders[magic(d.bytes)] = d.agent
            sends[d.agent] = d.flow
        elif not d.dropped:
            arrives[d.agent] = d.flow
    for name in ("L", "R"):
        if name in arrives and name in sends and arrives[name] != sends[name]:
            yield "mirrored", f"{name} sends on {taps.flow_text(sends[name])}, the peer's data come on {taps.flow_text(arrives[name])}"
        elif faultless and name not in arrives:
            yield "mirrored", f"no data have come to {name}"


def consent(datagrams):
    asked, answered = {}, {}
    for d in datagrams:
        if d.out and is_data(d.bytes):
            age = d.at - answered.get((d.agent, d.flow), d.at - 2 * CONSENT)
            if age > CONSENT:
                what = f"{age / 1e9:.3f} s after the last answer" if age != 2 * CONSENT else "never answered"
                yield "consent", f"{d.agent} sends data on {taps.flow_text(d.flow)}, {what}"
                return
        elif taps.is_stun(d.bytes):
            kind, ident = int.from_bytes(d.bytes[:2], "big"), (d.agent, d.flow, d.bytes[8:20])
            if d.out and kind == taps.BINDING_REQUEST:
                asked[ident] = d.at
            elif not d.out and kind == taps.BINDING_SUCCESS and not d.dropped and ident in asked:
                answered[d.agent, d.flow] = d.at


def ta(agent):
    return int(agent.get("ta", "50ms")[:-2]) * MS


def acts_on(world, name):
    """Steps that change what leaves the agent: its first transmissions may not be seen in time."""
    faults = [step[kind] for step in world["steps"] for kind in ("delay", "drop", "duplicate") if isinstance(step.get(kind), dict)]
    return any(fault["where"] == name for fault in faults)


def starts(datagrams, name):
    """Time, datagram and whether it is a check, of each transaction of an agent that is paced: of all but consent requests, those on a
    pair that is nominated already."""
    seen, nominated = set(), set()
    for d in datagrams:
        if d.agent != name or not taps.is_stun(d.bytes) or d.bytes[0] & 1 or d.bytes[1] & 0x10:
            continue
        binding = d.bytes[1] == 1
        attributes = taps.attributes(d.bytes) if binding else {}
        if d.out and d.bytes[8:20] not in seen and not (d.flow in nominated and taps.AT_USE_CANDIDATE not in attributes):
            yield d.at, d, binding and taps.AT_PRIORITY in attributes
        seen.add(d.bytes[8:20])
        if taps.AT_USE_CANDIDATE in attributes and not d.dropped:
            nominated.add(d.flow)


def pacing(world, datagrams):
    for name, peer in (("L", "R"), ("R", "L")):
        own = ta(world["agents"][name])
        both = max(own, ta(world["agents"][peer]))
        before = None
        if acts_on(world, name):
            continue
        for at, d, check in starts(datagrams, name):
            if before is not None and at - before[0] < before[1]:
                yield "pacing", (f"{name} begins a transaction on {taps.flow_text(d.flow)} {(at - before[0]) / MS:.3f} ms after the one"
                                 f" before, Ta is {before[1] // MS} ms")
                break
            before = (at, both if check else own)


def pairs(case, name, state=None):
    return {(p["base"] or p["local"], p["remote"]) for p in case["agents"][name]["pairs"] if state is None or p["state"] == state}


def blameless(case, world):
    for v in case["conformance"]["violations"]:
        if v["rule"] == "RFC8838-13-nomination" and "max-pairs" in world["agents"][v["agent"]]:
            continue
        yield "blameless", f"{v['agent']} broke {v['rule']}: {v['detail']}"


EVENT = re.compile(r"^ *\d+\.\d+ ms  (L|R) +(?:pair (\d+) )?([a-z].*?)  (\S+) > (\S+)$")


def dropped(natsim, directory, name):
    """What the limit took off the lists, or kept from them: of each agent, its pairs as base and remote, with their state then."""
    p = subprocess.run([natsim, "explain", f"worlds/{name}.yaml"], cwd=directory, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    state, gone = {}, {"L": {}, "R": {}}
    for line in p.stdout.splitlines():
        m = EVENT.match(line)
        if m is None:
            continue
        agent, number, what, local, remote = m.groups()
        if what in ("pruned: the limit of pairs", "pair not formed: the limit of pairs"):
            gone[agent][local, remote] = state.get((agent, number), "frozen")
        elif number is not None:
            state[agent, number] = what
    return gone


def completes(natsim, directory, suspects, worlds, cases, jobs):
    """Faultless worlds that have not completed, held against the oracle and against their twins without limits."""
    twins = run(natsim, directory / "twins", {name: law_worlds.twin(worlds[name]) for name in suspects}, jobs) if suspects else {}
    for name, twin in twins.items():
        paths = twin["expected_path"]
        told = paths and "none" not in paths
        limited = any("max-pairs" in a for a in worlds[name]["agents"].values())
        if told and not have_completed(twin):
            yield name, "completes", f"the oracle knows {' and '.join(paths)}; without limits {as_text(twin)}"
        if not limited or not have_completed(twin):
            continue
        gone = dropped(natsim, directory, name)
        for agent, pair in ((a, pair) for a in ("L", "R") for pair, state in gone[a].items() if state == "succeeded"):
            yield name, "completes", f"{agent}'s pair {' > '.join(pair)} had Succeeded and was dropped at the limit"
        carriers = [(a, pair) for a in ("L", "R") for pair in pairs(twin, a, "succeeded")]
        if told and all(pair in pairs(cases[name], a) and pair not in gone[a] for a, pair in carriers):
            yield name, "completes", f"the oracle knows {' and '.join(paths)}, no limit has dropped what carries it; {as_text(cases[name])}"


def judge(natsim, directory, seeds, jobs):
    """Runs worlds and gives back what breaks the laws, (number, law, text), and how often what was seen."""
    drawn = {f"world-{seed:07}": law_worlds.world(seed) for seed in seeds}
    worlds, faultless = {n: w for n, (w, _) in drawn.items()}, {n: f for n, (_, f) in drawn.items()}
    cases = run(natsim, directory, worlds, jobs)
    broken, seen = [], Counter()
    for name, world in worlds.items():
        case = cases.get(name)
        if case is None or case["outcome"] == "error":
            broken.append((name, "runs", case["reason"] if case is not None else "it has no result"))
            continue
        datagrams = taps.read(directory / "out" / case["capture"], {"L", "R"})
        for law in (ends(case), mirrored(case, datagrams, faultless[name]), consent(datagrams), pacing(world, datagrams), blameless(case, world)):
            broken += [(name, *b) for b in law]
        seen.update({f"{states(case)['L']}, {states(case)['R']}": 1, f"path {case['path']}": 1, "faultless": int(faultless[name])})
    suspects = [n for n in worlds if faultless[n] and n in cases and cases[n]["outcome"] != "error" and not have_completed(cases[n])]
    broken += completes(natsim, directory, suspects, worlds, cases, jobs)
    return [(int(name.split("-")[1]), law, text) for name, law, text in sorted(broken)], seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=20000)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--natsim", default=os.environ.get("NATSIM", str(ROOT / "build" / "natsim")))
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "laws")
    args = parser.parse_args()
    worlds, seen, count = set(), Counter(), Counter()
    end = args.first + args.worlds
    for first in range(args.first, end, BATCH):
        seeds = range(first, min(first + BATCH, end))
        with tempfile.TemporaryDirectory(prefix="natsim-laws-") as directory:
            try:
                broken, some = judge(os.path.abspath(args.natsim), Path(directory), seeds, args.jobs)
            except (Broken, subprocess.TimeoutExpired) as e:
                print(f"worlds {seeds.start} to {seeds.stop - 1}: {e}", file=sys.stderr)
                return 2
            for number, law, text in broken:
                args.keep.mkdir(parents=True, exist_ok=True)
                file = args.keep / f"world-{number:07}.yaml"
                shutil.copy(Path(directory) / "worlds" / file.name, file)
                print(f"world {number}: {law}: {text}\n    {file}", flush=True)
                worlds.add(number)
                count[law] += 1
        seen += some
        print(f"up to {seeds.stop - 1}: {len(worlds)} break a law; --from {seeds.stop} goes on", flush=True)
    print("\n".join(f"{n:7} {what}" for what, n in sorted(seen.items())))
    print(f"{args.worlds} worlds: {len(worlds)} break a law" + "".join(f", {law} {n}" for law, n in count.items()))
    return 1 if worlds else 0


if __name__ == "__main__":
    sys.exit(main())
