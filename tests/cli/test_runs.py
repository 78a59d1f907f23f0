"""Cases that run several times and do not end alike: the evidence of both outcomes is kept, and the printed command repeats them."""

import itertools
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import fields
from test_live import DUMMY, dummy, lan, live_only, outcome

pytestmark = pytest.mark.xdist_group("live")


def count_connections(server, first):
    """Until the server is shut down: tells each that connects its number."""
    for number in itertools.count(first):
        try:
            with server.accept()[0] as line:
                line.sendall(str(number).encode())
        except OSError:
            return number - first


@pytest.fixture
def run_unstable(natsim, scenario, tmp_path):
    """Runs an unstable case, of whose runs each second fails, and a stable one three times each."""
    def run(first):
        (tmp_path / "dummy.py").write_text(DUMMY)
        with socket.socket(socket.AF_UNIX) as server, ThreadPoolExecutor() as pool:
            server.bind(str(tmp_path / "count"))
            (tmp_path / "count").chmod(0o666)
            server.listen()
            count = pool.submit(count_connections, server, first)
            done = natsim("run", scenario(lan(dummy("unstable", "count"), dummy()), "a.yaml"), scenario(lan(dummy(), dummy()), "b.yaml"), "--runs", 3,
                          "--jobs", 2)
            server.shutdown(socket.SHUT_RDWR)
        assert count.result() == 3
        return done
    return run


ENDED = "L: its process ended with status 3 before it was told to stop"


@live_only
@pytest.mark.parametrize("first", [1, 2], ids=["passes-first", "fails-first"])
def test_what_passes_in_some_runs_only_fails_with_the_evidence_of_both(run_unstable, results, tmp_path, first):
    run = run_unstable(first)
    assert run.code == 1, run
    unstable, stable = results()["cases"]
    out, passed = tmp_path / "natsim-out", 3 - first
    assert unstable["runs"] == {"pass": passed, "fail": first, "passed_capture": "captures/a+passed.pcapng",
                                "passed_logs": ["logs/a+passed.L.log", "logs/a+passed.R.log"]}
    assert stable["runs"] == {"pass": 3, "fail": 0} and outcome(stable) == ("pass", "")
    assert unstable["outcome"] == "fail" and unstable["capture"] == "captures/a.pcapng"
    assert unstable["reasons"] == [f"unstable: passed in {passed} of 3 runs; in another: {ENDED}", "path: expected direct, found none"]
    assert "natsim run a.yaml --out natsim-again --seed 1 --runs 3" in run.out

    assert sorted(p.name for p in (out / "captures").iterdir()) == ["a+passed.pcapng", "a.pcapng", "b.pcapng"]
    assert sorted(p.name for p in (out / "logs").iterdir()) == ["a+passed.L.log", "a+passed.R.log", "a.L.log", "a.R.log", "b.L.log", "b.R.log"]
    frames = {name: len(fields(out / "captures" / f"{name}.pcapng", "frame.number")) for name in ("a", "a+passed")}
    assert frames["a"] == unstable["packets"] < 20 < frames["a+passed"], "the failing run told no candidate"
    logs = {name: (out / "logs" / f"{name}.L.log").read_text() for name in ("a", "a+passed")}
    assert "good bye" in logs["a+passed"] and "good bye" not in logs["a"] and '"desc"' not in logs["a"]


@live_only
def test_merge_takes_the_evidence_of_both_and_the_next_run_removes_it(run_unstable, natsim, scenario, tmp_path):
    assert run_unstable(1).code == 1
    assert natsim("merge", "natsim-out", "--out", "merged").code == 1
    for folder in ("captures", "logs"):
        files = {out: {p.name: p.read_bytes() for p in (tmp_path / out / folder).iterdir()} for out in ("natsim-out", "merged")}
        assert files["merged"] == files["natsim-out"]
    natsim("run", scenario(lan(), "c.yaml"), "--jobs", 1)
    assert [p.name for p in (tmp_path / "natsim-out" / "captures").iterdir()] == ["c.pcapng"] and not list((tmp_path / "natsim-out" / "logs").iterdir())
