"""Limits of scenarios and of programs, reached: each is told with its place or in the reason."""

from conftest import two_nats


def nested(levels, path="oracle"):
    """L behind so many gateways that do not translate, R on the internet."""
    networks = "".join(f"  n{i}: {{ipv4: 10.{i // 256}.{i % 256}.0/24, delay: 1ms}}\n" for i in range(levels))
    gateways = "".join(f"  g{i}: {{inside: n{i}, outside: {f'n{i - 1}' if i else 'internet'}, nat: none}}\n" for i in range(levels))
    return f"""natsim: 1
claim: {levels} gateways, one behind the other.
networks:
  internet: {{ipv4: 203.0.113.0/24, delay: 1ms}}
{networks}gateways:
{gateways}servers:
  platform: {{on: internet, kind: platform}}
agents:
  L: {{on: n{levels - 1}}}
  R: {{on: internet}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
expect:
  path: {path}
"""


def test_the_oracle_follows_packets_as_far_as_their_ttl_and_says_where_it_ends(natsim, scenario, results):
    assert natsim("run", scenario(nested(63))).code == 0
    assert results()["cases"][0]["path"] == "direct"
    assert natsim("run", scenario(nested(64))).code == 3
    assert results()["cases"][0]["reason"] == "the oracle cannot tell: a packet would cross 64 gateways"
    assert natsim("run", scenario(nested(64, "none"))).code == 0, "the TTL ends at the 64th"


def test_gateways_are_nested_as_deep_as_a_hop_limit(natsim, scenario):
    assert natsim("lint", scenario(nested(255))).code == 0
    run = natsim("lint", scenario(nested(256)))
    assert run.code == 2 and "gateway 'g255' is nested deeper than 255 levels: a hop limit is 255 at most" in run.err, run


# --- what a scenario may hold: refused with the place ---

def test_agents_have_links_to_the_platform(natsim, scenario):
    text = "natsim: 1\nclaim: Many.\nnetworks:\n  net: {ipv4: 10.0.0.0/8}\nservers:\n  platform: {on: net, kind: platform}\nagents:\n"
    text += "".join(f"  A{i}: {{on: net}}\n" for i in range(32001)) + "steps:\n  - {at: 0s, call: {from: A0, to: A1}}\n"
    run = natsim("lint", scenario(text), timeout=120)
    assert run.code == 2 and "32001 agents: at most 32000 have a link to the platform" in run.err, run.err[:500]


def test_programs_on_one_host_and_their_commands(natsim, scenario):
    machine = "natsim: 1\nclaim: Programs.\nnetworks:\n  net: {ipv4: 10.0.0.0/8}\nservers:\n  stun: {on: net, kind: stun}\nagents:\n  M: {on: net, stun: [stun]}\nsteps:\n"
    one = "  - {at: 0s, run: {at: M, command: 'true'}}\n"
    assert natsim("lint", scenario(machine + one * 64)).code == 0
    run = natsim("lint", scenario(machine + one * 66))
    assert run.code == 2 and "case.yaml:74:" in run.err and "'M' runs more than 64 programs: run some of them at another node" in run.err, run
    run = natsim("lint", scenario(machine + one.replace("true", "x" * 32768)))
    assert run.code == 2 and "case.yaml:10:" in run.err and "a command of 32768 bytes: 32767 are the limit: put it into a file" in run.err, run.err[:300]
    run = natsim("run", scenario(two_nats()), "--agent-l", "x" * 32768)
    assert run.code == 2 and "a command of more than 32767 bytes after '--agent-l': put it into a file" in run.err, run.err[:300]


def test_cells_that_are_not_checked_are_counted(natsim, scenario):
    text = two_nats().replace("seed: 1", "matrix:\n  x: [" + ", ".join(map(str, range(1, 1011))) + "]\nseed: \"${x}\"", 1).replace("full-cone", "cone", 1)
    run = natsim("lint", scenario(text))
    assert run.code == 2 and "unknown preset 'cone'" in run.err and "too many errors: 10 of 1010 cells are not checked" in run.err, run.err[-500:]


def test_folders_are_nested_sixteen_deep(natsim, tmp_path):
    deep = tmp_path / "suites"
    deep.joinpath(*["d"] * 16).mkdir(parents=True)
    deep.joinpath(*["d"] * 16, "case.yaml").write_text(two_nats())
    assert natsim("lint", "suites").code == 0
    deep.joinpath(*["d"] * 17).mkdir(parents=True)
    deep.joinpath(*["d"] * 17, "case.yaml").write_text(two_nats())
    run = natsim("lint", "suites")
    assert run.code == 2 and "folders nested deeper than 16 levels" in run.err, run


# --- what is met while a case runs: in its reason ---

def test_an_exploration_that_leaves_out_orders_is_an_error(natsim, scenario, results):
    text = two_nats(expect="  explore: {first: 1, window: 5ms}\n")
    servers = "".join(f"  s{i}: {{on: internet, kind: stun, address: 203.0.113.{100 + i}}}\n" for i in range(17))
    steps = "".join(f"  - {{at: 0s, inject: {{at: s{i}, as: '203.0.113.{100 + i}:1', to: '203.0.113.{100 + (i + 1) % 17}:9', hex: ff}}}}\n" for i in range(17))
    text = text.replace("servers:\n", "servers:\n" + servers, 1).replace("steps:\n", "steps:\n" + steps, 1)
    text = text.replace("stun: [stun]", f"stun: [{', '.join(f's{i}' for i in range(16))}]", 1).replace("stun: [stun]", "stun: [stun, s16]", 1)
    run = natsim("run", scenario(text))
    assert run.code == 3, run
    assert results()["cases"][0]["reason"].startswith("explore: packets are due at more than 16 nodes within the window: make it shorter"), run


def test_steps_beyond_a_nodes_limits_fail(natsim, scenario, results):
    sends = "  - {after: L.selected, send: {from: L, to: R}}\n" * 65
    assert natsim("run", scenario(two_nats(steps=sends))).code == 1
    assert results()["cases"][0]["reason"] == "step send: limit reached"
