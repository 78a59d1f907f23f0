"""Fragments, IP options, packets that are too big (RFC 791, RFC 4787 sections 10 and 11)."""

from lab import EXTERNAL, INSIDE
from packets import cut, echo
from place import group


@group()
async def fragments(t):
    source, target = (t.a, t.port(0)), (t.p, 7000)
    even = await t.pieces(source, target, 1200, [400, 400])
    t.note("even", t.lab.sizes(even))
    t.note("source port", even.source_word())
    t.note("uneven", t.lab.sizes(await t.pieces(source, target, 1200, [160, 800])))
    t.note("last first", t.lab.sizes(await t.pieces(source, target, 1200, [400, 400], order=(2, 1, 0))))
    t.note("more than the network carries at once", t.lab.sizes(await t.pieces(source, target, 3000, [1360, 1360])))
    t.note("larger than the outer network carries", t.lab.sizes(await t.pieces(source, target, 3000, [1480, 1480])))
    t.note("a whole one, larger than that", t.lab.sizes(await t.out(source, target, size=1440, ident=next(t.idents))))
    t.note("with DF, larger than that", (await t.pieces(source, target, 3000, [1480, 1480], df=True)).fate())
    t.note("one missing", (await t.pieces(source, target, 1200, [400, 400], order=(0, 2))).fate())
    t.note("a whole one after that", (await t.out(source, target)).source_word(even=even))
    back = await t.pieces(target, (EXTERNAL, even.port), 1200, [400, 400])
    t.note("in", t.lab.sizes(back))
    t.note("in, last first", t.lab.sizes(await t.pieces(target, (EXTERNAL, even.port), 1200, [400, 400], order=(2, 1, 0))))
    t.note("in, unsolicited", (await t.pieces((t.q, 7000), (EXTERNAL, even.port), 1200, [400, 400])).fate())
    first_alone = await t.pieces((t.a, t.port(1)), target, 1200, [400, 400], order=(0,))
    t.note("the first alone", first_alone.fate())
    await ping_in_fragments(t)


async def ping_in_fragments(t):
    tag, host = t.lab.tag(), t.lab.hosts[INSIDE]
    c = await t.lab.cast(cut(echo(t.a, t.p, 97, 1, tag.ljust(2000, b"x")), [800, 800], next(t.idents)), host)
    t.note("ping", t.lab.sizes(c))
    t.note("its reply", "delivered" if host.first(tag) else "lost")


ROUTER_ALERT, RECORD_ROUTE = bytes([0x94, 4, 0, 0]), bytes([7, 7, 4, 0, 0, 0, 0, 0]) # RFC 2113, copied into fragments; RFC 791, not copied


@group()
async def options(t):
    for name, option in (("router alert", ROUTER_ALERT), ("record route", RECORD_ROUTE)):
        c = await t.out((t.a, t.port(0)), (t.p, 7000), options=option)
        t.note(name, option_word(option, c.arrived))
        c = await t.out((t.a, t.port(0)), (t.p, 7000), options=option, size=1440, ident=900 + len(option))
        t.note(f"{name} in fragments", ", ".join(option_word(option, p) for p in t.lab.arrived_pieces(c)))


def option_word(option, p):
    if not p or not p.options:
        return "lost" if not p else "none"
    return "as sent" if p.options == option else "an address recorded" if p.options[0] == option[0] else "overwritten"


@group()
async def too_big(t):
    c = await t.out((t.a, t.port(0)), (t.p, 7000), size=1400, df=True)
    t.note_error("with DF", c)
    t.note("its MTU", c.error and c.error.mtu())
    t.note("what fits exactly", (await t.out((t.a, t.port(0)), (t.p, 7000), size=1372, df=True)).fate())
    t.note("without DF", (await t.out((t.a, t.port(0)), (t.p, 7000), size=1400, ident=778)).fate())
