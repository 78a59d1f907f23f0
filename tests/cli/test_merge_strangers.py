"""merge reads directories that anybody may have filled: it takes nothing from outside of them, follows no link when it writes, refuses what
has no bound, each with its place, and nothing hangs it."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import NATSIM, NOBODY

LINE_MAX = 64 << 20
FILE_MAX = 16 << 30


def one_case(natsim, out):
    assert natsim("run", "classic", "--filter", "left=none,right=none", "--out", out).code == 0


@pytest.fixture
def stranger(natsim, tmp_path):
    """The directory of a run of one case, its log, and its line."""
    one_case(natsim, "in")
    directory = tmp_path / "in"
    (tmp_path / "victim").write_text("a secret")

    class Stranger:
        log = directory / "cases.jsonl"
        line = json.loads((directory / "cases.jsonl").read_text())
        capture = directory / line["capture"]

        def says(self, **changes):
            self.log.write_text(json.dumps({**self.line, **changes}) + "\n")
    found = Stranger()
    found.directory = directory
    return found


def refused(natsim, tmp_path, complaint, code=2):
    """One line that names the place; nothing was made."""
    run = natsim("merge", "in", "--out", "out", timeout=20)
    assert run.code == code and run.err.count("\n") == 1 and run.err.startswith(f"natsim: in/{complaint}"), run
    assert not (tmp_path / "out").exists() and (tmp_path / "victim").read_text() == "a secret"


@pytest.mark.parametrize("name", ["../victim", "captures/../../victim", "/etc/passwd", "captures/x/../../../victim.pcapng", "cases.jsonl", "results.json",
                                  "captures", "captures/", "captures/.pcapng", "captures//x.pcapng", "captures/x y.pcapng", "captures/é.pcapng", "",
                                  "captures/x.pcapng\n", "logs/x.log", "captures/" + 300 * "x" + ".pcapng"])
def test_a_capture_has_a_name_of_captures(natsim, stranger, tmp_path, name):
    stranger.says(capture=name)
    refused(natsim, tmp_path, "cases.jsonl:1: 'capture' must be captures/NAME.pcapng or .pcap, as natsim names captures: ")


@pytest.mark.parametrize("name", ["../victim", "logs/../../victim.log", "logs/x y.log", "logs/x]].log", "captures/x.pcapng", ""])
def test_a_program_s_log_has_a_name_of_logs(natsim, stranger, tmp_path, name):
    stranger.says(logs=["logs/good.L.log", name])
    refused(natsim, tmp_path, "cases.jsonl:1: 'logs' must be logs/NAME.log, as natsim names logs: ")


def put(kind, path, victim):
    if kind == "a symbolic link":
        path.symlink_to(victim)
    elif kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a directory":
        path.mkdir()
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as s:
            here = os.getcwd()
            os.chdir(path.parent)  # the names of sockets are short
            s.bind(path.name)
            os.chdir(here)
    elif os.geteuid() == 0:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero: it never ends
    else:
        pytest.skip("only root makes devices")


KINDS = ["a symbolic link", "a FIFO", "a directory", "a socket", "a device"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_capture_is_a_file(natsim, stranger, tmp_path, kind):
    stranger.capture.unlink()
    put(kind, stranger.capture, tmp_path / "victim")
    refused(natsim, tmp_path, f"cases.jsonl:1: {stranger.line['capture']}: it is {kind}: merge takes regular files that lie in the directory")


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_is_a_file(natsim, stranger, tmp_path, kind):
    stranger.log.unlink()
    put(kind, stranger.log, tmp_path / "victim")
    refused(natsim, tmp_path, f"cases.jsonl: it is {kind}: ")
    rank = stranger.directory / "cases.0-of-1.jsonl"
    os.rename(stranger.log, rank)
    refused(natsim, tmp_path, f"cases.0-of-1.jsonl: it is {kind}: ")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_program_said_is_a_file(natsim, stranger, tmp_path, kind):
    logs = stranger.directory / "logs"
    logs.mkdir()
    (logs / "good.L.log").write_text("hello\n")
    put(kind, logs / "case.L.log", tmp_path / "victim")
    refused(natsim, tmp_path, f"logs/case.L.log: it is {kind}: merge takes regular files that lie in the directory")


@pytest.mark.parametrize("name", ["captures", "logs"])
def test_no_link_on_the_way(natsim, stranger, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    folder = stranger.directory / name
    if folder.exists():
        shutil.copytree(folder, elsewhere)
        shutil.rmtree(folder)
    else:
        elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    where = f"cases.jsonl:1: {stranger.line['capture']}: captures is" if name == "captures" else "logs: it is"
    refused(natsim, tmp_path, f"{where} a symbolic link: merge takes regular files that lie in the directory")


def test_a_capture_that_is_not_there(natsim, stranger, tmp_path):
    stranger.capture.unlink()
    refused(natsim, tmp_path, f"cases.jsonl:1: {stranger.line['capture']}: No such file or directory: merge takes regular files")


def test_a_capture_that_may_not_be_read(stranger, public):
    shutil.copytree(stranger.directory, public / "in")
    (public / "in" / stranger.line["capture"]).chmod(0)
    if os.geteuid() == 0:
        subprocess.run(["chmod", "-R", "a+rX", public / "in" / "cases.jsonl"], check=True)
    done = subprocess.run([*NOBODY, public / "natsim", "merge", "in", "--out", "out"], cwd=public, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and f"in/cases.jsonl:1: {stranger.line['capture']}: Permission denied: " in done.stderr, done


# --- bounds ---

def test_a_capture_of_many_gigabytes(natsim, stranger, tmp_path):
    os.truncate(stranger.capture, FILE_MAX + 1)
    refused(natsim, tmp_path, f"cases.jsonl:1: {stranger.line['capture']}: it is larger than 16 GiB: ")


@pytest.mark.parametrize("text", [b"x", b"\0"], ids=["text", "zeros"])
def test_a_line_without_end(natsim, stranger, tmp_path, text):
    with open(stranger.log, "ab") as log:
        log.write(text * (LINE_MAX + 1000))
    refused(natsim, tmp_path, "cases.jsonl:2: the line is longer than 64 MiB: give the --out directory of a run")


def test_a_binary_file(natsim, stranger, tmp_path):
    shutil.copy(NATSIM, stranger.log)
    refused(natsim, tmp_path, "cases.jsonl:1: not a line of a run: give the --out directory of a run")


DEEP = 100000
BAD = {
    "deep": lambda s: s.replace('"params": {', '"params": {"x": ' + DEEP * "[" + DEEP * "]" + ", ", 1),
    "deep objects": lambda s: s.replace('"params": {', '"params": {"x": ' + DEEP * '{"x": ' + "1" + DEEP * "}" + ", ", 1),
    "many parameters": lambda s: s.replace('"params": {', '"params": {' + "".join(f'"x{n}": 1, ' for n in range(200001)), 1),
    "many agents": lambda s: s.replace('"agents": {', '"agents": {' + "".join(f'"x{n}": {{}}, ' for n in range(200001)), 1),
    "a NUL": lambda s: s.replace('"reason": "', '"reason": "\\u0000', 1),
    "a raw NUL": lambda s: s.replace('"reason": "', '"reason": "\0', 1),
    "a raw control character": lambda s: s.replace('"reason": "', '"reason": "\x1b[2J', 1),
    "half of a surrogate pair": lambda s: s.replace('"reason": "', '"reason": "\\ud800', 1),
    "no UTF-8": lambda s: s.replace('"reason": "', '"reason": "\udcff', 1),
    "an overlong form": lambda s: s.replace('"reason": "', '"reason": "\udcc0\udcaf', 1),
    "a key twice": lambda s: s.replace('"seed": ', '"seed": 1, "seed": ', 1),
    "a number beyond 64 bits": lambda s: s.replace('"packets": ', '"packets": 99999999999999999999', 1),
    "a negative number": lambda s: s.replace('"packets": ', '"packets": -', 1),
    "a real number": lambda s: s.replace('"packets": ', '"packets": 1e400, "was": ', 1),
    "a real number for an integer": lambda s: s.replace('"packets": ', '"packets": 1.5, "was": ', 1),
    "a word for an outcome": lambda s: s.replace('"outcome": "pass"', '"outcome": "won"', 1),
    "no object": lambda s: s.replace('"conformance": {', '"conformance": 7, "was": {', 1),
    "garbage behind it": lambda s: s.replace("\n", " {}\n", 1),
    "an end too early": lambda s: s.replace("}\n", "\n", 1),
    "a place beyond the run": lambda s: s.replace('"order": 0', '"order": 18446744073709551616', 1),
    "a run without cases": lambda s: s.replace('"of": 1', '"of": 0', 1),
    "no shards": lambda s: s.replace('"shards": 1', '"shards": 0', 1),
}


@pytest.mark.parametrize("how", BAD)
def test_a_line_that_is_damaged(natsim, stranger, tmp_path, how):
    line = stranger.log.read_text()
    bad = BAD[how](line)
    assert bad != line
    stranger.log.write_bytes(bad.encode(errors="surrogateescape"))
    refused(natsim, tmp_path, "cases.jsonl:1: ")


# --- two cases, one file ---

def test_two_cases_cannot_have_one_capture(natsim, stranger, tmp_path):
    one_case(natsim, "other")
    other = {**stranger.line, "id": "another case", "order": 1, "of": 2}
    (tmp_path / "other" / "cases.jsonl").write_text(json.dumps(other) + "\n")
    for args in (["in", "other"], ["in"]):
        run = natsim("merge", *args, "--out", "out", timeout=20)
        assert run.code == 2 and "/cases.jsonl:" in run.err and ": another case has the same 'capture': " in run.err, run
        assert not (tmp_path / "out").exists()
        stranger.log.write_text(json.dumps(stranger.line) + "\n" + json.dumps(other) + "\n")


def test_a_case_of_two_different_runs_counts_once(natsim, tmp_path):
    """It has another place in each."""
    assert natsim("run", "classic", "--filter", "left=none", "--out", "one").code == 0
    assert natsim("run", "classic", "--filter", "right=none", "--out", "two").code == 0
    run = natsim("merge", "one", "two", "two", "--out", "both")
    assert (run.code, run.err) == (0, ""), run
    doc = json.loads((tmp_path / "both" / "results.json").read_text())
    ids = [c["id"] for c in doc["cases"]]
    assert len(ids) == len(set(ids)) == doc["summary"]["pass"] == 9 and "partial" not in doc


# --- where it writes ---

def test_a_run_removes_what_merge_wrote(natsim, stranger, tmp_path):
    """And nothing else."""
    assert natsim("merge", "in", "--out", "out").code == 0
    other = tmp_path / "out" / "captures" / "mine.pcapng"
    other.write_text("mine")
    assert natsim("run", "relay", "--filter", "long-call", "--capture", "none", "--out", "out").code == 0
    assert [p.name for p in (tmp_path / "out" / "captures").iterdir()] == ["mine.pcapng"]


@pytest.mark.parametrize("name", ["results.json", "junit.xml", "report.html", "cases.jsonl", "captures/{}"])
@pytest.mark.parametrize("ending", ["", ".part"])
def test_nothing_is_written_through_a_link(natsim, stranger, tmp_path, name, ending):
    (tmp_path / "out" / "captures").mkdir(parents=True)
    link = tmp_path / "out" / (name.format(stranger.capture.name) + ending)
    link.symlink_to(tmp_path / "victim")
    assert natsim("merge", "in", "--out", "out").code == 0
    assert (tmp_path / "victim").read_text() == "a secret" and not link.is_symlink()
    link.unlink(missing_ok=True)
    os.mkfifo(link)
    assert natsim("merge", "in", "--out", "out", timeout=20).code == 0
    assert not link.is_fifo()


def test_no_folder_of_the_output_is_a_link(natsim, stranger, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "captures").symlink_to(tmp_path / "elsewhere")
    run = natsim("merge", "in", "--out", "out")
    assert run.code == 3 and "natsim: out: " in run.err and list((tmp_path / "elsewhere").iterdir()) == [], run


def test_a_run_writes_through_no_link_either(natsim, stranger, tmp_path):
    for name in ("results.json", "junit.xml.part", "report.html.part", "cases.jsonl", "captures/" + stranger.capture.name + ".part"):
        link = stranger.directory / name
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / "victim")
    one_case(natsim, "in")
    assert (tmp_path / "victim").read_text() == "a secret"
    assert not any(p.is_symlink() for p in stranger.directory.rglob("*"))


@pytest.mark.parametrize("out", ["in", "in/merged", "in/captures", "in/logs", "./in/../in", "link"])
def test_the_output_may_lie_in_an_input(natsim, stranger, tmp_path, out):
    (stranger.directory / "logs").mkdir()
    (stranger.directory / "logs" / "case.L.log").write_text("said\n")
    (tmp_path / "link").symlink_to("in")
    before = stranger.log.read_bytes(), stranger.capture.read_bytes()
    for _ in range(2):
        run = natsim("merge", "in", "in", "--out", out)
        assert (run.code, run.err) == (0, ""), run
    assert (stranger.log.read_bytes(), stranger.capture.read_bytes()) == before
    assert (tmp_path / out / "cases.jsonl").read_bytes() == before[0] and (tmp_path / out / stranger.line["capture"]).read_bytes() == before[1]
    assert (tmp_path / out / "logs" / "case.L.log").read_text() == "said\n"


def test_while_a_run_is_at_work(natsim, tmp_path):
    """The pipe fills, so the run waits in its middle until somebody reads."""
    run = subprocess.Popen([NATSIM, "run", "classic", "--filter", "left=none,right=none", "--seeds", "1..3000", "--out", "in", "--jobs", "1"],
                           cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(20):
            assert "pass" in run.stdout.readline()
        merged = natsim("merge", "in", "--out", "out", timeout=60)
        assert merged.code == 3 and " of the 3000 cases of the run are here: it had not finished" in merged.err, merged
        doc = json.loads((tmp_path / "out" / "results.json").read_text())
        assert doc["partial"] and 20 <= len(doc["cases"]) < 3000
        assert all((tmp_path / "out" / c["capture"]).exists() for c in doc["cases"])
        log = (tmp_path / "in" / "cases.jsonl").read_bytes()
        within = natsim("merge", "in", timeout=60)
        assert within.code == 3 and within.err.splitlines()[-1].startswith("natsim: in: ") and str(run.pid) in within.err, within
        assert (tmp_path / "in" / "cases.jsonl").read_bytes().startswith(log) and not (tmp_path / "in" / "results.json").exists()
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
