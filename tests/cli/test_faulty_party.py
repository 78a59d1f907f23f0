"""A faulty party in virtual time (tests/faulty): each fault is named by its rules, by no other ones, and nobody else is blamed.
TWINS=N runs the faultless twin in N random worlds, 300 by default, FAULTY=N the faults in N random worlds, 200 by default, and as many pairs of faults;
TWINS_FROM and FAULTY_FROM are the first seeds."""

import json
import os
import random

import pytest

import faulty_party
from conftest import random_worlds
from faulty_faults import DOES_RIGHT, FAULTS

TWINS, TWINS_FROM = int(os.environ.get("TWINS", 300)), int(os.environ.get("TWINS_FROM", 1))
FAULTY, FAULTY_FROM = int(os.environ.get("FAULTY", 200)), int(os.environ.get("FAULTY_FROM", 1))
TWIN = "rewrites+rewrites-descriptions"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return faulty_party.run_faults(DOES_RIGHT + FAULTS, tmp_path_factory.mktemp("faulty"))


def wrong(found, fault):
    texts = [faulty_party.what_is_wrong(fault, place, side, found[fault.id, place, side]) for place, side in faulty_party.ways(fault)]
    return [text for text in texts if text]


@pytest.mark.xdist_group("faults of agents")  # one worker runs them all, once
@pytest.mark.parametrize("fault", [pytest.param(f, id=f.id) for f in DOES_RIGHT])
def test_nobody_is_blamed_for_what_is_right(found, fault):
    assert not wrong(found, fault), "\n".join(wrong(found, fault))


@pytest.mark.xdist_group("faults of agents")  # one worker runs them all, once
@pytest.mark.parametrize("fault", [pytest.param(f, id=f.id) for f in FAULTS])
def test_the_fault_is_named_and_nobody_else_is_blamed(found, fault):
    assert not wrong(found, fault), "\n".join(wrong(found, fault))


def worlds(directory, first, count):
    """Of the random worlds from `first` on, so many in which something goes wrong."""
    written = []
    while len(written) < count:
        for world in random_worlds(first, first + count - 1):
            if world["tags"] == ["troubled"] and len(written) < count:
                for agent in world["agents"].values():  # what rules advise against
                    agent.pop("ice2", None)
                    agent.pop("consent", None)
                written.append(directory / f"world-{world['seed']:06}.yaml")
                written[-1].write_text(json.dumps(world) + "\n")
        first += count
    return written


def test_nobody_blames_the_faultless_twin(tmp_path):
    """It reads each message and each description, and writes them again; so do both agents of these worlds."""
    files = worlds(tmp_path, TWINS_FROM, TWINS)
    found = faulty_party.run_batch([f"--at L --fault {TWIN} --at R --fault {TWIN} {f}" for f in files])
    blamed = [f"{f.name}: {finding.blamed}" for f, finding in zip(files, found) if finding.blamed]
    assert not blamed, "\n".join(blamed)
    assert all(finding.outcome in ("pass", "fail") for finding in found)


def blamed_others(name, side, finding):
    return [f"{name}: {agent} by {rule}: {detail}" for (agent, rule), (_, detail) in finding.blamed.items() if agent != side]


def test_in_random_worlds_nobody_else_is_blamed(tmp_path):
    """What is lost, held back and damaged beside the fault is no excuse to blame the other agent."""
    files = worlds(tmp_path, FAULTY_FROM, FAULTY)
    alone = [f for f in FAULTS if not f.other]
    picked = [(alone[(FAULTY_FROM + i) % len(alone)], "LR"[(FAULTY_FROM + i) // len(alone) % 2]) for i in range(len(files))]
    found = faulty_party.run_batch([f"--at {side} --fault {fault.name} {f}" for f, (fault, side) in zip(files, picked)])
    wrong = [line for f, (fault, side), finding in zip(files, picked, found)
             for line in blamed_others(f"{f.name}, {fault.name} at {side}", side, finding)]
    assert not wrong, "\n".join(wrong)


def test_of_two_faults_at_once_nobody_else_is_blamed(tmp_path):
    """Two faults of one agent, in calls without losses."""
    wrong, lines, picked = [], [], []
    alone = [f for f in FAULTS if not f.other and not f.keys and not f.steps]
    for seed in range(FAULTY_FROM, FAULTY_FROM + FAULTY):
        r = random.Random(f"two faults {seed}")
        one, two = r.sample(alone, 2)
        both = faulty_party.Fault(f"{one.name}+{two.name}", "", until=max(one.until, two.until, key=lambda t: int(t[:-1])))
        place, side = r.choice(faulty_party.USUAL), r.choice("LR")
        path = tmp_path / f"{seed}.yaml"
        path.write_text(faulty_party.call(both, place, side))
        lines.append(faulty_party.command(both, side, path))
        picked.append((f"{both.name} at {side}, {place}", side))
    for (name, side), finding in zip(picked, faulty_party.run_batch(lines)):
        wrong += blamed_others(name, side, finding)
    assert not wrong, "\n".join(wrong)
