"""The laws of core/ice (laws.py) over 1,000 random worlds, and that they see what breaks them. LAWS=N runs so many, LAWS_FROM is the first."""

import os

import pytest

import law_worlds
import laws
import taps
from conftest import NATSIM

COUNT = int(os.environ.get("LAWS", 1000))
FIRST = int(os.environ.get("LAWS_FROM", 1))
PARTS = 4  # side by side


@pytest.mark.parametrize("part", range(PARTS))
def test_random_worlds_keep_the_laws(part, tmp_path):
    broken = []
    for first in range(FIRST + part * laws.BATCH, FIRST + COUNT, PARTS * laws.BATCH):
        seeds = range(first, min(first + laws.BATCH, FIRST + COUNT))
        found, seen = laws.judge(NATSIM, tmp_path / "run", seeds, 1)
        broken += found
        assert seen["faultless"] > len(seeds) // 4 and seen["completed, completed"] > len(seeds) // 2, seen
    assert not broken, "\n".join(f"world {number}: {law}: {text}" for number, law, text in broken)


def test_worlds_are_what_they_claim_to_be():
    """Equal tie-breakers, both roles on both sides, each limit, one to six interfaces, lost permissions, bad lines, trickle, IPv6."""
    every = [law_worlds.world(seed)[0] for seed in range(1, 1001)]
    agents = [a for w in every for a in w["agents"].values()]
    pairs = [(w["agents"]["L"], w["agents"]["R"]) for w in every]
    roles = {(a.get("role"), b.get("role")) for a, b in pairs}
    assert roles >= {("controlling", "controlling"), ("controlled", "controlled"), ("controlled", "controlling"), (None, None)}
    assert any(a.get("tie-breaker") == b.get("tie-breaker") == 5 and a.get("role") == b.get("role") is not None for a, b in pairs)
    assert {a["max-pairs"] for a in agents if "max-pairs" in a} == set(range(1, 21))
    assert {len(a["on"]) if isinstance(a["on"], list) else 1 for a in agents} == set(range(1, 7))
    assert {a.get("trickle") for a in agents} == {None, "half", "full"}
    networks = [n for w in every for n in w["networks"].values()]
    assert all(any(key in n for n in networks) for key in ("loss", "jitter", "reorder", "duplicate", "ipv6"))
    steps = [s for w in every for s in w["steps"]]
    kinds = ("delay", "drop", "duplicate", "server", "link", "partition", "signalling")
    assert all(any(isinstance(s.get(kind), dict) for s in steps) for kind in kinds)
    assert {s["drop"]["filter"] for s in steps if "drop" in s} >= {f"udp[8:2] = {kind:#06x}" for kind in (0x0008, 0x0108, 0x0009, 0x0109)}
    assert law_worlds.world(7) == law_worlds.world(7)


# --- the laws see what breaks them ---
HERE, THERE, OTHER = (bytes([10, 0, 0, n]) + b"\x27\x10" for n in (1, 2, 3))
SECOND = 1_000_000_000


def flow(agent, remote):
    return (f"{agent}.0", HERE, remote, None)


def datagram(seconds, agent, out, remote, payload):
    return taps.Datagram(int(seconds * SECOND), agent, out, flow(agent, remote), payload, False)


def data(agent, number=0):
    return bytes([128, 0, 0, 0]) + agent.encode() * 16 + number.to_bytes(4, "big")


def stun(kind, ident, *attributes):
    body = b"".join(a.to_bytes(2, "big") + b"\0\0" for a in attributes)
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + taps.COOKIE + ident.to_bytes(12, "big") + body


def case(left, right):
    return {"agents": {"L": {"state": left}, "R": {"state": right}}}


def test_one_that_runs_is_seen():
    assert not list(laws.ends(case("completed", "completed"))) and not list(laws.ends(case("failed", "running")))
    assert [law for law, _ in laws.ends(case("completed", "running"))] == ["ends"]
    assert len(list(laws.ends(case("gathering", "running")))) == 2
    assert list(laws.ends(case("disconnected", "running")))


def test_data_that_go_two_ways_are_seen():
    both = case("completed", "completed")
    same = [datagram(1, "L", True, THERE, data("L")), datagram(2, "R", False, THERE, data("L")),
            datagram(3, "R", True, THERE, data("R")), datagram(4, "L", False, THERE, data("R"))]
    assert not list(laws.mirrored(both, same, True))
    other = [*same[:3], datagram(4, "L", False, OTHER, data("R"))]
    assert [law for law, _ in laws.mirrored(both, other, True)] == ["mirrored"]
    assert not list(laws.mirrored(case("completed", "failed"), other, True))
    assert len(list(laws.mirrored(both, [], True))) == 2 and not list(laws.mirrored(both, [], False))


def test_data_without_consent_are_seen():
    check = [datagram(1, "L", True, THERE, stun(taps.BINDING_REQUEST, 1)), datagram(2, "L", False, THERE, stun(taps.BINDING_SUCCESS, 1))]
    assert not list(laws.consent([*check, datagram(31.9, "L", True, THERE, data("L"))]))
    assert list(laws.consent([*check, datagram(32.1, "L", True, THERE, data("L"))]))
    assert list(laws.consent([*check, datagram(3, "L", True, OTHER, data("L"))]))
    assert list(laws.consent([check[0], datagram(3, "L", True, THERE, data("L"))]))
    other = datagram(2, "L", False, THERE, stun(taps.BINDING_SUCCESS, 2))
    assert list(laws.consent([check[0], other, datagram(3, "L", True, THERE, data("L"))]))


def test_a_hasty_transaction_is_seen():
    world = {"agents": {"L": {}, "R": {"ta": "100ms"}}, "steps": [{"at": "0s", "call": {}}]}

    def starts(*times, nominates=()):
        kinds = [[taps.AT_PRIORITY, *([taps.AT_USE_CANDIDATE] if n in nominates else [])] for n in range(len(times))]
        return [datagram(t, "L", True, THERE, stun(taps.BINDING_REQUEST, n, *kinds[n])) for n, t in enumerate(times)]

    assert not list(laws.pacing(world, starts(1, 1.1, 1.2)))
    assert list(laws.pacing(world, starts(1, 1.1, 1.19)))
    assert not list(laws.pacing(world, starts(1, 1.1, 1.15, 1.16, nominates=(1,))))  # consent requests are apart
    again = starts(1, 1.1)
    assert not list(laws.pacing(world, [*again, again[1]._replace(at=again[1].at + 1)]))  # nor is a retransmission a start


def test_an_agent_that_is_blamed_is_seen():
    world = {"agents": {"L": {}, "R": {"max-pairs": 1}}}
    breach = {"rule": "RFC8445-7.1.1-priority", "agent": "R", "packet": 7, "detail": "no PRIORITY", "count": 1}
    late = breach | {"rule": "RFC8838-13-nomination"}
    seen = list(laws.blameless({"conformance": {"violations": [breach, late]}}, world))
    assert seen == [("blameless", "R broke RFC8445-7.1.1-priority: no PRIORITY")]
    assert list(laws.blameless({"conformance": {"violations": [late | {"agent": "L"}]}}, world))
