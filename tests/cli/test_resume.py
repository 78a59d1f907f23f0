"""--resume: only what has not finished of the run in --out, and the bytes of an uninterrupted run; what is not that run is an error that says what differs."""

import json
import resource
import shlex
import shutil
import signal
import subprocess

import pytest

from conftest import NATSIM, two_nats
from disk_faults import left_by
from machines import Launch, launchers
from test_interrupted import caught
from test_workers import LONG, SHORT

CELLS = two_nats("\"${left}\"", claim="Cells.").replace("networks:", "matrix:\n  left: [full-cone, restricted-cone, port-restricted-cone, symmetric]\nnetworks:", 1).replace("path: direct", "path: [direct, relayed]")
MENDS = "give the same files, flags and program, or begin anew without --resume\n"


def stop_after(out, count):
    """As if the run had been killed when so many cases had finished."""
    lines = (out / "cases.jsonl").read_text().splitlines(keepends=True)
    (out / "cases.jsonl").write_text("".join(lines[:count]))
    for line in lines[count:]:
        (out / json.loads(line)["capture"]).unlink()
    for name in ("results.json", "junit.xml", "report.html"):
        (out / name).unlink()


@pytest.fixture
def stopped(natsim, scenario, tmp_path):
    """A run of four cases that ended after two; `whole` is what it would have left."""
    scenario(CELLS)
    assert natsim("run", "case.yaml", "--jobs", 1).code == 0
    shutil.copytree(tmp_path / "natsim-out", tmp_path / "whole")
    stop_after(tmp_path / "natsim-out", 2)
    return tmp_path / "natsim-out"


def is_whole(out):
    return left_by(out) == left_by(out.parent / "whole")


def test_what_has_not_finished_is_run(natsim, stopped):
    before = {p.name: p.stat().st_mtime_ns for p in (stopped / "captures").iterdir()}
    run = natsim("run", "case.yaml", "--resume")
    assert run.code == 0 and run.out.startswith("2 of 4 cases had finished before\n") and "\n4 cases: 4 passed\n" in run.out, run
    assert is_whole(stopped)
    assert all((stopped / "captures" / name).stat().st_mtime_ns == when for name, when in before.items()), "they ran again"


def test_other_jobs_and_words_change_nothing(natsim, stopped):
    assert natsim("run", "case.yaml", "--resume", "--jobs", 3, "-v", "--stats").code == 0
    assert is_whole(stopped)


def test_a_finished_run_says_its_verdict_again(natsim, stopped):
    natsim("run", "case.yaml", "--resume")
    run = natsim("run", "case.yaml", "--resume")
    assert run.code == 0 and run.out.startswith("4 of 4 cases had finished before\n") and "\n4 cases: 4 passed\n" in run.out, run
    assert is_whole(stopped)


def test_the_printed_command_goes_on(three_interrupted):
    directory, out = three_interrupted
    command = out.splitlines()[-1]
    assert command == f"{NATSIM} run a.yaml b.yaml c.yaml --jobs 1 --until 9s --filter '' --resume"
    (directory / "b.yaml").write_text(SHORT)
    refused = subprocess.run(["sh", "-c", command], cwd=directory, capture_output=True, text=True, timeout=60)
    assert (refused.returncode, refused.stderr) == (2, f"natsim: natsim-out: --resume cannot go on: b.yaml has changed since: {MENDS}")


@pytest.fixture
def three_interrupted(tmp_path):
    for name, text in (("a", SHORT), ("b", LONG), ("c", SHORT)):
        (tmp_path / f"{name}.yaml").write_text(text)
    run = caught(tmp_path, "--until", "9s", "--filter", "")
    run.send_signal(signal.SIGINT)
    return tmp_path, run.communicate(timeout=60)[0]


def test_words_of_the_command_are_quoted_for_a_shell(tmp_path):
    name = "it's $HOME & more"
    (tmp_path / f"{name}.yaml").write_text(SHORT)
    run = subprocess.run([NATSIM, "run", "--out", "o u t", "--jobs", "1", "--", f"{name}.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         preexec_fn=few_files)
    assert run.returncode == 3, run
    command = run.stdout.splitlines()[-1]
    assert shlex.split(command) == [str(NATSIM), "run", "--out", "o u t", "--jobs", "1", "--resume", "--", f"{name}.yaml"]
    again = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0 and "1 case: 1 passed" in again.stdout, again


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))


# --- what is not that run ---

