"""One run on many machines: parts by --shard I/N, ranks of a launcher by --shard mpi, and the files of scenarios/clusters run as far as one
machine allows. Whatever the way, the merged reports and captures are those of one process, and what did not run is missed."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess

import pytest
import yaml

from comparable import comparable
from conftest import NATSIM, ROOT, two_nats
from machines import SLURM, Launch, Slurm, launchers, plain_environment, until
from test_workers import LONG, SHORT, workers

CLUSTERS = ROOT / "scenarios" / "clusters"
# Four of the nine cells fail: those whose path is not direct, or not the one that is expected.
SOME_FAIL = (two_nats("\"${left}\"", "\"${right}\"", claim="Some of these fail.")
             .replace("networks:", "matrix:\n  left: [full-cone, port-restricted-cone, symmetric]\n  right: [full-cone, port-restricted-cone, symmetric]\nnetworks:", 1))


def left_by(directory):
    """Reports and captures: all but the logs of finished cases, which are in the order of finishing, and the record of the run."""
    return {str(p.relative_to(directory)): comparable(p) for p in sorted(directory.rglob("*"))
            if p.is_file() and not re.fullmatch(r"cases\..*jsonl|\.natsim-run.*", p.name)}


def logs(directory):
    return sorted(p.name for p in directory.glob("cases.*"))


def finished(directory, rank):
    """The ids in the log of a rank; none while there is no log."""
    return [json.loads(line)["id"] for p in directory.glob(f"cases.{rank}-of-*") for line in p.read_text().splitlines() if line.endswith("}")]


@pytest.fixture(autouse=True)
def no_launcher(monkeypatch):
    """Whoever started these tests, the programs that they start begin as nobody's rank."""
    plain = plain_environment()
    for name in set(os.environ) - set(plain):
        monkeypatch.delenv(name)


@pytest.fixture(params=launchers())
def launch(request, tmp_path):
    """Starts N ranks at once: by mpirun, and by the environment alone."""
    return Launch(request.param, tmp_path)


# --- the same bytes ---

@pytest.mark.parametrize("args, code", [
    (["classic", "nested"], 0),
    (["classic", "--seeds", "7..9", "--filter", "left=symmetric"], 0),
    (["case.yaml"], 1),
    (["case.yaml", "--capture", "failed", "--seeds", "1..2"], 1),
    (["case.yaml", "--capture", "none", "--runs", "2"], 1),
    (["case.yaml", "classic", "--capture-format", "pcap", "--filter", "right=symmetric", "--seed", "5"], 1),
], ids=["two suites", "seeds", "failures", "captures of failures", "no captures, two runs", "pcap"])
def test_three_parts_two_ranks_and_one_process_leave_the_same_bytes(natsim, scenario, tmp_path, launch, args, code):
    scenario(SOME_FAIL)
    assert natsim("run", *args, "--out", "whole", "--jobs", 1).code == code
    for i in range(3):
        assert natsim("run", *args, "--out", f"part-{i}", "--shard", f"{i}/3").code in (0, code)
    ranks = launch(2, "run", *args, "--out", "shared")
    assert ranks.codes == [0] * len(ranks.codes), ranks
    parts = natsim("merge", "part-0", "part-1", "part-2", "--out", "merged-parts")
    apart = natsim("merge", "shared", "--out", "merged-ranks")
    within = natsim("merge", "shared")
    assert (parts.code, apart.code, within.code) == (code, code, code), (parts, apart, within)
    assert (parts.err, apart.err, within.err) == ("", "", "")
    whole = left_by(tmp_path / "whole")
    assert {"results.json", "junit.xml", "report.html"} <= set(whole)
    assert left_by(tmp_path / "merged-parts") == whole == left_by(tmp_path / "merged-ranks")
    assert left_by(tmp_path / "shared") == whole
    assert all(comparable(tmp_path / d / "cases.jsonl") == comparable(tmp_path / "whole" / "cases.jsonl") for d in ("merged-parts", "merged-ranks", "shared"))


