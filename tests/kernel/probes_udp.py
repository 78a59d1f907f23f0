"""Mapping, filtering, ports and timers, as UDP shows them (RFC 4787)."""

import asyncio

from lab import EXTERNAL, INSIDE, INSIDES, OUTSIDE, OUTSIDES, POOL, Clock, inside, outside
from packets import Packet, ip, udp
from place import group


@group()
async def mapping(t):
    source = (t.a, t.port(0))
    first = await t.out(source, (t.p, 7000), ident=4321, tos=0x28)
    t.note("first destination", first.source_word())
    others = {}
    for n, target in {"other port": (t.p, 7001), "other address": (t.q, 7000), "both": (t.q, 7001)}.items():
        c = await t.out(source, target)
        t.note(n, c.source_word(first=first, **others))
        others[n] = c
    t.note("first destination again", (await t.out(source, (t.p, 7000))).source_word(first=first))
    t.note("source address", t.whose(first.arrived.src))
    t.note("time to live", first.sent.ttl - first.arrived.ttl)
    t.note("identification", "kept" if first.arrived.ident == 4321 else "other")
    t.note("type of service", hex(first.arrived.tos))
    t.note("high port", (await t.out((t.a, 65000), (t.p, 7000))).source_word())


@group()
async def filtering(t):
    first = await t.out((t.a, t.port(0)), (t.p, 7000))
    reply = await t.knock((t.p, 7000), first.port)
    t.note("its reply", "to the source" if reply.arrived and reply.arrived.ends() == ((t.p, 7000), (t.a, t.port(0))) else reply.fate())
    t.note_error("other port", await t.knock((t.p, 7001), first.port))
    t.note_error("other address", await t.knock((t.q, 7000), first.port))
    t.note_error("port without mapping", await t.knock((t.r, 7000), 3999))
    t.note("its reply afterwards", (await t.knock((t.p, 7000), first.port)).fate())


@group()
async def poisoning(t):
    """A packet that came before the one to its sender: on Linux it is a flow of the gateway itself, and its tuple is taken."""
    source = (t.a, t.port(0))
    first = await t.out(source, (t.p, 7000))
    t.note("knock", (await t.knock((t.q, 7000), first.port)).fate())
    second = await t.out(source, (t.q, 7000))
    t.note("towards who knocked", second.source_word(first=first))
    t.note("drift", (await t.out(source, (t.r, 7000))).source_word(first=first, second=second))
    t.note("drift, other port of the first peer", (await t.out(source, (t.p, 7001))).source_word(first=first, second=second))
    t.note("the first flow", (await t.out(source, (t.p, 7000))).source_word(first=first))
    t.note("reply to the second port", (await t.knock((t.q, 7000), second.port)).fate())
    t.note("reply to the first port", (await t.knock((t.q, 7000), first.port)).fate())
    await t.knock((t.p, 7002), second.port)
    again = await t.out(source, (t.p, 7002))
    t.note("the newest port poisoned", again.source_word(first=first, second=second))
    t.note("drift after that", (await t.out(source, (t.r, 7001))).source_word(first=first, second=second, again=again))
    for port in {first.port, second.port, again.port}:
        await t.knock((t.r, 7003), port)
    third = await t.out(source, (t.r, 7003))
    t.note("all ports poisoned", third.source_word(first=first, second=second, again=again))
    t.note("drift after all", (await t.out(source, (t.q, 7004))).source_word(first=first, second=second, third=third))


@group(waits=True)
async def poison_life(t):
    async def of(n, *knocks, then):
        clock, source = Clock(), (t.a, t.port(n))
        known = await t.out(source, (t.p, 7000))
        for when in knocks:
            await clock.at(when)
            await t.knock((t.q, 7000), known.port)
        await clock.at(then)
        return (await t.out(source, (t.q, 7000))).source_word()
    names = {"lives": ((0,), 2), "ends": ((0,), 4), "refreshed": ((0, 2), 4)}
    words = await asyncio.gather(*(of(10 * i, *knocks, then=then) for i, (knocks, then) in enumerate(names.values())))
    for name, word in zip(names, words):
        t.note(name, word)


