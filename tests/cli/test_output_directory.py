"""The directory of a run's outputs: who may write there, what a run removes there, and what it never touches."""

import os
import re
import signal
import subprocess

import pytest

from conftest import NATSIM, NOBODY
from test_live import live_only
from machines import Launch, launchers, plain_environment, until
from test_workers import LONG, SHORT


def tree(directory):
    return sorted(str(p.relative_to(directory)) for p in directory.rglob("*") if not p.is_dir())


def start(cwd, *args, **env):
    """A run that is at work: its record stands."""
    run = subprocess.Popen([NATSIM, "run", *args], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **env})
    until(lambda: any(p.read_text().count("\nby ") for p in (cwd / "out").glob(".natsim-run*")), "the run's record")
    return run


# --- one run at a time ---

def test_a_second_run_is_refused_while_the_first_lasts(natsim, scenario, tmp_path):
    scenario(LONG)
    first = start(tmp_path, "case.yaml", "--out", "out")
    until(lambda: list((tmp_path / "out" / "captures").glob("*.part")), "a capture that streams")
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
@live_only
def test_logs_of_seeds_are_apart_and_go_with_their_run(natsim, scenario, tmp_path):
    logs = tmp_path / "out" / "logs"
    run = natsim("run", scenario(ECHO), "--seeds", "1..2", "--out", "out")
    assert run.code == 0, run
    assert sorted(p.name for p in logs.iterdir()) == ["case_seed_1.M.run1.log", "case_seed_2.M.run1.log"]
    (logs / "case_seed_1.M.notes.log").write_text("a file of the user's")
    outside = tmp_path / "outside"
    outside.write_text("must stay as it is")
    (logs / "case_seed_3.M.run1.log").symlink_to(outside)
    assert natsim("run", "case.yaml", "--seeds", "3..3", "--out", "out").code == 0
    assert sorted(p.name for p in logs.iterdir()) == ["case_seed_1.M.notes.log", "case_seed_3.M.run1.log"]
    assert outside.read_text() == "must stay as it is" and "something" in (logs / "case_seed_3.M.run1.log").read_text()


# --- ranks and parts ---

@pytest.fixture(params=launchers())
def launch(request, tmp_path, monkeypatch):
    for name in set(os.environ) - set(plain_environment()):
        monkeypatch.delenv(name)
    return Launch(request.param, tmp_path)


