#!/usr/bin/env python3
"""Counts the instructions of rows of `natsim bench` and compares them with counts.json.

    counts.py            compare; 1: a count has grown by more than 10 %, or a commit raised the baseline and does not say by what
    counts.py --write    write the counts of this build into counts.json

valgrind counts a run of one round and a run of three; their difference, divided by the work of two rounds, has no start in it and is
the same each time. Libraries and compiler count too: the baseline is Debian 12's, Release.
A commit that raises a row of the baseline by more than 10 % names the row in its message, and says by what it grew."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BASELINE = HERE / "counts.json"
NATSIM = os.environ.get("NATSIM", str(ROOT / "build/natsim"))
ROWS = ["check-written", "check-read", "hop", "nat-hop", "relay", "case", "captures"]
TOLERANCE = 1.10


def instructions(row, rounds):
    """(instructions of all processes, pieces of work) of so many rounds."""
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run(["valgrind", "-q", "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={out}/%p",
                              NATSIM, "bench", row, "--runs", str(rounds), "--json"], check=True, capture_output=True, text=True)
        totals = [re.search(r"^totals: (\d+)", p.read_text(), re.M) for p in pathlib.Path(out).iterdir()]
        return sum(int(t[1]) for t in totals if t), json.loads(run.stdout)["rows"][0]["count"]


def count(row):
    (few, some), (more, many) = instructions(row, 1), instructions(row, 3)
    return round((more - few) / (many - some))


def git(*args):
    return subprocess.run(["git", "-C", ROOT, *args], capture_output=True, text=True).stdout


def baseline_of(revision):
    text = git("show", f"{revision}:{BASELINE.relative_to(ROOT)}")
    return json.loads(text) if text else {}


def unexplained():
    """Rows that a commit raised without a word on them."""
    for commit in git("rev-list", "HEAD", "--", str(BASELINE)).split():
        before, after, message = baseline_of(f"{commit}^"), baseline_of(commit), git("log", "-1", "--format=%B", commit)
        for row in before.keys() & after.keys():
            if after[row] > before[row] * TOLERANCE and row not in message:
                yield f"{row}: {commit[:7]} raised it from {before[row]} to {after[row]} and does not say by what"


def compare(counts, baseline):
    for row, n in counts.items():
        was = baseline.get(row)
        print(f"{row:14} {n:>10} {'' if was is None else f'{100 * (n - was) / was:+6.1f} %'}")
        if was is None:
            yield f"{row}: counts.json does not have it"
        elif n > was * TOLERANCE:
            yield f"{row}: {was} instructions have become {n}"


def main():
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(ROWS, pool.map(count, ROWS)))
    if sys.argv[1:] == ["--write"]:
        BASELINE.write_text(json.dumps(counts, indent=1) + "\n")
    bad = [*compare(counts, json.loads(BASELINE.read_text())), *unexplained()]
    for line in bad:
        print(f"counts.py: {line}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