def test_merge_may_be_asked_again(natsim, tmp_path, launch):
    launch(3, "run", "classic", "--out", "shared")
    first = natsim("merge", "shared")
    before = left_by(tmp_path / "shared")
    second = natsim("merge", "shared")
    assert (first.code, first.out, first.err) == (second.code, second.out, second.err) == (0, first.out, "")
    assert left_by(tmp_path / "shared") == before


def test_what_programs_said_comes_along(natsim, tmp_path):
    for part in (1, 2):
        natsim("run", "classic", "--filter", "left=none", "--shard", f"{part}/2", "--out", f"part-{part}", "--capture", "none")
        (tmp_path / f"part-{part}" / "logs").mkdir()
        (tmp_path / f"part-{part}" / "logs" / f"case-{part}.L.log").write_text(f"said by {part}\n")
    for out in ("whole", "whole"):  # a second time, too
        assert natsim("merge", "part-1", "part-2", "--out", out).code == 0
    assert natsim("merge", "whole").code == 0
    assert {p.name: p.read_text() for p in (tmp_path / "whole" / "logs").iterdir()} == {f"case-{n}.L.log": f"said by {n}\n" for n in (1, 2)}


def test_ranks_without_a_shared_directory(natsim, tmp_path):
    """Each machine has its own --out; merge is given all."""
    for rank in (0, 1):
        assert natsim("run", "classic", "--shard", "mpi", "--out", f"machine-{rank}", env={"PMI_RANK": str(rank), "PMI_SIZE": "2"}).code == 0
    alone = natsim("merge", "machine-1", "--out", "half")
    assert alone.code == 3 and "rank 0 of 2 has left no log: none of its cases is here" in alone.err
    both = natsim("merge", "machine-0", "machine-1", "--out", "merged")
    assert (both.code, both.err) == (0, "")
    assert natsim("run", "classic", "--out", "whole").code == 0
    assert left_by(tmp_path / "merged") == left_by(tmp_path / "whole")


# --- a rank ---

def test_what_a_rank_says_and_leaves(natsim, scenario, tmp_path):
    scenario(SOME_FAIL)
    run = natsim("run", "case.yaml", "--shard", "mpi", "--out", "shared", env={"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"})
    assert (run.code, run.err) == (0, ""), run
    lines = run.out.splitlines()
    assert [line.split()[2].rstrip(":") for line in lines[:-1]] == natsim("list", "case.yaml", "--shard", "1/2").out.splitlines()
    passed = sum(line.startswith("✓") for line in lines)
    assert 0 < passed < 4
    assert lines[-1] == f"rank 1 of 2: 4 of its 4 cases ran, {passed} passed; when all ranks have ended, the verdict: natsim merge shared"
    assert sorted(os.listdir(tmp_path / "shared")) == [".natsim-run", ".natsim-run.1-of-2", "captures", "cases.1-of-2.jsonl"]


def test_a_failed_case_stops_no_other_rank(natsim, scenario, tmp_path, launch):
    scenario(SHORT.replace("path: direct", "path: none"), "a.yaml")
    for name in "bcdefgh":
        scenario(SHORT, f"{name}.yaml")
    ranks = launch(2, "run", ".", "--out", "shared")
    assert ranks.codes == [0] * len(ranks.codes), ranks
    merged = natsim("merge", "shared")
    assert (merged.code, merged.err) == (1, "")
    assert "8 cases: 7 passed, 1 failed" in merged.out


def test_more_ranks_than_cases(natsim, scenario, tmp_path, launch):
    scenario(SHORT)
    ranks = launch(3, "run", "case.yaml", "--out", "shared")
    assert ranks.codes == [0] * len(ranks.codes), ranks
    assert sum(p.stat().st_size == 0 for p in (tmp_path / "shared").glob("cases.*")) == 2
    assert "rank 2 of 3: 0 of its 0 cases ran" in ranks.out
    merged = natsim("merge", "shared")
    assert (merged.code, merged.err) == (0, "") and "1 case: 1 passed" in merged.out