@group(waits=True)
async def timers(t):
    """Of a flow: 3 s at first, also when a reply has come; 6 s once something comes more than 2 s after the first packet."""
    async def flow(n, *acts):
        """acts: (time, 'out' or 'in'); the fates of those in."""
        clock, source, fates, port = Clock(), (t.a, t.port(n)), [], None
        for when, way in acts:
            await clock.at(when)
            if way == "out":
                port = (await t.out(source, (t.p, 7000))).port or port
            else:
                fates.append((await t.knock((t.p, 7000), port)).fate())
        return ", ".join("delivered" if f == "delivered" else "no" for f in fates)
    flows = {
        "new, in time": [(0, "out"), (2, "in")],
        "new, too late": [(0, "out"), (4, "in")],
        "replied, too late": [(0, "out"), (0.5, "in"), (4.5, "in")],
        "replied twice at once, too late": [(0, "out"), (0.5, "in"), (1, "out"), (1.1, "in"), (5, "in")],
        "late first reply, too late": [(0, "out"), (1.5, "out"), (3, "in"), (7, "in")],
        "late first reply, then one more": [(0, "out"), (1.5, "out"), (3, "in"), (3.5, "in"), (7.9, "in")],
        "stream by a packet out, in time": [(0, "out"), (0.5, "in"), (3, "out"), (7.5, "in")],
        "stream by a packet in, in time": [(0, "out"), (0.5, "in"), (3, "in"), (7.5, "in")],
        "stream, too late": [(0, "out"), (0.5, "in"), (3, "out"), (10, "in")],
        "inbound alone refreshes": [(0, "out"), (1, "in"), (3, "in"), (7.5, "in"), (12, "in")],
        "outbound alone refreshes": [(0, "out"), (2, "out"), (4, "out"), (6, "in")],
        "outbound alone, too late": [(0, "out"), (2, "out"), (4, "out"), (8, "in")],
    }
    for name, fates in zip(flows, await asyncio.gather(*(flow(10 * i, *acts) for i, acts in enumerate(flows.values())))):
        t.note(name, fates)


@group(waits=True)
async def quiet_peer(t):
    """The port lives by other peers; the flow to this one has a life of its own."""
    clock, source = Clock(), (t.a, t.port(0))
    first = await t.out(source, (t.q, 7000))
    for when in (0.5, 1.5, 2.5, 3.5):
        await clock.at(when)
        busy = await t.out(source, (t.p, 7000))
        await t.knock((t.p, 7000), busy.port)
    await clock.at(4.2)
    t.note("is let in", (await t.knock((t.q, 7000), first.port)).fate())
    t.note("towards it again", (await t.out(source, (t.q, 7000))).source_word(first=first))
    t.note("the busy flow", (await t.out(source, (t.p, 7000))).source_word(busy=busy))


@group(waits=True)
async def reuse(t):
    clock = Clock()
    await t.out((t.a, t.port(0)), (t.p, 7000))
    await clock.at(4)
    t.note("after its end, by its source", (await t.out((t.a, t.port(0)), (t.q, 7000))).source_word())
    t.note("after its end, by another host", (await t.out((t.b, t.port(0)), (t.p, 7000))).source_word())


@group()
async def collisions(t):
    here, there = (t.a, t.port(0)), (t.b, t.port(0))
    first = await t.out(here, (t.p, 7000))
    second = await t.out(there, (t.q, 7000))
    t.note("other destination", second.source_word())
    for name, peer, port in (("first", t.p, first.port), ("second", t.q, second.port)):
        reply = await t.knock((peer, 7000), port)
        t.note(f"reply to the {name}", who(t, reply))
    crossed = await t.out(here, (t.q, 7000))
    t.note("then the first to that destination", crossed.source_word())
    t.note("its drift", (await t.out(here, (t.r, 7000))).source_word(crossed=crossed))
    both = await t.out(there, (t.p, 7000))
    t.note("and the second to the first's", both.source_word(crossed=crossed))
    t.note("its drift, too", (await t.out(there, (t.r, 7001))).source_word(both=both))
    t.note("reply to the crossed", who(t, await t.knock((t.q, 7000), crossed.port)))


@group()
async def same_destination(t):
    here, there = (t.a, t.port(0)), (t.b, t.port(0))
    await t.out(here, (t.p, 7000))
    second = await t.out(there, (t.p, 7000))
    t.note("second host", second.source_word())
    t.note("second host elsewhere", (await t.out(there, (t.q, 7000))).source_word(second=second))
    t.note("first host elsewhere", (await t.out(here, (t.q, 7000))).source_word())
    t.note("reply to the second", who(t, await t.knock((t.p, 7000), second.port)))
    t.note("class of the second", class_of(second.port))


def who(t, cast):
    return {t.a: "first host", t.b: "second host"}.get(cast.arrived.dst) if cast.arrived else cast.fate()


