"""Captures, read by tshark. CAPTURES=all has it read those of long calls behind all NATs, too."""

import ctypes
import ctypes.util
import json
import os
import re
import shutil
import struct
import subprocess

import pytest

from conftest import GATE, VIRTUAL, Run, complaints, fields, joined, tshark, two_nats


LONG = ("mobility", "restart")  # calls of minutes with the same messages again and again: most of the packets of all suites


def one_of_each_kind(ids):
    """One case of each file and way of recovering; which one of them, and so the NATs, differs from kind to kind."""
    kinds = {}
    for case in ids:
        kinds.setdefault((case.split("[")[0], *re.findall(r"recover=[a-z]+", case)), []).append(case)
    return [cases[7 * n % len(cases)] for n, cases in enumerate(kinds.values())]


def test_tshark_finds_nothing_wrong_in_any_capture(natsim, tmp_path):
    """Every suite in virtual time, every case but those of long calls; frames that a step damaged on purpose apart."""
    picked = natsim("list", *LONG).out.split()
    if os.environ.get("CAPTURES") != "all":
        picked = one_of_each_kind(picked)
    for out, args in (("all", [d for d in VIRTUAL if d.name not in LONG]), ("long", [*LONG, *(a for i in picked for a in ("--filter", i))])):
        assert (run := natsim("run", *args, "--out", out, timeout=300)).code == 0, run
    captures = sorted(tmp_path.glob("*/captures/*.pcapng"))
    assert len(captures) >= 1000
    found = complaints(captures)
    # A relay sends on, in packets of its own, what a step has damaged within Send indications.
    relayed = found.pop("loss_damaged-before-and-after-the-relay.pcapng").splitlines()
    assert all(" 203.0.113.4 \u2192 " in line and " Binding " in line for line in relayed)
    # Steps inject segments of no whole connection, which hosts reset: tshark warns of both.
    injected = [found.pop(name) for name in list(found) if name.startswith("rfc5382_")]
    assert all(" TCP " in line for lines in injected for line in lines.splitlines())
    assert found == {}


def checksummed(packet):
    """The IPv4 packet with the right checksum of its UDP datagram."""
    zero = packet[:26] + b"\0\0" + packet[28:]
    words = packet[12:20] + struct.pack("!HH", 17, len(packet) - 20) + zero[20:] + b"\0" * (len(packet) % 2)
    total = sum(struct.unpack(f"!{len(words) // 2}H", words))
    total = (total & 0xffff) + (total >> 16)
    return packet[:26] + struct.pack("!H", ~((total & 0xffff) + (total >> 16)) & 0xffff) + packet[28:]


# What is done to a packet of 20 bytes of IPv4 header, 8 of UDP header, 20 of STUN header and an attribute.
DAMAGES = {
    "IPv4 checksum": lambda p: p[:10] + bytes([p[10] ^ 1]) + p[11:],
    "UDP checksum": lambda p: p[:26] + bytes([p[26] ^ 1]) + p[27:],
    "UDP length": lambda p: checksummed(p[:24] + b"\0\1" + p[26:]),
    "an attribute longer than its message": lambda p: checksummed(p[:48] + b"\x00\x06\xff\xff" + p[52:]),
    "an attribute that is cut": lambda p: checksummed(p[:50] + b"\0\2" + p[52:]),
    "a packet that is cut": lambda p: p[:40],
}


