"""natsim sweep with a process in place of an agent, in real time."""

import re

import pytest

from conftest import NATSIM
from test_live import live_only

pytestmark = [pytest.mark.xdist_group("live"), live_only]


def test_random_worlds_with_a_process(natsim, tmp_path):
    agent = NATSIM.with_name("faulty_agent")
    run = natsim("sweep", "--seeds", "124..126", "--agent-l", f"{agent}", "--jobs", 8, "--out", "out", timeout=120)
    assert run.code == 0 and run.out.endswith("0 failures\n"), run
    assert re.search(r"^law passes +tried in \d+ worlds: with a process in place of an agent", run.out, re.M), run


def test_what_fails_with_a_process_is_made_smaller_and_fails_again(natsim, tmp_path):
    run = natsim("sweep", "--seeds", "1..2", "--agent-l", "echo 'no more' >&2; false", "--out", "a b", timeout=120)
    assert run.code == 1 and "up to 2: 2 failures\n" in run.out, run
    file = tmp_path / "a b" / "sweep" / "world-0000002-passes.yaml"
    text = file.read_text()
    assert "made smaller: it breaks the law 'passes'" in text and len(text.splitlines()) < 15, text
    assert "# L: its process ended with status 1 before it was told to stop" in text
    again = natsim("run", file, "--out", "again")
    assert again.code == 1 and "its process ended with status 1" in again.out, again


def test_a_failure_that_cannot_be_kept_is_tried_again(natsim, tmp_path):
    (tmp_path / "a b" / "sweep" / "world-0000002-passes.yaml").mkdir(parents=True)
    run = natsim("sweep", "--seeds", "1..3", "--agent-l", "false", "--out", "a b", "--jobs", 1, timeout=120)
    assert run.code == 3 and "world-0000002-passes.yaml: cannot be written" in run.err, run
    assert run.out.endswith("up to 1: 1 failures; natsim sweep --seeds 2..3 --out 'a b' --agent-l false goes on\n"), run


def test_a_process_that_supports_none_of_the_worlds(natsim):
    hello = '{"t": "hello", "stack": "none", "version": "1", "kind": "ice", "trickle": true, "local_type": "candidate"}'
    run = natsim("sweep", "--worlds", "2", "--agent-l", f"echo '{hello}'; echo 'no IPv4' >&2; exit 127", "--out", "out", timeout=60)
    assert run.code == 1 and "\nuntold: 2 L: not supported here: no IPv4\n" in run.out, run
