"""Worker processes: what happens to one case stays with that case; shards and merge give what one process gives."""

import json
import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from comparable import comparable
from conftest import NATSIM, SANITIZED, two_nats

# A thousand seconds of virtual time with a packet each millisecond, some of a processor: long enough to be caught running on a machine with other work.
LONG = two_nats(claim="A case that takes its time.", expect="  limit: 2h\n", steps="  - {at: 5s, send: {from: L, to: R, bytes: 200, count: 1000000, interval: 1ms}}\n")
SHORT = two_nats(claim="A case that does not.")


def workers(pid):
    """The processes that a process has started and not yet waited for."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def busy_worker(pid):
    """The worker of a run with --jobs 1, once it has used some processor time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for worker in workers(pid):
            try:
                stat = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()
            except FileNotFoundError:
                continue
            if int(stat[11]) + int(stat[12]) > 4:
                return worker
        os.sched_yield()
    raise AssertionError("no worker was seen at work")


def start(cwd, *args):
    return subprocess.Popen([NATSIM, *map(str, args)], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "NO_COLOR": "1"})


@pytest.fixture
def three(tmp_path):
    """A long case between two short ones."""
    for name, text in (("a.yaml", SHORT), ("b.yaml", LONG), ("c.yaml", SHORT)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_that_cases_error_and_the_others_finish(three, how):
    if SANITIZED and how == signal.SIGSEGV:
        pytest.skip("the sanitizer answers the signal itself")
    run = start(three, "run", "a.yaml", "b.yaml", "c.yaml", "--jobs", 1, "--capture", "none")
    os.kill(busy_worker(run.pid), how)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 3, (out, err)
    doc = json.loads((three / "natsim-out" / "results.json").read_text())
    assert [(c["id"], c["outcome"]) for c in doc["cases"]] == [("a", "pass"), ("b", "error"), ("c", "pass")]
    assert doc["cases"][1]["reason"] == f"the case crashed: signal {int(how)}"
    assert doc["summary"] == {"pass": 2, "fail": 0, "error": 1, "skip": 0}
    assert f"b: the case crashed: signal {int(how)}" in out
    errors = ET.parse(three / "natsim-out" / "junit.xml").getroot().findall(".//error")
    assert len(errors) == 1 and "crashed" in errors[0].get("message")
    assert "the case crashed" in (three / "natsim-out" / "report.html").read_text()


def test_a_crash_with_two_workers_leaves_the_other_at_work(three):
    run = start(three, "run", ".", "--jobs", 2, "--capture", "none")
    os.kill(busy_worker(run.pid), signal.SIGSEGV)
    run.communicate(timeout=60)
    doc = json.loads((three / "natsim-out" / "results.json").read_text())
    assert [(c["id"], c["outcome"]) for c in doc["cases"]] == [("a", "pass"), ("b", "error"), ("c", "pass")]


def test_a_stopped_worker_does_not_stop_the_others(three):
    """What hangs is killed in the end (the pool's unit test has a short limit); until then the other worker goes on."""
    run = start(three, "run", ".", "--jobs", 2, "--capture", "none")
    worker = busy_worker(run.pid)
    os.kill(worker, signal.SIGSTOP)
    log = three / "natsim-out" / "cases.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and log.read_text().count("\n") < 2:
        os.sched_yield()
    assert sorted(json.loads(line)["id"] for line in log.read_text().splitlines()) == ["a", "c"]
    os.kill(worker, signal.SIGKILL)
    run.communicate(timeout=60)
    assert run.returncode == 3


def test_no_worker_outlives_the_run(three):
    run = start(three, "run", "b.yaml", "--jobs", 2, "--capture", "none")
    worker = busy_worker(run.pid)
    run.kill()
    run.communicate(timeout=60)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and Path(f"/proc/{worker}").exists():
        os.sched_yield()
    assert not Path(f"/proc/{worker}").exists()


def test_an_error_comes_before_a_failure(three):
    (three / "c.yaml").write_text(SHORT.replace("path: direct", "path: none"))
    run = start(three, "run", "a.yaml", "b.yaml", "c.yaml", "--jobs", 1, "--capture", "none")
    os.kill(busy_worker(run.pid), signal.SIGSEGV)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 3, (out, err)
    doc = json.loads((three / "natsim-out" / "results.json").read_text())
    assert [c["outcome"] for c in doc["cases"]] == ["pass", "error", "fail"]


def test_bad_input_comes_before_everything(natsim, three):
    (three / "a.yaml").write_text(SHORT.replace("path: direct", "path: none"))
    (three / "b.yaml").write_text("natsim: 3\n")
    assert natsim("run", ".", "--out", "/proc/nowhere").code == 2
    assert natsim("run", "a.yaml", "--out", "/proc/nowhere").code == 3
    assert natsim("run", "a.yaml").code == 1
    assert natsim("run", "c.yaml").code == 0


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_fail_fast_hands_out_no_more(natsim, tmp_path, jobs):
    axes = ", ".join(f"{n}ms" for n in range(1, 100))
    text = two_nats(path="none").replace("networks:", f"matrix:\n  delay: [{axes}]\nnetworks:").replace("delay: 20ms", 'delay: "${delay}"')
    (tmp_path / "case.yaml").write_text(text)
    run = natsim("run", "case.yaml", "--jobs", jobs, "--fail-fast", "--capture", "none")
    assert run.code == 1, run
    cases = json.loads((tmp_path / "natsim-out" / "results.json").read_text())["cases"]
    assert 1 <= len(cases) <= 2 * jobs
    assert any(c["outcome"] == "fail" for c in cases)


def tree(directory):
    """Every file but the log in order of finishing, and records."""
    return {str(p.relative_to(directory)): comparable(p) for p in sorted(directory.rglob("*")) if p.is_file() and p.name != "cases.jsonl" and not p.name.startswith(".")}


@pytest.mark.parametrize("shards", [2, 3, 7])
def test_shards_and_merge_give_the_bytes_of_one_process(natsim, tmp_path, shards):
    assert natsim("run", "classic", "nested", "--out", "whole", "--jobs", 1).code == 0
    for i in range(shards):
        assert natsim("run", "classic", "nested", "--out", f"part{i}", "--shard", f"{i}/{shards}").code == 0
    merged = natsim("merge", *[f"part{i}" for i in range(shards)], "--out", "merged")
    assert merged.code == 0, merged
    assert tree(tmp_path / "merged") == tree(tmp_path / "whole")


def test_merging_what_is_merged_changes_nothing(natsim, tmp_path):
    assert natsim("run", "classic", "--out", "a").code == 0
    before = tree(tmp_path / "a")
    assert natsim("merge", "a", "a", "--out", "b").code == 0
    assert natsim("merge", "b").code == 0
    assert tree(tmp_path / "b") == before == tree(tmp_path / "a")


def test_runs_that_differ_are_not_merged(natsim, tmp_path):
    assert natsim("run", "classic", "--out", "a").code == 0
    assert natsim("run", "classic", "--out", "b", "--seed", 2).code == 0
    run = natsim("merge", "a", "b", "--out", "c")
    assert run.code == 2 and "two directories differ in this case: merge runs of the same version and seed" in run.err
    assert not (tmp_path / "c").exists()
