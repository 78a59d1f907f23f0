"""Up to which size data passes: what is said of it by every report, and by the reason of a case that failed."""

import xml.etree.ElementTree as ET

import pytest

from conftest import fields

HOLE = """
natsim: 1
claim: A black hole.
networks:
  left:   {ipv4: 10.1.0.0/24, ipv6: "2001:db8:1::/64", delay: 1ms}
  middle: {ipv4: 203.0.113.0/24, ipv6: "2001:db8:2::/64", delay: 20ms, mtu: 1280}
gateways:
  a: {inside: left, outside: middle, nat: {preset: none, icmp: %(icmp)s}}
agents:
  L: {on: left, ipv6: %(ipv6)s}
  R: {on: middle, ipv6: %(ipv6)s}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 4s, send: {from: L, to: R, bytes: 200}}
  - {at: 4s, send: {from: L, to: R, bytes: 1400, count: 2, df: on}}
expect: {%(expect)s}
"""
LOST = "connected; data above 1,252 bytes is lost (L's at a, MTU 1280: no ICMP error told L)"


def hole(icmp="drop-too-big", ipv6="off", expect="data: {lost: 2, lost-above: 1252}"):
    return HOLE % {"icmp": icmp, "ipv6": ipv6, "expect": expect}


def test_every_report_says_it_of_a_case_that_passed(natsim, scenario, results, tmp_path):
    r = natsim("run", scenario(hole()))
    assert r.code == 0, r
    assert r.out.splitlines()[0].endswith(f"ms: {LOST}")
    data = results()["cases"][0]["data"]
    assert list(data) == ["sent", "lost", "sends", "lost_above", "found"]
    assert (data["sent"], data["lost"], data["found"]) == (12, 2, LOST)
    assert data["sends"] == [{"from": "L", "bytes": 200, "df": False, "sent": 10, "lost": 0},
                             {"from": "L", "bytes": 1400, "df": True, "sent": 2, "lost": 2}]
    packet = data["lost_above"][0].pop("packet")
    assert data["lost_above"] == [{"from": "L", "bytes": 1252, "mtu": 1280, "at": "a", "with_df": False, "told": False}]
    assert f"data: {LOST}\n" in ET.parse(tmp_path / "natsim-out/junit.xml").find(".//system-out").text
    assert LOST in (tmp_path / "natsim-out/report.html").read_text()
    told = natsim("explain", "case")
    assert LOST in told.out
    capture = tmp_path / "natsim-out/captures/case.pcapng"
    assert "reason=mtu" in fields(capture, "frame.comment", display=f"frame.number == {packet}")[0][0]


def test_the_reason_of_a_failure_says_it(natsim, scenario):
    r = natsim("run", scenario(hole(expect="path: direct")))
    assert r.code == 1 and f"data: 2 of 12 datagrams were lost ({LOST})" in r.out
    r = natsim("run", scenario(hole(expect="data: {lost: 0}")))
    assert r.code == 1 and f"data lost: expected 0, found 2 ({LOST})" in r.out
    r = natsim("run", scenario(hole(expect="data: {lost: 2, lost-above: 1253}")))
    assert r.code == 1 and f"data lost above: expected 1253, found 1252 ({LOST})" in r.out
    r = natsim("run", scenario(hole(expect="data: {lost: 0, lost-above: 1252}").replace("bytes: 1400", "bytes: 1252")))
    assert r.code == 1 and "data lost above: expected a size, but no data was lost for its size alone" in r.out


def test_all_data_that_is_lost_is_no_path_and_says_why(natsim, scenario):
    r = natsim("run", scenario(hole(expect="path: direct").replace("bytes: 200", "bytes: 1300, df: on")))
    assert r.code == 1
    assert f"path: expected direct, found none: L selected a pair, but none of the 12 datagrams that it sent arrived ({LOST})" in r.out


@pytest.mark.parametrize("ipv6, most", [("off", 1252), ("on", 1232)])
def test_the_sender_is_told_where_the_router_tells(natsim, scenario, results, ipv6, most):
    r = natsim("run", scenario(hole("translate", ipv6, f"data: {{lost: 2, lost-above: {most}}}")))
    assert r.code == 0, r
    data = results()["cases"][0]["data"]
    assert data["lost_above"][0]["told"] is True and data["lost_above"][0]["bytes"] == most
    assert data["found"] == f"connected; data above {most:,} bytes is lost (L's at a, MTU 1280: an ICMP error told L)"
    lines = [line for line in natsim("explain", "case").out.splitlines() if "told that a packet is too large: the MTU is 1280" in line]
    assert len(lines) == 2 and all(line.split()[2] == "L" for line in lines)


def test_a_merged_report_has_it(natsim, scenario, results):
    name = scenario(hole())
    assert natsim("run", name, "--shard", "0/1", "--out", "one").code == 0
    assert natsim("merge", "one", "--out", "both").code == 0
    assert results("both") == results("one")


def test_a_call_without_send_steps_has_the_fields_of_before(natsim, scenario, results):
    text = "\n".join(line for line in hole(expect="path: direct").splitlines() if "send:" not in line)
    r = natsim("run", scenario(text))
    assert r.code == 0, r
    assert results()["cases"][0]["data"] == {"sent": 20, "lost": 0}
