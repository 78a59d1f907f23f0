#!/usr/bin/env python3
"""Mutants: each breaks the program in one place; the suites must see it, and see it where it was foretold.

A copy of the source tree is built, one mutant of table*.py is applied to it at a time, built, and every suite of the agents'
and NATs' first minutes is run. The cells
that the mutant's entry lists must be red, all others green; an entry that cannot be applied any more is an error. What the rules of
conformance see is listed by rule, not by cell: the entry's rules must be found broken, and cells may be red for them alone. Mutants of
table_laws.py are judged by `natsim sweep` instead: the laws that the entry lists must be broken, by a world of 25 lines or fewer. Those of table_units.py are
judged by unit tests: each that the entry lists must fail.

  tests/mutants/run.py [NAME...] [--jobs N] [--short] [--list] [--work DIR]

NAME: only these mutants. --short: five of them, for every change. --work: where copies are built (default: build/mutants); a second
run builds what has changed. Exit: 0 all as foretold, 1 some are not, 2 the run itself failed.

All 129 take five minutes on two cores, the first builds of two copies included; the short form half a minute when the copy is built.
"""
import argparse
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from table import MUTANTS as TABLE, SHORT  # noqa: E402
from table_carrier_grade import CARRIER_GRADE  # noqa: E402
from table_language import LANGUAGE  # noqa: E402
from table_laws import LAWS  # noqa: E402
from table_requirements import BREACHES, REQUIREMENTS  # noqa: E402
from table_trickle import TRICKLE  # noqa: E402
from table_turn import TURN  # noqa: E402
from table_units import UNITS  # noqa: E402

OF_SUITES = (CARRIER_GRADE, LANGUAGE, REQUIREMENTS)
MUTANTS = {name: {**m, "red": m["red"] + [cell for suite in OF_SUITES for cell in suite.get(name, [])]}
           for name, m in (TABLE | TRICKLE | TURN | BREACHES).items()} | LAWS | UNITS
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREES = ["CMakeLists.txt", "CMakePresets.json", "core", "natsim", "pcap", "reports", "scenarios", "tests"]
BUILD_SECONDS, RUN_SECONDS = 600, 180
LAW_WORLDS, LAW_STEP, SWEEP_SECONDS = 5000, 500, 900
SMALL = 25  # lines of a world that `natsim sweep` has made smaller


class Broken(Exception):
    """The run itself failed: a mutant cannot be applied or built, the program does not start."""


def run(command, seconds, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, **more)


def sync(source, target):
    """Copies what differs, so that a second run builds only that."""
    wanted = set()
    for name in TREES:
        path = os.path.join(source, name)
        files = [path] if os.path.isfile(path) else [os.path.join(d, f) for d, _, fs in os.walk(path) for f in fs]
        for file in files:
            if "__pycache__" in file or os.sep + "corpus" + os.sep in file:
                continue
            copy = os.path.join(target, os.path.relpath(file, source))
            wanted.add(copy)
            with open(file, "rb") as f:
                data = f.read()
            if os.path.isfile(copy):
                with open(copy, "rb") as f:
                    if f.read() == data:
                        continue
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            with open(copy, "wb") as f:
                f.write(data)
    for directory, _, files in os.walk(target):
        for file in files:
            if os.path.join(directory, file) not in wanted:
                os.remove(os.path.join(directory, file))


def pattern(text):
    """A '*' stands for anything, {a,b} for a or b; all else, brackets too, for itself."""
    special = {"*": ".*", "{": "(?:", "}": ")", ",": ","}
    out, depth = "", 0
    for c in text:
        depth += (c == "{") - (c == "}")
        out += "|" if c == "," and depth > 0 else special.get(c, re.escape(c))
    return re.compile(out + r"\Z")


def expected(name, entry, ids):
    """The cells that must be red: those of each pattern, in order; '-pattern' takes some out again."""
    cells = set()
    for text in entry["red"]:
        out = text.startswith("-")
        found = {i for i in ids if pattern(text.lstrip("-")).match(i)}
        if not found:
            raise Broken(f"{name}: no case is called {text.lstrip('-')}")
        cells = cells - found if out else cells | found
    return cells


