"""TURN clients, STUN and TURN servers with one fault each (tests/faulty): the fault is named by its rules, by no other ones, and nobody
else is blamed. Our agents survive each faulty server, and our server each faulty client: no run ends as an error, and after 100 s each agent
knows what became of the call (RFC 8863: 39.5 s after checks began, and gathering waits as long)."""

import pytest

import faulty_party
from faulty_turn import CLIENT_FAULTS, CLIENTS_THAT_DO_RIGHT, SERVER_FAULTS, SERVERS_THAT_DO_RIGHT

DO_RIGHT, FAULTS = CLIENTS_THAT_DO_RIGHT + SERVERS_THAT_DO_RIGHT, CLIENT_FAULTS + SERVER_FAULTS


def name(fault):
    return f"{fault.id} {fault.places[0].split('-', 1)[1]}"


def hanging(fault, place, side, finding):
    open_ended = {agent: state for agent, state in finding.states.items() if state not in ("completed", "failed", "disconnected")}
    return open_ended and f"{place}, {side}: after {fault.until} still {open_ended}"


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """What is not as it should be, of each fault."""
    def look(number, fault):
        found = faulty_party.run_faults([fault], tmp_path_factory.mktemp(str(number)))
        texts = [told(fault, place, side, found[fault.id, place, side]) for place, side in faulty_party.ways(fault)
                 for told in (faulty_party.what_is_wrong, hanging)]
        return "\n".join(text for text in texts if text)
    return {name(fault): look(i, fault) for i, fault in enumerate(DO_RIGHT + FAULTS)}


def test_no_two_rows_have_the_same_name():
    names = [name(fault) for fault in DO_RIGHT + FAULTS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.xdist_group("faults around TURN")  # one worker runs them all, once
@pytest.mark.parametrize("fault", [pytest.param(f, id=name(f)) for f in DO_RIGHT])
def test_nobody_is_blamed_for_what_is_right(wrong, fault):
    assert not wrong[name(fault)], wrong[name(fault)]


@pytest.mark.xdist_group("faults around TURN")  # one worker runs them all, once
@pytest.mark.parametrize("fault", [pytest.param(f, id=name(f)) for f in FAULTS])
def test_the_fault_is_named_and_nobody_else_is_blamed(wrong, fault):
    assert not wrong[name(fault)], wrong[name(fault)]
