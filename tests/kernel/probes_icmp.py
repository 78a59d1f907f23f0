"""ICMP of the gateway itself, ICMP errors through it both ways, and queries (RFC 792, RFC 5508)."""

import asyncio
import struct

from lab import EXTERNAL, GATEWAY_INSIDE, INSIDE, OUTSIDE, Clock, error_word
from packets import echo, icmp, udp
from place import group


@group()
async def hairpin(t):
    here = await t.out((t.a, t.port(0)), (t.p, 7000))
    c = await t.out((t.b, t.port(1)), (EXTERNAL, here.port))
    t.note_error("another host's port", c)
    t.note_error("its own port", await t.out((t.a, t.port(0)), (EXTERNAL, here.port)))
    t.note_error("closed port, outside address", await t.out((t.b, t.port(2)), (EXTERNAL, 3998)))
    t.note_error("closed port, inside address", await t.out((t.b, t.port(3)), (GATEWAY_INSIDE, 3998)))


@group()
async def errors_in(t):
    """Of peers and of routers beyond the NAT, about what inside hosts sent."""
    source = (t.a, t.port(0))
    live = await t.out(source, (t.p, 7000))
    t.note_error("closed port of the peer", await t.out((t.a, t.port(1)), (t.p, 3997), closed=True))
    mapped = (EXTERNAL, live.port)

    async def about(name, quoted, kind=3, code=1, router=t.r, rest=b"\0\0\0\0", **how):
        e = await t.send_error(OUTSIDE, router, EXTERNAL, kind, code, quoted, rest, **how)
        as_sent = e and e.quote.ends() == (source, (t.p, 7000))
        t.note(name, "lost" if not e else f"{error_word(e)} from {t.whose(e.src)}, quote {'as sent' if as_sent else f'to {t.whose(e.quote.dst)}'}")
        return e

    def quoted(source=mapped, target=(t.p, 7000)):
        return udp(source, target, t.lab.tag())

    await about("host unreachable from a router", quoted())
    await about("time exceeded from a router", quoted(), 11, 0)
    e = await about("too big from a router", quoted(), 3, 4, rest=struct.pack("!I", 1234))
    t.note("too big: its MTU", e and e.mtu())
    await about("parameter problem", quoted(), 12, 0)
    await about("source quench", quoted(), 4, 0)
    await about("redirect", quoted(), 5, 1, rest=bytes([203, 0, 113, 77]))
    await about("administratively prohibited", quoted(), 3, 13)
    await about("port without mapping", quoted((EXTERNAL, 3996)))
    await about("another port of the peer", quoted(target=(t.p, 7009)))
    await about("another peer", quoted(target=(t.q, 7000)))
    await about("wrong checksum", quoted(), damaged=True)
    bad = bytearray(quoted())
    bad[10] ^= 1
    await about("quoted header with a wrong checksum", bytes(bad))
    await about("two errors about one packet", quoted())
    t.note("its reply afterwards", (await t.knock((t.p, 7000), live.port)).fate())
    t.note("its port afterwards", (await t.out(source, (t.p, 7000))).source_word(live=live))


@group()
async def short_quotes(t):
    """Quotes with eight bytes of the datagram, the least that RFC 792 allows, have no tag: one of each kind is counted."""
    live = await t.out((t.a, t.port(0)), (t.p, 7000))
    for name, length in (("header and eight bytes", 28), ("header and four bytes", 24)):
        before = len(between(t.lab.hosts[INSIDE], t.r, t.a))
        packet = udp((EXTERNAL, live.port), (t.p, 7000), b"12345678")
        t.lab.hosts[OUTSIDE].send(icmp(t.r, EXTERNAL, 3, 1, b"\0\0\0\0", packet[:length]))
        await t.lab.settle()
        t.note(name, ["lost", "delivered"][len(between(t.lab.hosts[INSIDE], t.r, t.a)) - before])


def between(host, source, target):
    return [p for (src, dst, _), packets in host.pieces.items() if (src, dst) == (source, target) for p in packets]


