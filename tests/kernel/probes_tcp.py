"""Connections of TCP: ports, states, what begins one, what ends one (RFC 5382, RFC 7857)."""

import asyncio

from lab import EXTERNAL, Clock, Connection
from packets import ACK, FIN, RST, SYN
from place import group

HANDSHAKE = ("out", SYN), ("in", SYN | ACK), ("out", ACK)


@group()
async def tcp_ports(t):
    first, other = Connection(t.lab, (t.a, t.port(0)), (t.p, 7000)), Connection(t.lab, (t.a, t.port(0)), (t.q, 7001))
    t.note("handshake", await first.all(*HANDSHAKE))
    t.note("source address", t.whose(first.seen_as))
    await other.send("out", SYN)
    t.note("another destination", "as the first" if other.port == first.port else "other")
    if t.config not in ("random", "fully-random", "range"):
        t.note("port", "preserved" if first.port == t.port(0) else "other")
    udp = await t.out((t.a, t.port(0)), (t.p, 7000))
    t.note("of UDP", "as that of TCP" if udp.port == first.port else "other")


@group()
async def tcp_opening(t):
    crossing = Connection(t.lab, (t.a, t.port(0)), (t.p, 7000))
    t.note("simultaneous", await crossing.all(("out", SYN), ("in", SYN), ("out", SYN | ACK), ("in", SYN | ACK), ("out", ACK), ("in", ACK)))
    again = Connection(t.lab, (t.a, t.port(1)), (t.p, 7000))
    t.note("SYN sent again", await again.all(("out", SYN), ("out", SYN), ("in", SYN | ACK), ("in", SYN | ACK), ("out", ACK), ("out", SYN)))
    odd = Connection(t.lab, (t.a, t.port(2)), (t.p, 7000))
    word = await odd.send("out", SYN | ACK)
    t.note("SYN-ACK out", f"from {t.whose(odd.seen_as)}" if word == "delivered" else word)


@group()
async def tcp_unsolicited(t):
    c = Connection(t.lab, (t.a, t.port(0)), (t.p, 7000))
    await c.all(*HANDSHAKE)
    for name, source, port in (("other port", (t.p, 7001), c.port), ("other address", (t.q, 7000), c.port), ("no mapping", (t.r, 7000), 3998)):
        t.note(name, (await t.lab.tcp(source, (EXTERNAL, port), SYN))[0])
    t.note("ACK from another", (await t.lab.tcp((t.q, 7002), (EXTERNAL, c.port), ACK, ack=1))[0])
    t.note("RST from another", (await t.lab.tcp((t.q, 7003), (EXTERNAL, c.port), RST))[0])
    t.note("the connection", await c.all(("in", ACK), ("out", ACK)))


@group()
async def tcp_resets(t):
    refused = Connection(t.lab, (t.a, t.port(0)), (t.p, 7000))
    t.note("refused", await refused.all(("out", SYN), ("in", RST | ACK)))
    late = await refused.send("in", SYN | ACK)
    t.note("after that", "not delivered" if late != "delivered" else late)
    for n, way in enumerate(("in", "out"), 1):
        c = Connection(t.lab, (t.a, t.port(n)), (t.p, 7000))
        await c.all(*HANDSHAKE)
        t.note(f"reset {way}", await c.send(way, RST))
        t.note(f"reset {way}, then ACKs", await c.all(("in", ACK), ("out", ACK)))
        c.begin_anew()
        t.note(f"reset {way}, then SYN", await c.send("out", SYN))


@group()
async def tcp_middle(t):
    for n, (name, flags) in enumerate({"ACK": ACK, "FIN": FIN | ACK, "RST": RST, "no flags": 0}.items()):
        c = Connection(t.lab, (t.a, t.port(n)), (t.p, 7000))
        word = await c.send("out", flags)
        t.note(f"{name} out", f"from {t.whose(c.seen_as)}" if word == "delivered" else word)
        if flags == ACK:
            t.note("the answer to ACK", await c.send("in", ACK))


@group()
async def tcp_closing(t):
    c = Connection(t.lab, (t.a, t.port(0)), (t.p, 7000))
    await c.all(*HANDSHAKE)
    t.note("by both", await c.all(("out", FIN | ACK), ("in", ACK), ("in", FIN | ACK), ("out", ACK)))
    t.note("ACK afterwards", await c.send("in", ACK))
    c.begin_anew()
    t.note("the next with its addresses", await c.all(*HANDSHAKE))
    half = Connection(t.lab, (t.a, t.port(1)), (t.p, 7000))
    await half.all(*HANDSHAKE)
    t.note("half closed", await half.all(("in", FIN | ACK), ("out", ACK), ("out", ACK), ("in", ACK)))


@group(waits=True)
async def tcp_timers(t):
    """With opening states of 3 s, 8 s when established, 5 s when half closed, 3 s when closing."""
    async def flow(n, *acts):
        """acts: (time, way, flags); whether the last is delivered."""
        clock, c = Clock(), Connection(t.lab, (t.a, t.port(n)), (t.p, 7000))
        for when, way, flags in acts:
            await clock.at(when)
            word = await c.send(way, flags)
        return "in time" if word == "delivered" else "too late"
    open_at_once = [(0, *act) for act in HANDSHAKE]
    flows = {
        "SYN, 2 s": [(0, "out", SYN), (2, "in", SYN | ACK)],
        "SYN, 4 s": [(0, "out", SYN), (4, "in", SYN | ACK)],
        "established, 7 s": [*open_at_once, (0, "in", ACK), (7, "in", ACK)],
        "established, 9 s": [*open_at_once, (0, "in", ACK), (9, "in", ACK)],
        "FIN, 4 s": [*open_at_once, (0, "out", FIN | ACK), (4, "in", ACK)],
        "FIN, 6 s": [*open_at_once, (0, "out", FIN | ACK), (6, "in", ACK)],
        "both FINs, 2 s": [*open_at_once, (0, "out", FIN | ACK), (0, "in", FIN | ACK), (0, "out", ACK), (2, "in", ACK)],
        "both FINs, 4 s": [*open_at_once, (0, "out", FIN | ACK), (0, "in", FIN | ACK), (0, "out", ACK), (4, "in", ACK)],
        "reset, 2 s": [*open_at_once, (0, "in", RST), (2, "in", ACK)],
        "reset, 4 s": [*open_at_once, (0, "in", RST), (4, "in", ACK)],
    }
    for name, word in zip(flows, await asyncio.gather(*(flow(10 * i, *acts) for i, acts in enumerate(flows.values())))):
        t.note(name, word)
