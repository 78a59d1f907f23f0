"""A lab: an inside host, one or two gateways, an outside host, each host with many addresses. What sends and receives is here, with sockets of
these hosts; who forwards, the kernel or natsim, is in kernel_lab.py and model_lab.py."""

import asyncio
import ctypes
import itertools
import os
import socket
import struct
import sys

from packets import ACK, FIN, RST, SYN, TCP, Packet, echo, tcp, udp

ALL_PACKETS, OUTGOING = 3, 4 # packet(7)
MTU_DISCOVER, MTU_DISCOVER6, PROBE = 10, 23, 3 # ip(7), ipv6(7): what hosts have learnt of path MTUs binds no probe
ATTACH_FILTER = 26 # socket(7)
SETTLE_ID = 0x5E77
INSIDE, OUTSIDE = "inside", "outside"


def inside(n):
    return f"10.1.0.{n}"


def outside(n):
    return f"203.0.113.{n}"


INSIDES6, OUTSIDES6 = [f"2001:db8:2::{n}" for n in range(2, 8)], [f"2001:db8:1::{n}" for n in range(10, 14)]
GATEWAY_INSIDE6, EXTERNAL6, BETWEEN6 = "2001:db8:2::1", "2001:db8:1::2", "2001:db8:9::1"
GATEWAY_INSIDE, EXTERNAL, BETWEEN = inside(1), outside(2), "10.9.0.1"
POOL = [outside(n) for n in range(2, 6)] # external addresses, where there are several
INSIDES, OUTSIDES = range(2, 64), range(10, 74)
OUTER_MTU = 1400
AGAIN = " again" # a configuration's second lab


def other_side(name):
    return OUTSIDE if name == INSIDE else INSIDE


class Late(Exception):
    """This machine was too busy to do something in time: what was to be seen cannot be."""


class Host:
    def __init__(self, name, borrow):
        """borrow(family, type, protocol): a socket of the host's network."""
        self.name, self.borrow = name, borrow
        self.raw = {4: borrow(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW), 6: borrow(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
        self.raw[4].setsockopt(socket.IPPROTO_IP, MTU_DISCOVER, PROBE)
        self.raw[6].setsockopt(socket.IPPROTO_IPV6, MTU_DISCOVER6, PROBE)
        self.tap = borrow(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PACKETS))
        self.tap.setblocking(False)
        self.tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        self.resets, self.errors = {}, {} # of segments, by their ends: how many; the last
        self.open_ports, self.seen, self.pieces, self.wrong_checksums, self.awaited = {}, {}, {}, [], {}
        asyncio.get_running_loop().add_reader(self.tap, self.read)

    def open(self, port):
        if port not in self.open_ports:
            s = self.open_ports[port] = self.borrow(socket.AF_INET6, socket.SOCK_DGRAM, 0)
            s.bind(("::", port))

    def hold(self, port):
        """Keeps the kernel from answering segments to it: a listener whose filter takes none."""
        if (TCP, port) not in self.open_ports:
            s = self.open_ports[TCP, port] = self.borrow(socket.AF_INET6, socket.SOCK_STREAM, 0)
            code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0)) # BPF: ret 0
            s.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(code)))
            s.bind(("::", port))
            s.listen()

    def send(self, packet):
        p = Packet(packet)
        self.raw[p.version].sendto(packet, (p.dst, 0))

    def read(self):
        while True:
            try:
                data, (_, _, way, *_) = self.tap.recvfrom(65536)
            except BlockingIOError:
                return
            if way != OUTGOING and len(data) >= 20 and data[0] >> 4 in (4, 6):
                self.keep(Packet(data))

    def first(self, tag, error=False):
        """The first packet with this tag that came; error: the first ICMP error about it."""
        return next(iter(self.seen.get((tag, error), [])), None)

    def quoted(self, src, dst):
        """The last ICMP error about a segment, of which it may have the ports alone."""
        return self.errors.pop((src, dst), None)

    def keep(self, p):
        tag = p.quote.tag if p.quote else p.tag
        if p.quote and p.quote.proto == TCP:
            self.errors[p.quote.ends()] = p
        if p.proto == TCP and p.offset == 0 and p.flags & RST:
            self.resets[p.ends()] = self.resets.get(p.ends(), 0) + 1
        self.pieces.setdefault((p.src, p.dst, p.ident), []).append(p)
        if tag:
            self.seen.setdefault((tag, p.is_error()), []).append(p)
        if not p.checksums_good() and not p.flags & RST: # those of nftables leave the sum to a device that is none
            self.wrong_checksums.append(tag)
        awaited = self.awaited.pop(tag, None)
        if awaited and not awaited.done():
            awaited.set_result(None)