@group()
async def errors_out(t):
    """Of inside hosts, about what peers sent."""
    source = (t.a, t.port(0))
    live = await t.out(source, (t.p, 3996), closed=True)
    t.note_error("closed port inside", await t.knock((t.p, 3996), live.port, closed=True))

    async def about(name, host, quoted, kind=11, code=0):
        e = await t.send_error(INSIDE, host, t.p, kind, code, quoted)
        as_sent = e and e.quote.ends() == ((t.p, 3996), (EXTERNAL, live.port))
        t.note(name, "lost" if not e else f"{error_word(e)} from {t.whose(e.src)}, quote {'as sent' if as_sent else f'of {t.whose(e.quote.dst)}'}")

    await about("time exceeded from the host", t.a, udp((t.p, 3996), source, t.lab.tag()))
    await about("time exceeded from another inside", t.b, udp((t.p, 3996), source, t.lab.tag()))
    await about("about another port of the peer", t.a, udp((t.p, 7009), source, t.lab.tag()))
    await about("about a port that never was", t.a, udp((t.p, 3996), (t.a, t.port(5)), t.lab.tag()))


async def burst(t, source, target, count, **how):
    """How many errors come of so many packets at once."""
    host, tags = t.lab.host_of(source[0]), [t.lab.tag() for _ in range(count)]
    t.lab.open(source, target)
    size = how.pop("size", 8)
    for tag in tags:
        host.send(udp(source, target, tag.ljust(size, b"x"), **how))
    await t.lab.settle()
    return count_errors(host, tags)


def count_errors(host, tags):
    return sum(host.first(tag, error=True) is not None for tag in tags)


async def rate(t, source, target, **how):
    """Of 20 at once, and of 5 when two seconds and a little have passed."""
    clock = Clock()
    counts = [await burst(t, source, target, 20, **how)]
    await clock.at(0.1, slack=0.3)
    await clock.at(2.4, slack=0.3)
    counts += [await burst(t, source, target, 5, **how)]
    return " ".join(map(str, counts))


@group(waits=True)
async def refusals_outside(t):
    t.note("rate", await rate(t, (t.p, 7000), (EXTERNAL, 3995)))
    t.note("rate of another peer", await burst(t, (t.q, 7000), (EXTERNAL, 3995), 3))


@group(waits=True)
async def refusals_inside(t):
    t.note("rate", await rate(t, (t.a, t.port(0)), (GATEWAY_INSIDE, 3995)))
    t.note("another kind, same host", await burst(t, (t.a, t.port(1)), (t.p, 7000), 3, ttl=1))
    t.note("rate of another host", await burst(t, (t.b, t.port(0)), (GATEWAY_INSIDE, 3995), 3))


@group(waits=True)
async def refusals_in_transit(t):
    t.note("time exceeded, rate", await rate(t, (t.a, t.port(0)), (t.p, 7000), ttl=1))
    t.note("too big, no rate", await burst(t, (t.b, t.port(0)), (t.p, 7000), 20, size=1420, df=True))


NOWHERE = ("192.0.2.9", 7000)


@group(waits=True)
async def no_route(t):
    await Clock().at(8 if t.config == "nested" else 0) # the outer gateway counts its errors to the inner one, whoever asked
    t.note_error("refusal", await t.out((t.a, t.port(0)), NOWHERE))
    if t.config != "nested":
        t.note("rate", await rate(t, (t.b, t.port(0)), NOWHERE))


NOBODY = ("203.0.113.200", 7000)


@group(waits=True)
async def no_such_host(t):
    host, clock = t.lab.hosts[INSIDE], Clock()

    def ask():
        tags = [t.lab.tag() for _ in range(3)]
        for n, tag in enumerate(tags):
            host.send(udp((t.b, t.port(n)), NOBODY, tag))
        return tags
    tags = ask()
    await t.lab.settle()
    t.note("at once", count_errors(host, tags))
    await clock.at(1.5)
    ask() # flows of 3 s shall outlive the question
    await clock.at(2)
    t.note("after 2 s", count_errors(host, tags))
    await clock.at(4.5)
    await t.lab.settle()
    errors = [host.first(tag, error=True) for tag in tags]
    t.note("after 4.5 s", " ".join(error_word(e) if e else "nothing" for e in errors))
    if errors[0]:
        t.note("from", t.whose(errors[0].src))
        t.note("quote", "as sent" if errors[0].quote.ends() == ((t.b, t.port(0)), NOBODY) else "not as sent")


@group()
async def time_to_live(t):
    t.note_error("1, through", await t.out((t.a, t.port(0)), (t.p, 7000), ttl=1))
    t.note("2, through", (await t.out((t.a, t.port(1)), (t.p, 7000), ttl=2)).fate())
    t.note("1, to the inside address", (await t.out((t.a, t.port(2)), (GATEWAY_INSIDE, 3994), ttl=1)).fate())
    t.note("1, to the outside address", (await t.out((t.a, t.port(3)), (EXTERNAL, 3994), ttl=1)).fate())
    live = await t.out((t.b, t.port(0)), (t.p, 7000))
    t.note_error("1, back in", await t.knock((t.p, 7000), live.port, ttl=1))
    t.note("1, unsolicited", (await t.knock((t.q, 7000), 3994, ttl=1)).fate())


