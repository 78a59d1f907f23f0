"""Each allocation made to fail once.

Of the program, over a case of each suite in virtual time: it ends as its own trouble, exit 3, and never with a verdict, a crash or a hang.
ALLOCATIONS=all tries every allocation, some minutes; else every 97th from a different start in each suite.

Of the unit tests: a test may fail, since it lacks what it wanted, and its own code may crash; the project's code neither crashes nor hangs.
ALLOCATIONS=all tries a hundred of each program, spread over all that it makes, ten minutes; else one. Leaks are the sanitizers' matter.
"""
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import NATSIM, ROOT, SANITIZED, VIRTUAL

ALL = os.environ.get("ALLOCATIONS") == "all"
STEP = 1 if ALL else 97
TRIES = 100 if ALL else 1
SECONDS = 60


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    built = tmp_path_factory.mktemp("alloc") / "fail_nth.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", built, ROOT / "tests/alloc/fail_nth.c"], check=True)
    return built


def one_case(suite):
    ids = subprocess.run([NATSIM, "list", suite], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    return ids[len(ids) // 2]


def run(library, directory, case, number):
    """The exit code, what was printed, the number of allocations when none failed."""
    directory.mkdir()
    log = directory / "log"
    environment = {**os.environ, "LD_PRELOAD": str(library), "FAIL_AT": str(number), "FAIL_LOG": str(log)}
    suite = VIRTUAL[0].parent / case.split("/")[0]
    p = subprocess.run([NATSIM, "run", suite, "--filter", case, "--jobs", "1", "--out", directory / "out"], env=environment, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False)
    return p.returncode, p.stdout, log.read_text()


def wrong_end(number, code, text, log):
    """What is wrong with the end of a run whose allocation `number` failed, or None."""
    if not log.startswith("0x"):
        return f"allocation {number} was not made"
    if code != 3:
        return f"allocation {number} at {log.split()[0]}: exit {code}\n{text}"
    if re.search(r"the case (crashed|hung)", text):
        return f"allocation {number} at {log.split()[0]}: {text}"
    return None


@pytest.mark.skipif(SANITIZED, reason="the sanitizers have an allocator of their own")
@pytest.mark.parametrize("suite", VIRTUAL, ids=lambda s: s.name)
def test_no_allocation_that_fails_ends_in_a_verdict(library, tmp_path, suite):
    case = one_case(suite)
    code, text, log = run(library, tmp_path / "whole", case, 0)
    assert code == 0, text
    numbers = range(1 + VIRTUAL.index(suite) % STEP, int(log.split()[-1]) + 1, STEP)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ends = pool.map(lambda n: wrong_end(n, *run(library, tmp_path / str(n), case, n)), numbers)
        wrong = [end for end in ends if end is not None]
    assert not wrong, f"{case}: {len(wrong)} of {len(numbers)}\n" + "\n".join(wrong)


def unit_tests():
    """The programs that ctest knows in the build under test."""
    listed = subprocess.run(["ctest", "--test-dir", NATSIM.parent, "--show-only=json-v1"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return [Path(t["command"][0]) for t in json.loads(listed or "{}").get("tests", [])]


def functions(program):
    """(start, end, name, file) of each function; `file` is of those that are static, else None."""
    file, found = None, []
    for line in subprocess.run(["readelf", "-sW", program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        columns = line.split()
        if len(columns) == 8 and columns[3] == "FILE":
            file = columns[7]
        elif len(columns) == 8 and columns[3] == "FUNC" and columns[6] != "UND":
            start = int(columns[1], 16)
            found.append((start, start + int(columns[2], 0), columns[7], file if columns[4] == "LOCAL" else None))
    return found


def is_of_the_test(function, program):
    """All of a test is in one file that is named as its program; fail_alloc.h has the only functions that are not static."""
    _, _, name, file = function
    return name == "main" or name.startswith("__wrap_") or (file is not None and program.name.endswith("_" + file.removesuffix(".c")))


def crash_in_the_project(program, log):
    """The functions that led to the first crash of the project's own code, or None."""
    known = functions(program) if "signal" in log else []
    for line in re.findall(r"signal \d+(?: 0x[0-9a-f]+)*", log):
        places = [int(place, 16) for place in line.split()[2:]]
        led = [next((f for f in known if f[0] <= place < f[1]), (0, 0, hex(place), None)) for place in places]
        if led and not is_of_the_test(led[0], program):
            return f"{line}: {' < '.join(f[2] for f in led)}"
    return None


def unit_run(library, program, number, log):
    """What went wrong, or None; `log` is written."""
    environment = {**os.environ, "LD_PRELOAD": str(library), "FAIL_AT": str(number), "FAIL_LOG": str(log), "TMPDIR": str(log.parent)}
    try:
        subprocess.run([program], cwd=program.parent, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{program.name}, allocation {number}: it hangs"
    crash = crash_in_the_project(program, log.read_text() if log.exists() else "")
    return f"{program.name}, allocation {number}: {crash}" if crash is not None else None


def numbers_to_try(library, directory, nth, program):
    """Spread over all that the program makes, from a different start in each."""
    log = directory / f"{program.name}.whole"
    wrong = unit_run(library, program, 0, log)
    assert wrong is None, wrong
    count = int(log.read_text().split()[-1])
    tries = min(TRIES, count)
    return [1 + (i * count // tries + nth * 7919) % count for i in range(tries)]


@pytest.mark.skipif(SANITIZED, reason="the sanitizers have an allocator of their own")
def test_no_allocation_that_fails_crashes_a_room(library, tmp_path):
    programs = unit_tests()
    if not programs:
        pytest.skip("no unit tests are built beside the program")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        numbers = pool.map(lambda p: numbers_to_try(library, tmp_path, *p), enumerate(programs))
        tries = [(program, n) for program, some in zip(programs, numbers) for n in some]
        ends = pool.map(lambda t: unit_run(library, *t, tmp_path / f"{t[0].name}.{t[1]}"), tries)
        wrong = [end for end in ends if end is not None]
    assert not wrong, f"{len(wrong)} of {len(tries)}\n" + "\n".join(wrong)
