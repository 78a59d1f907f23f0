"""What passed the taps of agents: the UDP datagrams of a capture, unwrapped from TURN. Without tshark, which takes 200 ms a file."""
import struct
from collections import namedtuple

# A UDP datagram at a tap of an agent. flow: (tap, local, remote, peer), addresses as bytes, peer None unless it went through a relay of the
# agent; bytes: the payload, unwrapped. dropped: it arrived where it could not be taken.
Datagram = namedtuple("Datagram", "at agent out flow bytes dropped")

COOKIE = b"\x21\x12\xa4\x42"
BINDING_REQUEST, BINDING_SUCCESS, CHANNEL_BIND, SEND, DATA = 0x0001, 0x0101, 0x0009, 0x0016, 0x0017
AT_CHANNEL, AT_PEER, AT_DATA, AT_PRIORITY, AT_USE_CANDIDATE = 0x000C, 0x0012, 0x0013, 0x0024, 0x0025
TURN_PORT = struct.pack(">H", 3478)
OUTBOUND = 2


def is_stun(payload):
    return len(payload) >= 20 and payload[0] < 4 and payload[4:8] == COOKIE


def attributes(payload):
    """The first of each kind."""
    found, at, end = {}, 20, min(len(payload), 20 + struct.unpack_from(">H", payload, 2)[0])
    while at + 4 <= end:
        kind, size = struct.unpack_from(">HH", payload, at)
        found.setdefault(kind, payload[at + 4:at + 4 + size])
        at += 4 + (size + 3 & ~3)
    return found


def xor_address(value, ident):
    """An address as taps have them: IP and port."""
    mask = COOKIE + ident
    ip = bytes(a ^ b for a, b in zip(value[4:], mask))
    return ip + bytes(a ^ b for a, b in zip(value[2:4], mask))


def text(address):
    ip, port = address[:-2], struct.unpack(">H", address[-2:])[0]
    return f"{'.'.join(map(str, ip))}:{port}" if len(ip) == 4 else f"[{ip.hex(':', 2)}]:{port}"


def flow_text(flow):
    tap, local, remote, peer = flow
    return f"{tap} {text(local)} to {text(remote)}" + (f" for {text(peer)}" if peer is not None else "")


def udp(frame):
    """Source, destination, payload; None: not UDP."""
    if frame[0] >> 4 == 4:
        head, protocol, source, target = (frame[0] & 15) * 4, frame[9], frame[12:16], frame[16:20]
    else:
        head, protocol, source, target = 40, frame[6], frame[8:24], frame[24:40]
    if protocol != 17:
        return None
    return source + frame[head:head + 2], target + frame[head + 2:head + 4], frame[head + 8:]


class Relays:
    """Unwraps what goes to and comes from TURN servers."""

    def __init__(self):
        self.channels = {}

    def unwrap(self, tap, local, remote, payload):
        """The peer, None if it is no relayed datagram, and what it carries."""
        if remote[-2:] != TURN_PORT or len(payload) < 4:
            return None, payload
        if 0x40 <= payload[0] < 0x80:
            number, size = struct.unpack_from(">HH", payload)
            return self.channels.get((tap, local, remote, number), b"\0" * 6), payload[4:4 + size]
        if not is_stun(payload):
            return None, payload
        kind = struct.unpack_from(">H", payload)[0]
        if kind == CHANNEL_BIND:
            a = attributes(payload)
            if AT_CHANNEL in a and AT_PEER in a:
                number = struct.unpack_from(">H", a[AT_CHANNEL])[0]
                self.channels[tap, local, remote, number] = xor_address(a[AT_PEER], payload[8:20])
        elif kind in (SEND, DATA):
            a = attributes(payload)
            if AT_DATA in a and AT_PEER in a:
                return xor_address(a[AT_PEER], payload[8:20]), a[AT_DATA]
        return None, payload


def options(block):
    """Code and value of a block's options."""
    at = 0
    while at + 4 <= len(block):
        code, size = struct.unpack_from("<HH", block, at)
        if code == 0:
            return
        yield code, block[at + 4:at + 4 + size]
        at += 4 + (size + 3 & ~3)


def read(path, agents):
    """The datagrams at the taps NAME.NUMBER of `agents`, in order. Times are in nanoseconds."""
    with open(path, "rb") as f:
        data = f.read()
    taps, relays, found, at, packet = [], Relays(), [], 0, struct.Struct("<IIIII")
    header = struct.Struct("<II")
    while at < len(data):
        kind, size = header.unpack_from(data, at)
        if kind == 1:
            name = next(v for code, v in options(data[at + 16:at + size - 4]) if code == 2).decode()
            agent, _, number = name.rpartition(".")
            taps.append((name, agent) if agent in agents and number.isdigit() else None)
        elif kind == 6:
            interface, high, low, length, _ = packet.unpack_from(data, at + 8)
            if taps[interface] is not None:
                end = at + 28 + (length + 3 & ~3)
                datagram = udp(data[at + 28:at + 28 + length])
                if datagram is not None:
                    out, dropped = False, False
                    for code, value in options(data[end:at + size - 4]):
                        if code == 2:
                            out = value[0] & 3 == OUTBOUND
                        elif code == 1:
                            dropped = dropped or value.startswith(b"verdict=drop") and b" by=program " not in value
                    tap, agent = taps[interface]
                    local, remote = datagram[:2] if out else datagram[1::-1]
                    peer, payload = relays.unwrap(tap, local, remote, datagram[2])
                    found.append(Datagram(high << 32 | low, agent, out, (tap, local, remote, peer), payload, dropped))
        at += size
    return found
