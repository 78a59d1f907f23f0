"""Why a call was relayed, or had no path: the rules that the sentences name are those that did it, and what never began is told."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import counterfactual
from conftest import two_nats


@pytest.fixture
def why(natsim, tmp_path):
    """Runs a scenario; its entries, and the case."""
    def of(text, *flags):
        (tmp_path / "s.yaml").write_text(text)
        run = natsim("run", "s.yaml", "--out", "out", *flags)
        assert (tmp_path / "out" / "results.json").exists(), run
        case = json.loads((tmp_path / "out" / "results.json").read_text())["cases"][0]
        return case["why_not"], case
    return of


def texts(entries, **wanted):
    return [e["text"] for e in entries if all(e[k] == v for k, v in wanted.items())]


def test_each_rule_that_is_named_counts_and_no_other(tmp_path):
    """On all pairs of mapping and filtering (RFC 4787), replies by table and pinned."""
    counts, tried, wrong = counterfactual.hold(counterfactual.of_suites(["rfc4787/table", "rfc4787/pinned"], tmp_path), tmp_path)
    assert wrong == []
    assert tried > 200 and counts["filtered", "names none"] == 0 and counts["not-symmetric", "names none"] == 0


def test_a_nat_that_keeps_a_port_from_answers(tmp_path):
    _, tried, wrong = counterfactual.hold(counterfactual.of_suites(["peer-reflexive"], tmp_path), tmp_path)
    assert wrong == [] and tried >= 20


def test_nats_behind_nats(tmp_path):
    _, tried, wrong = counterfactual.hold(counterfactual.of_stacks(range(1, 31), tmp_path), tmp_path)
    assert wrong == [] and tried > 60


def test_a_direct_call_by_the_best_pair_has_nothing_to_explain(why):
    entries, case = why(two_nats("none", "none"))
    assert case["path"] == "direct" and entries == [] and case["reasons"] == []


def test_the_sentence_the_packet_and_the_node(why, natsim):
    entries, case = why(two_nats("symmetric", "port-restricted-cone", path="relayed"))
    (entry,) = [e for e in entries if e["agent"] == "L" and e["remote"] == "203.0.113.3:50000"]
    assert (entry["local"], entry["node"], entry["reason"]) == ("10.1.0.2:50000", "nat-right", "filtered")
    assert entry["text"] == ("nat-right (port-restricted-cone) dropped L's check from 203.0.113.2:40002, for nothing had been sent to that address and "
                             "port from behind it; nat-left (symmetric) maps each destination to a port of its own, and R knows port 40000")
    assert entry["rules"] == [{"node": "nat-right", "key": "filtering"}, {"node": "nat-left", "key": "mapping"}]
    assert f"not direct: {entry['text']}" in natsim("explain", "s").out.splitlines()


def test_what_left_by_another_mapping_is_not_denied(why):
    """R's checks to L's address leave nat-right from another port than the one that L's check comes to."""
    entries, _ = why(two_nats("full-cone", "symmetric"))
    (entry,) = [e for e in entries if e["agent"] == "L" and e["remote"] == "203.0.113.3:40000"]
    assert entry["text"] == ("nat-right (symmetric) dropped L's check from 203.0.113.2:50000, for nothing had been sent to that address and port from "
                             "203.0.113.3:40000; it maps each destination to a port of its own, and 203.0.113.3:40000 is that for another")


def test_the_reason_of_a_failed_path_says_why(why):
    _, case = why(two_nats("symmetric", "symmetric", path="direct"))
    assert case["reason"].startswith("path: expected direct, found relayed: nat-right (symmetric) dropped L's check from ")
    assert case["reasons"][0] == case["reason"]


@pytest.mark.parametrize("turn, text", [
    ("{server: turn, user: bob, password: secret}", "no relayed candidate: turn refused L with 401: it has no user 'bob'"),
    ("{server: turn, user: alice, password: wrong}", "no relayed candidate: turn refused L with 401"),
])
def test_a_server_that_refuses(why, turn, text):
    scenario = two_nats("symmetric", "symmetric", path="relayed").replace("L: {on: home-left, stun: [stun], turn: [{server: turn, user: alice, password: secret}]",
                                                                         "L: {on: home-left, stun: [stun], turn: [" + turn + "]")
    entries, _ = why(scenario)
    assert text in texts(entries, agent="L", local=None)


