#!/usr/bin/python3
"""Faults at each call that changes a file, and what --resume makes of the run afterwards: the bytes of an undisturbed one, or something is lost.

tests/disk/fault_nth.c makes one call go wrong. As a command it prints a table of all kinds: how often each was tried, how often a run came to the
fault, and what was lost. Arguments are names of kinds; --every N tries each N-th call only."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from comparable import comparable
from conftest import NATSIM, ROOT, two_nats

RANK = {"PMI_RANK": "0", "PMI_SIZE": "2"}
SECONDS = 120

# One that passes, one that does not, two cells of a matrix.
SCENARIOS = {
    "a.yaml": two_nats(claim="It passes."),
    "b.yaml": two_nats(claim="It fails.", path="none"),
    "c.yaml": two_nats("\"${left}\"", claim="Two cells.").replace("networks:", "matrix:\n  left: [full-cone, restricted-cone]\nnetworks:", 1),
}
STREAM = {"s.yaml": two_nats(claim="Its capture streams.", steps="  - {at: 5s, send: {from: L, to: R, bytes: 1200, count: 3000, interval: 1ms}}\n")}

KINDS = {  # name: (what goes wrong, arguments, scenarios)
    "full": ("the disk is full from a call on", "--jobs 1", SCENARIOS),
    "full-2": ("the same, two workers", "--jobs 2", SCENARIOS),
    "once": ("one call fails with EIO", "--jobs 1", SCENARIOS),
    "once-2": ("the same, two workers", "--jobs 2", SCENARIOS),
    "kill": ("the run is killed before a call", "--jobs 1", SCENARIOS),
    "kill-2": ("the same, two workers", "--jobs 2", SCENARIOS),
    "tear": ("the run is killed in the middle of a write", "--jobs 1", SCENARIOS),
    "die": ("the process that makes a call is killed, be it a worker", "--jobs 1", SCENARIOS),
    "die-2": ("the same, two workers", "--jobs 2", SCENARIOS),
    "pipe": ("standard output is closed from a write on", "--jobs 1", SCENARIOS),
    "kill-again": ("a run that was killed goes on, and is killed before a call", "--jobs 1", SCENARIOS),
    "tear-again": ("the same, in the middle of a write", "--jobs 1", SCENARIOS),
    "full-again": ("a run that was killed goes on, and the disk is full from a call on", "--jobs 1", SCENARIOS),
    "kill-rank": ("rank 0 of two is killed before a call", "--shard mpi", SCENARIOS),
    "tear-rank": ("the same, in the middle of a write", "--shard mpi", SCENARIOS),
    "full-stream": ("the disk is full, while a capture streams", "--jobs 1", STREAM),
    "kill-stream": ("the run is killed, while a capture streams", "--jobs 1", STREAM),
}


def build(directory):
    library = directory / "fault_nth.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, ROOT / "tests/disk/fault_nth.c"], check=True)
    return library


def natsim(cwd, *args, **environment):
    return subprocess.run([NATSIM, *args], cwd=cwd, capture_output=True, text=True, timeout=SECONDS, env={**os.environ, "NO_COLOR": "1", **environment})


def left_by(out):
    """Files that natsim shows, and their bytes; of the log its lines, which are in the order of finishing."""
    files = {str(p.relative_to(out)): comparable(p) for p in sorted(out.rglob("*")) if p.is_file() and not p.name.startswith(".")}
    return {name: sorted(text.splitlines()) if name.endswith(".jsonl") else text for name, text in files.items()}


class Lost(Exception):
    """What a fault has lost, or what was not said of it."""


def check(true, *what):
    if not true:
        raise Lost(" ".join(map(str, what)))


class Campaign:
    """Faults of one kind."""

    def __init__(self, kind, library, directory):
        self.kind, self.library, self.directory = kind, library, directory
        self.text, args, scenarios = KINDS[kind]
        self.fault = kind.split("-")[0]
        self.rank = RANK if kind.endswith("-rank") else {}
        self.args = ["run", *scenarios, *args.split(), "--out", "out"]
        self.begun = directory / "begun"
        self.begun.mkdir(parents=True)
        for name, text in scenarios.items():
            (self.begun / name).write_text(text)
        self.more = []
        if kind.endswith("-again"):
            self.stop_after_two()
            self.more = ["--resume"]
        self.calls = self.run(0, directory / "calls")[1]
        self.code = self.finish(directory / "calls", "--resume").returncode
        self.whole = left_by(directory / "calls" / "out")

    def run(self, number, cwd):
        """The run with its fault, and the calls that were counted."""
        shutil.copytree(self.begun, cwd)
        return self.run_with(self.fault, number, cwd)

    def run_with(self, fault, number, cwd):
        (cwd / "log").unlink(missing_ok=True)
        done = natsim(cwd, *self.args, *self.more, LD_PRELOAD=str(self.library), FAULT=fault, FAULT_AT=str(number), FAULT_LOG=str(cwd / "log"), **self.rank)
        return done, (cwd / "log").read_text().splitlines()

    def stop_after_two(self):
        """Killed when two cases have finished, and half a line of the third is in the log."""
        _, calls = self.run_with("kill", 0, self.begun)
        shutil.rmtree(self.begun / "out")
        third = [i for i, call in enumerate(calls, 1) if call.startswith("pwrite ") and call.endswith("/cases.jsonl")][2]
        self.run_with("tear", third, self.begun)

    def finish(self, cwd, *more):
        """The run once more; of ranks: also the other one, and what both come to."""
        done = natsim(cwd, *self.args, *more, **self.rank)
        if not self.rank or done.returncode == 2:
            return done
        other = natsim(cwd, *self.args, PMI_RANK="1", PMI_SIZE="2")
        check((done.returncode, other.returncode) == (0, 0), done, other)
        return natsim(cwd, "merge", "out")

    def try_one(self, number):
        """Whether the run came so far (two workers differ in what they write when). Lost, if something was lost."""
        cwd = self.directory / str(number)
        done, log = self.run(number, cwd)
        met = len(log) >= number or done.returncode == -9 # of two workers the other may have been killed before it wrote its line
        if not met:
            check(done.returncode == self.code, "without a fault:", done)
        else:
            self.check_end(done, cwd / "out")
            again = self.finish(cwd, "--resume")
            if again.returncode == 2: # killed before it had begun
                check("no run has left its record there" in again.stderr, again.stderr)
                again = self.finish(cwd, "--jobs", "1")
            check(again.returncode == self.code, "exit", again.returncode, "where", self.code, "is right")
            if not self.rank:
                self.check_kept(log[:number - 1], again)
            now = left_by(cwd / "out")
            check(now == self.whole, "differs:", [n for n in {**now, **self.whole} if now.get(n) != self.whole.get(n)])
        shutil.rmtree(cwd)
        return met

    def check_kept(self, calls, again):
        """What had been written to the log does not run again. (Of a full disk it may be an error, which has no verdict.)"""
        if self.fault in ("kill", "tear"):
            least = 2 * self.kind.endswith("-again") + sum(call.startswith("pwrite ") and call.endswith("/cases.jsonl") for call in calls)
            said = re.match(r"(\d+) of \d+ cases had finished before\n", again.stdout)
            check(int(said.group(1) if said else 0) >= least, least, "cases had finished:", again.stdout)

    def check_end(self, done, out):
        killed = self.fault in ("kill", "tear")
        check(killed == (done.returncode == -9) or self.fault == "die", "exit", done.returncode)
        if self.fault == "pipe":
            check((done.returncode, done.stderr, left_by(out)) == (self.code, "", self.whole), "changed by a closed pipe:", done)
        if self.fault in ("full", "once"):
            self.check_said(done, out)
        if out.exists():
            self.check_whole_files(out, done.returncode == -9)

    def check_said(self, done, out):
        """Where a call fails that nothing depends on, nothing is said."""
        harmless = done.returncode == self.code and {**left_by(out), **self.whole} == left_by(out)
        why = "No space left on device" if self.fault == "full" else "Input/output error"
        check(harmless or (done.returncode == 3 and why in done.stdout + done.stderr), "not said:", done)
        check(not done.stdout or "report: " in done.stdout or done.stdout.endswith("--resume\n"), "no word how to go on:", done)

    def check_whole_files(self, out, killed):
        """What has its final name is whole: of this run, or of the part that has finished."""
        for p in out.rglob("*"):
            name = str(p.relative_to(out))
            if name.startswith("captures/") and p.suffix != ".part" and p.is_file():
                check(p.read_bytes() == self.whole.get(name), name, "is not whole")
            check(killed or p.suffix != ".part" or self.fault == "once", name, "is left")
        if (out / "results.json").exists():
            json.loads((out / "results.json").read_text())
        if (out / "junit.xml").exists():
            ET.parse(out / "junit.xml")
        if (out / "report.html").exists():
            check((out / "report.html").read_text().endswith("</html>\n"), "report.html is cut")

    def numbers(self, every, first=1):
        return range(first, len(self.calls) + 1, every)

    def try_all(self, numbers, workers):
        """(number, whether it came so far, what was lost) of each."""
        def one(number):
            try:
                return number, self.try_one(number), None
            except (Lost, json.JSONDecodeError, ET.ParseError, UnicodeDecodeError, subprocess.TimeoutExpired) as e:
                return number, True, f"{type(e).__name__}: {e}"[:1000]
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, numbers))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--every", type=int, default=0, help="each N-th call (1; 40 while a capture streams)")
    options = parser.parse_args()
    lost = 0
    print("| fault | tried | came so far | lost |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        library = build(Path(place))
        for kind in options.kinds or KINDS:
            campaign = Campaign(kind, library, Path(place) / kind)
            tries = campaign.try_all(campaign.numbers(options.every or (40 if kind.endswith("-stream") else 1)), os.cpu_count())
            bad = [t for t in tries if t[2] is not None]
            print(f"| `{kind}`: {campaign.text} | {len(tries)} | {sum(t[1] for t in tries)} | {len(bad) or 'nothing'} |", flush=True)
            for number, _, what in bad:
                print(f"{kind}, call {number} ({campaign.calls[number - 1]}): {what}", file=sys.stderr)
            lost += len(bad)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