@pytest.mark.parametrize("args, what", [
    (["--seed", "5"], "--seed 5 was not given then"),
    (["--seeds", "1..2"], "--seeds 1..2 was not given then; cases 4 then, 8 now"),
    (["--filter", "symmetric"], "--filter symmetric was not given then; cases 4 then, 1 now"),
    (["--capture", "none"], "--capture all then, --capture none now"),
    (["--until", "20s"], "--until 20000000000ns was not given then"),
    (["--shard", "0/2"], "--shard 0/2 was not given then"),
    (["--runs", "2"], "--runs 1 then, --runs 2 now"),
])
def test_other_flags_are_named(natsim, stopped, args, what):
    before = left_by(stopped)
    run = natsim("run", "case.yaml", "--resume", *args)
    assert (run.code, run.err) == (2, f"natsim: natsim-out: --resume cannot go on: {what}: {MENDS}"), run
    assert left_by(stopped) == before


def test_other_files_are_named(natsim, scenario, stopped):
    scenario(SHORT, "more.yaml")
    run = natsim("run", "case.yaml", "more.yaml", "--resume")
    assert (run.code, run.err) == (2, f"natsim: natsim-out: --resume cannot go on: more.yaml was not selected then; cases 4 then, 5 now: {MENDS}")
    scenario(CELLS + "# changed\n")
    run = natsim("run", "case.yaml", "--resume")
    assert (run.code, run.err) == (2, f"natsim: natsim-out: --resume cannot go on: case.yaml has changed since: {MENDS}")
    scenario(CELLS)
    assert natsim("run", "case.yaml", "--resume").code == 0 and is_whole(stopped)


def test_another_build_is_named(natsim, stopped):
    record = stopped / ".natsim-run"
    text = record.read_text()
    program = next(line for line in text.splitlines() if line.startswith("program "))
    record.write_text(text.replace(program, "program 0.9.0 (build 1234)"))
    run = natsim("run", "case.yaml", "--resume")
    assert (run.code, run.err) == (2, f"natsim: natsim-out: --resume cannot go on: natsim was 0.9.0 (build 1234) then and is {program[8:]} now: {MENDS}")


def test_where_no_run_is_nothing_is_made(natsim, scenario, tmp_path):
    scenario(SHORT)
    (tmp_path / "empty").mkdir()
    for out in ("empty", "absent", "case.yaml"):
        run = natsim("run", "case.yaml", "--resume", "--out", out)
        assert (run.code, run.err) == (2, f"natsim: {out}: --resume cannot go on: no run has left its record there: begin without --resume\n")
    assert not (tmp_path / "absent").exists() and list((tmp_path / "empty").iterdir()) == []


def test_other_commands_do_not_take_it(natsim):
    run = natsim("merge", "x", "--resume")
    assert run.code == 2 and "--resume has no effect on 'merge'" in run.err


# --- what counts as finished ---

def test_a_cut_or_damaged_line_runs_again(natsim, stopped):
    first, second = (stopped / "cases.jsonl").read_text().splitlines()
    (stopped / "cases.jsonl").write_text(f"{second[:50]}\n{first}\n{first[:200]}")
    run = natsim("run", "case.yaml", "--resume")
    assert run.code == 0 and is_whole(stopped)
    lines = run.err.splitlines()
    assert len(lines) == 2 and all(line.endswith(": that case runs again") for line in lines)
    assert lines[0].startswith("natsim: natsim-out/cases.jsonl:1: ") and lines[1].startswith("natsim: natsim-out/cases.jsonl:3: the last line is cut")


def test_a_case_whose_capture_is_gone_runs_again(natsim, stopped):
    capture = stopped / json.loads((stopped / "cases.jsonl").read_text().splitlines()[0])["capture"]
    capture.unlink()
    run = natsim("run", "case.yaml", "--resume")
    assert run.code == 0 and run.out.startswith("1 of 4 cases had finished before\n") and is_whole(stopped), run


def test_an_error_is_no_verdict(natsim, stopped):
    lines = (stopped / "cases.jsonl").read_text().splitlines()
    lines[0] = lines[0].replace('"outcome": "pass"', '"outcome": "error"', 1)
    (stopped / "cases.jsonl").write_text("\n".join(lines) + "\n")
    run = natsim("run", "case.yaml", "--resume")
    assert run.code == 0 and run.out.startswith("1 of 4 cases had finished before\n") and is_whole(stopped), run


def test_a_line_of_another_case_counts_for_nothing(natsim, stopped):
    lines = (stopped / "cases.jsonl").read_text().splitlines()
    lines[0] = lines[0].replace('"order": 0', '"order": 3', 1)
    (stopped / "cases.jsonl").write_text("\n".join(lines) + "\n")
    run = natsim("run", "case.yaml", "--resume")
    assert run.err == "natsim: natsim-out/cases.jsonl:1: no case of this run: that case runs again\n" and is_whole(stopped), run