class Cast:
    """A packet that was sent, and what became of it: seen by the other side, or the error about it that its sender saw."""

    def __init__(self, sent, arrived, error):
        self.sent, self.arrived, self.error = Packet(sent), arrived, error

    @property
    def port(self):
        return self.arrived.sport if self.arrived else None

    def fate(self):
        """An error comes first: who sends one may have received the packet."""
        return error_word(self.error) if self.error else "delivered" if self.arrived else "lost"

    def quoted_as_sent(self):
        """Whether the error speaks of the packet as its sender knows it."""
        q = self.error.quote
        return "as sent" if (*q.ends(), q.header_good) == (*self.sent.ends(), True) else f"{q.ends()} for {self.sent.ends()}, header {q.header_good}"

    def source_word(self, **known):
        """The source port: preserved, as that of another, or neither."""
        if not self.arrived:
            return self.fate()
        if self.port == self.sent.sport:
            return "preserved"
        return next((f"as {name}" for name, other in known.items() if other.port == self.port), "other")


def error_word(p):
    return f"icmp {p.kind}/{p.code}"


class Lab:
    def __init__(self, hosts):
        self.hosts = hosts
        self.tags, self.seqs, self.damaged = itertools.count(1), itertools.count(1), set()

    def tag(self):
        return struct.pack("!Q", 0xC0DE << 40 | next(self.tags))

    def host_of(self, address):
        return self.hosts[INSIDE if address.startswith(("10.1.", "2001:db8:2:")) else OUTSIDE]

    async def cross(self, seconds):
        """An echo request to the other side, and its reply."""
        tag, host = self.tag(), self.hosts[INSIDE]
        answered = host.awaited[tag] = asyncio.get_running_loop().create_future()
        host.send(echo(inside(INSIDES[0]), outside(OUTSIDES[0]), SETTLE_ID, next(self.seqs) & 0xFFFF, tag))
        await asyncio.wait_for(answered, seconds)

    async def settle(self):
        """Until all that was sent before has come, or never will: nothing overtakes, and an echo request crosses to the other side and back. The second
        one follows what a host answered: an error about what came just before the first one's reply."""
        try:
            await self.cross(10)
            await self.cross(10)
        except asyncio.TimeoutError:
            raise Late("an echo request was not answered") from None
        for host in self.hosts.values():
            host.read()

    async def ready(self):
        for _ in range(100):
            try:
                return await self.cross(0.2)
            except asyncio.TimeoutError:
                pass
        raise Late("the lab does not answer")

    async def cast(self, packets, sender):
        """Sends the packet, or the pieces of one, and waits until its fate is known."""
        pieces = packets if isinstance(packets, list) else [packets]
        first = next(p for p in pieces if Packet(p).offset == 0)
        for p in pieces:
            sender.send(p)
        await self.settle()
        tag = Packet(first).tag
        return Cast(first, self.hosts[other_side(sender.name)].first(tag), sender.first(tag, error=True))

    def open(self, *ends):
        """Keeps the kernels of hosts from refusing what comes there."""
        for address, port in ends:
            self.host_of(address).open(port)

    async def udp(self, src, dst, size=0, closed=False, **how):
        """closed: nobody listens at the ends."""
        if not closed:
            self.open(src, dst)
        return await self.cast(udp(src, dst, self.tag().ljust(size, b"x"), **how), self.host_of(src[0]))

    async def tcp(self, src, dst, flags, seq=1, ack=0):
        """What became of a segment, in a word, and as whose it arrived."""
        sender, tag = self.host_of(src[0]), self.tag()
        self.host_of(src[0]).hold(src[1])
        self.host_of(dst[0]).hold(dst[1])
        before = sender.resets.get((dst, src), 0)
        sender.send(tcp(src, dst, flags, seq, ack if flags & ACK else 0, tag))
        await self.settle()
        arrived, error = self.hosts[other_side(sender.name)].first(tag), sender.quoted(src, dst)
        word = "delivered" if arrived else error_word(error) if error else "reset" if sender.resets.get((dst, src), 0) > before else "lost"
        return word, arrived

    def arrived_pieces(self, cast):
        """The fragments, or the one packet, that came of it, as they came."""
        a = cast.arrived
        return [p for p in self.host_of(a.dst).pieces[a.src, a.dst, a.ident] if p.fragment == a.fragment] if a else []

    def sizes(self, cast):
        return " ".join(f"{p.size}@{p.offset}" for p in self.arrived_pieces(cast)) or cast.fate()

    def wrong_checksums(self):
        """How many packets came that were not damaged on purpose."""
        return sum(tag not in self.damaged for h in self.hosts.values() for tag in h.wrong_checksums)


