#!/usr/bin/python3
"""aioice as an adapter of tests/interop/README.md. It does not trickle: it gathers, then tells everything, and checks start when it
has all of the peer's candidates. One STUN and one TURN server are all it can use. Its policy `relay` hides the other candidates and
sends checks from them all the same; the peer's relay then drops these, having no permission for them."""
import asyncio
import contextlib
import json
import os
import sys

try:
    import aioice
except ImportError as error:
    print('{"t":"hello","stack":"aioice","kind":"ice"}', flush=True)
    print(f"{error}: Debian's package is python3-aioice, for /usr/bin/python3", file=sys.stderr)
    sys.exit(127)

LINE_MAX = 65536  # "at most 64 KiB"
PROBE, ECHO = b"\x80", b"\x81"
PROBE_MIN, PROBE_MAX, PROBE_LEN = 32, 1200, 200
WANTED, QUICK, SLOW = 20, 0.01, 0.1  # echoes; seconds between two probes before and after the last of them
LOOK = 0.05  # seconds: aioice does not tell of a new pair
CLOSE = 1.5  # seconds for the allocation's release: "it exits with 0 within 3 s"


def say(t, **fields):
    print(json.dumps({"t": t, **fields}), flush=True)


def log(*what):
    print(*what, file=sys.stderr, flush=True)


def split_url(url):
    """RFC 7064, 7065: scheme ":" host [ ":" port ] [ "?transport=" transport ]."""
    scheme, _, rest = url.partition(":")
    address, _, query = rest.partition("?")
    if scheme not in ("stun", "turn"):
        log(f"{scheme}: is not supported by this adapter")
        os._exit(127)
    host, _, port = address[1:].partition("]") if address.startswith("[") else address.partition(":")
    return scheme, (host, int(port.lstrip(":") or 3478)), "tcp" if query == "transport=tcp" else "udp"


def connection(start, controlling):
    options = {}
    for entry in start.get("ice", []):
        for url in [entry["urls"]] if isinstance(entry["urls"], str) else entry["urls"]:
            scheme, address, transport = split_url(url)
            if f"{scheme}_server" in options:
                log(f"a second {scheme} server is not used: {url}")
                continue
            options[f"{scheme}_server"] = address
            if scheme == "turn":
                options.update(turn_username=entry.get("username"), turn_password=entry.get("credential"))
                options["turn_transport"] = transport
    if start.get("policy") == "relay":  # aioice's own policy lets server-reflexive candidates pass
        options.pop("stun_server", None)
        options["transport_policy"] = aioice.TransportPolicy.RELAY
    return aioice.Connection(ice_controlling=controlling, **options)


def described(candidate):
    return {"type": candidate.type, "addr": candidate.host, "port": candidate.port, "proto": candidate.transport.lower()}


class Session:
    """What one offer and its answer set up. aioice has no restart: a restart is a second connection beside the first."""

    def __init__(self, ice):
        self.ice = ice
        self.desc = asyncio.get_running_loop().create_future()  # the peer's
        self.candidates, self.all_came = [], asyncio.Event()

    def take(self, signal):
        if "desc" in signal:
            if not self.desc.done():
                self.desc.set_result((signal["desc"]["ufrag"], signal["desc"]["pwd"]))
        elif signal["cand"].get("end"):
            self.all_came.set()
        else:
            self.candidates.append(aioice.Candidate.from_sdp(signal["cand"]["candidate"].removeprefix("candidate:")))

    def is_of(self, cand):
        """RFC 8838, 15: a candidate of credentials that were replaced is late."""
        return not self.desc.done() or cand.get("ufrag", self.desc.result()[0]) == self.desc.result()[0]

    async def agree(self, offerer):
        """Both sides know all of each other then."""
        if not offerer:
            await self.desc
        try:
            await self.ice.gather_candidates()
        except Exception as error:  # a TURN server that refuses, or does not answer, takes all candidates with it
            log(f"gathering: {type(error).__name__}: {error}")
        self.tell(offerer)
        self.ice.remote_username, self.ice.remote_password = await self.desc
        await self.all_came.wait()
        for candidate in [*self.candidates, None]:
            await self.ice.add_remote_candidate(candidate)

    def tell(self, offerer):
        kind = "offer" if offerer else "answer"  # "options" as in a=ice-options: neither "trickle" nor "ice2"
        ufrag = self.ice.local_username
        say("signal", desc={"type": kind, "ufrag": ufrag, "pwd": self.ice.local_password, "options": ""})
        for candidate in self.ice.local_candidates:
            say("signal", cand={"candidate": f"candidate:{candidate.to_sdp()}", "sdpMid": "0", "ufrag": ufrag})
        say("signal", cand={"end": True, "ufrag": ufrag})


