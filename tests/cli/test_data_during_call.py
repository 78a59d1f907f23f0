"""data: {during: call}: what the results, explain, diff and junit.xml say of an outage."""
import json
import xml.etree.ElementTree as ET

CALL = """natsim: 1
claim: Data go on with the call.
networks:
  internet:   {ipv4: 203.0.113.0/24, delay: 20ms}
agents:
  L: {on: internet, role: controlling}
  R: {on: internet, role: controlled}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 5s, drop: {where: R, filter: "udp", for: OUTAGE}}
expect:
  data: {during: call, gap: "<= 800ms", lost: ">= 0"}
  until: UNTIL
"""


def call(outage, until):
    return CALL.replace("OUTAGE", outage).replace("UNTIL", until)


def data(path):
    return json.loads((path / "results.json").read_text())["cases"][0]["data"]


def test_the_outage_has_its_way_time_and_cause(natsim, scenario, tmp_path):
    path = scenario(call("2s", "9s"))
    r = natsim("run", path)
    assert r.code == 1
    assert "data gap: expected <= 800 ms, found 2020 ms: L received nothing from R from 5010 ms to 7030 ms; 100 datagrams were lost: R's data" in r.out
    d = data(tmp_path / "natsim-out")
    assert list(d)[-2:] == ["gap_ms", "flows"] and d["gap_ms"] == 2020
    there, back = d["flows"]
    assert (there["from"], there["lost"], there["gap_ms"], there["silences"]) == ("L", 0, 20, [])
    assert (back["from"], back["lost"], back["unsent"], back["gap_at_ms"]) == ("R", 100, 0, 5010)
    assert back["silences"] == [{"at_ms": 5010, "ms": 2020, "lost": 100, "unsent": 0}]
    assert there["sent"] + back["sent"] == d["sent"] and there["lost"] + back["lost"] == d["lost"]
    assert "longest gap of data: 2020 ms" in ET.parse(tmp_path / "natsim-out/junit.xml").find(".//system-out").text
    r = natsim("explain", path)
    assert "R sent 444, 100 were lost, 0 of them without a pair to go on; the longest gap: 2020 ms, from 5010 ms" in r.out
    assert "5010 ms  none of R's for 2020 ms, 100 lost" in r.out


def test_what_had_no_pair_counts_as_lost_and_is_told_apart(natsim, scenario, tmp_path):
    """Consent ends 30 s after the last answer: from then on L has nothing to send on."""
    r = natsim("run", scenario(call("60s", "50s")))
    assert r.code == 1 and "to the end, at 50000 ms" in r.out
    d = data(tmp_path / "natsim-out")
    there, back = d["flows"]
    assert 0 < there["unsent"] < there["lost"] and back["lost"] > 2200
    assert back["silences"][-1]["at_ms"] + back["silences"][-1]["ms"] == 50000
    assert there["sent"] >= 2480  # up to the end
    r = natsim("explain", "case")
    assert r.out.count("data of the call, until further notice: no selected pair, or no consent to send on it") == 2


def test_diff_compares_gaps(natsim, scenario, tmp_path):
    scenario(call("2s", "9s"))
    natsim("run", "case", "--out", "one")
    scenario(call("3s", "9s"))
    natsim("run", "case", "--out", "two")
    r = natsim("diff", "one", "two")
    assert r.code == 1 and "longest gap of data 2020 ms -> 3020 ms" in r.out


def test_the_case_ends_although_data_go_on(natsim, scenario, tmp_path):
    natsim("run", scenario(CALL.replace("  until: UNTIL\n", "").replace("OUTAGE", "1s").replace("<= 800ms", "<= 2s")))
    case = json.loads((tmp_path / "natsim-out/results.json").read_text())["cases"][0]
    assert case["outcome"] == "pass" and case["virtual_ms"] == 6000 and case["data"]["lost"] == 48


def test_a_process_is_refused(natsim, scenario):
    r = natsim("run", scenario(call("1s", "9s").replace("R: {on: internet,", "R: {on: internet, exec: cat,")))
    assert r.code == 2 and "'during: call' with agent 'R', a process, is not in this version" in r.err