class Connection:
    """Segments of a connection from inside, with the sequence numbers that both sides would have."""

    def __init__(self, lab, source, target, port=None):
        self.lab, self.source, self.target, self.port = lab, source, target, port
        self.start, self.next = {INSIDE: 1000, OUTSIDE: 5000}, {INSIDE: 1000, OUTSIDE: 5000}

    async def send(self, way, flags):
        """The word; of what leaves, the port that it has from then on."""
        side = INSIDE if way == "out" else OUTSIDE
        ends = (self.source, self.target) if way == "out" else (self.target, (EXTERNAL, self.port))
        seq = self.start[side] if flags & SYN else self.next[side]
        word, arrived = await self.lab.tcp(*ends, flags, seq, self.next[other_side(side)])
        self.next[side] = seq + 8 + bool(flags & SYN) + bool(flags & FIN)
        if way == "out" and arrived:
            self.port, self.seen_as = arrived.sport, arrived.src
        return word

    def begin_anew(self):
        """The next connection of the same ends."""
        self.start = {side: seq + 100000 for side, seq in self.next.items()}

    async def all(self, *acts):
        """('out' or 'in', flags) each."""
        return ", ".join([await self.send(*act) for act in acts])


class Clock:
    """Seconds since it was made."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.start = self.loop.time()

    async def at(self, seconds, slack=0.5):
        """Waits until then; whatever is done then must be done at most `slack` seconds later."""
        await asyncio.sleep(max(0, self.start + seconds - self.loop.time()))
        if self.loop.time() > self.start + seconds + slack:
            raise Late(f"{seconds} s became {self.loop.time() - self.start}")


class Lenders:
    """Hosts that hand out their sockets (host.py), by name."""

    def __init__(self, path):
        self.path, self.lines = path, {}
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(path)
        os.chmod(path, 0o666) # programs on simulated hosts are nobody outside
        self.server.listen(64)

    def wait_for(self, names, process):
        """process: what starts them."""
        self.server.settimeout(1)
        while not set(names) <= set(self.lines):
            try:
                line, _ = self.server.accept()
            except TimeoutError:
                if process.poll() is not None:
                    sys.exit(f"{process.args} ended with {process.returncode} before its hosts were there")
            else:
                line.setblocking(True)
                self.lines[line.makefile().readline().strip()] = line

    def close(self):
        for line in self.lines.values():
            line.close()

    def host(self, name, role):
        def borrow(*what):
            line = self.lines[name]
            line.sendall((" ".join(str(int(w)) for w in what) + "\n").encode())
            _, fds, _, _ = socket.recv_fds(line, 1, 1)
            return socket.socket(fileno=fds[0])
        return Host(role, borrow)
