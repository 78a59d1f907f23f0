"""What steps and bad lines do is no fault of agents and servers: no rule of conformance blames them, and what they send stays right. Random
worlds with faults are those of `natsim sweep`; here is what some of them found."""

import pytest

from conftest import two_nats


def violations(case):
    return [f"{case['id']}: {v['agent']}, packet {v['packet']}: {v['rule']}: {v['detail']}" for v in case["conformance"]["violations"]]


# Worlds in which one side keeps the direct pair, and the other has moved to the relay.
TWO_WAYS = {
    "a NAT reboots and a link is down": """natsim: 1
claim: Each side's data go where it has selected.
seed: 138241
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  net1: {ipv4: 10.1.0.0/24, delay: 8ms}
  net2: {ipv4: 10.2.0.0/24, delay: 1ms, loss: 1%, jitter: 1ms, duplicate: 2%}
  net3: {ipv4: 10.3.0.0/24, delay: 1ms}
  net4: {ipv4: 10.0.0.0/24, delay: 3ms}
gateways:
  gw1: {inside: net1, outside: internet, nat: {mapping: address-dependent, filtering: address-dependent, hairpin: internal-source,
        ports: random, unsolicited: reject}}
  gw2: {inside: net2, outside: net1, nat: none}
  gw3: {inside: net3, outside: net2, nat: none}
  gw4: {inside: net4, outside: internet, nat: {mapping: address-dependent, filtering: endpoint-independent, filter-scope: endpoint}}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}}
agents:
  L: {on: net3, stun: [stun]}
  R: {on: net4, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 798ms, nat: {at: gw4, do: reboot}}
  - {at: 0s, delay: {where: L, filter: "udp and not port 3478", nth: [4, 8, 10, 12], by: 1s}}
  - {at: 4072ms, link: {at: gw4.inside, set: down}}
  - {at: 6685ms, link: {at: gw4.inside, set: up}}
expect: {conformance: clean, until: 100s}
""",
    "the inner of two NATs reboots": """natsim: 1
claim: Each side's data go where it has selected.
seed: 333014
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 5ms}
  net1: {ipv4: 10.1.0.0/24, delay: 8ms}
  net2: {ipv4: 10.2.0.0/24, delay: 1ms}
gateways:
  gw1: {inside: net1, outside: internet, nat: {mapping: address-and-port-dependent, filtering: address-dependent, replies: pinned,
        hairpin: external-source}}
  gw2: {inside: net2, outside: net1, nat: {mapping: address-dependent, filtering: endpoint-independent, hairpin: internal-source}}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}}
  stun-inside: {on: net2, kind: stun}
agents:
  L: {on: net2, stun: [stun, stun-inside], turn: [{server: turn, user: alice, password: secret}]}
  R: {on: internet, stun: [stun], turn: [{server: turn, user: alice, password: secret}], ta: 400ms}
steps:
  - {at: 0s, call: {from: R, to: L}}
  - {at: 2917ms, nat: {at: gw2, do: reboot}}
expect: {conformance: clean, until: 100s}
""",
}


@pytest.mark.parametrize("what", TWO_WAYS)
def test_each_side_sends_where_it_has_selected(what, natsim, scenario, results):
    """Their data go two ways, as their selected pairs say."""
    natsim("run", scenario(TWO_WAYS[what]))
    [case] = results()["cases"]
    left, right = ({a["selected"][0]["local"]["type"], a["selected"][0]["remote"]["type"]} for a in case["agents"].values())
    assert ("relay" in left) != ("relay" in right)
    assert case["outcome"] != "error" and case["path"] == "relayed", case["reason"]