class Tree:
    """One copy of the sources with its build."""

    def __init__(self, work, number):
        self.source, self.build = os.path.join(work, f"source-{number}"), os.path.join(work, f"build-{number}")
        self.out = os.path.join(work, f"out-{number}")
        sync(ROOT, self.source)
        if not os.path.isfile(os.path.join(self.build, "build.ninja")):
            r = run(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build, "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_C_FLAGS=-O1 -g0 -w"], BUILD_SECONDS)
            if r.returncode != 0:
                raise Broken("cmake: " + r.stdout[-2000:])
        self.compile("the tree as it is")

    def compile(self, name, targets=("natsim",)):
        r = run(["ninja", "-C", self.build, *targets], BUILD_SECONDS)
        if r.returncode != 0:
            raise Broken(f"{name} does not build:\n" + r.stdout[-3000:])

    def cells(self, name):
        """Every case's outcome, id to reason, '' for a pass; and all the rules that were broken."""
        shutil.rmtree(self.out, ignore_errors=True)
        suites = os.path.join(self.source, "scenarios/suites")
        # Other programs, in real time; ns-3; and calls that live for minutes behind each pair of NATs, where nearly every mutant shows.
        elsewhere = ("interop", "radio", "mobility", "restart")
        virtual = sorted(os.path.join(suites, d) for d in os.listdir(suites) if d not in elsewhere)
        command = [os.path.join(self.build, "natsim"), "run", *virtual, "--out", self.out, "--capture", "none", "--jobs", "1"]
        r = run(command, RUN_SECONDS)
        try:
            with open(os.path.join(self.out, "results.json"), encoding="utf-8") as f:
                cases = json.load(f)["cases"]
        except (OSError, ValueError) as e:
            raise Broken(f"{name}: no results ({e}):\n" + r.stdout[-2000:]) from e
        cells = {c["id"]: "" if c["outcome"] == "pass" else c["reason"] or c["outcome"] for c in cases}
        return cells, {v["rule"] for c in cases for v in c["conformance"]["violations"]}

    def laws(self, name, wanted):
        """The laws that are broken, and by how many worlds each: of as many worlds as it takes to break those that are wanted. What is
        left of the worlds must be small."""
        found = {}
        for first in range(1, LAW_WORLDS, LAW_STEP):
            r = run([os.path.join(self.build, "natsim"), "sweep", "--jobs", "1", "--out", self.out, "--seeds", f"{first}..{first + LAW_STEP - 1}"],
                    SWEEP_SECONDS)
            if r.returncode not in (0, 1):
                raise Broken(f"{name}: the laws could not be tried:\n" + r.stdout[-2000:])
            for law, file in re.findall(r"^world \d+: ([\w-]+): .*\n +(\S+)$", r.stdout, re.MULTILINE):
                found.setdefault(law, []).append(file)
            if found.keys() >= set(wanted):
                break
        return found

    def units(self, tests):
        """The unit tests of `tests` that fail, each with the functions that do."""
        failed = {}
        for test in tests:
            r = run([os.path.join(self.build, test)], RUN_SECONDS)
            if r.returncode != 0:
                failed[test] = sorted(set(re.findall(r"\[  FAILED  \] (\w+)$", r.stdout, re.MULTILINE))) or ["it crashed"]
        return failed

    def apply(self, name, entry):
        """Applies the edits and gives back what to write to undo them."""
        before = {}
        for file, old, new in entry["edits"]:
            path = os.path.join(self.source, file)
            try:
                with open(path, encoding="utf-8") as f:
                    text = f.read()
            except OSError as e:
                raise Broken(f"{name}: {e}") from e
            if text.count(old) != 1:
                raise Broken(f"{name}: this text is {text.count(old)} times in {file}, not once:\n{old}")
            before.setdefault(path, text)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace(old, new))
        return before


