"""Limits of scenarios and of programs, reached: each is told with its place or in the reason."""


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