def test_a_blocked_side_names_who_blocks(why):
    entries, case = why(two_nats("blocked-udp", "full-cone"))
    assert case["path"] == "none" and case["reason"].startswith("path: expected direct, found none: no server-reflexive candidate: nat-left (blocked-udp) dropped L's request")
    assert texts(entries, agent="L", local=None)[1].startswith("no relayed candidate: nat-left (blocked-udp) dropped L's request from 10.1.0.2:50000")


@pytest.mark.parametrize("path, begins", [
    ("direct", "path: expected direct, found none: nat-right (symmetric) dropped L's check"),
    ("relayed", "path: expected relayed, found none: no relayed candidate: turn refused L with 401"),
    ("[direct, relayed]", "path: expected direct or relayed, found none: no relayed candidate: turn refused L with 401"),
])
def test_that_a_relay_is_missing_is_the_reason_where_one_was_expected(why, path, begins):
    scenario = two_nats("symmetric", "symmetric", path=path).replace("user: alice, password: secret}]", "user: bob, password: secret}]")
    _, case = why(scenario)
    assert case["path"] == "none" and case["reason"].startswith(begins)


def test_a_server_that_does_not_answer(why):
    entries, _ = why(two_nats("symmetric", "symmetric", path="[relayed, none]", steps="  - {at: 0s, server: {at: turn, do: stop}}\n"))
    assert any(t.startswith("no relayed candidate: turn ") for t in texts(entries, agent="L", local=None))


def test_an_answer_that_never_came(why):
    entries, case = why(two_nats(steps="  - {at: 0s, signalling: {from: R, message: answer, drop: true}}\n", path="none"))
    assert "L got no answer of R" in texts(entries, agent="L")


def test_steps_say_when_they_ran(why):
    _, case = why(two_nats(steps="  - {after: L.selected, delay: 100ms, nat: {at: nat-left, do: reboot}}\n  - {after: L.failed, link: {at: L.0, set: down}}\n"))
    assert [(s["what"].split(" (")[0], s["fired"]) for s in case["steps"]] == [("call", True), ("nat at nat-left: reboot", True), ("link at L: down", False)]
    assert case["steps"][0]["at_ms"] == 0 and case["steps"][2]["at_ms"] is None
    assert case["reasons"][0] == case["reason"] == "step link never ran: its event did not happen"


def test_an_address_that_somebody_has_left(why):
    """Who had it, and until when: on its way, away, and back there."""
    steps = ("  - {at: 10s, send: {from: R, to: L, count: 5}}\n  - {at: 5s, move: {at: L.0, to: internet, outage: 1s}}\n"
             "  - {at: 20s, send: {from: R, to: L, count: 5}}\n")
    entries, _ = why(two_nats("full-cone", "full-cone", steps=steps))
    (lost,) = [t for t in texts(entries, agent="R") if t.startswith("data lost")]
    assert lost.endswith("no way leads from nat-left to 10.1.0.2, an address behind nat-left, which L had until it moved at 5000 ms"), lost
    back = steps + "  - {at: 15s, move: {at: L.0, to: home-left, address: 10.1.0.2}}\n"
    entries, _ = why(two_nats("full-cone", "full-cone", steps=back.replace("at: 10s", "at: 16s").replace("at: 20s", "at: 21s")))
    assert not [t for t in texts(entries, agent="R") if "until it moved" in t]


SAME_SIDE = """natsim: 1
claim: Two NATs behind one.
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  carrier: {ipv4: 100.64.0.0/24, delay: 5ms}
  home-left: {ipv4: 10.1.0.0/24, delay: 1ms}
  home-right: {ipv4: 10.2.0.0/24, delay: 1ms}
gateways:
  cgn: {inside: carrier, outside: internet, nat: {preset: symmetric, hairpin: external-source}}
  nat-left: {inside: home-left, outside: carrier, nat: port-restricted-cone}
  nat-right: {inside: home-right, outside: carrier, nat: full-cone}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
agents:
  L: {on: home-left, stun: [stun]}
  R: {on: home-right, stun: [stun]}
steps:
  - {at: 0s, call: {from: L, to: R}}
expect:
  path: none
"""


