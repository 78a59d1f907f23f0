#!/usr/bin/env python3
"""Generated mutants: the sources are broken at places drawn by a seed, and the tests must see it.

A mutant is one site of sites.py, applied to a copy of the source tree. It is killed by the first of: the unit tests of its room, the
suites in virtual time, the random worlds of `natsim sweep`, the unit tests of the rooms above it. A mutant that gives the same machine code as the source is no mutant. What survives must be argued in
survivors.py, or gets a test.

  tests/mutants/generated.py [--rooms A,B] [--count N] [--seed N] [--jobs N] [--at-least PERCENT] [--list] [--work DIR]

--count: of each room, those that the seed puts first. --at-least: fails below that part killed or argued, of all rooms together, and
tries none that are argued; without it, each survivor that is not argued fails. What was tried stands in DIR/generated.jsonl: a second run goes on where the first
ended, and tries again what lies in files that have changed, and what survived, if there are other tests now. Exit: 0, 1 survivors, 2 the run itself failed.
"""
import argparse
import collections
import hashlib
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import BUILD_SECONDS, ROOT, Broken, Tree, run  # noqa: E402
from sites import sites_of  # noqa: E402
from survivors import SURVIVORS  # noqa: E402

ROOMS = {"core/ice": "ice", "core/turn": "turn", "core/stun": "stun", "core/sdp": "sdp", "natsim/nat": "nat",
         "natsim/gateway": "gateway", "reports/conformance": "conformance", "scenarios/oracle": "oracle"}
UNIT_SECONDS, WORLDS = 10, 500  # the slowest unit test takes a second
AT_ONCE = 6  # unit tests that are built before they are run: the first ones kill most mutants


def place(text, start):
    """The line that the site is in, without blanks around it."""
    return text[text.rfind("\n", 0, start) + 1:text.find("\n", start)].strip()


def mutants_of(room):
    """All mutants of a room; `id` says the place in words that later changes elsewhere in the file leave as they are."""
    found = []
    for directory, _, files in os.walk(os.path.join(ROOT, room)):
        for file in sorted(f for f in files if f.endswith(".c")):
            path = os.path.join(directory, file)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            seen = {}
            for operator, function, start, end, new in sites_of(text):
                name = f"{os.path.relpath(path, ROOT)} {function} {operator} {text[start:end]!r} in {place(text, start)!r}"
                seen[name] = seen.get(name, 0) + 1
                found.append({"id": name if seen[name] == 1 else f"{name} #{seen[name]}", "room": room, "file": os.path.relpath(path, ROOT),
                              "start": start, "end": end, "new": new, "text": hashlib.sha256((text + new).encode()).hexdigest()[:16]})
    return found


def drawn(room, count, seed):
    return sorted(mutants_of(room), key=lambda m: hashlib.sha256(f"{seed} {m['id']}".encode()).digest())[:count]


def object_path(tree, file):
    """The file's object, from the folder of the build."""
    for directory, _, files in os.walk(os.path.join(tree.build, "CMakeFiles")):
        if os.path.basename(file) + ".o" in files and directory.endswith(os.path.dirname(file)):
            return os.path.relpath(os.path.join(directory, os.path.basename(file) + ".o"), tree.build)
    raise Broken(f"there is no object of {file}")


def content(path):
    with open(path, "rb") as f:
        return f.read()


def random_worlds(tree):
    """What `natsim sweep` says of random worlds: how many end by which path, of how many the oracle tells, which laws are broken."""
    command = [os.path.join(tree.build, "natsim"), "sweep", "--worlds", str(WORLDS), "--jobs", "1", "--out", tree.out]
    r = run(command, BUILD_SECONDS)
    return r.returncode, r.stdout


def worlds_as_they_are(tree):
    """What becomes of random worlds without a mutant. The suites must be green then, and the laws hold."""
    red = [i for i, why in tree.cells("the tree as it is")[0].items() if why]
    as_it_is = random_worlds(tree)
    if red or as_it_is[0] != 0:
        raise Broken(f"without a mutant these are not as they should be: {', '.join(red[:9])} {as_it_is[1] if as_it_is[0] != 0 else ''}")
    return as_it_is


