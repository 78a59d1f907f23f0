"""Processes whose calls go on (tests/interop/README.md): a restart by either side, by both at once, with one that cannot; hanging up; a machine that moves.
The adapter here speaks as little of STUN as a restart's proof needs: a check that nominates, and its answer."""

import json
import shlex
import sys

import pytest

from conftest import Run
from test_live import LAN, live_only, outcome

pytestmark = [pytest.mark.xdist_group("live"), live_only]

# Its wish is its argument. It nominates with each check that it sends; "mute": not after a restart.
ADAPTER = r'''
import json, os, select, socket, struct, sys, time

wish = sys.argv[1] if len(sys.argv) > 1 else ""
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.connect(("192.0.2.1", 9))  # says which address leaves by the default route; sends nothing
address = own.getsockname()[0]
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.bind((address, 0))
generation, peer_ufrag, peer, back, sent = 0, None, None, set(), 0
MAGIC = 0x2112A442

def say(t, **more):
    print(json.dumps({"t": t, **more}), flush=True)

def ufrag():
    return f"{address.replace('.', '')}g{generation}"

def describe(kind):
    say("signal", desc={"type": kind, "ufrag": ufrag(), "pwd": f"{generation:022}"})
    say("signal", cand={"candidate": f"candidate:1 1 udp 2130706431 {address} {own.getsockname()[1]} typ host", "ufrag": ufrag()})
    say("signal", cand={"end": True, "ufrag": ufrag()})

def told(line):
    global generation, peer_ufrag, peer
    desc, cand = line.get("desc"), line.get("cand", {})
    if line["t"] == "stop":
        say("bye")
        sys.exit(0)
    if line["t"] == "start" and line["offerer"]:
        describe("offer")
    if line["t"] == "restart":
        generation += wish != "same"
        describe("offer")
    if desc and desc["type"] == "offer":
        generation += peer_ufrag is not None
        describe("answer")
    if desc:
        peer_ufrag = desc["ufrag"]
    words = cand.get("candidate", "").split()
    if words:
        peer = (words[4], int(words[5]))

def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)

def check():
    """A Binding request with USERNAME, PRIORITY, ICE-CONTROLLING and USE-CANDIDATE."""
    body = attribute(6, f"{peer_ufrag}:{ufrag()}".encode()) + attribute(0x24, bytes(4)) + attribute(0x802A, bytes(8)) + attribute(0x25, b"")
    own.sendto(struct.pack("!HHI", 1, len(body), MAGIC) + os.urandom(12) + body, peer)

def arrived(bytes, source):
    if bytes[0] == 128:
        own.sendto(b"\x81" + bytes[1:], source)
    elif bytes[0] == 0:
        own.sendto(struct.pack("!HHI", 0x0101, 0, MAGIC) + bytes[8:20], source)
    elif bytes[0] == 129 and len(back) < 20:
        back.add(bytes)
        if len(back) == 1:
            ends = {"local": own.getsockname(), "remote": source}
            say("selected", **{k: {"type": "host", "addr": v[0], "port": v[1]} for k, v in ends.items()})
            say("state", ice="completed")
            say("open")
        if len(back) == 20:
            say("data", ok=True, n=20)

say("hello", stack="dummy", version="1", kind="ice", trickle=False, **({} if wish == "cannot" else {"caps": ["restart"]}))
lines = b""
while True:
    ready = select.select([0, own], [], [], 0.1 if len(back) == 20 else 0.01)[0]
    if 0 in ready:
        lines += os.read(0, 65536) or b'{"t": "stop"}\n'
        *whole, lines = lines.split(b"\n")
        for line in whole:
            told(json.loads(line))
    if own in ready:
        arrived(*own.recvfrom(2048))
    if peer and peer_ufrag and not ready:
        own.sendto(b"\x80" + sent.to_bytes(31, "big"), peer)
        sent += 1
        if wish != "mute" or generation == 0:
            check()
'''

COMMAND = f"exec {shlex.quote(sys.executable)} adapter.py"
RESTARTED = "  L: {state: completed, restarts: 1}\n  R: {state: completed, restarts: 1}\n"


def lan(left="", right="", steps="", expect=""):
    of = {side: f", exec: {json.dumps(f'{COMMAND} {wish}')}" if wish is not None else "" for side, wish in (("L", left), ("R", right))}
    return LAN.format(claim="a call that goes on", **of, path="direct", steps=steps, expect=expect)


def after(event, step):
    return f"  - {{after: {event}, delay: 500ms, {step}}}\n"


MOVES = """natsim: 1
claim: a machine moves
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 5ms}
  wifi: {ipv4: 10.1.0.0/24, delay: 1ms}
  cellular: {ipv4: 10.3.0.0/16, delay: 1ms, mtu: 1400}
gateways:
  nat-wifi: {inside: wifi, outside: internet, nat: full-cone}
  nat-cellular: {inside: cellular, outside: internet, nat: full-cone}
servers:
  stun: {on: internet, kind: stun}
agents:
  M: {on: wifi, stun: [stun]}
steps:
  - {at: 0s, run: {at: M, command: "exec PYTHON look.py", for: 20s, prints: "10.3.0.2 after 10.1.0.2, then none; heard by 203.0.113.3"}}
  - {at: 1s, move: {at: M.0, to: cellular, outage: 500ms}}
expect:
  packets: [{at: M.0, direction: in, filter: "src 203.0.113.4 and dst 10.3.0.2", count: "> 0"}]
""".replace("PYTHON", shlex.quote(sys.executable))

