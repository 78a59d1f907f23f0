"""The faulty party (tests/faulty) as a process: our own agent on real sockets with a fault before it, through the contract of adapters, in real
time. It is named by the rules that name it in virtual time, and nobody else is blamed."""

import json
import shlex
from dataclasses import replace

import pytest

import faulty_party
from conftest import Run
from faulty_faults import DOES_RIGHT, FAULTS
from test_live import live_only

pytestmark = [pytest.mark.xdist_group("live"), live_only]
AGENT = faulty_party.PROGRAM.with_name("faulty_agent")
# Those that are made on the wire (an adapter tells no SDP), show within some seconds, and let the call go on: a call that fails takes a minute.
NAMES = """none unknown-optional-attribute answers-twice wrong-priority zero-priority no-priority no-role other-fragment long-username both-roles
    changes-tie-breaker wrong-mapped answers-without-fingerprint answers-with-username answers-with-more-integrity answers-old-attribute padding
    after-integrity odd-software long-software long-priority wrong-class nominates-as-controlled nominates-at-once refuses-without-conflict
    keeps-tie-breaker accepts-conflict data-before-consent faster-than-ta resends-after-answer""".split()
LATER = ("changes-tie-breaker",)  # with the first request for consent


def variants():
    """Each fault once: by turns as the caller and as the callee, trickling or not."""
    by_name = {f.name: f for f in reversed(DOES_RIGHT + FAULTS)}
    for i, name in enumerate(NAMES):
        fault = by_name[name]
        sides = [side for place, side in faulty_party.ways(fault) if place == "host"]
        yield fault, sides[i % len(sides)], i // 2 % 2 == 0


def call(fault, side, trickles):
    command = [str(AGENT), "--fault", fault.name, *["--no-trickle"] * (not trickles)]
    keys = f"{fault.keys}, exec: {json.dumps(shlex.join(command))}"
    until = fault.until if fault.name in LATER else "3s"
    return faulty_party.call(replace(fault, keys=keys, peer=fault.peer + ", trickle: full" * trickles, until=until), "host", side)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    directory = tmp_path_factory.mktemp("faulty")
    for fault, side, trickles in variants():
        (directory / f"{fault.name}.yaml").write_text(call(fault, side, trickles))
    run = Run(["run", ".", "--jobs", 16, "--capture", "failed"], directory, timeout=300)
    assert run.code in (0, 1), run
    return {c["id"]: c for c in json.loads((directory / "natsim-out" / "results.json").read_text())["cases"]}


def finding(case):
    states = {name: agent["state"] for name, agent in case["agents"].items()}
    return faulty_party.Finding({**case, **case["conformance"], "states": states})


@pytest.mark.parametrize("fault, side", [pytest.param(fault, side, id=fault.name) for fault, side, _ in variants()])
def test_the_fault_is_named_and_nobody_else_is_blamed(cases, fault, side):
    case = cases[fault.name]
    assert case["agents"][side]["stack"].startswith("faulty"), case["reason"]
    wrong = faulty_party.what_is_wrong(fault, "host", side, finding(case))
    assert not wrong, wrong


def test_a_fault_that_it_cannot_make_is_no_pass(tmp_path):
    fault = next(f for f in FAULTS if f.name == "loopback")
    (tmp_path / "loopback.yaml").write_text(call(fault, "L", True))
    Run(["run", "loopback.yaml"], tmp_path)
    case = json.loads((tmp_path / "natsim-out" / "results.json").read_text())["cases"][0]
    assert case["outcome"] == "skip" and "descriptions" in case["reason"], case
