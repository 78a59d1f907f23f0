"""Each allocation of the program made to fail once: it ends as its own trouble, exit 3, and never with a verdict, a crash or a hang.

A case of each suite in virtual time. ALLOCATIONS=all tries every allocation, some minutes; else every 97th from a different start in each suite.
"""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import NATSIM, ROOT, SANITIZED, VIRTUAL

STEP = 1 if os.environ.get("ALLOCATIONS") == "all" else 97
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