def test_a_hairpin_that_translates_the_source_is_filtered_by_what_it_becomes(why):
    entries, _ = why(SAME_SIDE)
    told = texts(entries, agent="L", reason="filtered")
    assert told and all(t.startswith("cgn (symmetric) dropped L's check from 100.64.0.2:50000, which it hairpins from 203.0.113.2:4") for t in told)


def test_what_a_filter_has_forgotten_is_not_called_unsent(why):
    nat = "{preset: port-restricted-cone, filter-lifetime: 100ms}"
    entries, _ = why(two_nats(nat, nat, path="none").replace("expect:\n", "expect:\n  limit: 1000s\n"))
    told = texts(entries, agent="L", reason="filtered")
    assert told and all("for it had forgotten what was sent to that address and port from behind it" in t for t in told)


def test_a_missing_relay_does_not_explain_why_a_relayed_call_is_not_direct(why, natsim):
    scenario = two_nats("symmetric", "symmetric", path="direct").replace("users: {alice: secret}", "users: {alice: secret}, quota: 1")
    entries, case = why(scenario)
    assert "no relayed candidate: turn refused R with 486" in texts(entries, agent="R", local=None)
    assert case["path"] == "relayed" and case["reason"].startswith("path: expected direct, found relayed: nat-right (symmetric) dropped L's check")
    assert "not direct: nat-right (symmetric) dropped" in natsim("explain", "s").out


def test_a_server_that_is_silent_beside_one_that_answers_is_not_the_cause(why):
    scenario = two_nats("symmetric", "symmetric", path="direct", steps="  - {at: 0s, server: {at: stun2, do: stop}}\n")
    scenario = scenario.replace("  platform:", "  stun2: {on: internet, kind: stun}\n  platform:", 1).replace("L: {on: home-left, stun: [stun]", "L: {on: home-left, stun: [stun, stun2]")
    entries, case = why(scenario)
    assert [t for t in texts(entries, agent="L", local=None) if t.startswith("no server-reflexive candidate of stun2: ")]
    assert case["reason"].startswith("path: expected direct, found relayed: nat-right (symmetric) dropped L's check")


def test_a_policy_that_wants_relays_alone(why):
    ice = "stun: [stun], turn: [{server: turn, user: alice, password: secret}]"
    _, case = why(two_nats("full-cone", "full-cone", path="direct").replace(ice, ice + ", policy: relay"))
    assert case["reason"] == "path: expected direct, found relayed: L has only relayed candidates, for its policy is relay"


def test_a_permission_that_is_refused(why):
    scenario = two_nats("symmetric", "symmetric", path="none").replace("users: {alice: secret}", "users: {alice: secret}, deny: [203.0.113.0/24]")
    entries, case = why(scenario)
    refused = [e for e in entries if e["agent"] == "L" and e["text"].startswith("no check was sent on it: turn refused L a permission for 203.0.113.")]
    assert refused and all(e["packet"] > 0 and e["reason"] == "refused" and e["text"].endswith(" with 403") for e in refused)


NATS = ("nat-right (symmetric) dropped L's check from 203.0.113.2:40002, for nothing had been sent to that address and port from behind it; nat-left (symmetric) "
        "maps each destination to a port of its own, and R knows port 40000; nat-right maps each destination to a port of its own, and 203.0.113.3:40000 is "
        "that for another")


@pytest.mark.parametrize("path, why_none", [
    ("relayed", "turn refused L a permission for 203.0.113.3 with 403; and no direct path: " + NATS),
    ("[direct, relayed]", "turn refused L a permission for 203.0.113.3 with 403; and no direct path: " + NATS),
    ("direct", NATS),
])
def test_a_relay_that_is_denied_comes_first_where_it_could_have_been_the_path(why, path, why_none):
    """With the permission there is a path through the relay, whatever the NATs do; where only a direct one was expected, it would not help."""
    scenario = two_nats("symmetric", "symmetric", path=path).replace("users: {alice: secret}", "users: {alice: secret}, deny: [203.0.113.0/24]")
    _, case = why(scenario)
    expected = path.strip("[]").replace(", ", " or ")
    assert case["reason"] == f"path: expected {expected}, found none: {why_none}"


