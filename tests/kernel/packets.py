"""IPv4 and IPv6 packets with UDP, TCP and ICMP: made, taken apart, cut into fragments."""

import socket
import struct

UDP, TCP, ICMP, ICMP6, FRAGMENT, DESTINATION_OPTIONS = 17, 6, 1, 58, 44, 60
FIN, SYN, RST, ACK = 1, 2, 4, 16
ERRORS = {ICMP: {3, 4, 5, 11, 12}, ICMP6: {1, 2, 3, 4}}
DF, MF = 0x4000, 0x2000


def binary(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def pseudo(src, dst, proto, length):
    """The header that checksums of UDP and ICMPv6 include."""
    return binary(src) + binary(dst) + (struct.pack("!I3xB", length, proto) if ":" in src else struct.pack("!xBH", proto, length))


def ip(src, dst, proto, body, ttl=64, df=False, ident=0, tos=0, offset=0, more=False, options=b""):
    """options: of IPv4, padded to words; of IPv6, a header of destination options."""
    if ":" in src:
        if options:
            proto, body = DESTINATION_OPTIONS, bytes([proto]) + options + body
        return struct.pack("!IHBB", 6 << 28 | tos << 20, len(body), proto, ttl) + binary(src) + binary(dst) + body
    flags = offset // 8 | (DF if df else 0) | (MF if more else 0)
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, tos, words * 4 + len(body), ident, flags, ttl, proto, 0) + binary(src) + binary(dst) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def udp(src, dst, payload, **how):
    """src, dst: (address, port)."""
    length = 8 + len(payload)
    body = struct.pack("!HHHH", src[1], dst[1], length, 0) + payload
    return ip(src[0], dst[0], UDP, body[:6] + struct.pack("!H", checksum(pseudo(src[0], dst[0], UDP, length) + body) or 0xFFFF) + body[8:], **how)


def tcp(src, dst, flags, seq, ack, payload, **how):
    body = struct.pack("!HHIIBBHHH", src[1], dst[1], seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
    return ip(src[0], dst[0], TCP, body[:16] + struct.pack("!H", checksum(pseudo(src[0], dst[0], TCP, len(body)) + body)) + body[18:], **how)


def icmp(src, dst, kind, code, rest, body, damaged=False, **how):
    proto = ICMP6 if ":" in src else ICMP
    message = struct.pack("!BBH4s", kind, code, 0, rest) + body
    covered = (pseudo(src, dst, proto, len(message)) if proto == ICMP6 else b"") + message
    return ip(src, dst, proto, message[:2] + struct.pack("!H", checksum(covered) ^ damaged) + message[4:], **how)


def echo(src, dst, ident, seq, body, reply=False, **how):
    kind = (129 if reply else 128) if ":" in src else (0 if reply else 8)
    return icmp(src, dst, kind, 0, struct.pack("!HH", ident, seq), body, **how)


def cut(packet, sizes, ident):
    """The packet in fragments whose payloads have these sizes (multiples of 8), and one with the rest."""
    p = Packet(packet)
    pieces, at = [], 0
    for size in [*sizes, len(p.body)]:
        part, more = p.body[at:at + size], at + size < len(p.body)
        if p.version == 4:
            pieces.append(ip(p.src, p.dst, p.proto, part, df=p.df, ident=ident, offset=at, more=more))
        else:
            pieces.append(ip(p.src, p.dst, FRAGMENT, struct.pack("!BxHI", p.proto, at | more, ident) + part))
        at += size
    return pieces


class Packet:
    """What one knows of a packet; of a quoted one, as far as it goes."""

    def __init__(self, data):
        self.version = data[0] >> 4
        self.offset, self.more, self.quote = 0, False, None
        if self.version == 4:
            self.read4(data)
        else:
            self.read6(data)
        self.fragment = self.more or self.offset > 0
        self.sport = self.dport = self.kind = self.tag = None
        if self.offset == 0 and len(self.body) >= 8:
            self.read_body()

    def read4(self, data):
        head = (data[0] & 15) * 4
        self.tos, self.size, self.ident, flags, self.ttl, self.proto = struct.unpack("!xBHHHBB", data[:10])
        self.df, self.more, self.offset = bool(flags & DF), bool(flags & MF), (flags & 0x1FFF) * 8
        self.src, self.dst = socket.inet_ntop(socket.AF_INET, data[12:16]), socket.inet_ntop(socket.AF_INET, data[16:20])
        self.header_good = checksum(data[:head]) == 0
        self.data, self.options, self.body = data[:self.size], data[20:head], data[head:self.size]

    def read6(self, data):
        length, self.proto, self.ttl = struct.unpack("!4xHBB", data[:8])
        self.size, self.df, self.ident, self.header_good, self.tos, self.options = 40 + length, True, 0, True, (data[0] & 15) << 4 | data[1] >> 4, b""
        self.src, self.dst = socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40])
        self.data, self.body = data[:self.size], data[40:self.size]
        if self.proto == FRAGMENT:
            self.proto, at, self.ident = struct.unpack("!BxHI", self.body[:8])
            self.offset, self.more, self.body = at & 0xFFF8, bool(at & 1), self.body[8:]
        elif self.proto == DESTINATION_OPTIONS:
            self.proto, length = self.body[0], 8 * (1 + self.body[1])
            self.options, self.body = self.body[1:length], self.body[length:]

    def read_body(self):
        if self.proto in (UDP, TCP):
            self.sport, self.dport = struct.unpack("!HH", self.body[:4])
        elif self.proto in ERRORS:
            self.kind, self.code, self.rest = self.body[0], self.body[1], self.body[4:8]
            if self.is_error() and len(self.body) >= 28:
                self.quote = Packet(self.body[8:])
        self.flags = self.body[13] if self.proto == TCP and len(self.body) >= 20 else 0
        at = 20 if self.proto == TCP else 8
        self.tag = self.body[at:at + 8] if len(self.body) >= at + 8 else None

    def is_error(self):
        return self.kind in ERRORS.get(self.proto, ())

    def ends(self):
        return (self.src, self.sport), (self.dst, self.dport)

    def ident_of_echo(self):
        return struct.unpack("!H", self.rest[:2])[0]

    def mtu(self):
        return struct.unpack("!I", self.rest)[0]

    def checksums_good(self):
        """Of a whole packet that is not quoted."""
        covered = b"" if self.proto == ICMP else pseudo(self.src, self.dst, self.proto, len(self.body))
        none = self.fragment or self.proto not in (UDP, TCP, ICMP, ICMP6) or self.version == 4 and self.proto == UDP and self.body[6:8] == b"\0\0"
        return self.header_good and (none or checksum(covered + self.body) == 0)