def damaged(source, target, damage, nth):
    """A copy of a capture (pcapng) in which the nth STUN message from or to port 3478 that has attributes is damaged."""
    data, out, at = source.read_bytes(), b"", 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        block = data[at:at + length]
        at += length
        if kind == 6:
            size = struct.unpack_from("<I", block, 20)[0]
            packet = block[28:28 + size]
            if packet[9] == 17 and b"\x0d\x96" in (packet[20:22], packet[22:24]) and packet[32:36] == b"\x21\x12\xa4\x42" and len(packet) > 52:
                nth -= 1
                if nth == 0:
                    packet = damage(packet)
                    options = block[28 + (size + 3) // 4 * 4:-4]
                    body = block[8:20] + struct.pack("<II", len(packet), len(packet)) + packet + b"\0" * (-len(packet) % 4) + options
                    block = struct.pack("<II", 6, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
        out += block
    assert nth <= 0
    target.write_bytes(out)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_capture_is_found_in_a_batch_and_named(classic, tmp_path, damage):
    batch = sorted((classic / "captures").iterdir())[:2]
    place = list(DAMAGES).index(damage) % 2
    damaged(batch[place], tmp_path / batch[place].name, DAMAGES[damage], 7)
    batch[place] = tmp_path / batch[place].name
    assert list(complaints(batch)) == [batch[place].name]


def test_captures_of_a_batch_hide_nothing_of_each_other(classic, tmp_path):
    """All have the same addresses, ports and transaction IDs. Of a batch in which each is damaged tshark says what it says of each alone:
    nothing of a few, whose damage it overlooks."""
    batch = []
    for n, capture in enumerate(sorted((classic / "captures").iterdir())[::4]):
        batch.append(tmp_path / capture.name)
        damaged(capture, batch[-1], list(DAMAGES.values())[n % len(DAMAGES)], n + 1)
    show = [*GATE, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "_ws.expert.message"]
    alone = [tshark(c, *show) for c in batch]
    assert sum(map(bool, alone)) >= 6 and joined(batch, *show) == "".join(alone)


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


# What a program was handed and did not take: the case, where, how often, and the words.
NOT_TAKEN = [
    ("relay/unpermitted-peers", "drop", "turn", 2, "no-permission", "no permission for 203.0.113.4:9000"),
    ("relay/unpermitted-sends", "drop", "turn", 1, "no-permission", "no permission for 203.0.113.4:9000"),
    ("relay/unbound-channel", "drop", "turn", 1, "no-channel", "the channel is not bound"),
    ("relay/unbound-channel", "pass-over", "L", 1, "unused", "data that the peer's program did not send"),
    ("loss/damaged-twice", "drop", "stun", 7, "fingerprint", "a STUN message with a wrong FINGERPRINT"),
    ("loss/corrupt-answer", "drop", "L", 1, "fingerprint", "a STUN message with a wrong FINGERPRINT"),
    ("loss/every-packet-twice", "pass-over", "L", 10, "duplicate", "data that has come before"),
    ("loss/every-packet-twice", "pass-over", "R", 6, "no-transaction", "a response that no request of ours waits for"),
    ("forged/of-no-use", "drop", "R", 1, "source", "data from an address that is no candidate of the peer"),
    ("forged/of-no-use", "drop", "R", 1, "unreadable", "a STUN message that ends too early"),
    ("forged/of-no-use", "drop", "R", 1, "unsupported", "a STUN message of another method"),
    ("forged/of-no-use", "drop", "R", 1, "no-channel", "ChannelData on a channel that is not bound"),
    ("forged/of-no-use", "drop", "stun", 1, "unreadable", "a STUN message that ends too early"),
    ("forged/of-no-use", "drop", "stun", 1, "unsupported", "not a Binding request"),
    ("forged/of-no-use", "drop", "turn", 1, "unreadable", "neither STUN nor ChannelData"),
    ("forged/of-no-use", "drop", "turn", 1, "no-allocation", "203.0.113.7:9000 has no allocation"),
    ("forged/of-no-use", "drop", "turn", 1, "unsupported", "not for a TURN server"),
    ("forged/of-no-use", "pass-over", "turn", 1, "unrelated", "an ICMP error about nothing that an open port or connection here has sent"),
    ("forged/unauthenticated-refusal", "drop", "L", 1, "integrity", "a response to a check has no right MESSAGE-INTEGRITY"),
]


@pytest.fixture(scope="module")
def not_taken(tmp_path_factory):
    out = tmp_path_factory.mktemp("not-taken")
    run = Run(["run", *sorted({row[0] for row in NOT_TAKEN}), "--out", "out"], out)
    assert run.code == 0, run
    return out / "out"


@pytest.mark.parametrize("case, verdict, node, count, reason, detail", NOT_TAKEN, ids=lambda value: str(value))
def test_what_a_program_does_not_take_has_its_comment(natsim, not_taken, case, verdict, node, count, reason, detail):
    """And its words in the ladder, and a line in the timeline of explain."""
    comment = f'verdict={verdict} at={node} by=program reason={reason} detail="{detail}"'
    capture = not_taken / "captures" / (case.replace("/", "_") + ".pcapng")
    found = fields(capture, "frame.comment", display=f'frame.comment contains "verdict={verdict} at={node} by=program reason={reason} "')
    assert sum(f[0].startswith(comment) for f in found) == count
    word = "dropped" if verdict == "drop" else "passed over"
    assert f'"{word} by {node}, {reason}: {detail}' in (not_taken / "report.html").read_text()
    explained = natsim("explain", case, "-v").out
    assert explained.count(f"{word} by {node}, {reason}: {detail}") == count
    assert sum(f" {node} " in line and f"{word}: {reason}: {detail}" in line for line in explained.splitlines()) == count


@pytest.mark.parametrize("case, address, details", [
    ("relay/quota", "10.2.0.2", ["Allocate: 486 Allocation Quota Reached; not asked again for a minute"]),
    ("relay/alternate-circle", "203.0.113.4", ["Allocate: 300 Try Alternate; the alternate server is asked",
                                              "Allocate: 300 Try Alternate; not asked again: that server was asked within five minutes"]),
])
def test_a_response_by_which_a_request_failed_says_what_follows(natsim, tmp_path, case, address, details):
    assert natsim("run", case, "--out", "out").code == 0
    found = fields(tmp_path / "out" / "captures" / f"{case.replace('/', '_')}.pcapng", "frame.comment",
                   display=f'ip.dst == {address} and frame.comment contains "the request failed"')
    assert [f[0].split('detail="')[1] for f in found] == [f'the request failed: {d}"' for d in details]


def test_a_fragment_without_the_others_has_its_comment(natsim, tmp_path):
    assert natsim("run", "loss/fragment-lost", "--out", "out").code == 0
    found = fields(tmp_path / "out" / "captures" / "loss_fragment-lost.pcapng", "frame.interface_name", "ip.frag_offset", "frame.comment",
                   display='frame.comment contains "reason=incomplete"')
    why = "the other fragments of a packet from 10.1.0.2 did not come in time"
    assert found == [["nat-left.inside", "0", f'verdict=drop at=nat-left dir=in reason=incomplete detail="{why}"']]
    assert f"30297.000 ms  nat-left       dropped: incomplete: {why}" in natsim("explain", "loss/fragment-lost").out


@pytest.mark.parametrize("ipv6, sizes, offsets", [("off", [1500, 1500, 1068], [0, 185, 370]), ("on", [1496, 1496, 1160], [0, 181, 362])])
def test_fragments_before_and_after_a_nat_make_the_same_datagram(natsim, tmp_path, ipv6, sizes, offsets):
    """At each tap tshark joins three datagrams of 4,000 bytes, and finds their UDP checksums right; the fragments have their sizes and order."""
    assert natsim("run", "language/fragments", "--filter", f"nat=together,ipv6={ipv6}", "--out", "out").code == 0
    capture = tmp_path / "out" / "captures" / f"language_fragments_nat_together_ipv6_{ipv6}_.pcapng"
    checked = tshark(capture, "-o", "udp.check_checksum:TRUE", "-Y", "udp.length == 4008", "-T", "fields",
                     "-e", "frame.interface_name", "-e", "udp.checksum.status").split()
    taps = ["L.0", "nat-left.inside", "nat-left.outside", "nat-right.outside", "nat-right.inside", "R.0"]
    assert sorted(checked[::2]) == sorted(taps * 3) and set(checked[1::2]) == {"1"}
    at, display = ("ipv6.fraghdr.offset",) * 2 if ipv6 == "on" else ("ip.frag_offset", "ip.frag_offset > 0 or ip.flags.mf == 1")
    rows = fields(capture, "frame.interface_name", "frame.len", at, "frame.comment", display=display)
    for tap in taps:
        here = [row for row in rows if row[0] == tap]
        assert [(int(row[1]), int(row[2])) for row in here] == list(zip(sizes, offsets)) * 3
        assert all(("verdict=nat" in row[3]) == (ipv6 == "off" and tap in ("nat-left.inside", "nat-right.outside")) for row in here)


def test_what_a_nat_forgets_has_its_comment(natsim, tmp_path):
    assert natsim("run", "loss/half-a-datagram-forgotten", "--filter", "do=reboot", "--out", "out").code == 0
    found = fields(tmp_path / "out" / "captures" / "loss_half-a-datagram-forgotten_do_reboot_.pcapng", "ip.frag_offset", "frame.comment",
                   display='frame.comment contains "reason=forgotten"')
    why = "the fragments that there were of a packet from 10.1.0.2 are forgotten"
    assert found == [["0", f'verdict=drop at=nat-left dir=in reason=forgotten detail="{why}"']]
    assert f"1250.000 ms  nat-left       dropped: forgotten: {why}" in natsim("explain", "loss/half-a-datagram-forgotten[do=reboot]").out


def test_a_closed_port_says_whether_an_icmp_error_says_so(not_taken):
    found = fields(not_taken / "captures" / "forged_of-no-use.pcapng", "frame.comment", display='frame.comment contains "reason=no-socket"')
    assert [f[0].split('"')[1] for f in found] == ["port 203.0.113.7:9 is closed", "port 203.0.113.7:9 is closed, and no ICMP error says so"]


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


# --- other readers ---

def by_tcpdump(capture, tmp_path):
    """As text, and as the file that it writes of what it has read."""
    lines = subprocess.run(["tcpdump", "-nn", "-r", capture], capture_output=True, text=True, check=True).stdout.splitlines()
    shown = [line for line in lines if line[:2].isdigit()]
    assert all(" IP " in line or " IP6 " in line for line in shown)
    subprocess.run(["tcpdump", "-nn", "-r", capture, "-w", tmp_path / "copy.pcap"], capture_output=True, check=True)
    data, at, packets = (tmp_path / "copy.pcap").read_bytes(), 24, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packets.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return len(shown), packets


class PacketHeader(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("fraction", ctypes.c_long), ("caplen", ctypes.c_uint32), ("len", ctypes.c_uint32)]


def by_libpcap(capture, tmp_path):
    """Its API, as a program of anybody's calls it."""
    lib = ctypes.CDLL(ctypes.util.find_library("pcap") or "libpcap.so.0.8")
    lib.pcap_open_offline.restype = lib.pcap_geterr.restype = ctypes.c_void_p
    error, header, data, packets = ctypes.create_string_buffer(256), ctypes.POINTER(PacketHeader)(), ctypes.c_void_p(), []
    handle = lib.pcap_open_offline(str(capture).encode(), error)
    assert handle, error.value
    handle = ctypes.c_void_p(handle)
    assert lib.pcap_datalink(handle) == 12, "DLT_RAW"
    while (got := lib.pcap_next_ex(handle, ctypes.byref(header), ctypes.byref(data))) == 1:
        assert header.contents.caplen == header.contents.len
        packets.append(ctypes.string_at(data, header.contents.caplen))
    assert got == -2, ctypes.string_at(lib.pcap_geterr(handle))  # the end
    lib.pcap_close(handle)
    return len(packets), packets


def by_scapy(capture, tmp_path):
    utils = pytest.importorskip("scapy.all", reason="scapy is not installed (python3-scapy)")
    packets = utils.rdpcap(str(capture))
    assert all(type(p).__name__ in ("IP", "IPv6") for p in packets)
    return len(packets), [p.original for p in packets]


@pytest.fixture(scope="session")
def of_all_kinds(tmp_path_factory):
    """By format, the captures and the lengths of their packets by tshark: IPv4 and IPv6, fragments, comments of drops and translations, names, a
    damaged packet."""
    place = tmp_path_factory.mktemp("kinds")
    for form in ("pcapng", "pcap"):
        run = Run(["run", "language/fragments", "loss/damaged-before-and-after-the-relay", "ipv6/relay-of-both", "--filter", "nat=together",
                   "--filter", "damaged", "--filter", "relay-of-both", "--out", form, "--capture-format", form], place)
        assert run.code == 0, run
    return {form: {c: [int(n) for [n] in fields(c, "frame.len")] for c in sorted((place / form / "captures").iterdir())} for form in ("pcapng", "pcap")}


@pytest.mark.xdist_group("readers of captures")
@pytest.mark.parametrize("form", ["pcapng", "pcap"])
@pytest.mark.parametrize("read", [by_tcpdump, by_libpcap, by_scapy])
def test_every_reader_sees_the_same_packets(of_all_kinds, tmp_path, read, form):
    if read is by_tcpdump and shutil.which("tcpdump") is None:
        pytest.skip("tcpdump is not installed")
    versions, fragments = set(), 0
    assert len(of_all_kinds[form]) >= 4
    for capture, lengths in of_all_kinds[form].items():  # by tshark
        count, packets = read(capture, tmp_path)
        assert [len(p) for p in packets] == lengths and count == len(packets) > 0
        assert packets == by_libpcap(capture, tmp_path)[1]
        versions |= {p[0] >> 4 for p in packets}
        fragments += sum(p[0] >> 4 == 4 and p[6] & 0x20 != 0 for p in packets)
    assert versions == {4, 6} and fragments > 0