def reply_word(t, ident, found):
    _, reply, error = found
    if not reply:
        return error_word(error) if error else "lost"
    return f"reply from {t.whose(reply.src)}" + ("" if reply.ident_of_echo() == ident else " with another id")


@group()
async def pings_of_the_gateway(t):
    t.note("inside address, from inside", reply_word(t, 71, await t.ping(t.a, GATEWAY_INSIDE, 71)))
    t.note("outside address, from inside", reply_word(t, 72, await t.ping(t.a, EXTERNAL, 72)))
    t.note("outside address, from outside", reply_word(t, 73, await t.ping(t.p, EXTERNAL, 73)))
    t.note("time to live 1, inside address", reply_word(t, 74, await t.ping(t.a, GATEWAY_INSIDE, 74, ttl=1)))
    t.note("time to live 1, from outside", reply_word(t, 75, await t.ping(t.p, EXTERNAL, 75, ttl=1)))


@group()
async def pings(t):
    found = await t.ping(t.a, t.p, 77)
    t.note("id", id_word(found, 77))
    t.note("reply", "yes" if found[1] and found[1].src == t.p and found[1].dst == t.a else reply_word(t, 77, found))
    second = await t.ping(t.b, t.p, 77)
    t.note("id of the second host", id_word(second, 77))
    t.note("reply to the second host", "yes, its id" if second[1] and (second[1].dst, second[1].ident_of_echo()) == (t.b, 77) else reply_word(t, 77, second))
    t.note("id of the second host, other peer", id_word(await t.ping(t.b, t.q, 77), 77))
    t.note("id of the first host again", id_word(await t.ping(t.a, t.p, 77), 77))
    entered = await t.ping(t.p, EXTERNAL, found[0].ident_of_echo())
    t.note("request from outside with a live id", "delivered inside" if entered[0] else reply_word(t, found[0].ident_of_echo(), entered))
    t.note("reply nobody asked for", await stray_reply(t, t.q, found[0].ident_of_echo()))
    t.note("a second reply", await stray_reply(t, t.p, found[0].ident_of_echo()))
    t.note("time exceeded about a ping", await error_about_ping(t, found[0]))
    t.note("time exceeded about a ping to nobody", await error_about_ping(t, found[0], 999))
    await timestamps(t)


def id_word(found, ident):
    return "lost" if not found[0] else "preserved" if found[0].ident_of_echo() == ident else "other"


async def stray_reply(t, source, ident):
    tag = t.lab.tag()
    t.lab.hosts[OUTSIDE].send(echo(source, EXTERNAL, ident, 2, tag, reply=True))
    await t.lab.settle()
    return "delivered" if t.lab.hosts[INSIDE].first(tag) else "lost"


async def error_about_ping(t, request, ident=None):
    quoted = echo(EXTERNAL, t.p, ident or request.ident_of_echo(), 3, t.lab.tag())
    e = await t.send_error(OUTSIDE, t.r, EXTERNAL, 11, 0, quoted)
    return "lost" if not e else f"delivered, {'as sent' if (e.quote.src, e.quote.ident_of_echo()) == (t.a, 77) else 'not as sent'}"


async def timestamps(t):
    """Timestamps (RFC 792) are queries with an identifier, too."""
    tag, h = t.lab.tag(), t.lab.hosts
    h[INSIDE].send(icmp(t.a, t.p, 13, 0, struct.pack("!HH", 81, 1), tag + b"\0" * 4))
    await t.lab.settle()
    t.note("timestamp request", "delivered" if h[OUTSIDE].first(tag) else "lost")
    t.note("timestamp reply", "delivered" if any(p.kind == 14 for p in between(h[INSIDE], t.p, t.a)) else "lost")


@group(waits=True)
async def ping_life(t):
    async def of(ident, when):
        clock = Clock()
        found = await t.ping(t.a, t.p, ident)
        await clock.at(when)
        return await stray_reply(t, t.p, found[0].ident_of_echo())
    early, late = await asyncio.gather(of(91, 2), of(92, 4.2))
    t.note("reply in time", early)
    t.note("reply too late", late)
