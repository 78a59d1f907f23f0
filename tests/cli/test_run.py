"""natsim run: what it leaves, what it says, and with which exit code."""

import json
import os
import re
import xml.etree.ElementTree as ET

import pytest

from conftest import SUITES, fields, two_nats

RELAYED = {("port-restricted-cone", "symmetric"), ("symmetric", "port-restricted-cone"), ("symmetric", "symmetric")}


def test_classic_is_green_and_three_cells_are_relayed(classic):
    doc = json.loads((classic / "results.json").read_text())
    assert doc["summary"] == {"pass": 25, "fail": 0, "error": 0, "skip": 0}
    assert {(c["params"]["left"], c["params"]["right"]) for c in doc["cases"] if c["path"] == "relayed"} == RELAYED
    assert all(c["path"] in ("direct", "relayed") for c in doc["cases"])


def test_results_have_the_shape_of_the_language(classic):
    doc = json.loads((classic / "results.json").read_text())
    assert list(doc) == ["schema", "natsim", "seed", "summary", "cases"]
    case = doc["cases"][0]
    extensions = {"claim", "labels"}
    assert [key for key in case if key not in extensions] == ["id", "file", "params", "seed", "outcome", "reason", "at", "path", "expected_path", "connect_ms", "virtual_ms", "packets",
                          "agents", "conformance", "data", "capture", "reasons", "steps", "why_not"]
    assert case["id"] == "classic/five-types[left=none,right=none]"
    assert case["file"] == "classic/five-types.yaml"
    agent = case["agents"]["L"]
    for key in ("stack", "state", "role", "candidates", "selected", "pairs", "peer_reflexive", "checks_sent", "checks_received", "restarts"):
        assert key in agent
    assert all(re.fullmatch(r"\d+", p["priority"]) for p in agent["pairs"])
    assert case["data"] == {"sent": 20, "lost": 0}