class Trial:
    """One mutant in one tree. `tests`: all unit tests, each with the libraries that it is linked with. `as_it_is`: what becomes of random
    worlds without a mutant. `objects`: those of the source."""

    def __init__(self, tree, mutant, tests, as_it_is, objects):
        self.tree, self.mutant, self.tests, self.as_it_is, self.objects = tree, mutant, tests, as_it_is, objects

    def built(self, *targets):
        return run(["ninja", "-C", self.tree.build, *targets], BUILD_SECONDS).returncode == 0

    def unit_tests(self, names):
        for first in range(0, len(names), AT_ONCE):
            some = names[first:first + AT_ONCE]
            by = self.some_unit_tests(some) if self.built(*some) else "does not build"
            if by is not None:
                return by
        return None

    def some_unit_tests(self, names):
        for name in names:
            try:
                if run([os.path.join(self.tree.build, name)], UNIT_SECONDS).returncode != 0:
                    return f"unit test {name}"
            except subprocess.TimeoutExpired:
                return f"unit test {name}, which hangs"
        return None

    def suites(self):
        try:
            cells = self.tree.cells(self.mutant["id"])[0]
        except (Broken, subprocess.TimeoutExpired):
            return "the suites, which do not end"
        red = sorted(i for i, why in cells.items() if why)
        return f"{len(red)} cells, {red[0]} first" if red else None

    def worlds(self):
        try:
            same = random_worlds(self.tree) == self.as_it_is
            return None if same else "random worlds"
        except (Broken, subprocess.TimeoutExpired):
            return "random worlds, which do not end"

    def outcome(self):
        rooms = {ROOMS[self.mutant["room"]], os.path.basename(os.path.dirname(self.mutant["file"]))}  # a room may be within the room
        own = [t for t in self.tests if t.startswith(tuple(f"{room}_test_" for room in rooms))]
        above = [t for t in self.tests if t not in own and any(f"libnt_{room}.a" in self.tests[t] for room in rooms)]
        by = self.unit_tests(own)
        if by is None and not self.built("natsim"):
            by = "does not build"
        return by or self.suites() or self.worlds() or self.unit_tests(above) or "survives"

    def judge(self):
        path, file = os.path.join(self.tree.source, self.mutant["file"]), self.mutant["file"]
        target = object_path(self.tree, file)
        compiled = os.path.join(self.tree.build, target)
        text = content(path)
        before = self.objects.setdefault(file, content(compiled))
        try:
            source = text.decode()
            with open(path, "w", encoding="utf-8") as f:
                f.write(source[:self.mutant["start"]] + self.mutant["new"] + source[self.mutant["end"]:])
            if not self.built(target):
                return "does not build"
            return "same code" if content(compiled) == before else self.outcome()
        finally:
            with open(path, "wb") as f:
                f.write(text)


def unit_tests_of(tree):
    """All unit tests: name to the libraries that it is linked with."""
    listed = run(["ninja", "-C", tree.build, "-t", "targets", "all"], BUILD_SECONDS).stdout
    names = sorted({line.split(":")[0] for line in listed.splitlines() if "_test_" in line and ": C_EXECUTABLE" in line})
    return {name: set(run(["ninja", "-C", tree.build, "-t", "inputs", name], BUILD_SECONDS).stdout.split()) for name in names}


def tests_as_they_are():
    """A hash of all tests: what survived others is tried again."""
    all_of_them = hashlib.sha256()
    for top in ("tests/unit", "tests/cli", "scenarios/suites"):
        for directory, folders, files in os.walk(os.path.join(ROOT, top)):
            folders.sort()
            for file in sorted(f for f in files if not f.endswith(".pyc")):
                all_of_them.update(content(os.path.join(directory, file)))
    return all_of_them.hexdigest()[:16]


