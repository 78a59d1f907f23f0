"""IPv6 behind a stateful firewall: it is routed, not translated."""

import struct

from lab import EXTERNAL6, GATEWAY_INSIDE6, INSIDES6, OUTSIDE, OUTSIDES6, Clock, error_word
from packets import cut, udp
from place import group
from probes_icmp import burst, rate, reply_word
from probes_sizes import option_word


@group()
async def ipv6(t):
    a, p = (INSIDES6[0], t.port(0)), (OUTSIDES6[0], t.port(60))
    t.note("out", (await t.out(a, p)).fate())
    t.note("its reply", (await t.out(p, a)).fate())
    t.note("other port", (await t.out((OUTSIDES6[0], t.port(61)), a)).fate())
    t.note("unsolicited", (await t.out(p, (INSIDES6[0], t.port(1)))).fate())
    t.note("fragments out", t.lab.sizes(await t.pieces(a, p, 2000, [800, 800])))
    t.note("fragments in", t.lab.sizes(await t.pieces(p, a, 2000, [800, 800])))
    t.note("fragments in, last first", t.lab.sizes(await t.pieces(p, a, 2000, [800, 800], order=(2, 1, 0))))
    t.note("fragments in, unsolicited", t.lab.sizes(await t.pieces((OUTSIDES6[0], t.port(61)), a, 2000, [800, 800])))
    big = await t.out(a, p, size=1400)
    t.note("too big", big.fate())
    t.note("too big: MTU", big.error and big.error.mtu())
    t.note("too big: quote", big.error and big.quoted_as_sent())
    t.note("hop limit 1", (await t.out(a, p, ttl=1)).fate())
    c = await t.out(a, p, options=bytes([0, 1, 4, 0, 0, 0, 0])) # padding
    t.note("destination options", option_word(c.sent.options, c.arrived))
    await errors6(t, a, p)
    await pings6(t)


async def errors6(t, a, p):
    t.note("closed port of the peer", (await t.out(a, (OUTSIDES6[0], 3997), closed=True)).fate())

    async def about(name, quoted, kind=1, code=0, rest=b"\0\0\0\0"):
        e = await t.send_error(OUTSIDE, OUTSIDES6[0], INSIDES6[0], kind, code, quoted, rest)
        t.note(name, "delivered" if e else "lost")
    await about("unreachable from outside", udp(a, p, t.lab.tag()))
    await about("too big from outside", udp(a, p, t.lab.tag()), 2, 0, struct.pack("!I", 1280))
    await about("unreachable about what never was", udp(a, (OUTSIDES6[0], t.port(62)), t.lab.tag()))
    fragment = cut(udp(a, p, t.lab.tag().ljust(1000, b"x")), [800], 99)[0]
    await about("too big about a first fragment", fragment, 2, 0, struct.pack("!I", 1280))


async def pings6(t):
    request, reply, _ = await t.ping(INSIDES6[0], OUTSIDES6[0], 61)
    t.note("ping out", "answered" if request and reply else "lost")
    request, reply, _ = await t.ping(OUTSIDES6[0], INSIDES6[0], 61)
    t.note("ping in with its id", "answered" if reply else "lost")
    request, reply, _ = await t.ping(OUTSIDES6[0], INSIDES6[0], 62)
    t.note("ping in", "answered" if reply else "lost")


@group(waits=True)
async def ipv6_of_the_gateway(t):
    """What it says of itself; each kind to an address of its own, for their rate is counted by destination."""
    a, b, c, d = INSIDES6[1:5]
    p, q = OUTSIDES6[1:3]
    t.note("ping of the inside address", reply_word(t, 63, await t.ping(a, GATEWAY_INSIDE6, 63)))
    t.note("ping of the outside address", reply_word(t, 64, await t.ping(a, EXTERNAL6, 64)))
    t.note("ping of the outside address, from outside", reply_word(t, 65, await t.ping(p, EXTERNAL6, 65)))
    t.note_error("closed port, inside address", await t.out((a, t.port(0)), (GATEWAY_INSIDE6, 3993)))
    t.note_error("closed port, outside address", await t.out((a, t.port(0)), (EXTERNAL6, 3993)))
    t.note_error("closed port, from outside", await t.out((p, t.port(0)), (EXTERNAL6, 3993)))
    t.note_error("hop limit 1, own address", await t.out((a, t.port(0)), (GATEWAY_INSIDE6, 3993), ttl=1))
    t.note_error("hop limit 1, in", await t.out((q, t.port(0)), (a, t.port(0)), ttl=1))
    t.note_error("no route", await t.out((b, t.port(0)), ("3fff::1", 7000)))
    t.note("rate of refusals", await rate(t, (c, t.port(0)), (GATEWAY_INSIDE6, 3993)))
    t.note("too big, no rate", await burst(t, (d, t.port(0)), (p, t.port(0)), 20, size=1420))


@group(waits=True)
async def no_such_ipv6_host(t):
    clock, target = Clock(), ("2001:db8:1::200", 7000)
    host, tag = t.lab.host_of(INSIDES6[5]), t.lab.tag()
    host.send(udp((INSIDES6[5], t.port(0)), target, tag))
    await clock.at(2)
    t.note("after 2 s", "told" if host.first(tag, error=True) else "nothing")
    await clock.at(4.5)
    e = host.first(tag, error=True)
    t.note("after 4.5 s", f"{error_word(e)} from {t.whose(e.src)}" if e else "nothing")