def test_ids_come_in_matrix_order_with_the_last_axis_fastest(classic):
    ids = [c["id"] for c in json.loads((classic / "results.json").read_text())["cases"]]
    types = ["none", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"]
    assert ids == [f"classic/five-types[left={l},right={r}]" for l in types for r in types]


def test_junit_is_well_formed_and_counts_the_same(classic):
    root = ET.parse(classic / "junit.xml").getroot()
    cases = root.findall(".//testcase")
    assert len(cases) == 25
    assert len({(c.get("classname"), c.get("name")) for c in cases}) == 25
    assert root.findall(".//failure") == []


def test_report_names_nothing_outside_itself(classic):
    html = (classic / "report.html").read_text()
    assert not re.search(r"""(src|href)=["'](https?:)?//""", html)
    assert "classic/five-types" in html


def test_cases_are_logged_as_they_finish(classic):
    lines = (classic / "cases.jsonl").read_text().splitlines()
    assert len(lines) == 25
    assert all(json.loads(line)["outcome"] == "pass" for line in lines)


def test_a_failing_case_says_what_was_expected_and_where(natsim, scenario, results):
    text = two_nats("symmetric", "symmetric", path="direct")
    run = natsim("run", scenario(text))
    assert run.code == 1, run
    case = results()["cases"][0]
    assert case["outcome"] == "fail"
    assert case["reason"].startswith("path: expected direct, found relayed: nat-right (symmetric) dropped L's check from ")
    assert case["at"]["line"] == 1 + text.splitlines().index("  path: direct")


@pytest.mark.parametrize("expect, reason", [
    ("  L: {state: failed}\n", "L: expected state failed, found completed"),
    ("  L: {role: controlled}\n", "L: expected role controlled, found controlling"),
    ("  L: {selected: {local: host}}\n", "L: expected selected host/any, found srflx/srflx"),
    ("  L: {candidates: {host: 1, srflx: 2, relay: 1}}\n", "L: expected 2 srflx candidates, found 1"),
    ("  L: {peer-reflexive: {local: 3}}\n", "L: local peer-reflexive candidates: expected 3, found 0"),
    ("  L: {checks: \"> 1000\"}\n", "L: checks: expected > 1000, found"),
    ("  L: {pairs: [{local: relay, remote: host, nominated: true}]}\n", "L: pairs of relay and host as described: expected >= 1, found 0"),
    ("  within: 1ms\n", "within: expected 1 ms at most, took"),
    ("  never: [L.completed]\n", "never: L.completed happened at"),
    ("  data: {lost: 1}\n", "data lost: expected 1, found 0"),
    ("  packets: [{at: nat-left.outside, direction: out, filter: udp, count: 0}]\n", "packets at nat-left.outside matching udp: expected 0, found"),
    ("  conformance: [RFC8445-7.1.1-priority]\n", "conformance: expected RFC8445-7.1.1-priority to be broken, it was not"),
])
def test_each_expectation_can_fail(natsim, scenario, results, expect, reason):
    run = natsim("run", scenario(two_nats(expect=expect)))
    assert run.code == 1, run
    case = results()["cases"][0]
    assert case["reason"].startswith(reason)
    assert case["at"]["line"] > 0


def test_a_step_that_never_ran_fails_the_case(natsim, scenario, results):
    steps = "  - {after: L.failed, send: {from: L, to: R}}\n"
    run = natsim("run", scenario(two_nats(steps=steps)), timeout=300)
    assert run.code == 1, run
    assert "never ran" in results()["cases"][0]["reason"]


def test_filters_tags_shards_and_seeds_select(natsim):
    def ids(*flags):
        run = natsim("list", "classic", *flags)
        assert run.code == 0, run
        return run.out.splitlines()
    every = ids()
    assert len(every) == 25
    assert ids("--filter", "left=none,right=none") == every[:1]
    assert len(ids("--filter", "left=none", "--filter", "right=none")) == 9
    assert ids("--tag", "classic") == every
    assert sorted(ids("--shard", "0/3") + ids("--shard", "1/3") + ids("--shard", "2/3")) == sorted(every)
    assert ids("--shard", "1/3") == every[1::3]
    assert ids("--filter", "left=none,right=none", "--seeds", "3..5") == [f"{every[0]}#seed={n}" for n in (3, 4, 5)]


def test_nothing_selected_is_a_usage_error(natsim):
    run = natsim("run", "classic", "--filter", "no such case")
    assert run.code == 2
    assert "no case is selected" in run.err


def test_fail_fast_stops_early(natsim, scenario, results):
    text = two_nats('"${x}"', '"${x}"', path="none", claim="many").replace("networks:", "matrix:\n  x: [none, full-cone, symmetric]\nnetworks:")
    run = natsim("run", scenario(text), "--jobs", "1", "--fail-fast")
    assert run.code == 1
    assert len(results()["cases"]) == 1 and results()["partial"] is True
    assert "1 case: 0 passed, 1 failed\npart of a run: 1 of 3 cases\n" in run.out


def test_captures_are_kept_as_asked(natsim, scenario, tmp_path):
    name = scenario(two_nats())
    natsim("run", name, "--out", "none", "--capture", "none")
    assert os.listdir(tmp_path / "none" / "captures") == []
    natsim("run", name, "--out", "failed", "--capture", "failed")
    assert os.listdir(tmp_path / "failed" / "captures") == []
    natsim("run", name, "--out", "all")
    assert os.listdir(tmp_path / "all" / "captures") == ["case.pcapng"]
    natsim("run", name, "--out", "plain", "--capture-format", "pcap")
    assert os.listdir(tmp_path / "plain" / "captures") == ["case.pcap"]


def test_stats_print_cases_and_packets(natsim, scenario):
    run = natsim("run", scenario(two_nats()), "--stats")
    assert re.search(r"1 cases, \d+ packets at taps, \d+\.\d{3} s of processor time", run.out)


def test_suites_are_found_from_any_directory(natsim, tmp_path):
    run = natsim("list", "classic", cwd="/")
    assert run.code == 0 and len(run.out.splitlines()) == 25


def test_every_suite_file_is_valid(natsim):
    run = natsim("lint", SUITES)
    assert run.code == 0, run


def test_under_ten_percent_loss_every_seed_connects_within_ten_seconds(natsim, results):
    run = natsim("run", "loss/ten-percent", "--seeds", "1..200", "--capture", "none")
    assert run.code == 0, run
    times = [c["connect_ms"] for c in results()["cases"]]
    assert len(times) == 200 and max(times) <= 10000
    assert len(set(times)) > 20, "the seeds draw different losses"


@pytest.mark.parametrize("size", [1452, 1472, 1473, 2900])
def test_what_is_relayed_in_fragments_is_no_breach(natsim, scenario, tmp_path, results, size):
    """1472 bytes fit into a packet, and do not with TURN's header: the server gets fragments, and relays a whole packet."""
    text = two_nats(path="relayed", steps=f"  - {{at: 3s, send: {{from: L, to: R, bytes: {size}, count: 5, interval: 20ms}}}}\n")
    run = natsim("run", scenario(text.replace("L: {on: home-left,", "L: {on: home-left, policy: relay,")))
    assert run.code == 0, run
    assert results()["cases"][0]["data"]["lost"] == 0
    came = fields(tmp_path / "natsim-out" / "captures" / "case.pcapng", "ip.flags.mf", display='frame.interface_name == "turn.0" && ip.flags.mf == 1')
    assert (came != []) == (size > 1452)
