"""The directory of a run's outputs: who may write there, what a run removes there, and what it never touches."""

import os
import signal
import subprocess

from conftest import NATSIM
from machines import until
from test_workers import LONG, SHORT

ENDLESS = LONG.replace("count: 100000", "count: 1000000")


def tree(directory):
    return sorted(str(p.relative_to(directory)) for p in directory.rglob("*") if not p.is_dir())


def start(cwd, *args, **env):
    """A run that is at work: its record stands."""
    run = subprocess.Popen([NATSIM, "run", *args], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **env})
    until(lambda: any(p.read_text().count("\nby ") for p in (cwd / "out").glob(".natsim-run*")), "the run's record")
    return run


# --- one run at a time ---

def test_a_second_run_is_refused_while_the_first_lasts(natsim, scenario, tmp_path):
    scenario(ENDLESS)
    first = start(tmp_path, "case.yaml", "--out", "out")
    before = tree(tmp_path / "out")
    second = natsim("run", "classic", "--out", "out")
    assert second.code == 3 and second.out == ""
    assert second.err == f"natsim: out: another run is at work there ({os.uname().nodename}, process {first.pid}): wait for its end, or give another --out\n"
    assert first.poll() is None and tree(tmp_path / "out") == before
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert natsim("run", "classic", "--out", "out").code == 0, "a killed run leaves no lock"


# --- what an earlier run left ---

def test_a_run_removes_what_an_earlier_one_wrote_and_nothing_else(natsim, scenario, tmp_path):
    out = tmp_path / "out"
    assert natsim("run", "classic", "--out", "out").code == 0
    (out / "captures" / "mine.pcapng").write_text("a file of the user's")
    (out / "notes.txt").write_text("another")
    run = natsim("run", scenario(SHORT), "--out", "out")
    assert (run.code, run.err) == (0, "")
    assert tree(out) == [".natsim-run", "captures/case.pcapng", "captures/mine.pcapng", "cases.jsonl", "junit.xml", "notes.txt", "report.html", "results.json"]