def test_what_was_half_written_is_removed(natsim, stopped):
    name = json.loads((stopped.parent / "whole" / "cases.jsonl").read_text().splitlines()[3])["capture"]
    (stopped / f"{name}.part").write_text("half")
    (stopped / f"{name}.spare.part").write_text("half")
    (stopped / "captures" / "mine.part").write_text("not natsim's")
    assert natsim("run", "case.yaml", "--resume").code == 0
    assert [p.name for p in stopped.rglob("*.part")] == ["mine.part"]


def test_fail_fast_that_had_failed_stays_at_that(natsim, scenario, tmp_path):
    scenario(CELLS.replace("path: [direct, relayed]", "path: none"))
    first = natsim("run", "case.yaml", "--fail-fast", "--jobs", 1)
    before = left_by(tmp_path / "natsim-out")
    again = natsim("run", "case.yaml", "--fail-fast", "--resume")
    assert (first.code, again.code) == (1, 1) and left_by(tmp_path / "natsim-out") == before
    rest = natsim("run", "case.yaml", "--resume")
    assert rest.code == 1 and "4 cases: 0 passed, 4 failed" in rest.out, rest


# --- parts and ranks ---

def test_a_part_goes_on(natsim, scenario, tmp_path):
    scenario(CELLS)
    assert natsim("run", "case.yaml", "--shard", "1/2", "--jobs", 1).code == 0
    shutil.copytree(tmp_path / "natsim-out", tmp_path / "whole")
    stop_after(tmp_path / "natsim-out", 1)
    run = natsim("run", "case.yaml", "--shard", "1/2", "--resume")
    assert run.code == 0 and run.out.startswith("1 of 2 cases had finished before\n") and is_whole(tmp_path / "natsim-out"), run


@pytest.fixture(params=launchers())
def launch(request, tmp_path):
    return Launch(request.param, tmp_path)


def ranks_left(out):
    return sorted(p.name for p in out.glob("cases.*"))


def test_ranks_go_on_whoever_of_them_had_begun(natsim, scenario, tmp_path, launch):
    """Rank 0 had finished, rank 1 was cut short, rank 2 had not come so far as to begin."""
    scenario(CELLS)
    launch(3, "run", "case.yaml", "--out", "shared", "--seeds", "1..2")
    assert natsim("merge", "shared", "--out", "whole").code == 0
    [log] = (tmp_path / "shared").glob("cases.1-of-3*")
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:1]))
    log.rename(tmp_path / "shared" / log.name.replace(".jsonl", ".unfinished.jsonl"))
    for p in [*(tmp_path / "shared").glob("cases.2-of-3*"), tmp_path / "shared" / ".natsim-run.2-of-3"]:
        p.unlink()
    ranks = launch(3, "run", "case.yaml", "--out", "shared", "--seeds", "1..2", "--resume")
    assert ranks.out.count("cases had finished before") == 3 and "3 of 3 cases had finished before" in ranks.out, ranks
    names = ranks_left(tmp_path / "shared")
    assert len(names) == 3 and not any("unfinished" in name for name in names)
    merged = natsim("merge", "shared")
    assert (merged.code, merged.err) == (0, "")
    now = {k: v for k, v in left_by(tmp_path / "shared").items() if not k.startswith("cases.")}
    assert now == {k: v for k, v in left_by(tmp_path / "whole").items() if not k.startswith("cases.")}


@pytest.mark.parametrize("size, args, what", [
    (3, [], "ranks 2 then, 3 now"),
    (2, ["--seed", "4"], "--seed 4 was not given then"),
])
def test_ranks_of_another_run_are_refused(natsim, scenario, tmp_path, size, args, what):
    scenario(CELLS)
    for rank in ("0", "1"):
        assert natsim("run", "case.yaml", "--shard", "mpi", env={"PMI_RANK": rank, "PMI_SIZE": "2"}).code == 0
    for rank in range(size):
        run = natsim("run", "case.yaml", "--shard", "mpi", "--resume", *args, env={"PMI_RANK": str(rank), "PMI_SIZE": str(size)})
        assert run.code == 2 and what in run.err and run.err.endswith(MENDS), run
    alone = natsim("run", "case.yaml", "--resume", *args)
    assert (alone.code, alone.err) == (2, f"natsim: natsim-out: --resume cannot go on: the run there was divided among ranks by a launcher: {MENDS}")


def test_a_rank_in_the_directory_of_a_run_in_one_process(natsim, scenario):
    scenario(CELLS)
    assert natsim("run", "case.yaml").code == 0
    run = natsim("run", "case.yaml", "--shard", "mpi", "--resume", env={"PMI_RANK": "0", "PMI_SIZE": "2"})
    assert run.code == 2 and "the run there was not divided among ranks" in run.err, run
