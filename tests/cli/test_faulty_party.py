"""A faulty party in virtual time (tests/faulty): each fault is named by its rules, by no other ones, and nobody else is blamed."""

import pytest

import faulty_party
from faulty_faults import FAULTS


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return faulty_party.run_faults(FAULTS, tmp_path_factory.mktemp("faulty"))


@pytest.mark.parametrize("fault", [pytest.param(f, id=f.name) for f in FAULTS])
def test_the_fault_is_named_and_nobody_else_is_blamed(found, fault):
    wrong = []
    for place, side in faulty_party.ways(fault):
        finding = found[fault.name, place, side]
        assert finding.outcome in ("pass", "fail"), finding.reason
        own = {rule for agent, rule in finding.blamed if agent == side}
        others = [(agent, rule, finding.blamed[agent, rule][1]) for agent, rule in finding.blamed if agent != side]
        must, may = set(fault.rules.split()), {*fault.rules.split(), *fault.also.split()}
        if others or not must <= own <= may or (may and not own):
            wrong.append(f"{place}, {side}: missed {sorted(must - own)}, unexpected {sorted(own - may)}, others {others}")
    assert not wrong, "\n".join(wrong)
