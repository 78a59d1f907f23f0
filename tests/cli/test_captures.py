"""Captures, read by tshark."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import VIRTUAL, fields, tshark, two_nats

GATE = ["-2", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y",
        '_ws.expert.severity >= 6291456 && !(frame.comment contains "expect-malformed")']


def test_tshark_finds_nothing_wrong_in_any_capture(natsim, tmp_path):
    """Every suite in virtual time, every case; frames that a step damaged on purpose apart."""
    run = natsim("run", *VIRTUAL, "--out", "all", timeout=300)
    assert run.code == 0, run
    captures = sorted((tmp_path / "all" / "captures").glob("*.pcapng"))
    assert len(captures) >= 200
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(captures, pool.map(lambda c: tshark(c, *GATE), captures)))
    assert {c.name: text for c, text in found.items() if text} == {}


@pytest.fixture(scope="module")
def symmetric(classic):
    return classic / "captures" / "classic_five-types_left_symmetric_right_symmetric_.pcapng"


def test_interfaces_are_named_after_the_taps(symmetric):
    names = {f[0] for f in fields(symmetric, "frame.interface_name")}
    assert {"L.0", "R.0", "L.signalling", "R.signalling", "nat-left.inside", "nat-left.outside", "nat-right.inside", "nat-right.outside",
            "stun.0", "turn.0", "platform.signalling"} <= names


def test_stun_channel_data_and_sdp_are_dissected(symmetric):
    protocols = {f[0] for f in fields(symmetric, "frame.protocols")}
    assert any(p.startswith("raw:ip:udp:stun") for p in protocols)
    assert any(p.startswith("raw:ip:udp:sip:sdp") for p in protocols)
    assert fields(symmetric, "stun.channel", display="stun.channel"), "ChannelData"
    types = {t for f in fields(symmetric, "sdp.ice_candidate.type", display="sdp") for t in f[0].split(",")}
    assert types == {"host", "srflx", "relay"}


def test_every_drop_and_every_translation_has_its_comment(symmetric):
    drops = fields(symmetric, "frame.comment", display='frame.comment contains "verdict=drop"')
    assert drops and all(" reason=" in d[0] and " at=" in d[0] for d in drops)
    assert any('reason=filtered detail="no permission for ' in d[0] for d in drops)
    assert any("reason=no-route" in d[0] for d in drops)
    assert fields(symmetric, "frame.number", display='frame.comment contains "verdict=nat at=nat-left from=10.1.0.2:"')


def test_directions_are_marked_and_time_never_runs_backwards(symmetric):
    rows = fields(symmetric, "frame.packet_flags_direction", "frame.time_epoch")
    assert {r[0] for r in rows} <= {"1", "2", "0x00000001", "0x00000002"} and len({r[0] for r in rows}) == 2
    times = [r[1] for r in rows]
    assert times == sorted(times)
    assert times[0].startswith("1700000000.")


def test_hosts_are_named(symmetric):
    assert "stun" in tshark(symmetric, "-N", "nN", "-Y", "stun", "-c", "40")


def test_frames_agree_with_results(classic, symmetric):
    doc = json.loads((classic / "results.json").read_text())
    case = next(c for c in doc["cases"] if c["id"].endswith("[left=symmetric,right=symmetric]"))
    assert len(fields(symmetric, "frame.number")) == case["packets"]
    for found in case["agents"]["L"]["peer_reflexive"]:
        protocols = fields(symmetric, "frame.protocols", display=f"frame.number == {found['packet']}")
        assert protocols and "stun" in protocols[0][0]


def test_the_peer_reflexive_address_is_the_nats(classic, symmetric):
    doc = json.loads((classic / "results.json").read_text())
    case = next(c for c in doc["cases"] if c["id"].endswith("[left=symmetric,right=symmetric]"))
    outside = {(f[0], int(f[1])) for f in fields(symmetric, "ip.src", "udp.srcport", display='frame.interface_name == "nat-left.outside" && frame.packet_flags_direction == 2')}
    local = [p for p in case["agents"]["L"]["peer_reflexive"] if p["side"] == "local"]
    assert local and all((p["address"], p["port"]) in outside for p in local)


def test_plain_pcap_is_read_too(natsim, scenario, tmp_path):
    natsim("run", scenario(two_nats()), "--capture-format", "pcap")
    capture = tmp_path / "natsim-out" / "captures" / "case.pcap"
    assert tshark(capture, "-Y", "sdp") != ""
    assert tshark(capture, *GATE[:-2]) != ""


def test_a_damaged_packet_is_marked(natsim, scenario, tmp_path):
    steps = "  - {at: 0s, corrupt: {where: nat-left, filter: udp port 3478, nth: [1]}}\n"
    run = natsim("run", scenario(two_nats(steps=steps)))
    assert run.code == 0, run
    capture = tmp_path / "natsim-out" / "captures" / "case.pcapng"
    assert fields(capture, "frame.number", display='frame.comment contains "expect-malformed"')
    assert tshark(capture, *GATE) == ""
