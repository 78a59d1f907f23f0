"""core/tls as others see it: tshark decrypts what its connections write with the keys that they log."""

import struct
import subprocess

import pytest

from conftest import NATSIM, tshark

PROGRAM = NATSIM.parent / "tls_test_tls"


def segment(to_server, sequence, acknowledged, payload):
    """An IPv4 packet with one segment of TCP, PSH and ACK. tshark does not check the checksums unless it is asked to."""
    client, server = (bytes([198, 51, 100, 2]), 49721), (bytes([192, 0, 2, 1]), 5349)
    source, target = (client, server) if to_server else (server, client)
    tcp = struct.pack("!HHIIBBHHH", source[1], target[1], sequence, acknowledged, 5 << 4, 0x18, 65535, 0, 0) + payload
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, source[0], target[0]) + tcp


def capture(chunks):
    """A pcap of raw IP packets (link type 101)."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    sent = {"C": 1, "S": 1}
    for number, (side, payload) in enumerate(chunks):
        packet = segment(side == "C", sent[side], sent["S" if side == "C" else "C"], payload)
        sent[side] += len(payload)
        out += struct.pack("<IIII", 0, number, len(packet), len(packet)) + packet
    return out


@pytest.mark.skipif(not PROGRAM.exists(), reason="the unit tests are not built")
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_tshark_reads_it_with_the_keys(version, tmp_path):
    lines = [line.split(" ", 1) for line in subprocess.run([PROGRAM, "show", version], capture_output=True, text=True, check=True).stdout.splitlines()]
    (tmp_path / "keys").write_text("".join(f"{text}\n" for kind, text in lines if kind == "K"))
    (tmp_path / "tls.pcap").write_bytes(capture([(kind, bytes.fromhex(text)) for kind, text in lines if kind != "K"]))
    show = ("-Y", "stun", "-T", "fields", "-e", "stun.type", "-e", "_ws.col.Protocol")
    assert tshark(tmp_path / "tls.pcap", *show) == ""
    assert tshark(tmp_path / "tls.pcap", "-o", f"tls.keylog_file:{tmp_path / 'keys'}", *show).split() == ["0x0001", "STUN", "0x0101", "STUN"]
