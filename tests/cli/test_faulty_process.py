"""The faulty party (tests/faulty) as a process: our own agent on real sockets with a fault before it, through the contract of adapters, in real
time. It is named by the rules that name it in virtual time, and nobody else is blamed. FAULTY=all tries those, too, that take more than ten
seconds to show."""

import json
import os
import re
import shlex
from dataclasses import dataclass, replace

import pytest

import faulty_party
from conftest import Run
from faulty_faults import DOES_RIGHT, FAULTS
from test_live import live_only

pytestmark = [pytest.mark.xdist_group("live"), live_only]
AGENT = faulty_party.PROGRAM.with_name("faulty_agent")
ALL = os.environ.get("FAULTY") == "all"


@dataclass
class Process:
    """How a fault runs as a process, so that the call goes on: one that fails takes a minute."""
    names: str           # of faults
    until: str = "3s"
    options: str = ""    # of faulty_agent
    sides: str = "LR"    # some that the fault has
    place: str = "host"
    also: str = ""       # rules that may name it as a process
    long: bool = False


PROCESSES = [
    Process("""none unknown-optional-attribute answers-twice wrong-priority zero-priority no-priority no-role other-fragment long-username both-roles
            wrong-mapped answers-without-fingerprint answers-with-username answers-with-more-integrity answers-old-attribute padding
            after-integrity odd-software long-software long-priority wrong-class nominates-as-controlled nominates-at-once
            refuses-without-conflict keeps-tie-breaker accepts-conflict data-before-consent faster-than-ta resends-after-answer"""),
    Process("loopback name mdns-name no-raddr raddr-without-rport raddr-at-host priority-zero component-2-alone short-password "
         "same-credentials no-ice2"),
    # No call survives these, unless they end soon; some of them not even then.
    Process("username-swapped no-answers", options="--to 300ms"),
    Process("no-fingerprint answers-wrongly-signed no-integrity refuses-500 answers-without-integrity answers-other-id", options="--to 300ms",
            long=True),
    Process("equal-priorities", also="RFC8445-7.3-answer"),  # nobody is at one of them
    Process("rto-100ms", place="slow"),
    Process("ignores-487", long=True),
    Process("data-elsewhere", place="two", sides="R", until="5s", long=True),
    Process("changes-tie-breaker changes-role revokes", until="10s"),
    Process("no-consent consent-by-the-clock consent-seldom consent-again consent-too-often", until="45s", long=True),
    Process("data-for-ever never-nominates gives-up", until="60s", long=True),
]


def variants():
    """Each fault once: by turns as the caller and as the callee, trickling or not."""
    by_name = {f.name: f for f in reversed(DOES_RIGHT + FAULTS)}
    runs = [(by_name[name], run) for run in PROCESSES if ALL or not run.long for name in run.names.split()]
    for i, (fault, run) in enumerate(runs):
        sides = [side for side in run.sides if side in fault.sides and fault.role in ("", faulty_party.role(run.place, side))]
        yield fault, run, sides[i % len(sides)], i // 2 % 2 == 0


def call(fault, run, side, trickles):
    """A process is told its role alone, and sends what data it wants."""
    command = [str(AGENT), "--fault", fault.name, *run.options.split(), *["--no-trickle"] * (not trickles)]
    keys = "".join(re.findall(r", role: \w+", fault.keys)) + f", exec: {json.dumps(shlex.join(command))}"
    steps = "".join(line for line in fault.steps.splitlines(True) if "drop:" in line)
    return faulty_party.call(replace(fault, keys=keys, steps=steps, peer=fault.peer + ", trickle: full" * trickles, until=run.until), run.place, side)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    directory = tmp_path_factory.mktemp("faulty")
    for fault, run, side, trickles in variants():
        (directory / f"{fault.name}.yaml").write_text(call(fault, run, side, trickles))
    run = Run(["run", ".", "--jobs", 16, "--capture", "failed"], directory, timeout=590)
    assert run.code in (0, 1), run
    return {c["id"]: c for c in json.loads((directory / "natsim-out" / "results.json").read_text())["cases"]}


def finding(case):
    states = {name: agent["state"] for name, agent in case["agents"].items()}
    return faulty_party.Finding({**case, **case["conformance"], "states": states})


@pytest.mark.parametrize("fault, run, side", [pytest.param(fault, run, side, id=fault.name) for fault, run, side, _ in variants()])
def test_the_fault_is_named_and_nobody_else_is_blamed(cases, fault, run, side):
    case = cases[fault.name]
    assert case["agents"][side]["stack"].startswith("faulty"), case["reason"]
    wrong = faulty_party.what_is_wrong(replace(fault, also=f"{fault.also} {run.also}"), run.place, side, finding(case))
    assert not wrong, wrong


@pytest.mark.parametrize("name", ["later-candidate", "says-lite"])
def test_a_fault_that_it_cannot_make_is_no_pass(tmp_path, name):
    fault = next(f for f in FAULTS if f.name == name)
    (tmp_path / "case.yaml").write_text(call(fault, PROCESSES[0], "L", True))
    Run(["run", "case.yaml"], tmp_path)
    case = json.loads((tmp_path / "natsim-out" / "results.json").read_text())["cases"][0]
    assert case["outcome"] == "skip" and "adapter" in case["reason"], case
