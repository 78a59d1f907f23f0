"""natsim sweep: random worlds against the oracle and the laws. SWEEP=N tries so many, 1,000 by default; SWEEP_FROM is the first number."""

import json
import os
import re
import signal
import subprocess

import pytest

from conftest import NATSIM, NOBODY, with_signals

COUNT = int(os.environ.get("SWEEP", 1000))
FIRST = int(os.environ.get("SWEEP_FROM", 1))
# What the oracle may say it cannot tell, each of one world in 20 at most: bounds of its search and of agents, policies where chance decides, and
# sessions that begin between two changes of the world, or may have failed before one.
UNTOLD = {"the oracle cannot tell: too many orders of first packets", "the oracle cannot tell: there are more pairs than max-pairs",
          "the oracle cannot tell: a gateway has too few ports for every order", "the oracle cannot tell: a port in use fails a mapping",
          "the oracle cannot tell: the external address of a mapping is arbitrary",
          "the oracle cannot tell: inside hosts may share a port",
          "the oracle cannot tell: a hairpinned packet is for a port that inside hosts may share",
          "the oracle cannot tell: a packet from outside is for a port that inside hosts may share",
          "the oracle cannot tell: which pair follows depends on the pairs that were valid before",
          "the oracle cannot tell: a gateway keeps mappings of the session before, and has a limit",
          "the oracle cannot tell: a step comes while a session may be under way",
          "the oracle cannot tell: a session may have failed before the step, and the call may be over"}
# Each law, and one world in how many at least puts it to the test.
LAWS = {"runs": 1, "oracle": 6, "conformance": 1, "ends": 2, "completes": 4, "mirrored": 3, "consent": 2, "pacing": 2,
        "gaps": 50, "releases": 100, "repeats": 12, "reads-back": 1}


def test_random_worlds_keep_the_laws(natsim):
    run = natsim("sweep", "--seeds", f"{FIRST}..{FIRST + COUNT - 1}", "--out", "out", timeout=3600)
    assert run.code == 0 and run.out.endswith("0 failures\n"), run
    direct, relayed, none = map(int, re.search(rf"^{COUNT} worlds: (\d+) direct, (\d+) relayed, (\d+) without a path$", run.out, re.M).groups())
    assert min(direct, relayed, none) * 10 > COUNT
    untold = {reason: int(n) for n, reason in re.findall(r"^untold: (\d+) (.*)$", run.out, re.M)}
    assert untold.keys() <= UNTOLD and all(n * 20 <= COUNT for n in untold.values()), untold
    tried = {law: int(n) for law, n in re.findall(r"^law ([\w-]+) +tried in (\d+) worlds: ", run.out, re.M)}
    assert list(tried) == list(LAWS) and all(n * LAWS[law] >= COUNT for law, n in tried.items()), tried


def test_a_campaign_says_how_it_goes_on_and_how_it_ends(natsim):
    whole = natsim("sweep", "--worlds", "510", "--out", "out")
    lines = whole.out.splitlines()
    assert lines[0] == "up to 500: 0 failures; natsim sweep --seeds 501..510 --out out goes on"
    assert lines[1] == "up to 510: 0 failures" and whole.code == 0
    rest = natsim("sweep", "--seeds", "501..510", "--out", "out")
    assert rest.out.splitlines()[0] == "up to 510: 0 failures" and rest.code == 0
    few = natsim("sweep", "--seeds", "501..510", "--worlds", "3", "--out", "out")
    assert few.out.splitlines()[0] == "up to 503: 0 failures" and few.code == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_interrupted_says_so(sent, tmp_path):
    p = subprocess.Popen([NATSIM, "sweep", "--worlds", "100000", "--out", "out"], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
                         preexec_fn=with_signals)
    first = p.stdout.readline()
    assert "natsim sweep --seeds 501..100000 --out out goes on" in first
    p.send_signal(sent)
    rest, _ = p.communicate(timeout=60)
    goes_on = re.findall(r"natsim sweep --seeds (\d+)\.\.100000 --out out goes on", rest)
    count = int(re.search(r"^(\d+) worlds: ", rest, re.M).group(1))
    assert p.returncode == 3 and 501 <= int(goes_on[-1]) <= count + 1


def test_the_worlds_as_data(natsim, tmp_path):
    run = natsim("sweep", "--seeds", "7..9", "--list")
    worlds = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == 0 and [w["seed"] for w in worlds] == [7, 8, 9]
    assert all({"networks", "servers", "agents", "steps"} <= w.keys() for w in worlds)
    assert natsim("sweep", "--seeds", "8..8", "--list").out == run.out.splitlines(keepends=True)[1]
    assert not list(tmp_path.iterdir())


def test_the_worlds_of_a_process_as_data(natsim):
    run = natsim("sweep", "--agent-l", 'agent "a\\b"', "--list")
    worlds = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == 0 and [w["seed"] for w in worlds] == list(range(1, 101))
    assert all(w["agents"]["L"]["exec"] == 'agent "a\\b"' and "exec" not in w["agents"]["R"] for w in worlds)


def test_a_reader_that_has_gone_ends_the_campaign(tmp_path):
    p = subprocess.Popen([NATSIM, "sweep", "--worlds", "100000", "--out", "out"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    p.stdout.close()
    assert p.wait(timeout=60) == 3


def test_a_place_that_cannot_be_written(natsim, tmp_path, public):
    (tmp_path / "file").write_text("")
    run = natsim("sweep", "--worlds", "1", "--out", "file")
    assert run.code == 3 and "file: cannot be written" in run.err, run
    (public / "out").mkdir()
    (public / "out").chmod(0o555)
    run = subprocess.run([*NOBODY, public / "natsim", "sweep", "--worlds", "1", "--out", public / "out"], capture_output=True, text=True)
    assert run.returncode == 3 and "out: cannot be written" in run.stderr
