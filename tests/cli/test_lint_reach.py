"""What natsim lint says of servers that surely give an agent nothing: no way leads to them, no IP version is in common, they deny whatever the peer can
have. What may help under some circumstances is no warning."""

import pytest

from conftest import two_nats

USE = "stun: [stun], turn: [{server: turn, user: alice, password: secret}]"
ISLAND = two_nats().replace("  home-left:", "  island: {ipv4: 198.51.100.0/24, delay: 1ms}\n  home-left:", 1)
BEHIND = ISLAND.replace("gateways:\n", "gateways:\n  nat-of-server: {inside: island, outside: internet, nat: NAT}\n", 1)
SIX = two_nats().replace("  home-left:", '  six: {ipv6: "2001:db8:6::/64", delay: 1ms}\n  home-left:', 1).replace(
    "gateways:\n", "gateways:\n  to-six: {inside: six, outside: internet, nat: none}\n", 1).replace("internet: {ipv4: 203.0.113.0/24", 'internet: {ipv4: 203.0.113.0/24, ipv6: "2001:db8::/64"')
DENIES = "users: {alice: secret}, deny: [10.0.0.0/8, 203.0.113.0/24]"


def at(text, what, after=""):
    """The place of the first `what` behind `after`."""
    offset = text.index(what, text.index(after))
    return f"s.yaml:{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"


def on(text, server, network):
    return text.replace(f"  {server}: {{on: internet", f"  {server}: {{on: {network}")


def warnings(natsim, scenario, text):
    run = natsim("lint", scenario(text, "s.yaml"))
    assert run.code == 0, run
    return [line for line in run.err.splitlines() if "warning: " in line]


NO_WAY = "warning: no way leads from agent '{}' to server '{}' on network 'island': it never answers: join the networks by a gateway, or put the server outside of NATs"


@pytest.mark.parametrize("text", [ISLAND, BEHIND.replace("NAT}", "full-cone}")], ids=["island", "behind-a-nat"])
def test_a_server_that_no_way_leads_to(natsim, scenario, text):
    text = on(text, "stun", "island")
    assert warnings(natsim, scenario, text) == [f"{at(text, 'stun]', f'  {agent}: ')}: " + NO_WAY.format(agent, "stun") for agent in "LR"]
    text = on(text, "turn", "island")
    told = warnings(natsim, scenario, text)
    assert len(told) == 4 and f"{at(text, 'alice,', '  R: ')}: " + NO_WAY.format("R", "turn") in told


def test_what_has_no_way_gets_nothing(natsim, scenario, results):
    """What lint says of it comes about."""
    text = on(on(ISLAND, "stun", "island"), "turn", "island").replace("path: direct", "path: none")
    assert natsim("run", scenario(text, "s.yaml")).code == 0
    [case] = results()["cases"]
    assert [c["type"] for a in case["agents"].values() for c in a["candidates"]] == ["host", "host"]


@pytest.mark.parametrize("text", [
    two_nats("symmetric", "symmetric"),
    on(BEHIND.replace("NAT}", "none}"), "turn", "island"),          # routed
    on(two_nats(), "stun", "home-left").replace("R: {on: home-right, stun: [stun], ", "R: {on: home-right, "),  # its own network
], ids=["outside", "routed", "beside"])
def test_a_server_that_a_way_leads_to(natsim, scenario, text):
    assert warnings(natsim, scenario, text) == []


def test_a_server_without_an_ip_version_in_common(natsim, scenario):
    text = on(SIX, "stun", "six")
    assert warnings(natsim, scenario, text) == [
        f"{at(text, 'stun]', f'  {agent}: ')}: warning: agent '{agent}' and server 'stun' have no IP version in common: it is never asked: "
        "write 'ipv6: on' at the agent, or give the network of the server 'ipv4'" for agent in "LR"]
    homes = [f'home-{side}: {{ipv4: 10.{i}.0.0/24' for i, side in ((1, "left"), (2, "right"))]
    for i, home in enumerate(homes, 1):
        text = text.replace(home, f'{home}, ipv6: "2001:db8:{i}::/64"')
    assert warnings(natsim, scenario, text.replace(", " + USE, ", ipv6: on, " + USE)) == []


def denied(agent, peer):
    return f"warning: server 'turn' denies every address that '{peer}' can have: it relays nothing of agent '{agent}': narrow its 'deny'"


def test_a_relay_that_denies_whatever_the_peer_has(natsim, scenario, results):
    text = two_nats("symmetric", "symmetric", path="none").replace("users: {alice: secret}", DENIES)
    assert warnings(natsim, scenario, text) == [f"{at(text, 'alice,', '  L: ')}: {denied('L', 'R')}", f"{at(text, 'alice,', '  R: ')}: {denied('R', 'L')}"]
    assert natsim("run", "s.yaml").code == 0 and results()["cases"][0]["path"] == "none"


@pytest.mark.parametrize("deny", ["[10.0.0.0/8]", "[203.0.113.0/24]", "[10.0.0.0/8, 203.0.113.3/32]"], ids=["inside", "outside", "one-nat"])
def test_a_relay_that_denies_a_part(natsim, scenario, deny):
    assert warnings(natsim, scenario, two_nats().replace("users: {alice: secret}", f"users: {{alice: secret}}, deny: {deny}")) == []


def test_addresses_that_a_nat_gets_later_may_be_let_in(natsim, scenario):
    text = two_nats(steps="  - {at: 1s, nat: {at: nat-right, do: renumber}}\n").replace("users: {alice: secret}", DENIES)
    assert warnings(natsim, scenario, text) == []


def test_a_server_of_another_kind_is_an_error(natsim, scenario):
    run = natsim("lint", scenario(two_nats().replace("turn: [{server: turn", "turn: [{server: stun"), "s.yaml"))
    assert run.code == 2 and "server 'stun' is not a TURN server: write 'kind: turn' in line " in run.err
