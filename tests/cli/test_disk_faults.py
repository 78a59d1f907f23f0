"""A full disk, a failing one, a kill at calls that change files: what a run then says, and that --resume leaves the bytes of an undisturbed run.

FAULTS=all tries each call; else some of each kind. `disk_faults.py` prints the table of tests/README.md."""

import os

import pytest

from conftest import NATSIM, SANITIZED
from disk_faults import KINDS, Campaign, build, natsim

ALL = os.environ.get("FAULTS") == "all"
TRIES = 4
pytestmark = pytest.mark.skipif(SANITIZED, reason="the sanitizer wants to be the first library")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("disk"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_loses_nothing(library, tmp_path, kind):
    campaign = Campaign(kind, library, tmp_path / kind)
    every = 1 if ALL else len(campaign.calls) // (2 if kind.endswith("-stream") else TRIES)
    first = 1 if ALL else 1 + list(KINDS).index(kind) * 7 % every
    tries = campaign.try_all(campaign.numbers(every, first), os.cpu_count())
    assert [t for t in tries if t[2] is not None] == []
    assert any(t[1] for t in tries)


def test_the_library_counts_the_calls_of_all_processes(library, tmp_path):
    """Those that libc makes itself, too."""
    calls = Campaign("kill", library, tmp_path / "kill").calls
    for call in ("open out/cases.jsonl", "rename out/captures/a.pcapng", "rename out/results.json", "rename out/report.html"):
        assert call in calls
    assert any(c.startswith("write ") and c.endswith("/out/captures/b.pcapng.part") for c in calls)
    assert any(c.startswith("pwrite ") and c.endswith("/out/cases.jsonl") for c in calls)


def test_a_disk_that_stays_full_ends_the_run_at_once(tmp_path):
    """A log that cannot be written: no further case is run, since none of them could be reported."""
    campaign = Campaign("full", build(tmp_path), tmp_path / "full")
    number = next(i for i, call in enumerate(campaign.calls, 1) if call.startswith("pwrite ") and call.endswith("cases.jsonl"))
    done, _ = campaign.run(number, tmp_path / "full" / "once")
    assert done.returncode == 3 and "natsim: out/cases.jsonl: cannot be written (No space left on device): free the disk, or give another --out" in done.stderr
    assert "1 case: 1 passed" in done.stdout and done.stdout.splitlines()[-1] == f"{NATSIM} run a.yaml b.yaml c.yaml --jobs 1 --out out --resume"
    assert not list((tmp_path / "full" / "once").glob("out/*.html"))
    again = natsim(tmp_path / "full" / "once", *campaign.args, "--resume")
    assert again.returncode == 1 and again.stdout.startswith("0 of 4 cases had finished before\n")