LATER = "  - {after: L.completed, delay: 1s, send: {from: L, to: R, bytes: 3000}}\n"
PINHOLE = "port-restricted-cone"


@pytest.mark.parametrize("nats, steps, sent, where", [
    pytest.param(("full-cone", "full-cone"), "  - {after: L.completed, drop: {where: nat-right, filter: udp}}\n", 10,
                 "L's data from 203.0.113.2:50000 came no further than nat-right (full-cone): taken by a step (line 20)", id="step"),
    pytest.param(("full-cone", "full-cone"), "  - {after: L.completed, partition: {between: [nat-left], and: [nat-right], for: 60s}}\n" + LATER, 10,
                 "L's data from 203.0.113.2:50000 came no further than nat-left (full-cone): a partition lies before 203.0.113.3", id="partition"),
    pytest.param(("{preset: full-cone, fragments: drop}", "full-cone"), LATER, 10,
                 "nat-left (full-cone) dropped L's data from 10.1.0.2:50000: fragment of a packet from 10.1.0.2:50000", id="fragments"),
    pytest.param(("full-cone", "full-cone"), "  - {after: L.completed, delay: 500ms, link: {at: R.0, set: down}}\n" + LATER, 10,
                 "L's data from 203.0.113.2:50000 came no further than nat-right (full-cone): the attachment that it would arrive at is down", id="link"),
    pytest.param((PINHOLE, PINHOLE), "  - {after: L.completed, delay: 500ms, nat: {at: nat-right, do: renumber}}\n" + LATER, 10,
                 "no way leads from nat-left to 203.0.113.3, which nat-right had until it was renumbered at 1162 ms", id="renumbered"),
])
def test_where_data_was_lost_after_a_pair_was_selected(why, nats, steps, sent, where):
    entries, case = why(two_nats(*nats, steps=steps))
    assert case["path"] == "none"
    assert case["reason"] == f"path: expected direct, found none: L selected a pair, but none of the {sent} datagrams that it sent arrived: {where}"
    (entry,) = [e for e in entries if e["agent"] == "L" and e["text"].startswith("data lost: ")]
    assert entry["text"] == f"data lost: {sent} of L's {sent} datagrams: {where}" and entry["packet"] > 0
    assert (entry["local"], entry["remote"]) == ("203.0.113.2:50000", "203.0.113.3:50000"), "the selected pair"


def test_where_some_data_was_lost(why):
    _, case = why(two_nats(steps="  - {after: L.selected, drop: {where: nat-left, filter: 'udp and udp[8] >= 128 and udp[8] < 192', nth: [3, 4]}}\n"))
    assert case["reason"].startswith("data: ") and case["reason"].split(" datagrams were lost: ")[1].endswith("nat-left (full-cone): taken by a step (line 20); and further ones")


def test_data_that_was_lost_at_two_places(why):
    """The reason names one of them, and does not say that it took all."""
    steps = ("  - {after: L.completed, drop: {where: nat-right, filter: 'udp and udp[4:2] = 208', nth: [1, 2, 3]}}\n"
             "  - {after: L.completed, drop: {where: nat-left, filter: 'udp and udp[4:2] = 208', nth: [5]}}\n"
             "  - {after: L.completed, delay: 1s, send: {from: L, to: R, count: 12}}\n")
    _, case = why(two_nats(steps=steps))
    assert case["reason"] == ("data: 4 of 12 datagrams were lost: L's data from 203.0.113.2:50000 came no further than nat-right (full-cone): taken by a step "
                              "(line 20); and further ones")


def test_the_agent_whose_data_did_not_arrive_is_the_one_that_is_told_of(why):
    """L lost some to a step, and had some arrive; R had nothing arrive."""
    steps = ("  - {after: L.completed, drop: {where: nat-right, filter: 'src host 203.0.113.2 and udp[4:2] = 208', nth: [1]}}\n"
             "  - {after: L.completed, drop: {where: nat-left, filter: 'src host 203.0.113.3 and udp[4:2] = 208'}}\n"
             "  - {after: L.completed, delay: 1s, send: {from: L, to: R, count: 12}}\n  - {after: L.completed, delay: 1s, send: {from: R, to: L, count: 3}}\n")
    _, case = why(two_nats(steps=steps))
    assert case["reason"] == ("path: expected direct, found none: R selected a pair, but none of the 3 datagrams that it sent arrived: R's data from "
                              "203.0.113.3:50000 came no further than nat-left (full-cone): taken by a step (line 21)")


