"""Runs that are interrupted, or lack what they need of the machine: each ends in order, says why, and its reports say what they are."""

import json
import os
import resource
import signal
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from comparable import comparable
from conftest import NATSIM, SANITIZED, Run, two_nats, with_signals
from machines import until
from test_workers import LONG, SHORT, workers

FEW_FILES = "worker processes can be started (Too many open files)"


@pytest.fixture
def three(tmp_path):
    """A case that is always caught running, between two short ones."""
    for name, text in (("a", SHORT), ("b", LONG), ("c", SHORT)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def files(out):
    return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file() and not p.name.startswith("."))


def log_of(out):
    log = out / "cases.jsonl"
    return [json.loads(line)["id"] for line in log.read_text().splitlines() if line.endswith("}")] if log.exists() else []


def caught(directory, *args, **kwargs):
    """A run of one worker whose first case has finished, and whose second writes its capture."""
    run = subprocess.Popen([NATSIM, "run", "a.yaml", "b.yaml", "c.yaml", "--jobs", "1", *args], cwd=directory, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}, preexec_fn=with_signals, **kwargs)
    until(lambda: list(directory.glob("natsim-out/captures/b.*.part")), "a capture that streams")
    return run


def expect_interrupted(run, directory, name):
    worker = workers(run.pid)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (3, ""), (out, err)
    assert f"\ninterrupted by {name}: 1 of 3 cases have finished\n" in out and "\npart of a run: 1 of 3 cases\n" in out, out
    assert out.splitlines()[-1] == f"{NATSIM} run a.yaml b.yaml c.yaml --jobs 1 --resume"
    left = directory / "natsim-out"
    assert files(left) == ["captures/a.pcapng", "cases.jsonl", "junit.xml", "report.html", "results.json"]
    doc = json.loads((left / "results.json").read_text())
    assert doc["partial"] is True and [(c["id"], c["outcome"]) for c in doc["cases"]] == [("a", "pass")] == [(i, "pass") for i in log_of(left)]
    assert "part of a run: 1 of 3 cases" in ET.tostring(ET.parse(left / "junit.xml").getroot(), encoding="unicode")
    assert "part of a run: 1 of 3 cases" in (left / "report.html").read_text()
    assert not [w for w in worker if Path(f"/proc/{w}").exists()]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_runs_and_reports_what_has_finished(three, sent):
    run = caught(three)
    run.send_signal(sent)
    expect_interrupted(run, three, sent.name)


def test_a_terminal_sends_it_to_all_processes(three):
    run = caught(three, start_new_session=True)
    os.killpg(run.pid, signal.SIGINT)
    expect_interrupted(run, three, "SIGINT")


def test_timeout_sends_it_twice(three):
    """`timeout` signals its child, and then the group that the child is in."""
    run = caught(three)
    run.send_signal(signal.SIGTERM)
    run.send_signal(signal.SIGTERM)
    expect_interrupted(run, three, "SIGTERM")


def ignore_hangups():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def block_terminations():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])


def held(directory, prepare):
    """A run that waits in its middle until somebody reads what it says, since the pipe is full, and its worker."""
    (directory / "case.yaml").write_text(SHORT)
    run = subprocess.Popen([NATSIM, "run", "case.yaml", "--seeds", "1..300", "--jobs", "1", "--capture", "none"], cwd=directory, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, pipesize=4096, env={**os.environ, "NO_COLOR": "1"}, preexec_fn=prepare)
    assert "pass" in run.stdout.readline()
    [worker] = workers(run.pid)
    return run, worker


def expect_whole(run):
    out, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, "") and "300 cases: 300 passed" in out, (out, err)


@pytest.mark.parametrize("prepare, sent", [(ignore_hangups, signal.SIGHUP), (block_terminations, signal.SIGTERM)])
def test_what_the_parent_ignores_or_blocks_interrupts_nothing(tmp_path, prepare, sent):
    run, worker = held(tmp_path, prepare)
    os.kill(worker, sent)
    run.send_signal(sent)
    expect_whole(run)


def test_a_worker_leaves_signals_to_the_run(tmp_path):
    run, worker = held(tmp_path, with_signals)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(worker, sent)
    expect_whole(run)


def test_a_rank_that_is_interrupted_is_unfinished_and_says_so(three):
    run = subprocess.Popen([NATSIM, "run", "a.yaml", "b.yaml", "c.yaml", "--shard", "mpi"], cwd=three, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           env={**os.environ, "PMI_RANK": "0", "PMI_SIZE": "1"}, preexec_fn=with_signals)
    until(lambda: list(three.glob("natsim-out/captures/b.*.part")), "a capture that streams")
    run.terminate()
    out, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (3, "") and "interrupted by SIGTERM: 1 of 3 cases have finished\n" in out, (out, err)
    assert out.splitlines()[-1] == f"to go on, start the ranks with: {NATSIM} run a.yaml b.yaml c.yaml --shard mpi --resume"
    assert files(three / "natsim-out") == ["captures/a.pcapng", "cases.0-of-1.unfinished.jsonl"]


