"""The oracle against the fabric and the agents, for every pair of presets. Random worlds are `natsim sweep`'s."""

import pytest

# Two homes; R asks a server that is not there, so that gathering goes on for 39.5 s while L's candidates wait.
PRESETS = """natsim: 1
claim: Behind a ${left} and a ${right} a call ends as the oracle says, DEAD.
matrix: {left: NAMES, right: NAMES}
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  left: {ipv4: 10.1.0.0/24, delay: 1ms}
  right: {ipv4: 10.2.0.0/24, delay: 3ms}
gateways:
  nat-left: {inside: left, outside: internet, nat: "${left}"}
  nat-right: {inside: right, outside: internet, nat: "${right}"}
servers:
  stun: {on: internet, kind: stun}
  dead: {on: left, kind: stun}
  platform: {on: internet, kind: platform}
  turn: {on: internet, kind: turn, users: {alice: secret}}
agents:
  L: {on: left, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
  R: {on: right, stun: [stun, dead]}
steps:
  - {at: 0s, call: {from: L, to: R}}
expect: {path: oracle}
"""


@pytest.mark.parametrize("dead", [False, True])
def test_every_pair_of_presets_ends_as_the_oracle_says(dead, natsim, scenario, results):
    names = [line.split()[0] for line in natsim("presets").out.splitlines()[1:] if line.split()[1] != "-"]
    text = PRESETS.replace("NAMES", "[" + ", ".join(names) + "]").replace("DEAD", "though a server is dead" if dead else "with servers that answer")
    if not dead:
        text = text.replace("  dead: {on: left, kind: stun}\n", "").replace("[stun, dead]", "[stun]")
    run = natsim("run", scenario(text), "--capture", "none", timeout=300)
    cases = results()["cases"]
    assert run.code == 0 and len(cases) == len(names) ** 2 > 700, [c["id"] + ": " + c["reason"] for c in cases if c["outcome"] != "pass"]