# What was blamed on somebody once: the rule; the NATs, the delay between them, the steps, the case's end.
ONCE = {
    "RFC8445-14.2-pacing, a first transmission is held back": (
        "full-cone", "full-cone", "20ms", ['{at: 0s, delay: {where: L, filter: "udp dst port 3478", nth: [2], by: 3s}}'], "40s"),
    "RFC8489-6.3.1-repeat, a request comes again by another address": (
        "symmetric", "none", "60ms",
        ["{at: 264ms, link: {at: nat-left.inside, set: down}}", "{at: 698ms, link: {at: nat-left.inside, set: up}}", "{at: 1735ms, nat: {at: nat-left, do: renumber}}"], "40s"),
    "RFC8489-9.2.5-no-loop, one of several requests is damaged": (
        "port-restricted-cone", "symmetric", "5ms", ['{at: 58ms, corrupt: {where: R, filter: "udp and greater 100", nth: [3]}}'], "40s"),
    "RFC8489-9.2.5-stale-retry, a new nonce comes after a damaged request": (
        "port-restricted-cone", "full-cone", "60ms",
        ["{at: 1s, nat: {at: nat-left, do: renumber}}", '{at: 901ms, corrupt: {where: L, filter: "udp", nth: [4]}}'], "5s"),
    "RFC8489-9.2.5-algorithms, a challenge is damaged": (
        "symmetric", "restricted-cone", "5ms", ['{at: 230ms, corrupt: {where: nat-left, filter: "udp", for: 500ms}}'], "40s"),
    "RFC8445-7.3.1.4-triggered, a nomination is damaged": (
        "symmetric", "none", "5ms",
        ["{at: 1107ms, nat: {at: nat-left, do: flush}}", '{at: 0s, corrupt: {where: nat-left, filter: "udp and not port 3478", nth: [2, 4, 9]}}'], "100s"),
    "RFC8445-7.3-mapped, a response is held back while the NAT forgets": (
        "none", "symmetric", "20ms",
        ['{at: 0s, delay: {where: L, filter: "udp", nth: [10], by: 3s}}', "{at: 544ms, nat: {at: nat-right, do: flush}}"], "40s"),
    "RFC8445-7.3-answer, a response is held back at the end": (
        "port-restricted-cone", "port-restricted-cone", "20ms",
        ['{at: 15s, delay: {where: R, filter: "udp and greater 100", nth: [5], by: 3s}}',
         '{at: 29s, delay: {where: L, filter: "udp and not port 3478", nth: [4], by: 3s}}',
         "{at: 0s, partition: {between: [L], and: [turn], for: 2576ms}}"], "40s"),
    "RFC7675-5.1-again, a pair is nominated long after its check": (
        "full-cone", "restricted-cone", "20ms",
        ["{at: 0s, partition: {between: [L], and: [turn], for: 1471ms}}", "{at: 1996ms, nat: {at: nat-right, do: flush}}"], "100s"),
}


@pytest.mark.parametrize("what", ONCE)
def test_who_was_blamed_once(what, natsim, scenario, results):
    left, right, delay, lines, until = ONCE[what]
    steps = "".join(f"  - {line}\n" for line in lines)
    text = two_nats(left, right, claim="Nobody is blamed.", steps=steps, expect=f"  until: {until}\n")
    natsim("run", scenario(text.replace("  path: direct\n", "").replace("delay: 20ms", f"delay: {delay}")))
    assert not violations(results()["cases"][0])


LATE_PACE = """natsim: 1
claim: A check that comes before the answer triggers one at the pace that the answer tells.
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 5ms}
  left: {ipv4: 10.2.0.0/24, delay: 3ms}
  right: {ipv4: 10.4.0.0/24, delay: 1ms}
  other: {ipv4: 10.6.0.0/24, delay: 1ms}
gateways:
  nat-left: {inside: left, outside: internet, nat: full-cone}
  nat-right: {inside: right, outside: internet, nat: full-cone}
  nat-other: {inside: other, outside: internet, nat: full-cone}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}}
agents:
  L: {on: left, stun: [stun]}
  R: {on: [right, other], turn: [{server: turn, user: alice, password: secret}], ta: 400ms}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 0s, signalling: {from: R, message: answer, delay: 9113ms}}
expect: {conformance: clean, until: 40s}
"""