def test_where_nothing_is_selected_every_rank_says_so(scenario, tmp_path, launch):
    scenario(SHORT)
    ranks = launch(2, "run", "case.yaml", "--filter", "nowhere", "--out", "shared")
    assert set(ranks.codes) == {2} and "no case is selected" in ranks.err
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize("env, complaint", [
    ({}, "no launcher has set a rank (OMPI_COMM_WORLD_RANK, PMI_RANK or SLURM_PROCID): mpirun natsim run ... --shard mpi"),
    ({"OMPI_COMM_WORLD_RANK": "0"}, "OMPI_COMM_WORLD_RANK is '0' and OMPI_COMM_WORLD_SIZE is '': the launcher sets a rank from 0 and a size above it"),
    ({"PMI_SIZE": "2"}, "PMI_RANK is '' and PMI_SIZE is '2'"),
    ({"PMI_RANK": "2", "PMI_SIZE": "2"}, "PMI_RANK is '2' and PMI_SIZE is '2'"),
    ({"SLURM_PROCID": "-1", "SLURM_NTASKS": "2"}, "SLURM_PROCID is '-1' and SLURM_NTASKS is '2'"),
    ({"SLURM_PROCID": "0", "SLURM_NTASKS": "2(x3)"}, "SLURM_NTASKS is '2(x3)'"),
    ({"PMI_RANK": "0", "PMI_SIZE": "99999999999999999999999"}, "of at most 1000000"),
    ({"PMI_RANK": "0", "PMI_SIZE": "0"}, "PMI_SIZE is '0'"),
    ({"OMPI_COMM_WORLD_RANK": "x", "OMPI_COMM_WORLD_SIZE": "2", "PMI_RANK": "0", "PMI_SIZE": "2"}, "OMPI_COMM_WORLD_RANK is 'x'"),
])
def test_what_launchers_do_not_set(natsim, scenario, tmp_path, env, complaint):
    run = natsim("run", scenario(SHORT), "--shard", "mpi", env=env)
    assert run.code == 2 and run.err.startswith("natsim: --shard 'mpi': ") and complaint in run.err, run
    assert os.listdir(tmp_path) == ["case.yaml"]


@pytest.mark.parametrize("env, who", [
    ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "PMI_RANK": "2", "PMI_SIZE": "3", "SLURM_PROCID": "0", "SLURM_NTASKS": "2"}, "rank 1 of 4"),
    ({"PMI_RANK": "2", "PMI_SIZE": "3", "SLURM_PROCID": "0", "SLURM_NTASKS": "2"}, "rank 2 of 3"),
    ({"SLURM_PROCID": "0", "SLURM_NTASKS": "2"}, "rank 0 of 2"),
    ({"SLURM_PROCID": "0", "SLURM_NTASKS": "1"}, "rank 0 of 1"),
])
def test_which_launcher_counts(natsim, scenario, env, who):
    run = natsim("run", scenario(SHORT), "--shard", "mpi", env=env)
    assert run.code == 0 and run.out.splitlines()[-1].startswith(who)


@pytest.mark.parametrize("given, most", [([], 1), (["--jobs", 2], 2)])
def test_a_rank_has_one_worker_unless_told_otherwise(scenario, tmp_path, given, most):
    for name in "abc":
        scenario(LONG.replace("count: 1000000", "count: 100000"), f"{name}.yaml")
    run = subprocess.Popen([NATSIM, "run", ".", "--shard", "mpi", *map(str, given)], cwd=tmp_path, stdout=subprocess.DEVNULL,
                           env={**os.environ, "PMI_RANK": "0", "PMI_SIZE": "1"})
    seen = set()
    while run.poll() is None and len(seen) < 3:
        seen |= set(workers(run.pid))
        if len(finished(tmp_path / "natsim-out", 0)) > 0:
            break
    run.kill()
    run.wait()
    assert len(seen) == most


def test_a_rank_that_cannot_write_says_so(natsim, scenario, tmp_path):
    scenario(SHORT)

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    done = subprocess.run([NATSIM, "run", "case.yaml", "--shard", "mpi", "--capture", "none", "--out", "shared"], cwd=tmp_path, capture_output=True,
                          text=True, timeout=60, preexec_fn=small, env={**os.environ, "PMI_RANK": "0", "PMI_SIZE": "1"})
    assert done.returncode == 3
    assert "shared/cases.0-of-1.unfinished.jsonl: cannot be written (File too large)" in done.stderr
    assert logs(tmp_path / "shared") == ["cases.0-of-1.unfinished.jsonl"]
    merged = natsim("merge", "shared")
    assert merged.code == 3 and "rank 0 of 1 did not finish: its 0 finished cases are here" in merged.err