def test_ranks_share_a_directory_and_another_run_waits(natsim, scenario, tmp_path, launch):
    for name in "ab":
        scenario(LONG, f"{name}.yaml")
    ranks = launch.start(2, "run", ".", "--out", "out")
    until(lambda: len(list((tmp_path / "out").glob("cases.*"))) == 2, "both ranks")
    whole = natsim("run", ".", "--out", "out")
    assert whole.code == 3 and re.fullmatch(r"natsim: out: rank [01] of 2 of another launch is at work there \(\S+, process \d+\): "
                                            "wait for its end, or give another --out\n", whole.err), whole
    again = natsim("run", ".", "--out", "out", "--shard", "mpi", env={"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "PMIX_NAMESPACE": "another"})
    assert again.code == 3 and "of another launch is at work there" in again.err
    for rank in (0, 1):
        os.kill(ranks.pid_of(rank), signal.SIGKILL)
        if launch.by == "mpirun":
            break # it stops the other
    ranks.end()
    assert natsim("run", "classic", "--out", "out").code == 0


def test_another_launch_replaces_all_that_the_earlier_one_wrote(natsim, tmp_path, launch):
    if launch.by == "environment":
        pytest.skip("by the environment alone starts have no names")
    for suite in ("nested", "classic"):
        ranks = launch(3, "run", suite, "--out", "out")
        assert ranks.codes == [0] and ranks.err == "", ranks
    merged = natsim("merge", "out")
    assert (merged.code, merged.err) == (0, "")
    assert len(list((tmp_path / "out" / "captures").iterdir())) == 25


def test_a_rank_that_did_not_start_passes_with_nothing_of_an_earlier_launch(natsim, tmp_path):
    def rank(n, launch):
        return natsim("run", "classic", "--out", "out", "--shard", "mpi", env={"OMPI_COMM_WORLD_RANK": str(n), "OMPI_COMM_WORLD_SIZE": "2", "PMIX_NAMESPACE": launch})
    for n, launch in ((0, "one"), (1, "one"), (0, "two")):
        assert rank(n, launch).code == 0
    merged = natsim("merge", "out")
    assert (merged.code, merged.err) == (3, "natsim: rank 1 of 2 has left no log: none of its cases is here\n")
    assert rank(1, "two").code == 0
    assert natsim("merge", "out").code == 0


def test_parts_of_a_run_have_directories_of_their_own(natsim, scenario, tmp_path):
    for name in "ab":
        scenario(LONG, f"{name}.yaml")
    first = start(tmp_path, ".", "--out", "out", "--shard", "0/2")
    second = natsim("run", ".", "--out", "out", "--shard", "1/2")
    assert second.code == 3 and second.err.endswith("wait for its end, or give another --out: each part has its own\n"), second
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    scenario(SHORT, "a.yaml")
    assert natsim("run", ".", "--out", "out", "--shard", "0/2").code == 0, "as an index of Kubernetes that is tried again"


# --- directories of all kinds ---

def test_links_are_not_followed(natsim, scenario, tmp_path):
    scenario(SHORT)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "victim").write_text("must stay")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "captures").symlink_to(elsewhere)
    run = natsim("run", "case.yaml", "--out", "out")
    assert (run.code, run.err) == (3, "natsim: out: captures is a symbolic link, or no directory: remove it, or give another --out\n")
    (tmp_path / "out" / "captures").unlink()
    for name in ("results.json", "cases.jsonl", "junit.xml.part", "report.html"):
        (tmp_path / "out" / name).symlink_to(tmp_path / "victim")
    assert natsim("run", "case.yaml", "--out", "out").code == 0
    assert (tmp_path / "victim").read_text() == "must stay" and list(elsewhere.iterdir()) == []
    assert not any(p.is_symlink() for p in (tmp_path / "out").iterdir())


def test_the_directory_itself_may_be_a_link(natsim, scenario, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "out").symlink_to("there")
    assert natsim("run", scenario(SHORT), "--out", "out").code == 0
    assert (tmp_path / "there" / "results.json").exists()


@pytest.mark.parametrize("out, why", [("case.yaml", "Not a directory"), ("case.yaml/x", "Not a directory"), ("x" * 256, "File name too long"),
                                      ("/".join(["d" * 200] * 21), "File name too long")], ids=["a file", "in a file", "256 bytes", "4,200 bytes"])
def test_what_can_be_no_directory(natsim, scenario, tmp_path, out, why):
    run = natsim("run", scenario(SHORT), "--out", out)
    assert (run.code, run.err) == (3, f"natsim: {out}: cannot be written ({why}): give another --out\n")


@pytest.mark.parametrize("out", ["x" * 255, "/".join(["d" * 200] * 15)], ids=["255 bytes", "3,014 bytes"])
def test_long_names_are_taken(natsim, scenario, tmp_path, out):
    assert natsim("run", scenario(SHORT), "--out", out).code == 0
    assert (tmp_path / out / "captures" / "case.pcapng").exists()


def test_another_user_may_begin_only_where_he_may_write(public):
    (public / "case.yaml").write_text(SHORT)
    (public / "roots").mkdir()
    (public / "closed").mkdir(mode=0o755)
    (public / "roots").chmod(0o777)

    def run(out, *user):
        return subprocess.run([*user, "./natsim", "run", "case.yaml", "--out", out], cwd=public, capture_output=True, text=True, timeout=60)
    assert run("own", *NOBODY).returncode == 0
    if NOBODY == []:
        return
    assert run("roots").returncode == 0
    for out in ("roots", "closed"):
        refused = run(out, *NOBODY)
        assert (refused.returncode, refused.stderr) == (3, f"natsim: {out}: cannot be written (Permission denied): give another --out\n")
    assert run("own").returncode == 0, "root may"