def test_a_pace_that_is_told_late_blames_nobody(natsim, scenario):
    run = natsim("run", scenario(LATE_PACE))
    assert run.code == 0, run


GONE = """natsim: 1
claim: A client that was told 437 has no allocation, though another of its requests is granted then.
seed: 2303004
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 40ms}
  net1: {ipv4: 10.1.0.0/24, delay: 8ms}
  net2: {ipv4: 10.2.0.0/24, delay: 8ms}
  net3: {ipv4: 10.3.0.0/24, delay: 8ms}
gateways:
  gw1: {inside: net1, outside: internet, nat: symmetric}
  gw2: {inside: net2, outside: net1, nat: full-cone}
  gw3: {inside: net3, outside: net2, nat: full-cone}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}, realm: example.org}
agents:
  L: {on: net1, stun: [stun], turn: [{server: turn, user: alice, password: secret}], trickle: full}
  R: {on: net3, stun: [stun], turn: [{server: turn, user: alice, password: secret}], trickle: half}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 0s, corrupt: {where: gw1, filter: "udp dst port 3478", nth: [2, 6]}}
  - {at: 150ms, server: {at: turn, do: refuse, method: any, code: 437, nth: [4, 5]}}
expect: {conformance: clean, until: 5s}
"""


def test_an_allocation_that_is_said_to_be_gone_blames_nobody(natsim, scenario):
    run = natsim("run", scenario(GONE))
    assert run.code == 0, run


DAMAGED_CHALLENGE = """natsim: 1
claim: A list of algorithms that is damaged on its way is another list when it comes back, whatever else is damaged then.
seed: 2004537
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 40ms}
  net1: {ipv4: 10.1.0.0/24, delay: 8ms}
  net2: {ipv4: 10.2.0.0/24, delay: 8ms}
  net3: {ipv4: 10.3.0.0/24, delay: 1ms}
gateways:
  gw1: {inside: net1, outside: internet, nat: {mapping: address-dependent, filtering: endpoint-independent, poison: 30s}}
  gw2: {inside: net2, outside: internet, nat: full-cone}
  gw3: {inside: net3, outside: net2, nat: {mapping: address-dependent, filtering: address-and-port-dependent, replies: pinned}}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}, realm: example.org}
agents:
  L: {on: net1, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
  R: {on: net3, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 488ms, partition: {between: [turn], and: [L], for: 973ms}}
  - {at: 0s, corrupt: {where: gw1, filter: "udp dst port 3478", nth: [10, 11]}}
  - {at: 1356ms, corrupt: {where: turn, filter: "udp", nth: [15]}}
  - {at: 197ms, server: {at: turn, do: reset}}
expect: {conformance: clean, until: 40s}
"""


def test_a_damaged_challenge_blames_nobody(natsim, scenario):
    run = natsim("run", scenario(DAMAGED_CHALLENGE))
    assert run.code == 0, run


TWO_INTERFACES = """natsim: 1
claim: What a check from one interface shows is that interface's, though the address was another one's before the NAT forgot.
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  lan: {ipv4: 10.1.0.0/24, delay: 1ms}
  wlan: {ipv4: 10.2.0.0/24, delay: 1ms}
gateways:
  nat: {inside: [lan, wlan], outside: internet, nat: {mapping: endpoint-independent, filtering: endpoint-independent, ports: sequential}}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
agents:
  L: {on: [lan, wlan], stun: [stun]}
  R: {on: internet, stun: [stun]}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {after: R.answer-sent, nat: {at: nat, do: reboot}}
  - {after: R.answer-sent, drop: {where: nat, filter: "host 10.1.0.2", for: 60s}}
expect:
  L: {selected: {local: prflx}}
  R: {state: completed}
  data: {lost: 0}
  packets:
    - {at: nat, direction: out, filter: "udp", count: "> 0"}
"""


def test_a_valid_pair_keeps_the_base_of_its_check(natsim, scenario):
    run = natsim("run", scenario(TWO_INTERFACES))
    assert run.code == 0, run