# --- what did not run ---

def test_a_rank_that_dies_loses_no_finished_case(natsim, scenario, tmp_path, launch):
    """Both ranks are in the middle of their second case; the launcher stops the one when the other is killed."""
    for name, text in (("a", SHORT), ("b", SHORT), ("c", LONG), ("d", LONG), ("e", SHORT)):
        scenario(text, f"{name}.yaml")
    ranks = launch.start(2, "run", ".", "--out", "shared")
    until(lambda: finished(tmp_path / "shared", 0) == ["a"] and finished(tmp_path / "shared", 1) == ["b"], "each rank's first case")
    os.kill(ranks.pid_of(1), signal.SIGKILL)
    if launch.by == "environment":
        ranks.processes[0].terminate() # as mpirun does
    ranks.end()
    assert finished(tmp_path / "shared", 0) == ["a"], "the launcher was to stop the other rank"
    assert all(".unfinished." in name for name in logs(tmp_path / "shared"))
    merged = natsim("merge", "shared")
    assert merged.code == 3, merged
    assert merged.err == "".join(f"natsim: rank {rank} of 2 did not finish: its 1 finished case is here\n" for rank in (0, 1))
    doc = json.loads((tmp_path / "shared" / "results.json").read_text())
    assert [c["id"] for c in doc["cases"]] == ["a", "b"] and doc["summary"]["pass"] == 2
    assert all((tmp_path / "shared" / c["capture"]).exists() for c in doc["cases"])
    assert natsim("merge", "shared").err == merged.err
    copy = natsim("merge", "shared", "--out", "copied")
    again = natsim("merge", "copied")
    assert (copy.code, again.code) == (3, 3) and "part 1 of 2: 1 of its 2 cases are here" in again.err


def test_started_again_the_ranks_finish(natsim, scenario, tmp_path, launch):
    for name in "abcd":
        scenario(SHORT, f"{name}.yaml")
    (tmp_path / "shared").mkdir()
    for name in ("cases.0-of-2.unfinished.jsonl", "cases.1-of-2.0123abcd.unfinished.jsonl"):
        (tmp_path / "shared" / name).write_text('{"order": 0, ')
    launch(2, "run", ".", "--out", "shared")
    merged = natsim("merge", "shared")
    assert (merged.code, merged.err) == (0, "") and "4 cases: 4 passed" in merged.out


def test_ranks_that_left_nothing(natsim, tmp_path):
    for rank in (2, 6):
        natsim("run", "classic", "--shard", "mpi", "--out", "shared", env={"PMI_RANK": str(rank), "PMI_SIZE": "8"})
    merged = natsim("merge", "shared")
    assert merged.code == 3
    assert merged.err.splitlines() == ["natsim: ranks 0 to 1 of 8 have left no log: none of their cases is here",
                                       "natsim: ranks 3 to 5 of 8 have left no log: none of their cases is here",
                                       "natsim: rank 7 of 8 has left no log: none of its cases is here"]
    assert "6 cases: 6 passed" in merged.out


def test_ranks_at_work_are_unfinished(natsim, tmp_path, launch):
    launch(2, "run", "classic", "--out", "shared")
    [log] = (tmp_path / "shared").glob("cases.0-of-2.*jsonl")
    text = log.read_bytes()
    log.unlink()
    (tmp_path / "shared" / log.name.replace(".jsonl", ".unfinished.jsonl")).write_bytes(text[:-100])
    merged = natsim("merge", "shared")
    assert merged.code == 3 and "rank 0 of 2 did not finish: its 12 finished cases are here" in merged.err
    assert "the last line is cut: that case had not finished" in merged.err


