"""IPv6 behind a stateful firewall: it is routed, not translated."""

import struct

from lab import INSIDE6, OUTSIDE, OUTSIDE6, INSIDE
from packets import cut, udp
from place import group
from probes_sizes import option_word


@group()
async def ipv6(t):
    a, p = (INSIDE6, t.port(0)), (OUTSIDE6, t.port(60))
    t.note("out", (await t.out(a, p)).fate())
    t.note("its reply", (await t.out(p, a)).fate())
    t.note("other port", (await t.out((OUTSIDE6, t.port(61)), a)).fate())
    t.note("unsolicited", (await t.out(p, (INSIDE6, t.port(1)))).fate())
    t.note("fragments out", t.lab.sizes(await t.pieces(a, p, 2000, [800, 800])))
    t.note("fragments in", t.lab.sizes(await t.pieces(p, a, 2000, [800, 800])))
    t.note("fragments in, last first", t.lab.sizes(await t.pieces(p, a, 2000, [800, 800], order=(2, 1, 0))))
    t.note("fragments in, unsolicited", t.lab.sizes(await t.pieces((OUTSIDE6, t.port(61)), a, 2000, [800, 800])))
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
    t.note("closed port of the peer", (await t.out(a, (OUTSIDE6, 3997), closed=True)).fate())

    async def about(name, quoted, kind=1, code=0, rest=b"\0\0\0\0"):
        e = await t.send_error(OUTSIDE, OUTSIDE6, INSIDE6, kind, code, quoted, rest)
        t.note(name, "delivered" if e else "lost")
    await about("unreachable from outside", udp(a, p, t.lab.tag()))
    await about("too big from outside", udp(a, p, t.lab.tag()), 2, 0, struct.pack("!I", 1280))
    await about("unreachable about what never was", udp(a, (OUTSIDE6, t.port(62)), t.lab.tag()))
    fragment = cut(udp(a, p, t.lab.tag().ljust(1000, b"x")), [800], 99)[0]
    await about("too big about a first fragment", fragment, 2, 0, struct.pack("!I", 1280))


async def pings6(t):
    request, reply, _ = await t.ping(INSIDE6, OUTSIDE6, 61)
    t.note("ping out", "answered" if request and reply else "lost")
    request, reply, _ = await t.ping(OUTSIDE6, INSIDE6, 61)
    t.note("ping in with its id", "answered" if reply else "lost")
    request, reply, _ = await t.ping(OUTSIDE6, INSIDE6, 62)
    t.note("ping in", "answered" if reply else "lost")