def test_data_that_was_not_sent(why):
    """Consent had ended."""
    steps = "  - {after: L.completed, delay: 500ms, link: {at: R.0, set: down}}\n  - {after: L.consent-lost, delay: 1s, send: {from: L, to: R}}\n"
    entries, _ = why(two_nats(steps=steps, path="none"))
    assert "data lost: 10 of L's 10 datagrams: L had no selected pair, or no consent to send on it" in texts(entries, agent="L")


def test_a_link_that_was_down_before_gathering(why):
    entries, case = why(two_nats(steps="  - {at: 0s, link: {at: R.0, set: down}}\n"))
    assert case["reason"] == "path: expected direct, found none: R has no candidate: R.0 is down since 0 ms"
    assert texts(entries, agent="R", reason="no-candidates") == ["R has no candidate: R.0 is down since 0 ms"]


def test_a_nat_that_was_renumbered_while_ice_went_on(why):
    entries, case = why(two_nats(PINHOLE, PINHOLE, steps="  - {after: L.offer-sent, nat: {at: nat-left, do: renumber}}\n"))
    at = case["steps"][1]["at_ms"]
    assert case["reason"] == ("path: expected direct, found none: nat-right (port-restricted-cone) dropped L's check from 203.0.113.102:50000, for nothing had "
                              f"been sent to that address and port from behind it; nat-left was renumbered at {at} ms, and R knows its address of before")
    assert f"no way leads from nat-right to 203.0.113.2, which nat-left had until it was renumbered at {at} ms" in texts(entries, agent="R")
    assert (f"no check was sent on it: turn refused L a permission for 203.0.113.3 with 437: nat-left was renumbered at {at} ms, and the allocation is of its "
            "address of before") in texts(entries, agent="L")


def test_each_datagram_that_was_lost_is_told_of_once(natsim, tmp_path):
    """An ICMP error that quotes one is not another; one too short to be told in a packet is not one that was not sent."""
    natsim("run", "black-hole", "carrier-grade", "consent", "loss", "--out", "out", "--jobs", "2", "--capture", "none")
    lost = 0
    for case in json.loads((tmp_path / "out" / "results.json").read_text())["cases"]:
        told = [t for t in texts(case.get("why_not", [])) if t.startswith("data lost: ")]
        assert sum(int(t.split()[2]) for t in told) == case["data"]["lost"], (case["id"], told)
        lost += case["data"]["lost"]
    assert lost > 100


def test_short_datagrams_that_were_lost_are_not_called_unsent(why):
    steps = ("  - {after: L.completed, drop: {where: nat-right, filter: 'udp and udp[4:2] = 9'}}\n"
             "  - {after: L.completed, delay: 1s, send: {from: L, to: R, bytes: 1, count: 4}}\n")
    entries, _ = why(two_nats(steps=steps))
    assert texts(entries, agent="L", reason="unseen") == ["data lost: 4 of L's 4 datagrams: no packet that was dropped is known to have their beginning"]
    assert texts(entries, agent="L", reason="unsent") == []


@pytest.mark.parametrize("do, past", [("flush", "flushed"), ("reboot", "rebooted")])
def test_a_mapping_that_a_step_took_away_has_not_lived_its_time(why, do, past):
    steps = f"  - {{after: L.completed, delay: 1s, nat: {{at: nat-left, do: {do}}}}}\n  - {{after: L.completed, delay: 1100ms, send: {{from: R, to: L}}}}\n"
    entries, case = why(two_nats("symmetric", "full-cone", steps=steps))
    (entry,) = [e for e in entries if e["agent"] == "R" and e["text"].startswith("data lost: 10 of R's 10 datagrams: ")]
    assert entry["text"].endswith(f" any more: nat-left was {past} at {case['steps'][1]['at_ms']} ms") and entry["rules"] == []