def test_fail_fast_leaves_the_rank_unfinished(natsim, scenario, tmp_path):
    scenario(SOME_FAIL.replace("path: direct", "path: none"))
    for rank in (0, 1):
        run = natsim("run", "case.yaml", "--shard", "mpi", "--fail-fast", env={"PMI_RANK": str(rank), "PMI_SIZE": "2"})
        assert run.code == 0 and f"rank {rank} of 2: 1 of its {5 - rank} cases ran, 0 passed" in run.out
    merged = natsim("merge", "natsim-out")
    assert merged.code == 3 and merged.err.count("did not finish: its 1 finished case is here") == 2
    assert "2 cases: 0 passed, 2 failed" in merged.out


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_part_that_is_missing_is_missed(natsim, tmp_path, lost):
    for i in range(3):
        natsim("run", "classic", "--out", f"part-{i}", "--shard", f"{i}/3")
    want = (9, 8, 8)[lost]
    merged = natsim("merge", *[f"part-{i}" for i in range(3) if i != lost], "--out", "merged")
    assert merged.code == 3
    assert merged.err == (f"natsim: part {lost} of 3: 0 of its {want} cases are here: give its directory too, or run it again with --shard {lost}/3\n")
    assert f"{25 - want} cases: {25 - want} passed" in merged.out
    assert natsim("merge", "merged", f"part-{lost}", "--out", "mended").code == 0
    assert natsim("run", "classic", "--out", "whole").code == 0
    assert left_by(tmp_path / "mended") == left_by(tmp_path / "whole")


def test_runs_of_their_own_are_merged_as_before(natsim, tmp_path):
    natsim("run", "classic", "--out", "a")
    natsim("run", "nested", "--out", "b")
    merged = natsim("merge", "a", "b", "--out", "c")
    assert (merged.code, merged.err) == (0, "")


# --- what earlier runs left ---

def test_a_rank_takes_nothing_of_earlier_runs_for_its_own(natsim, scenario, tmp_path):
    out = tmp_path / "natsim-out"
    assert natsim("run", "classic").code == 0
    for name in ("cases.0-of-3.jsonl", "cases.4-of-5.deadbeef.unfinished.jsonl", "cases.1-of-2.unfinished.jsonl", "cases.1-of-2.deadbeef.jsonl"):
        (out / name).write_text("an earlier run's\n")
    kept = ("cases.0-of-2.jsonl", "cases.jsonl.bak", "cases.00-of-3.jsonl", "cases.3-of-3.jsonl", "cases.1-of-3.DEADBEEF.jsonl", "cases.1-of-3.jsonl.part")
    for name in kept:
        (out / name).write_text("no business of this rank's\n")
    assert natsim("run", scenario(SHORT), "--shard", "mpi", env={"PMI_RANK": "1", "PMI_SIZE": "2"}).code == 0
    assert sorted(os.listdir(out)) == sorted([*kept, ".natsim-run", ".natsim-run.1-of-2", "captures", "cases.1-of-2.jsonl"])


def test_a_run_in_one_process_replaces_ranks(natsim, tmp_path, launch):
    launch(2, "run", "nested", "--out", "shared")
    assert natsim("merge", "shared").code == 0
    assert natsim("run", "classic", "--out", "shared").code == 0
    assert logs(tmp_path / "shared") == ["cases.jsonl"]
    assert "25 cases: 25 passed" in natsim("merge", "shared").out


def test_a_merge_into_a_directory_of_ranks_replaces_them(natsim, tmp_path, launch):
    launch(2, "run", "nested", "--out", "shared")
    assert natsim("run", "classic", "--out", "whole").code == 0
    assert natsim("merge", "whole", "--out", "shared").code == 0
    assert logs(tmp_path / "shared") == ["cases.jsonl"]


@pytest.mark.parametrize("other, one, two", [
    ("cases.2-of-3.jsonl", "cases.*-of-2.*", "cases.*-of-3.*"),
    ("cases.1-of-2.22222222.unfinished.jsonl", "cases.*-of-2.11111111*", "cases.*-of-2.22222222*"),
])
def test_ranks_of_two_runs_are_not_mixed(natsim, tmp_path, other, one, two):
    (tmp_path / "shared").mkdir()
    for name in ("cases.0-of-2.11111111.jsonl", other):
        (tmp_path / "shared" / name).touch()
    run = natsim("merge", "shared")
    assert (run.code, run.err) == (2, f"natsim: shared: holds ranks of two runs: remove {one} or {two}\n")
    assert len(os.listdir(tmp_path / "shared")) == 2