# As a program on a laptop sees it: which address leaves by the default route, and how a STUN server sees it.
LOOK = r'''
import os, socket, struct, time

def address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("203.0.113.4", 3478))
        except OSError:
            return "none"
        return s.getsockname()[0]

seen = []
while seen[-1:] != ["10.3.0.2"]:
    if seen[-1:] != [address()]:
        seen.append(address())
    time.sleep(0.01)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(0.2)
    while True:
        s.sendto(struct.pack("!HHI", 1, 0, 0x2112A442) + os.urandom(12), ("203.0.113.4", 3478))
        try:
            answer = s.recv(2000)
        except OSError:
            continue
        break
at = answer.index(struct.pack("!HH", 0x20, 8)) + 8
heard = socket.inet_ntoa(bytes(a ^ b for a, b in zip(answer[at:at + 4], struct.pack("!I", 0x2112A442))))
print(f"{seen[-1]} after {seen[0]}, then {seen[1]}; heard by {heard}", flush=True)
'''

CASES = {
    "by-the-caller": lan(steps=after("L.completed", "restart: {agent: L}"), expect=RESTARTED),
    "by-the-callee": lan(steps=after("L.completed", "restart: {agent: R}"), expect=RESTARTED),
    "twice": lan(steps=after("L.completed", "restart: {agent: L}") + after("R.restarted", "restart: {agent: R}"), expect=RESTARTED.replace("1}", "2}")),
    "by-both": lan(steps=after("L.completed", "restart: {agent: L}") + after("L.completed", "restart: {agent: R}"),
                   expect='  L: {state: completed, restarts: ">= 1"}\n  R: {state: completed, restarts: ">= 1"}\n'),
    "mute": lan(left="mute", right="mute", steps=after("L.completed", "restart: {agent: L}"), expect=RESTARTED),
    "same": lan(left="same", steps=after("L.completed", "restart: {agent: L}")),
    "cannot": lan(right="cannot", steps=after("L.completed", "restart: {agent: L}")),
    "hangs-up": lan(steps=after("L.completed", "hangup: {agent: R}"), expect="  L: {state: closed}\n  R: {state: closed}\n"),
    "moves": MOVES,
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    directory = tmp_path_factory.mktemp("restart")
    (directory / "adapter.py").write_text(ADAPTER)
    (directory / "look.py").write_text(LOOK)
    for name, text in CASES.items():
        (directory / f"{name}.yaml").write_text(text)
    run = Run(["run", ".", "--jobs", 9], directory, timeout=300)
    assert run.code == 1, run
    out = directory / "natsim-out"
    return out, {c["id"]: c for c in json.loads((out / "results.json").read_text())["cases"]}


def log(cases, name, agent):
    return (cases[0] / "logs" / f"{name}.{agent}.log").read_text().splitlines()


@pytest.mark.parametrize("name", ["by-the-caller", "by-the-callee", "twice", "by-both", "hangs-up", "moves"])
def test_it_goes_on(cases, name):
    assert outcome(cases[1][name]) == ("pass", "")


@pytest.mark.parametrize("name, who, other", [("by-the-caller", "L", "R"), ("by-the-callee", "R", "L")])
def test_one_is_told_to_restart_and_the_other_gets_its_offer(cases, name, who, other):
    told = [line for line in log(cases, name, who) if line.startswith('> {"t":"restart"')]
    offers = [line for line in log(cases, name, other) if line.startswith('> {"t":"signal","desc"') and '"type":"offer"' in line]
    assert told == ['> {"t":"restart"}'] and len(offers) == (1 if other == "L" else 2)
    assert not any(line.startswith('> {"t":"restart"') for line in log(cases, name, other))
    assert any('"cand"' in line and 'g1"' in line for line in log(cases, name, other)), "candidates say to which description they belong"


def test_offers_that_meet_are_both_refused_and_one_goes_out_again(cases):
    """RFC 3261, 14.1 and 14.2."""
    restarts = [cases[1]["by-both"]["agents"][a]["restarts"] for a in "LR"]
    assert all(1 <= n <= 2 for n in restarts)


def test_without_a_nomination_under_the_new_names_nothing_is_proven(cases):
    kind, reason = outcome(cases[1]["mute"])
    assert (kind, reason.split(" (")[0]) == ("fail", "L: expected state completed, found running")


def test_an_offer_that_restarts_has_new_credentials(cases):
    kind, reason = outcome(cases[1]["same"])
    assert kind == "fail" and reason.startswith('L broke the contract of adapters: "desc" has the ufrag "') and reason.endswith(
        "new credentials are expected after natsim's 'restart'")


def test_who_cannot_is_not_asked(cases):
    assert outcome(cases[1]["cannot"]) == ("skip", "line 12: dummy 1 of R does not restart ICE: \"caps\" of its 'hello' has no \"restart\"")


def test_both_are_told_to_stop_when_one_hangs_up(cases):
    for agent in "LR":
        assert sum(line == '> {"t":"stop"}' for line in log(cases, "hangs-up", agent)) == 1
    assert cases[1]["hangs-up"]["virtual_ms"] < 20_000