def class_of(port):
    return next(name for low, name in ((1024, "1024 and more"), (600, "600..1023"), (512, "512..599"), (1, "1..511")) if port >= low)


@group()
async def low_ports(t):
    for name, ports in {"500": (500, 501, 502), "700": (700, 701, 702), "512": (512, 513, 514)}.items():
        for host, address in (("first", t.a), ("second", t.b)):
            casts = [await t.out((address, port), (t.p, 7000)) for port in ports]
            if all(c.source_word() == "preserved" for c in casts):
                t.note(f"{name}, {host} host", "preserved")
            else:
                t.note(f"{name}, {host} host", " or ".join(sorted({class_of(c.port) for c in casts})))


@group(waits=True, only=["range"])
async def small_range(t):
    sources = [(t.a, t.port(n)) for n in range(9)]
    first = [await t.out(source, (t.p, 7000)) for source in sources[:8]]
    t.note("eight sources, distinct ports", len({c.port for c in first}))
    t.note("in the range", all(5000 <= (c.port or 0) <= 5007 for c in first))
    t.note("the ninth", (await t.out(sources[8], (t.p, 7000))).fate())
    t.note("the ninth elsewhere", (await t.out(sources[8], (t.q, 7000))).fate())
    t.note("the first elsewhere", (await t.out(sources[0], (t.q, 7001))).source_word(first=first[0]))
    t.note("a source port of the range", (await t.out((t.b, 5003), (t.r, 7000))).source_word())
    t.note("the first again", (await t.out(sources[0], (t.p, 7000))).source_word(first=first[0]))
    await Clock().at(4)
    t.note("the ninth after their end", (await t.out(sources[8], (t.p, 7000))).fate())


@group(only=["pool", "pool-persistent"])
async def pool(t):
    """Several external addresses: one for all that a host sends, or others (RFC 4787, REQ-2)."""
    peers = [(outside(n), 7000) for n in OUTSIDES[1:17]]

    async def addresses(*flows):
        return "one" if len({(await t.out(*flow)).arrived.src for flow in flows}) == 1 else "several"
    t.note("one source, 16 peers", await addresses(*(((t.a, t.port(0)), peer) for peer in peers)))
    t.note("16 sources, one peer", await addresses(*(((t.a, t.port(10 + n)), peers[0]) for n in range(16))))
    t.note("16 sources, 16 peers", await addresses(*(((t.a, t.port(30 + n)), peer) for n, peer in enumerate(peers))))
    t.note("16 hosts, one peer", await addresses(*(((inside(n), t.port(50)), peers[0]) for n in INSIDES[10:26])))
    first = await t.out((t.b, t.port(60)), peers[0])
    request, _, _ = await t.ping(t.b, peers[0][0], 60)
    t.note("pings of a host", "as its datagrams" if request.src == first.arrived.src else "other")
    reply = await t.lab.udp(peers[0], (first.arrived.src, first.port))
    t.note("reply", reply.fate())
    t.note("reply to another address of the pool", (await t.lab.udp(peers[0], (next(a for a in POOL if a != first.arrived.src), first.port))).fate())


def without_checksum(packet):
    return packet[:26] + b"\0\0" + packet[28:]


def damaged(t, packet):
    t.lab.damaged.add(Packet(packet).tag)
    return packet[:-1] + bytes([packet[-1] ^ 1])


@group()
async def odd_datagrams(t):
    source, target = (t.a, t.port(0)), (t.p, 7000)
    t.lab.open(source, target)
    live = await t.out(source, target)

    async def send(name, packet, sender=INSIDE):
        c = await t.lab.cast(packet, t.lab.hosts[sender])
        t.note(name, f"from {t.whose(c.arrived.src)}" if c.arrived else c.fate())
        return c
    none = await send("without checksum", without_checksum(udp(source, target, t.lab.tag())))
    t.note("without checksum: then", "none" if none.arrived and none.arrived.body[6:8] == b"\0\0" else "computed")
    await send("damaged, new flow", damaged(t, udp((t.a, t.port(1)), target, t.lab.tag() + b"x")))
    await send("damaged, live flow", damaged(t, udp(source, target, t.lab.tag() + b"x")))
    await send("damaged, in", damaged(t, udp(target, (EXTERNAL, live.port), t.lab.tag() + b"x")), OUTSIDE)
    await send("source port 0", udp((t.a, 0), target, t.lab.tag()))
    await send("destination port 0", udp((t.a, t.port(2)), (t.p, 0), t.lab.tag()))
    await send("experimental protocol", ip(t.a, t.p, 253, b"12345678" + t.lab.tag()))