def test_a_mapping_that_had_expired_before_a_step_lived_its_time(why):
    steps = "  - {after: L.completed, delay: 20s, nat: {at: nat-left, do: flush}}\n  - {after: L.completed, delay: 21s, send: {from: R, to: L}}\n"
    scenario = two_nats("{preset: symmetric, lifetime: 5s}", "full-cone", steps=steps).replace("stun: [stun]", "consent: off, keepalive: 100s, stun: [stun]")
    entries, _ = why(scenario)
    (entry,) = [e for e in entries if e["agent"] == "R" and e["text"].startswith("data lost: 10 of R's 10 datagrams: ")]
    assert entry["text"].endswith(" any more: a mapping of nat-left lives for 5000 ms") and entry["rules"] == [{"node": "nat-left", "key": "lifetime"}]


def test_fragments_that_are_dropped_are_the_rule_for_fragments(natsim, tmp_path):
    natsim("run", "language/fragments", "--filter", "nat=drop", "--out", "out")
    for case in json.loads((tmp_path / "out" / "results.json").read_text())["cases"]:
        (entry,) = [e for e in case["why_not"] if e["text"].startswith("data lost: ")]
        assert entry["rules"] == [{"node": "nat-left", "key": "fragments"}], case["id"]


@pytest.mark.parametrize("do, past", [("flush", "flushed"), ("reboot", "rebooted")])
def test_a_nat_that_lost_its_mappings_while_ice_went_on(why, do, past):
    random_ports = "{mapping: endpoint-independent, filtering: address-and-port-dependent, ports: random}"
    entries, case = why(two_nats(random_ports, PINHOLE, path="relayed", steps=f"  - {{after: L.offer-sent, nat: {{at: nat-left, do: {do}}}}}\n"))
    at = case["steps"][1]["at_ms"]
    (direct,) = [e for e in entries if e["agent"] == "L" and e["reason"] == "filtered" and e["remote"] == "203.0.113.3:50000"]
    assert re.search(rf"; nat-left was {past} at {at} ms, and R knows its port \d+ of before$", direct["text"])
    assert direct["rules"] == [{"node": "nat-right", "key": "filtering"}]
    assert (f"no check was sent on it: turn refused L a permission for 10.2.0.2 with 437: nat-left was {past} at {at} ms, and the allocation is of its port of "
            "before") in texts(entries, agent="L")


SHORT = "{preset: port-restricted-cone, lifetime: 1s}"


@pytest.mark.parametrize("left, right, text", [
    (SHORT, SHORT, "nat-right (port-restricted-cone) dropped L's check from 203.0.113.2:50000: nothing is mapped to 203.0.113.3:50000 any more: a mapping of "
                   "nat-right lives for 1000 ms"),
    ("{preset: symmetric, lifetime: 1s}", "full-cone", "nat-left (symmetric) dropped R's check from 203.0.113.3:50000: nothing is mapped to 203.0.113.2:40002 "
                                                       "any more: a mapping of nat-left lives for 1000 ms"),
])
def test_a_mapping_that_ended_a_pair(why, left, right, text):
    _, case = why(two_nats(left, right).replace("expect:", "expect:\n  until: 60s\n  L: {state: completed}"))
    assert case["reason"] == "L: expected state completed, found disconnected: consent lost: " + text


def test_a_renumbering_that_ended_a_pair(why):
    scenario = two_nats(PINHOLE, PINHOLE, steps="  - {after: L.completed, delay: 500ms, nat: {at: nat-left, do: renumber}}\n")
    _, case = why(scenario.replace("expect:", "expect:\n  until: 60s\n  R: {state: completed}"))
    assert case["reason"] == ("R: expected state completed, found disconnected: consent lost: no way leads from nat-right to 203.0.113.2, which nat-left had until "
                              "it was renumbered at 1162 ms")


def test_what_the_network_loses_is_not_the_nats_doing(why):
    entries, _ = why(two_nats(path="[direct, none]").replace("113.0/24, delay: 20ms", "113.0/24, delay: 20ms, loss: 100%"))
    assert "no server-reflexive candidate: L's request from 203.0.113.2:50000 came no further than nat-left (full-cone): lost on the network" in texts(entries, agent="L")