@pytest.mark.parametrize("path, code", [("direct", 0), ("none", 1)])
@pytest.mark.parametrize("ignored", [False, True])
def test_a_reader_that_has_read_enough_changes_nothing(natsim, tmp_path, path, code, ignored):
    (tmp_path / "case.yaml").write_text(two_nats(path=path))
    assert natsim("run", "case.yaml", "--seeds", "1..40", "--out", "whole").code == code
    run = subprocess.Popen([NATSIM, "run", "case.yaml", "--seeds", "1..40"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=not ignored)
    run.stdout.close()
    assert (run.stderr.read(), run.wait()) == (b"", code)
    for name in ("results.json", "junit.xml", "report.html"):
        assert comparable(tmp_path / "natsim-out" / name) == comparable(tmp_path / "whole" / name)


def test_a_command_whose_reader_has_left_is_quiet(tmp_path):
    for restored, code in ((True, -signal.SIGPIPE), (False, 0)):
        run = subprocess.Popen([NATSIM, "list"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=restored)
        run.stdout.close()
        assert (run.stderr.read(), run.wait()) == (b"", code)
    with open("/dev/full", "w") as full:
        run = subprocess.run([NATSIM, "list"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (run.returncode, run.stderr) == (3, "natsim: standard output: No space left on device\n")


# --- few files, few processes ---

def with_limits(cwd, limits, *args, user=None):
    def lower():
        for what, value in limits.items():
            resource.setrlimit(what, (value, value))
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
    return subprocess.run([*map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=60, preexec_fn=lower)


@pytest.mark.parametrize("files", [4, 6, 8, 10, 12, 16, 24, 80])
def test_with_few_files_fewer_workers_run_all_cases_or_the_reason_is_said(tmp_path, files):
    text = SHORT.replace("seed: 1", "seed: \"${n}\"\nmatrix:\n  n: [" + ", ".join(map(str, range(1, 33))) + "]", 1)
    (tmp_path / "case.yaml").write_text(text)
    run = with_limits(tmp_path, {resource.RLIMIT_NOFILE: files}, NATSIM, "run", "case.yaml", "--jobs", 32)
    if run.returncode == 0:
        assert "32 cases: 32 passed" in run.stdout
        assert (f"of 32 {FEW_FILES}, and the run goes on with" in run.stderr) == (files < 64), run.stderr
    else:
        assert files < 12 and "Too many open files" in run.stderr and "passed" not in run.stdout.replace("0 passed", ""), (run.stdout, run.stderr)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's place: root only")
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_with_few_processes(public, processes):
    """The user has no other process: the first is the run itself."""
    (public / "case.yaml").write_text(SHORT)
    run = with_limits(public, {resource.RLIMIT_NPROC: processes}, public / "natsim", "run", "case.yaml", "--seeds", "1..6", "--jobs", 6, user=61000 + processes)
    if processes == 1:
        assert run.returncode == 3, run
        assert run.stderr.endswith("natsim: no worker process can be started (Resource temporarily unavailable): raise 'ulimit -u', or the container's limit of processes\n")
        assert "part of a run: 0 of 6 cases" in run.stdout
    else:
        assert run.returncode == 0 and "6 cases: 6 passed" in run.stdout, run
        assert run.stderr.startswith(f"natsim: {processes - 1} of 6 worker processes can be started (Resource temporarily unavailable)")


# --- the clock of the machine ---

STEPPING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
/* The wall clock steps 700 s forward each time that somebody looks. */
static long steps;
int clock_gettime(clockid_t which, struct timespec *t)
{
    int r = (int)syscall(SYS_clock_gettime, which, t);
    if (which == CLOCK_REALTIME)
        t->tv_sec += 700 * ++steps;
    return r;
}
time_t time(time_t *t)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return t != NULL ? (*t = now.tv_sec) : now.tv_sec;
}
int gettimeofday(struct timeval *t, void *zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *t = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
"""


@pytest.mark.skipif(SANITIZED, reason="the sanitizer wants to be the first library")
def test_a_step_of_the_wall_clock_hangs_no_case(classic, tmp_path):
    (tmp_path / "stepping.c").write_text(STEPPING)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "stepping.so", "stepping.c"], cwd=tmp_path, check=True)
    run = Run(["run", "classic", "--jobs", 2], tmp_path, env={"LD_PRELOAD": str(tmp_path / "stepping.so")})
    assert run.code == 0, run
    assert (tmp_path / "natsim-out" / "results.json").read_bytes() == (classic / "results.json").read_bytes()