class Book:
    """What was tried, a line of JSON each; a torn last line is that of a run that was killed."""

    def __init__(self, path):
        self.path, self.lock, self.known, self.tests = path, threading.Lock(), {}, tests_as_they_are()
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as f:
                for line in f:
                    if line.endswith("}\n"):
                        entry = json.loads(line)
                        self.known[entry["id"]] = entry

    def outcome(self, mutant):
        entry = self.known.get(mutant["id"])
        if not entry or entry["text"] != mutant["text"] or (entry["outcome"] == "survives" and entry["tests"] != self.tests):
            return None
        return entry["outcome"]

    def write(self, mutant, outcome, seconds):
        entry = {"id": mutant["id"], "text": mutant["text"], "outcome": outcome, "tests": self.tests}
        with self.lock:
            self.known[mutant["id"]] = entry
            with open(self.path, "a", encoding="utf-8") as f:
                f.write(json.dumps(entry) + "\n")
            print(f"{'SURVIVES ' if outcome == 'survives' else ''}{mutant['id']}: {outcome} ({seconds:.1f} s)", flush=True)


def worker(number, tree, tests, as_it_is, todo, book, broken):
    """Every other worker begins with the last room, so that its tree builds other unit tests."""
    objects = {}
    while not broken:
        try:
            mutant = todo.popleft() if number % 2 == 0 else todo.pop()
        except IndexError:
            return
        started = time.monotonic()
        try:
            book.write(mutant, Trial(tree, mutant, tests, as_it_is, objects).judge(), time.monotonic() - started)
        except (Broken, OSError, subprocess.TimeoutExpired) as e:
            broken.append(f"{mutant['id']}: {e}")


def score(rooms, book, args):
    """Prints a line for each room, then the survivors. The exit code."""
    left, killed, counted = [], 0, 0
    for room, mutants in rooms.items():
        by = [(m, book.outcome(m) or "survives") for m in mutants]
        real = [(m, o) for m, o in by if o not in ("same code", "does not build")]
        survivors = [m for m, o in real if o == "survives"]
        argued = [m for m in survivors if m["id"] in SURVIVORS]
        left += [m for m in survivors if m["id"] not in SURVIVORS]
        dead = len(real) - len(survivors)
        killed, counted = killed + dead + len(argued), counted + len(real)
        print(f"{room:22} {len(real):4} mutants, {dead:4} killed ({100 * dead // max(len(real), 1)} %), {len(argued)} argued, "
              f"{len(survivors) - len(argued)} survive; {len(by) - len(real)} of {len(by)} drawn give the same code or none")
    for m in left:
        print(f"survives: {m['id']}")
    for name in sorted(set(SURVIVORS) & {m["id"] for ms in rooms.values() for m in ms if book.outcome(m) not in (None, "survives")}):
        print(f"argued, but it does not survive: {name}")
    if args.at_least is not None:
        return 1 if 100 * killed < args.at_least * counted else 0
    return 1 if left else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", default=",".join(ROOMS))
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument("--at-least", type=int)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--work", default=os.path.join(ROOT, "build", "mutants"))
    args = parser.parse_args()
    names = args.rooms.split(",")
    unknown = [n for n in names if n not in ROOMS]
    if unknown:
        parser.error(f"no mutants are made of {', '.join(unknown)}; of {', '.join(ROOMS)}")
    rooms = {room: drawn(room, args.count, args.seed) for room in names}
    if args.list:
        print("\n".join(m["id"] for mutants in rooms.values() for m in mutants))
        return 0
    os.makedirs(args.work, exist_ok=True)
    book, todo, broken = Book(os.path.join(args.work, "generated.jsonl")), collections.deque(), []
    for mutants in rooms.values():
        for m in mutants:
            if book.outcome(m) is None and not (args.at_least is not None and m["id"] in SURVIVORS):
                todo.append(m)
    try:
        trees = [Tree(args.work, n) for n in range(min(max(args.jobs, 1), len(todo)))]
        tests, as_it_is = (unit_tests_of(trees[0]), worlds_as_they_are(trees[0])) if trees else ({}, None)
    except (Broken, OSError, subprocess.TimeoutExpired) as e:
        print(f"error  {e}", file=sys.stderr)
        return 2
    threads = [threading.Thread(target=worker, args=(n, tree, tests, as_it_is, todo, book, broken)) for n, tree in enumerate(trees)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        print("\n".join(f"error  {b}" for b in broken), file=sys.stderr)
        return 2
    return score(rooms, book, args)


if __name__ == "__main__":
    sys.exit(main())