def test_two_starts_of_mpirun_are_told_apart(natsim, tmp_path):
    """A rank that the second start lost does not pass with what it did in the first."""
    launch = Launch("mpirun", tmp_path) if "mpirun" in launchers() else pytest.skip("mpirun is not installed: apt-get install openmpi-bin")
    launch(2, "run", "classic", "--out", "shared")
    [old] = (tmp_path / "shared").glob("cases.1-of-2.*")
    text = old.read_bytes()
    launch(2, "run", "classic", "--out", "shared")
    [new] = (tmp_path / "shared").glob("cases.1-of-2.*")
    new.unlink()
    old.write_bytes(text)
    assert new.name != old.name
    assert natsim("merge", "shared").code == 2


# --- Slurm ---

def test_the_slurm_script_with_a_stub(natsim, tmp_path):
    """srun as this script uses it: as many processes as tasks, each with its number; the highest of their exit codes."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "srun").write_text("""#!/bin/bash
[ "$1" = --kill-on-bad-exit=0 ] && shift
for ((i = 0; i < SLURM_NTASKS; i++)); do SLURM_PROCID=$i SLURM_STEP_ID=0 "$@" & pids+=($!); done
for pid in "${pids[@]}"; do wait "$pid" || { code=$?; [ "$code" -gt "${worst:-0}" ] && worst=$code; }; done
exit "${worst:-0}"
""")
    (tmp_path / "bin" / "srun").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}/bin:{NATSIM.parent}:{os.environ['PATH']}", "NO_COLOR": "1", "SLURM_NTASKS": "4"}

    def batch(job, *args):
        return subprocess.run(["bash", CLUSTERS / "slurm.sbatch", *args], cwd=tmp_path, capture_output=True, text=True, timeout=120, env={**env, "SLURM_JOB_ID": job})
    done = batch("17", "classic", "nested")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert natsim("run", "classic", "nested", "--out", "whole").code == 0
    assert left_by(tmp_path / "natsim-17") == left_by(tmp_path / "whole")
    assert batch("18", "no-such-suite").returncode == 2
    assert batch("17", "no-such-suite").returncode == 2, "an older verdict in the directory is none"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if SLURM is not None:
        pytest.skip(SLURM)
    cluster = Slurm(tmp_path_factory.mktemp("slurm"), NATSIM.parent)
    if cluster.lacks is None:
        yield cluster
    cluster.stop()
    if cluster.lacks is not None:
        pytest.skip(cluster.lacks)


def test_a_job_of_slurm(natsim, scenario, slurm, tmp_path):
    """Two jobs on a cluster of one node: a green one, and one with failed cases."""
    scenario(SOME_FAIL)
    green = slurm.submit(tmp_path, "--ntasks=3", CLUSTERS / "slurm.sbatch", "classic", "nested")
    red = slurm.submit(tmp_path, "--ntasks=2", CLUSTERS / "slurm.sbatch", "case.yaml")
    assert (slurm.wait(green), slurm.wait(red)) == (0, 1), slurm.says()
    assert natsim("run", "classic", "nested", "--out", "whole").code == 0
    assert natsim("run", "case.yaml", "--out", "some-fail").code == 1
    outs = sorted((p for p in tmp_path.glob("natsim-[0-9]*") if p.is_dir()), key=lambda p: len(list(p.glob("cases.*"))))
    assert [left_by(p) for p in outs] == [left_by(tmp_path / "some-fail"), left_by(tmp_path / "whole")]
    assert [len(logs(p)) for p in outs] == [3, 4], "a log for each rank, and merge's"


# --- Kubernetes ---

def manifests():
    return list(yaml.safe_load_all((CLUSTERS / "kubernetes.yaml").read_text()))


def container(job, volume):
    """The command of a Job's container, where its volume is this directory."""
    [one] = job["spec"]["template"]["spec"]["containers"]
    [mount] = one["volumeMounts"]
    assert set(one) == {"name", "image", "command", "args", "volumeMounts"}
    return [word.replace(mount["mountPath"] + "/", f"{volume}/") for word in one["command"] + one["args"]]