class Adapter:
    def __init__(self):
        self.start = None  # natsim's
        self.session = self.live = self.before = None  # the latest; the one that carries data; and the one before it
        self.tasks = []
        self.magic, self.sent, self.returned = os.urandom(16), 0, set()

    def run(self, coroutine):
        task = asyncio.create_task(coroutine)
        task.add_done_callback(lambda t: t.cancelled() or t.exception() is None or log(repr(t.exception())))
        self.tasks.append(task)

    # --- lines ---

    def take(self, line):
        if line["t"] == "start" and self.start is None:
            self.start = line
            say("state", ice="new")
            self.begin(line["role"] == "controlling", line.get("offerer", line["role"] == "controlling"))
        elif line["t"] == "restart" and self.session is not None:
            self.begin(self.session.ice.ice_controlling, True)
        elif line["t"] == "signal" and self.session is not None:
            if self.session.desc.done() and line.get("desc", {}).get("type") == "offer":
                self.begin(self.session.ice.ice_controlling, False)
            if "cand" in line and not self.session.is_of(line["cand"]):
                log("a candidate of the description before")
            else:
                self.session.take(line)
        else:
            log("passed over:", line["t"])

    def begin(self, controlling, offerer):
        try:
            self.session = Session(connection(self.start, controlling))
        except ValueError:  # it refuses to relay without a TURN server
            say("state", ice="failed")
            raise
        self.run(self.call(self.session, offerer))

    # --- the call ---

    async def call(self, session, offerer):
        await session.agree(offerer)
        self.run(self.watch_pair(session))
        say("state", ice="checking")
        try:
            await session.ice.connect()
        except ConnectionError as error:
            log(error)
            say("state", ice="failed")
            return
        say("state", ice="completed")
        await self.carry(session)
        await session.ice.get_event()  # there is one: consent has expired, and the connection is closed
        if session is self.live:
            say("state", ice="failed")

    async def carry(self, session):
        self.before, self.live = self.live, session
        self.run(self.answer(session))
        if self.before is None:
            say("open")
            self.run(self.probe())

    async def watch_pair(self, session):
        said = None
        while session is self.session:
            pair = session.ice._nominated.get(1)
            if pair is not None and pair is not said:
                say("selected", local=described(pair.local_candidate), remote=described(pair.remote_candidate))
                said = pair
            await asyncio.sleep(LOOK)

    # --- data ---

    async def send(self, data):
        with contextlib.suppress(ConnectionError):  # it is lost, then
            await self.live.ice.send(data)

    async def probe(self):
        while True:
            data = PROBE + b"\0" + self.magic + self.sent.to_bytes(4, "big")
            self.sent += 1
            await self.send(data.ljust(PROBE_LEN, b"\0"))
            await asyncio.sleep(QUICK if len(self.returned) < WANTED else SLOW)

    async def answer(self, session):
        while True:
            try:
                data = await session.ice.recv()
            except ConnectionError:  # it is closed
                return
            if session is self.live and self.before is not None:  # the peer sends on the new one, too
                self.run(self.before.ice.close())
                self.before = None
            if data[:1] == PROBE and PROBE_MIN <= len(data) <= PROBE_MAX:
                await self.send(ECHO + data[1:])
            elif data[:18] == ECHO + b"\0" + self.magic and len(data) == PROBE_LEN and len(self.returned) < WANTED:
                self.returned.add(data[18:22])
                if len(self.returned) == WANTED:
                    say("data", ok=True, n=WANTED)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        open_ones = {s.ice for s in (self.session, self.live, self.before) if s is not None}
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(ice.close() for ice in open_ones)), CLOSE)


async def lines():
    """The objects of standard input; what is too long or no object is logged and passed over."""
    reader = asyncio.StreamReader(limit=LINE_MAX)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    skipping = False
    while True:
        try:
            text = await reader.readuntil(b"\n")
            line = None if skipping else json.loads(text)
            if isinstance(line, dict):
                yield line
            else:
                log("a line is too long" if skipping else "a line is no object")
            skipping = False
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            skipping = True
        except ValueError as error:
            log(f"a line is no JSON: {error}")
        except asyncio.IncompleteReadError:
            return


async def main():
    say("hello", stack="aioice", version=aioice.__version__, kind="ice", trickle=False, local_type="base", caps=["restart"])
    adapter = Adapter()
    async for line in lines():
        if line.get("t") == "stop":
            await adapter.close()
            break
        try:
            adapter.take(line)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log(f"{type(error).__name__}: {error} in {line}")
    say("bye")
    os._exit(0)  # a look-up of a name may still wait in a thread


asyncio.run(main())