def judge(name, entry, cells, broken):
    """Lines that say what is not as foretold."""
    rules = entry.get("rules", [])
    flagged = {i for i, why in cells.items() if why.startswith("conformance:") and any(f" broke {rule}:" in why for rule in rules)}
    red = {i: why for i, why in cells.items() if why and i not in flagged}
    want = expected(name, entry, cells)
    lines = [f"    should be found broken and is not: {rule}" for rule in rules if rule not in broken]
    for i in sorted(want - set(red)):
        lines.append(f"    should be red and is {'so by conformance alone' if i in flagged else 'green'}: {i}")
    lines += [f"    should be green and is red: {i}: {red[i]}" for i in sorted(set(red) - want)]
    return lines, f"{len(red)} red, {len(flagged)} more by conformance alone" if flagged else f"{len(red)} red"


def judge_laws(entry, found):
    """Lines that say what is not as foretold: more laws may be broken than those of the entry; for each of these one world is small."""
    lines = [f"    should be broken and is not: the law {law}" for law in entry["laws"] if law not in found]
    sizes = {law: min(len(open(file, encoding="utf-8").readlines()) for file in files) for law, files in found.items()}
    lines += [f"    should be broken in at most {SMALL} lines, and takes {sizes[law]}: the law {law}" for law in entry["laws"] if sizes.get(law, 0) > SMALL]
    return lines, ", ".join(f"{law} {len(files)}, in {sizes[law]} lines" for law, files in sorted(found.items())) or "no law"


def judge_units(entry, failed):
    """Lines that say what is not as foretold."""
    lines = [f"    should fail and passes: the unit test {test}" for test in entry["units"] if test not in failed]
    return lines, ", ".join(f"{test}: {' '.join(functions)}" for test, functions in failed.items()) or "no unit test"


def try_mutant(tree, name, entry):
    if "units" in entry:
        tree.compile(name, entry["units"])
        return judge_units(entry, tree.units(entry["units"]))
    tree.compile(name)
    return judge_laws(entry, tree.laws(name, entry["laws"])) if "laws" in entry else judge(name, entry, *tree.cells(name))


def test(tree, name, entry):
    started = time.monotonic()
    before = tree.apply(name, entry)
    try:
        lines, count = try_mutant(tree, name, entry)
    finally:
        for path, text in before.items():
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    lines.insert(0, f"{'not ok' if lines else 'ok'}  {name}: {entry['what']} ({count}; {time.monotonic() - started:.1f} s)")
    return lines


def worker(tree, todo, report):
    while True:
        try:
            name = todo.get_nowait()
        except queue.Empty:
            return
        try:
            report(name, test(tree, name, MUTANTS[name]), False)
        except (Broken, subprocess.TimeoutExpired) as e:
            report(name, [f"error  {e}"], True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--work", default=os.path.join(ROOT, "build", "mutants"))
    args = parser.parse_args()
    names = args.names or (SHORT if args.short else list(MUTANTS))
    unknown = [n for n in names if n not in MUTANTS]
    if unknown:
        parser.error(f"no mutant is called {', '.join(unknown)}; --list lists them")
    if args.list:
        print("\n".join(f"{n}: {MUTANTS[n]['what']}" for n in names))
        return 0
    started, lock, bad = time.monotonic(), threading.Lock(), {False: 0, True: 0}

    def report(name, lines, broken):
        with lock:
            print("\n".join(lines), flush=True)
            if broken or lines[0].startswith("not ok"):
                bad[broken] += 1

    try:
        first = Tree(args.work, 0)
        red = {i: why for i, why in first.cells("the tree as it is")[0].items() if why}
        if red:
            raise Broken("without a mutant there are red cells:\n" + "\n".join(f"    {i}: {why}" for i, why in sorted(red.items())))
        trees = [first] + [Tree(args.work, n) for n in range(1, min(max(args.jobs, 1), len(names)))]
    except (Broken, subprocess.TimeoutExpired, OSError) as e:
        print(f"error  {e}", file=sys.stderr)
        return 2
    todo = queue.Queue()
    for name in names:
        todo.put(name)
    threads = [threading.Thread(target=worker, args=(tree, todo, report)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = len(names) - bad[False] - bad[True]
    print(f"{len(names)} mutants: {good} as foretold, {bad[False]} not, {bad[True]} could not be tried"
          f" ({time.monotonic() - started:.0f} s)")
    return 2 if bad[True] else 1 if bad[False] else 0


if __name__ == "__main__":
    sys.exit(main())