def test_only_those_on_the_way_block_it(why):
    entries, _ = why(two_nats("blocked", "blocked-udp", path="none"))
    assert not any("nat-right" in t for t in texts(entries, agent="L", local=None))
    assert any(t.endswith("nat-right blocks it, too") for t in texts(entries, agent="L", reason="blocked"))


def test_junit_has_the_sentence(why, tmp_path):
    why(two_nats("symmetric", "symmetric", path="relayed"))
    assert "not direct: nat-right (symmetric) dropped L's check from" in (tmp_path / "out" / "junit.xml").read_text()


def test_merge_keeps_it(why, natsim, tmp_path):
    entries, _ = why(two_nats("symmetric", "symmetric", path="relayed"))
    natsim("merge", "out", "--out", "merged")
    assert json.loads((tmp_path / "merged" / "results.json").read_text())["cases"][0]["why_not"] == entries


def test_the_sentence_of_two_symmetric_nats_names_who_maps(why):
    """What maps is the NAT that dropped the check, not the one that the sentence named before."""
    entries, _ = why(two_nats("symmetric", "symmetric", path="relayed"))
    (text,) = texts(entries, agent="L", remote="203.0.113.3:40000")
    assert text.endswith("; nat-left (symmetric) maps each destination to a port of its own, and R knows port 40000; nat-right maps each destination "
                         "to a port of its own, and 203.0.113.3:40000 is that for another")


def stacks(levels, policy):
    """NATs of this policy one behind the other, before both agents."""
    networks = ["  internet: {ipv4: 203.0.113.0/24, delay: 20ms}"]
    gateways = []
    for side, number in (("left", 1), ("right", 2)):
        for i in range(levels):
            networks.append(f"  {side}-{i}: {{ipv4: 10.{number}{i}.0.0/24, delay: 1ms}}")
            outside = "internet" if i == 0 else f"{side}-{i - 1}"
            gateways.append(f"  nat-of-the-{side}-agent-{i}: {{inside: {side}-{i}, outside: {outside}, nat: {policy}}}")
    return "\n".join(["natsim: 1", "claim: a test", "networks:", *networks, "gateways:", *gateways, f"""servers:
  stun: {{on: internet, kind: stun}}
  platform: {{on: internet, kind: platform}}
agents:
  L: {{on: left-{levels - 1}, stun: [stun]}}
  R: {{on: right-{levels - 1}, stun: [stun]}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
expect: {{path: direct}}
"""])


def test_a_long_sentence_is_whole(why):
    """Each NAT is described once, and no rule is left out."""
    words = "mapping: address-and-port-dependent, filtering: address-and-port-dependent"
    entries, case = why(stacks(4, "{" + words + "}"))
    (entry,) = [e for e in entries if e["agent"] == "L" and e["reason"] == "filtered"]
    assert len(entry["text"]) > 1000
    assert entry["text"].endswith("; nat-of-the-right-agent-1, nat-of-the-right-agent-2 and nat-of-the-right-agent-3 would not have let it in, either")
    assert entry["text"].count("(" + words.replace(":", "") + ")") == 8
    assert {(r["node"], r["key"]) for r in entry["rules"]} == {
        (f"nat-of-the-{side}-agent-{i}", key) for side, key in (("left", "mapping"), ("right", "mapping"), ("right", "filtering")) for i in range(4)}
    assert case["reason"] == case["reasons"][0] == "path: expected direct, found none: " + entry["text"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_the_page_breaks_its_lines(why, tmp_path):
    """A sentence does not run beyond the window."""
    why(two_nats("symmetric", "symmetric", path="relayed"))
    measured = '<script>document.title = document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide"</script>'
    (tmp_path / "page.html").write_text((tmp_path / "out" / "report.html").read_text() + measured)
    done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900", f"--user-data-dir={tmp_path / 'profile'}",
                           "--dump-dom", f"file://{tmp_path}/page.html#case=s"], capture_output=True, text=True, timeout=120)
    assert "Why not direct" in done.stdout, done.stderr
    assert re.search("<title>(.*?)</title>", done.stdout).group(1) == "fits"
