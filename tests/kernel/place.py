"""Groups of observations, and the place that each has for itself: so all may run at once, and none meets the flows, ports, poisons and ICMP rates of
another. An observation is a name and a value that depends on no draw."""

import asyncio
import itertools

from lab import BETWEEN, BETWEEN6, EXTERNAL, EXTERNAL6, GATEWAY_INSIDE, GATEWAY_INSIDE6, INSIDES, OUTSIDES, Clock, Late, inside, other_side, outside
from packets import Packet, cut, echo, icmp, udp

GROUPS = []  # (function, waits, only)
SECONDS = 2.5  # a group that does not wait takes at most: flows live 3 s
TRIES, PAUSE = 5, 7  # seconds, after which flows, poisons and ICMP rates of one's own are gone
PORTS = 130  # for one try
PAIRS = (len(INSIDES) - 1) // 2 # of addresses; the last groups, of TCP, have those of the first, of UDP, with other ports


def group(waits=False, only=()):
    """waits: it has a clock of its own. only: the configurations that it is for alone."""
    def add(function):
        GROUPS.append((function, waits, only))
        return function
    return add


class Place:
    """Inside addresses a and b, outside addresses p and q and a router r, and ports that no try before it had."""

    def __init__(self, lab, config, number, attempt, name):
        self.lab, self.config, self.name, self.values = lab, config, name, {}
        pair = number % PAIRS
        self.a, self.b = (inside(INSIDES[1 + 2 * pair + i]) for i in range(2))
        self.p, self.q = (outside(OUTSIDES[1 + 2 * pair + i]) for i in range(2))
        self.r = outside(OUTSIDES[-1 - number % 8])
        self.base = 10000 + PORTS * (TRIES * number + attempt)
        self.idents = itertools.count(1 + 100 * (TRIES * number + attempt))

    def note(self, name, value):
        name = f"{self.name}: {name}"
        assert name not in self.values, name
        self.values[name] = value

    def note_error(self, name, cast):
        """What became of it, and of an error also whence it came and what it quotes."""
        self.note(name, cast.fate())
        if cast.error:
            self.note(f"{name}: from", self.whose(cast.error.src))
            self.note(f"{name}: quote", cast.quoted_as_sent())

    def whose(self, address):
        names = {GATEWAY_INSIDE: "inside address", EXTERNAL: "outside address", BETWEEN: "outer gateway", GATEWAY_INSIDE6: "inside address",
                 EXTERNAL6: "outside address", BETWEEN6: "outer gateway", self.p: "the peer", self.r: "the router"}
        return names.get(address, "inside host" if address.startswith("10.1.") else "elsewhere")

    def port(self, n):
        assert n < PORTS
        return self.base + n

    async def out(self, source, target, **how):
        return await self.lab.udp(source, target, **how)

    async def knock(self, source, port, **how):
        """From outside to a port of the NAT's address."""
        return await self.lab.udp(source, (EXTERNAL, port), **how)

    async def pieces(self, source, target, size, sizes, order=None, df=False):
        """A datagram in fragments; order: which of them are sent, and when."""
        self.lab.open(source, target)
        parts = cut(udp(source, target, self.lab.tag().ljust(size, b"x"), df=df), sizes, next(self.idents))
        return await self.lab.cast([parts[i] for i in order or range(len(parts))], self.lab.host_of(source[0]))

    async def ping(self, source, target, ident, ttl=64):
        """The request as the peer saw it; the reply, and the error, as the sender did."""
        tag, host = self.lab.tag(), self.lab.host_of(source)
        host.send(echo(source, target, ident, 1, tag, ttl=ttl))
        await self.lab.settle()
        return self.lab.hosts[other_side(host.name)].first(tag), host.first(tag), host.first(tag, error=True)

    async def send_error(self, sender, source, target, kind, code, quoted, rest=b"\0\0\0\0", **how):
        """An error about `quoted`, to the other side: as it came there."""
        self.lab.hosts[sender].send(icmp(source, target, kind, code, rest, quoted, **how))
        await self.lab.settle()
        return self.lab.hosts[other_side(sender)].first(Packet(quoted).tag, error=True)


async def run(function, waits, place, turns):
    async with turns:
        clock = Clock()
        await function(place)
        if not waits:
            await clock.at(0, slack=SECONDS)


async def observe_group(lab, config, number, function, waits, turns):
    """Again elsewhere when this machine was too busy, and the old place is quiet."""
    for attempt in range(TRIES):
        place = Place(lab, config, number, attempt, function.__name__.replace("_", " "))
        try:
            await run(function, waits, place, turns)
            return place.values
        except Late as why:
            late = why
            await asyncio.sleep(PAUSE)
    raise late


async def observe(lab, config, waits, turns):
    """What the groups see that wait, or those that do not."""
    own = [(function, w) for function, w, only in GROUPS if config in only]
    wanted = own or [(function, w) for function, w, only in GROUPS if not only]
    found = {}
    for values in await asyncio.gather(*(observe_group(lab, config, n, function, w, turns) for n, (function, w) in enumerate(wanted) if w == waits)):
        found.update(values)
    return found