def test_the_manifest_has_the_shape_of_indexed_jobs():
    claim, part, verdict = manifests()
    assert [(d["apiVersion"], d["kind"]) for d in (claim, part, verdict)] == [("v1", "PersistentVolumeClaim"), ("batch/v1", "Job"), ("batch/v1", "Job")]
    assert part["spec"]["completionMode"] == "Indexed" and part["spec"]["completions"] >= part["spec"]["parallelism"] > 1
    assert f"$JOB_COMPLETION_INDEX/{part['spec']['completions']}" in part["spec"]["template"]["spec"]["containers"][0]["args"][0]
    assert verdict["spec"]["suspend"] is True and verdict["spec"]["backoffLimit"] == 0
    for job in (part, verdict):
        spec = job["spec"]["template"]["spec"]
        assert spec["restartPolicy"] == "Never"
        assert [v["name"] for v in spec["volumes"]] == [m["name"] for m in spec["containers"][0]["volumeMounts"]]
        assert spec["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def within(part, whole):
    """Every key and value of the part is in the whole, which may have more."""
    if isinstance(part, dict):
        return all(k in whole and within(v, whole[k]) for k, v in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return part == whole


def test_kubectl_reads_the_manifest(tmp_path):
    """Without a server kubectl still knows the fields of a Job: those that it does not know, it drops."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    version = json.loads(subprocess.run(["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, check=True).stdout)["clientVersion"]
    if (int(version["major"]), int(version["minor"].rstrip("+"))) < (1, 24):
        pytest.skip("this kubectl is older than indexed and suspended Jobs (1.24)")
    for job in (d for d in manifests() if d["kind"] == "Job"):
        (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
        done = subprocess.run(["kubectl", "set", "env", "--local", "-f", "job.yaml", "SEEN=1", "-o", "json"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert within(job, json.loads(done.stdout))


def run_jobs(tmp_path, indexes=None, args=None):
    """Runs the container of each index, then the verdict's; their exit codes."""
    _, part, verdict = manifests()
    (tmp_path / "volume").mkdir(exist_ok=True)
    env = {**os.environ, "PATH": f"{NATSIM.parent}:{os.environ['PATH']}", "NO_COLOR": "1"}

    def run(job, **more):
        command = [word.replace("classic nested", args) if args else word for word in container(job, "volume")]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env={**env, **more}).returncode
    codes = [run(part, JOB_COMPLETION_INDEX=str(i)) for i in indexes or range(part["spec"]["completions"])]
    return codes, run(verdict)


def test_the_jobs_of_kubernetes(natsim, tmp_path):
    assert run_jobs(tmp_path) == ([0, 0, 0, 0], 0)
    assert natsim("run", "classic", "nested", "--out", "whole").code == 0
    assert left_by(tmp_path / "volume" / "merged") == left_by(tmp_path / "whole")


def test_a_failed_case_does_not_start_an_index_again(scenario, tmp_path):
    scenario(SOME_FAIL)
    assert run_jobs(tmp_path, args="case.yaml") == ([0, 0, 0, 0], 1)


def test_an_index_that_is_missing_is_missed(tmp_path):
    assert run_jobs(tmp_path, indexes=[0, 1, 3]) == ([0, 0, 0], 3)


def test_an_index_that_cannot_begin_is_tried_again(tmp_path):
    codes, verdict = run_jobs(tmp_path, args="no-such-suite")
    assert codes == [1, 1, 1, 1] and verdict == 2


def test_the_page_names_what_is_there():
    page = (CLUSTERS / "README.md").read_text()
    named = set(re.findall(r"scenarios/clusters/[\w.]+", page)) | {f"scenarios/clusters/{n}" for n in re.findall(r"`([\w]+\.(?:yml|yaml|sbatch))`", page)}
    assert {p.name for p in CLUSTERS.iterdir()} - {"README.md"} == {n.rsplit("/", 1)[1] for n in named}
    assert all((ROOT / n).exists() for n in named)
