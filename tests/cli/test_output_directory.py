"""The directory of a run's outputs: who may write there, what a run removes there, and what it never touches."""

import os
import signal
import subprocess

import pytest

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


# --- names ---

def test_ids_that_share_a_name_have_captures_of_their_own(natsim, scenario, tmp_path, results):
    """By all ids of the run, so that its parts name them alike."""
    (tmp_path / "nat").mkdir()
    for name in ("nat/a.yaml", "nat_a.yaml", "b.yaml"):
        scenario(SHORT.replace("does not", name), name)
    assert natsim("run", ".", "--out", "whole").code == 0
    names = {c["id"]: c["capture"] for c in results("whole")["cases"]}
    assert names == {"b": "captures/b.pcapng", "nat/a": "captures/nat_a_d6423dff76faea48.pcapng", "nat_a": "captures/nat_a_d6e61dff7786c838.pcapng"}
    for case, name in (("nat/a", "nat/a.yaml"), ("nat_a", "nat_a.yaml")):
        assert name.encode() in (tmp_path / "whole" / names[case]).read_bytes(), "the claim stands in the capture"
    for part in range(3):
        assert natsim("run", ".", "--out", f"part-{part}", "--shard", f"{part}/3").code == 0
        assert [c["capture"] for c in results(f"part-{part}")["cases"]] == [names[c["id"]] for c in results(f"part-{part}")["cases"]]
    assert natsim("run", ".", "--out", "one", "--filter", "nat/").code == 0
    assert [c["capture"] for c in results("one")["cases"]] == ["captures/nat_a.pcapng"], "in this run nothing else has the name"


ECHO = """natsim: 1
claim: a program that says something
networks:
  lan: {ipv4: 10.1.0.0/24, delay: 1ms}
servers:
  stun: {on: lan, kind: stun}
agents:
  M: {on: lan, stun: [stun]}
steps:
  - {at: 0s, run: {at: M, command: echo something, prints: something}}
"""


@pytest.mark.xdist_group("live")
def test_logs_of_seeds_are_apart_and_go_with_their_run(natsim, scenario, tmp_path):
    logs = tmp_path / "out" / "logs"
    run = natsim("run", scenario(ECHO), "--seeds", "1..2", "--out", "out")
    if "skip" in run.out:
        pytest.skip(run.out)
    assert run.code == 0, run
    assert sorted(p.name for p in logs.iterdir()) == ["case_seed_1.M.run1.log", "case_seed_2.M.run1.log"]
    (logs / "case_seed_1.M.notes.log").write_text("a file of the user's")
    outside = tmp_path / "outside"
    outside.write_text("must stay as it is")
    (logs / "case_seed_3.M.run1.log").symlink_to(outside)
    assert natsim("run", "case.yaml", "--seeds", "3..3", "--out", "out").code == 0
    assert sorted(p.name for p in logs.iterdir()) == ["case_seed_1.M.notes.log", "case_seed_3.M.run1.log"]
    assert outside.read_text() == "must stay as it is" and "something" in (logs / "case_seed_3.M.run1.log").read_text()
