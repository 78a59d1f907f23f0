"""Real processes as agents, programs on hosts: what a run makes of each, and that nothing of them is left.

Most cases run at once, in one run of the program: real time is mostly waiting."""

import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from conftest import NATSIM, NOBODY, ROOT, SUITES, Run, complaints, fields, two_nats

pytestmark = pytest.mark.xdist_group("live") # in real time
PYTHON = shlex.quote(sys.executable)
WAIT = 200  # seconds until a condition must hold, on a machine with other work

# An adapter without ICE: it probes the addresses that it is told. What goes wrong with it is asked for by its arguments.
DUMMY = r'''
import contextlib, json, os, select, signal, socket, subprocess, sys, time

wish = sys.argv[1] if len(sys.argv) > 1 else ""
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.connect(("192.0.2.1", 9))  # says which address leaves by the default route; sends nothing
address = own.getsockname()[0]
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.bind((address, 0))
port = own.getsockname()[1]
lines, peer, back, sent, chosen, ready = b"", None, set(), 0, None, False

def say(t, **more):
    print(json.dumps({"t": t, **more}), flush=True)

def candidate(ip, port):
    return {"candidate": f"candidate:1 1 udp 2130706431 {ip} {port} typ host", "sdpMid": "0"}

def end_by_itself():
    """Each second time, counted by who listens at a socket."""
    with socket.socket(socket.AF_UNIX) as counter:
        counter.connect(sys.argv[2])
        return int(counter.recv(10)) % 2 == 0

def started(line):
    if wish == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if wish == "status":
        print("out of ideas", file=sys.stderr, flush=True)
        sys.exit(int(sys.argv[2]))
    if wish == "unstable" and end_by_itself():
        sys.exit(3)
    if wish == "babble":
        print("no JSON\n\n[1, 2]\n" + "x" * 200000, flush=True)
    if wish == "late":
        time.sleep(35)
    say("state", ice="checking")
    say("signal", desc={"type": "offer" if line["offerer"] else "answer", "ufrag": "dummy", "pwd": os.urandom(12).hex()})
    for _ in range(3 if wish == "babble" else 1):
        say("signal", cand=candidate(address, port))
    for i in range(int(sys.argv[2]) - 1 if wish == "candidates" else 0):
        more = candidate(address, 61000 + i) # who is told them probes them as they come, and tshark knows protocols of low ports
        more["candidate"] += " generation 0" + (" note " + sys.argv[3] if len(sys.argv) > 3 else "")
        say("signal", cand=more)
    if wish == "names":
        say("signal", cand={"candidate": "candidate:2 1 UDP 2130706175 x3c1a0b5e.local 9000 typ host", "sdpMid": "0"})
        say("signal", cand={"candidate": "candidate:3 1 TCP 1518280447 10.1.0.3 9 typ host tcptype active", "sdpMid": "0"})
        say("signal", cand={"candidate": "candidate:nonsense", "sdpMid": "0"})
    if wish != "endless":
        say("signal", cand={"end": True})
    if wish == "nothing-selected":
        say("selected", local=None, remote=None)
    if wish == "children":
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", *sys.argv[2:]], start_new_session=True)
        say("log", msg="children")

def told(line):
    global peer
    if line["t"] == "stop":
        print("good bye", file=sys.stderr, flush=True)
        say("bye")
        sys.exit(0)
    if line["t"] == "start":
        started(line)
    words = line.get("cand", {}).get("candidate", "").split()
    if len(words) > 5 and words[2].lower() == "udp" and words[4][0].isdigit() and wish != "children":
        peer = (words[4], int(words[5]))

def send(bytes, to):
    with contextlib.suppress(OSError):  # the machine's link may be down
        own.sendto(bytes, to)

def arrived(bytes, source):
    global chosen
    if bytes[0] == 128:
        send(b"\x81" + bytes[1:], source)
    elif bytes[0] == 129 and len(back) < 20:
        back.add(bytes)
        if chosen is None:
            chosen = source
            ends = {"local": (address, port), "remote": source}
            say("selected", **{k: {"type": "host", "addr": v[0], "port": v[1], "proto": "udp"} for k, v in ends.items()})
            say("state", ice="completed")
            say("open")
        if len(back) == 20:
            say("data", ok=True, n=20)
            if wish == "leave":
                sys.exit(0)

def rude_check():  # without USERNAME, MESSAGE-INTEGRITY and PRIORITY
    send(bytes.fromhex("00010000" "2112a442") + os.urandom(12), peer)

say("hello", stack="dummy", version="1", kind="ice", trickle=False, local_type="candidate")
while True:
    ready = select.select([0, own], [], [], 0.1 if len(back) == 20 else 0.01)[0]
    if 0 in ready:
        lines += os.read(0, 65536) or b'{"t": "stop"}\n'
        *whole, lines = lines.split(b"\n")
        for line in whole:
            told(json.loads(line))
    if own in ready:
        arrived(*own.recvfrom(2048))
    if peer and not ready:
        send(b"\x80" + sent.to_bytes(31, "big"), peer)
        if wish == "rude" and sent == 0:
            rude_check()
        sent += 1
'''

# natsim's agent on real sockets, which tells odd candidates beside its own.
ODD = r'''
import json, subprocess, sys

lines = [
    "candidate:2 1 udp 0 10.1.0.99 5000 typ host",
    "candidate:2 1 udp 2113929000 10.1.0.99 0 typ host",
    "candidate:2 1 udp 2113929001 10.1.0.99 5000 generation 0 typ host",
    "candidate:2 0 udp 2113929002 10.1.0.99 5000 typ host",
    "candidate:2 1 udp 2113929003 fe80::1%eth0 5000 typ host",
    "candidate:2 1 udp 2113929004 [2001:db8::9] 5000 typ host",
    "candidate:2 1 udp 2113929005 host.example 5000 typ host",
    "candidate:2 1 udp 2113929006 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000 typ host",
    "candidate:2 1 tcp 2113929007 10.1.0.99 9 typ host tcptype active",
    "candidate:2 1 sctp 2113929008 10.1.0.99 5000 typ host",
    "candidate:2 1 udp 2113929009 10.1.0.99 5000 typ quantum",
    "candidate:2  1 udp 2113929010 10.1.0.99 5000 typ host",
    "candidate:3 1 udp 2113929011 10.1.0.98 5000 typ host ",
    "candidate:4\t1 udp 2113929012 10.1.0.97 5000 typ host",
    "candidate:" + 33 * "5" + " 1 udp 2113929013 10.1.0.96 5000 typ host",
    "candidate:", "garbage", "",
]
natsim = subprocess.Popen(["stack", "natsim"], stdout=subprocess.PIPE)
for line in natsim.stdout:
    if "candidate" in json.loads(line).get("cand", {}):
        for odd in lines:
            print(json.dumps({"t": "signal", "cand": {"candidate": odd, "sdpMid": "0"}}), flush=True)
        lines = []
    print(line.decode(), end="", flush=True)
sys.exit(natsim.wait())
'''

# It tells one candidate, which nobody can use.
ZERO = r'''
import json, sys

def say(t, **more):
    print(json.dumps({"t": t, **more}), flush=True)

say("hello", stack="zero", kind="ice")
for line in map(json.loads, sys.stdin):
    if line["t"] == "start":
        say("signal", desc={"type": "answer", "ufrag": "abcd", "pwd": 22 * "p"})
        say("signal", cand={"candidate": "candidate:1 1 udp 0 10.1.0.4 50000 typ host"})
        say("signal", cand={"end": True})
        say("state", ice="failed")
    if line["t"] == "stop":
        break
say("bye")
'''

# L and R on one network, nothing between them.
LAN = """natsim: 1
claim: {claim}
networks:
  lan: {{ipv4: 10.1.0.0/24, delay: 1ms}}
servers:
  platform: {{on: lan, kind: platform}}
agents:
  L: {{on: lan{L}}}
  R: {{on: lan{R}}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: {path}
{expect}"""

# One machine behind a NAT, without a call.
MACHINE = """natsim: 1
claim: {claim}
networks:
  internet: {{ipv4: 203.0.113.0/24, delay: 5ms}}
  home: {{ipv4: 10.1.0.0/24, delay: 1ms}}
gateways:
  nat: {{inside: home, outside: internet, nat: full-cone}}
servers:
  stun: {{on: internet, kind: stun}}
agents:
  M: {{on: home, stun: [stun]}}
steps:
  - {{at: 0s, run: {run}}}
"""


def dummy(*args):
    return " ".join([PYTHON, "dummy.py", *map(str, args)])


def exec_key(command):
    return f", exec: {json.dumps(command)}" if command else ""


def lan(left=None, right=None, path="direct", claim="a live test", steps="", expect=""):
    return LAN.format(claim=claim, L=exec_key(left), R=exec_key(right), path=path, steps=steps, expect=expect)


def machine(claim="a program", **run):
    return MACHINE.format(claim=claim, run=json.dumps({"at": "M", **run}))


def nats(left="full-cone", right="full-cone", path="oracle", L="stack natsim", R="stack natsim", **more):
    """Two NATs, and processes behind them; None: ours."""
    text = two_nats(left, right, path, **more)
    for name, command in (("L", L), ("R", R)):
        text = text.replace(f"  {name}: {{on: home", f"  {name}: {{exec: {json.dumps(command)}, on: home" if command else f"  {name}: {{on: home")
    return text


def with_coturn(**more):
    """Our agents, whose only path is through coturn."""
    text = two_nats("symmetric", "symmetric", "relayed", **more).replace("kind: turn", "kind: coturn")
    return text.replace("  stun: {on: internet, kind: stun}\n", "").replace("stun: [stun]", "stun: [turn]")


ODD_RULES = "  conformance: [RFC8839-5-grammar, RFC8839-5.1-fqdn]\n"
MINIMAL = f"{PYTHON} {shlex.quote(str(ROOT / 'tests' / 'interop' / 'example' / 'minimal_agent.py'))}"
def one_coturn(keys, expect, ipv6="", steps=""):
    """L shows relayed candidates alone, of coturn with these keys."""
    return f"""
natsim: 1
claim: "coturn honours {keys.strip(', ') or 'IPv6'}."
networks:
  internet: {{ipv4: 203.0.113.0/24, ipv6: "2001:db8::/64", delay: 5ms}}
servers:
  turn: {{on: internet, kind: coturn, users: {{alice: secret}}{keys}}}
agents:
  L: {{on: internet{ipv6}, policy: relay, turn: [{{server: turn, user: alice, password: secret}}]}}
  R: {{on: internet{ipv6}, policy: relay, turn: [{{server: turn, user: alice, password: secret}}]}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect: {expect}
"""


def answered_with(code):
    """coturn sends this error."""
    return f'{{packets: [{{at: turn.0, direction: out, filter: "udp src port 3478 and udp[32:4] = {code // 100 << 8 | code % 100}", count: "> 0"}}], until: 10s}}'


# Linux sets DF. The way to P carries 1200 bytes: the first datagram is too big, the client is told how big it may be (RFC 8656, 18.13), and those
# that it sends after that are fragmented.
NARROW = """
natsim: 1
claim: A relay does not lose for ever what does not fit.
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 2ms}
  far:      {ipv4: 198.51.100.0/24, delay: 1ms, mtu: 1200}
gateways:
  router: {inside: far, outside: internet, nat: none}
servers:
  turn: {on: internet, kind: turn, users: {alice: secret}, realm: example.org}
agents:
  L: {on: internet, turn: [{server: turn, user: alice, password: secret}]}
  P: {on: far}
steps:
  - {at: 0s, run: {at: P, command: "timeout 10 turnutils_peer -L 198.51.100.2; true"}}
  - {at: 1s, run: {at: L, command: "turnutils_uclient -u alice -w secret -e 198.51.100.2 -l 1250 -n 10 -z 100 -c -X -s 203.0.113.3"}}
expect:
  packets:
    - {at: turn.0, direction: out, filter: "udp src port 3478 and udp[8:2] = 0x0017 and udp[46:2] = 0x0304 and udp[48:4] = 1200", count: "> 0"}
    - {at: P.0, direction: in, filter: "udp and ip[6:2] & 0x1fff = 0", count: "> 0"}
  until: 15s
"""


CASES = {
    "coturn-quota": one_coturn(", quota: 1", answered_with(486)),
    "coturn-deny": one_coturn(", deny: 203.0.113.0/24", answered_with(403)),
    "coturn-nonce": one_coturn(", nonce-lifetime: 2s", answered_with(438), steps="  - {at: 0s, signalling: {from: R, message: answer, delay: 6s}}\n"),
    "coturn-ipv6": one_coturn("", "{path: relayed, L: {candidates: {relay: 2}}, R: {candidates: {relay: 2}}}", ", ipv6: on"),
    "narrow-relay": NARROW,
    "two-dummies": lan(dummy(), dummy()),
    "two-dummies-oracle": lan(dummy(), dummy(), "oracle"),
    "babble": lan(dummy("babble"), dummy("babble")),
    "rude": lan(dummy("rude"), dummy()),
    "rude-and-asked": lan(dummy("rude"), dummy(), expect="  conformance: clean\n"),
    "absent": lan("echo '{\"t\": \"hello\", \"stack\": \"a\", \"kind\": \"ice\"}'; echo first >&2; echo 'no such library: apt-get install it' >&2; exit 127", dummy()),
    "silent-127": lan("echo 'no such library' >&2; exit 127", dummy()),
    "mistyped": lan("./tiny.pyy --verbose", dummy()),
    "mistyped-in-a-pipe": lan("tiny.pyy | cat", dummy()),
    "may-not-be-executed": lan("./plain.py", dummy()),
    "no-interpreter": lan("./strange.py", dummy()),
    "no-interpreter-by-env": lan("./lost.py", dummy()),
    "no-such-stack": lan("stack libnicee", dummy()),
    "absent-late": lan(dummy(), dummy("status", 127)),
    "no-sandbox": lan("echo 'what is wrong' >&2; exit 126", dummy()),
    "crash": lan(dummy("crash"), dummy()),
    "status": lan(dummy("status", 3), dummy()),
    "event-that-never-comes": nats(path="direct", steps="  - {after: L.failed, drop: {where: L}}\n"),
    "leave": lan(dummy("leave"), dummy()),
    "ends-at-once": lan("true", dummy()),
    "kind": lan("echo '{\"t\": \"hello\", \"kind\": \"tea\"}'; exec cat", dummy()),
    "no-hello": lan("echo '{\"t\": \"open\"}'; exec cat", dummy()),
    "nothing-selected": lan(dummy("nothing-selected"), dummy()),
    "unlike": lan("echo '{\"t\": \"hello\", \"stack\": \"w\", \"kind\": \"webrtc\"}'; exec cat", dummy()),
    "hosts": machine(command="cat /etc/hosts /etc/resolv.conf; ls /sys/class/net; cat /proc/net/if_inet6",
                     prints=["203.0.113.3 stun", "10.1.0.2 M", "127.0.0.1 localhost", "no DNS server answers"]),
    "printed": machine(command="echo one; echo two >&2; exec cat", prints="two"),
    "not-printed": machine(command="echo one; echo last", prints=["one", "three"]),
    "status-0": machine(command="true"),
    "status-5": machine(command="echo why; exit 5"),
    "killed": machine(command="kill -9 $$"),
    "out-of-time": machine(command="exec cat", **{"for": "500ms"}),
    "out-of-time-printing": machine(command="echo one; exec cat", prints="two", **{"for": "500ms"}),
    "printed-with-nul": machine(command="printf 'one\\0two\\n'; exec cat", prints="two"),
    "printed-after-much": machine(command="yes a line of many | head -c 1000000; echo found; exec cat", prints="found"),
    "printed-in-a-long-line": machine(command="head -c 100000 /dev/zero; printf found; head -c 100000 /dev/zero; exec cat", prints="found"),
    "last-words": machine(command="printf 'a\\0b\\033[31mc\\n'; exit 2"),
    "long-last-words": machine(command="printf '%0300d\\n' 1; exit 2"),
    "long-message": lan("printf '{%070000d\\n' 1; exec cat", dummy()),
    "many-candidates": lan(dummy("candidates", 513), dummy()),
    "long-description": lan(dummy("candidates", 512, "x" * 200), dummy()),
    "no-such-program": machine(command="no-such-program --at-all"),
    "no-such-program-in-a-pipe": machine(command="no-such-program | cat"),
    "no-such-program-after-what-is-printed": machine(command="echo done; no-such-program | cat", prints="done"),
    "no-executable": machine(command="./plain.py"),
    "beside-a-call": two_nats(steps="  - {at: 0s, run: {at: M, command: echo beside, prints: beside}}\n").replace(
        "steps:", "  M: {on: internet, stun: [stun]}\nsteps:", 1),
    "ours-calls": nats("port-restricted-cone", "full-cone", L=None),
    "ours-answers": nats("full-cone", "port-restricted-cone", R=None),
    "ours-relayed": nats("symmetric", "symmetric", R=None, path="relayed"),
    "process-relayed": nats("symmetric", "port-restricted-cone"),
    "same-host-network": lan("stack natsim", "stack natsim"),
    "odd-lines": lan(None, f"{PYTHON} odd.py", expect=ODD_RULES),
    "odd-lines-trickled": lan(None, f"{PYTHON} odd.py", expect=ODD_RULES).replace("L: {on: lan", "L: {on: lan, trickle: full"),
    "nothing-passes": nats(path="none", steps="  - {at: 0s, drop: {where: nat-left, filter: udp}}\n"),
    "first-ones-lost": lan(dummy(), dummy(), steps="  - {at: 0s, drop: {where: L, nth: [1, 2, 3]}}\n"),
    "link-down": lan(dummy(), dummy(), steps="  - {at: 0s, link: {at: R.0, set: down}}\n  - {at: 1500ms, link: {at: R.0, set: up}}\n"),
    "reboot": nats(path="direct", steps="  - {after: L.offer-sent, nat: {at: nat-left, do: reboot}}\n"),
    "minimal": nats(L=MINIMAL, R=MINIMAL),
    "minimal-c": nats(L='"$NATSIM_ADAPTER_BIN/minimal_agent"', R='"$NATSIM_ADAPTER_BIN/minimal_agent"'),
    "names": lan(dummy("names"), dummy(), expect="  L: {candidates: {host: 2}}\n"),
    "passed-over": lan(None, f"{PYTHON} zero.py"),
    "late-answer": lan(dummy(), dummy("late")),
    "endless": lan(dummy("endless"), dummy()),
    "cut": lan(dummy(), dummy(), steps="  - {at: 0s, drop: {where: L}}\n"),
    "coturn-and-a-dead-server": with_coturn(steps="  - {at: 0s, server: {at: dead, do: stop}}\n").replace(
        "  turn: {", "  dead: {on: internet, kind: stun}\n  turn: {", 1).replace("stun: [turn]", "stun: [dead, turn]", 1),
    "one-way-with-coturn": with_coturn(steps="  - {after: L.completed, delay: 1s, send: {from: L, to: R}}\n"),
    "one-way-in-fragments-with-coturn": with_coturn(steps="  - {after: L.completed, delay: 1s, send: {from: L, to: R, bytes: 3000}}\n"),
    "coturn": nats("symmetric", "symmetric").replace("kind: turn", "kind: coturn").replace("  stun: {on: internet, kind: stun}\n", "").replace("stun: [stun]", "stun: [turn]"),
}


def sandboxes_can_be_made():
    done = subprocess.run(["unshare", "-n", "-m", "test", "-w", "/dev/net/tun"], capture_output=True)
    return done.returncode == 0


live_only = pytest.mark.skipif(not sandboxes_can_be_made(), reason="no namespaces, or no /dev/net/tun")
needs_libnice = pytest.mark.skipif(not (NATSIM.parent / "minimal_agent").exists(), reason="minimal_agent is not built: libnice-dev, then cmake again")


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    directory = tmp_path_factory.mktemp("live")
    (directory / "dummy.py").write_text(DUMMY)
    (directory / "odd.py").write_text(ODD)
    (directory / "zero.py").write_text(ZERO)
    (directory / "plain.py").write_text("#!/usr/bin/python3\n")
    for name, first in (("strange.py", "#!/no/such/interpreter"), ("lost.py", "#!/usr/bin/env no-such-interpreter")):
        (directory / name).write_text(first + "\n")
        (directory / name).chmod(0o755)
    for name, text in CASES.items():
        (directory / f"{name}.yaml").write_text(text)
    run = Run(["run", ".", "--jobs", 16], directory, timeout=200)
    assert run.code == 3, run  # a case is an error
    return directory


@pytest.fixture
def case(batch):
    doc = json.loads((batch / "natsim-out" / "results.json").read_text())
    return lambda name: next(c for c in doc["cases"] if c["id"] == name)


def outcome(c):
    return c["outcome"], c["reason"]


# --- what comes of a case ---

@live_only
@pytest.mark.parametrize("name", ["odd-lines", "odd-lines-trickled"])
def test_odd_lines_cost_no_call_and_each_is_told(case, batch, name):
    c = case(name)
    assert outcome(c) == ("pass", "") and c["path"] == "direct" and c["agents"]["L"]["state"] == "completed"
    notes = fields(batch / "natsim-out" / "captures" / f"{name}.pcapng", "frame.comment", display='frame.comment contains "verdict=take"')
    assert any("is ignored: a priority is a number from 1 to 2147483647" in note[0] for note in notes), notes


@live_only
@pytest.mark.parametrize("name", ["two-dummies", "two-dummies-oracle", "babble", "same-host-network", "ours-calls", "ours-answers", "reboot",
                                  pytest.param("minimal-c", marks=needs_libnice), "first-ones-lost", "link-down", "beside-a-call"])
def test_two_that_reach_each_other_pass(case, name):
    c = case(name)
    assert outcome(c) == ("pass", "") and c["path"] == "direct"
    assert c["data"] == {"sent": 40, "lost": 0} or name == "beside-a-call"


@live_only
@pytest.mark.parametrize("name", ["ours-relayed", "process-relayed"])
def test_where_no_direct_path_is_it_is_relayed(case, name):
    assert outcome(case(name)) == ("pass", "") and case(name)["path"] == "relayed"


@live_only
def test_agents_are_described(case):
    c = case("two-dummies")
    assert [a["stack"] for a in c["agents"].values()] == ["dummy 1", "dummy 1"]
    assert [a["selected"][0]["local"]["address"] for a in c["agents"].values()] == ["10.1.0.3", "10.1.0.4"]
    assert [a["role"] for a in c["agents"].values()] == ["controlling", "controlled"]
    assert [len(a["candidates"]) for a in case("babble")["agents"].values()] == [1, 1], "the same candidate three times"
    ours = case("ours-calls")["agents"]
    assert ours["L"]["pairs"] and not ours["R"]["pairs"] and ours["R"]["stack"].startswith("natsim ")
    assert {c["type"] for c in ours["R"]["candidates"]} == {"host", "srflx", "relay"}


@live_only
@pytest.mark.parametrize("name, kind, reason", [
    ("absent", "skip", "L: not supported here: no such library: apt-get install it"),
    ("absent-late", "skip", "R: not supported here: out of ideas"),
    ("no-sandbox", "error", "L: its process cannot be started: what is wrong"),
    ("silent-127", "error", "L: its process cannot be started: no such library: is 'echo 'no such library' >&2; exit 127' here, with its interpreter"),
    ("mistyped", "error", "L: its process cannot be started: sh: 1: ./tiny.pyy: not found: is './tiny.pyy --verbose' here, with its interpreter, and may it be executed?"),
    ("mistyped-in-a-pipe", "error", "L: its process cannot be started: sh: 1: tiny.pyy: not found: is 'tiny.pyy | cat' here"),
    ("may-not-be-executed", "error", "L: its process cannot be started: sh: 1: ./plain.py: Permission denied: is './plain.py' here"),
    ("no-interpreter", "error", "L: its process cannot be started: sh: 1: ./strange.py: not found: is './strange.py' here"),
    ("no-interpreter-by-env", "error", "L: its process cannot be started: "),
    ("no-such-stack", "error", "L: its process cannot be started: no stack is called 'libnicee'; there are: libwebrtc "),
    ("crash", "fail", "L: its process crashed: signal 11"),
    ("status", "fail", "L: its process ended with status 3 before it was told to stop: out of ideas"),
    ("leave", "fail", "L: its process ended with status 0 before it was told to stop"),
    ("ends-at-once", "fail", "L: its process ended with status 0 before it was told to stop"),
    ("kind", "fail", "L broke the contract of adapters: 'hello' has \"kind\":\"tea\" where \"ice\" or \"webrtc\" is expected"),
    ("no-hello", "fail", "L broke the contract of adapters: its first line is no 'hello'"),
    ("long-message", "fail", "L broke the contract of adapters: a message is longer than 65535 bytes"),
    ("many-candidates", "fail", "L broke the contract of adapters: it has more than 512 candidates"),
    ("long-description", "fail", "L broke the contract of adapters: its description, or its candidates at a time, have more than 64000 bytes"),
    ("nothing-selected", "fail", "L broke the contract of adapters: 'selected' has \"local\":null where an object is expected"),
    ("unlike", "skip", "w is a WebRTC stack, dummy a bare ICE agent: they cannot be paired"),
])
def test_what_is_wrong_with_a_process_is_the_outcome_at_once(case, name, kind, reason):
    c = case(name)
    assert c["outcome"] == kind and c["reason"].startswith(reason)
    assert c["virtual_ms"] < 10_000, "nobody waits for what is settled"


@live_only
def test_nothing_passes_is_a_verdict_after_its_time(case):
    c = case("nothing-passes")
    assert outcome(c) == ("pass", "") and c["path"] == "none" and c["data"]["sent"] == 0
    assert 39_500 < c["virtual_ms"] < 100_000
    assert "RFC8863-4-patience" not in [v["rule"] for v in c["conformance"]["violations"]], "who is told to stop may release its allocations"


@live_only
def test_a_verdict_waits_for_what_takes_long(case):
    assert outcome(case("late-answer")) == ("pass", "") and case("late-answer")["connect_ms"] > 35_000
    dead = case("coturn-and-a-dead-server")
    assert outcome(dead) == ("pass", "") and dead["path"] == "relayed" and dead["connect_ms"] > 39_500


@live_only
def test_a_line_that_was_passed_over_is_why_there_is_no_path(case):
    c = case("passed-over")
    text = "L passed over line 10 of the answer: a priority is a number from 1 to 2147483647: a=candidate:1 1 udp 0 10.1.0.4 50000 typ host"
    assert outcome(c) == ("fail", "path: expected direct, found none: " + text)
    entry = c["why_not"][0]
    assert (entry["agent"], entry["local"], entry["node"], entry["reason"], entry["text"]) == ("L", None, "L", "passed-over", text)
    assert entry["packet"] > 0


@live_only
def test_a_cut_is_said(case):
    assert outcome(case("cut")) == ("fail", "path: expected direct, found none (cut: after 45 s without progress L was running, and R running)")


@live_only
def test_what_a_process_did_not_say_comes_before_what_came_of_it(case):
    c = case("endless")
    assert c["outcome"] == "fail" and c["reasons"] == [
        "L broke the contract of adapters: the end of its candidates is missing 15 s after the last of them: "
        '{"t":"signal","cand":{"end":true}} is expected', "path: expected direct, found none"]


@live_only
def test_candidates_with_names_and_of_tcp_are_described(case):
    assert outcome(case("names")) == ("pass", "")
    found = [(c["transport"], c["address"], c["type"]) for c in case("names")["agents"]["L"]["candidates"]]
    assert found == [("udp", "10.1.0.3", "host"), ("udp", None, "host"), ("tcp", None, "host")]


@live_only
@pytest.mark.parametrize("name", ["one-way-with-coturn", "one-way-in-fragments-with-coturn"])
def test_a_side_that_was_sent_nothing_has_lost_nothing(case, name):
    c = case(name)
    assert outcome(c) == ("pass", "") and c["path"] == "relayed" and c["data"] == {"sent": 10, "lost": 0}


@live_only
def test_a_step_whose_event_never_comes_fails_when_the_time_is_over(case):
    c = case("event-that-never-comes")
    assert outcome(c) == ("fail", "step drop never ran: its event did not happen") and c["path"] == "direct"


@live_only
def test_the_smallest_adapter_connects(case):
    assert outcome(case("minimal")) == ("pass", "") and case("minimal")["path"] == "direct"


@live_only
def test_coturn_relays(case):
    c = case("coturn")
    assert outcome(c) == ("pass", "") and c["path"] == "relayed"


@live_only
@pytest.mark.parametrize("name", ["coturn-quota", "coturn-deny", "coturn-nonce", "coturn-ipv6"])
def test_coturn_honours_the_keys_of_its_server(case, name):
    assert outcome(case(name)) == ("pass", "")


@live_only
@pytest.mark.skipif(shutil.which("turnutils_uclient") is None, reason="turnutils_uclient is not installed: apt-get install coturn")
def test_a_relay_does_not_lose_for_ever_what_does_not_fit(case):
    assert outcome(case("narrow-relay")) == ("pass", "")


@live_only
def test_broken_rules_of_a_process_are_listed_and_fail_what_asks_for_them(case):
    broken = [(v["agent"], v["rule"]) for v in case("rude")["conformance"]["violations"]]
    assert case("rude")["outcome"] == "pass" and ("L", "RFC8489-9.1.2-credentials") in broken, broken
    asked = case("rude-and-asked")
    assert asked["outcome"] == "fail" and asked["reason"].startswith("conformance: ")


# --- run steps ---

@live_only
@pytest.mark.parametrize("name, kind, reason", [
    ("hosts", "pass", ""), ("printed", "pass", ""), ("status-0", "pass", ""),
    ("not-printed", "fail", "run: expected 'three' in what 'echo one; echo last' prints; its last line: 'last'"),
    ("printed-with-nul", "pass", ""), ("printed-after-much", "pass", ""), ("printed-in-a-long-line", "pass", ""),
    ("last-words", "fail", "run: 'printf 'a\\0b\\033[31mc\\n'; exit 2' ended with status 2; its last line: 'a?b?[31mc'"),
    ("long-last-words", "fail", "run: 'printf '%0300d\\n' 1; exit 2' ended with status 2; its last line: '" + "0" * 100 + "...'"),
    ("status-5", "fail", "run: 'echo why; exit 5' ended with status 5; its last line: 'why'"),
    ("killed", "fail", "run: 'kill -9 $$' ended with signal 9; its last line: ''"),
    ("out-of-time", "fail", "run: 'exec cat' still ran when its time was over"),
    ("out-of-time-printing", "fail", "run: expected 'two' in what 'echo one; exec cat' prints; its last line: 'one'"),
    ("no-such-program", "error", "run: 'no-such-program --at-all' cannot be run: sh: 1: no-such-program: not found: "
                                 "is the program here, with its interpreter, and may it be executed?"),
    ("no-such-program-in-a-pipe", "error", "run: 'no-such-program | cat' cannot be run: sh: 1: no-such-program: not found: "
                                           "is the program here, with its interpreter, and may it be executed?"),
    ("no-such-program-after-what-is-printed", "pass", ""),
    ("no-executable", "error", "run: './plain.py' cannot be run: sh: 1: ./plain.py: Permission denied: "
                               "is the program here, with its interpreter, and may it be executed?"),
])
def test_programs_are_judged_by_what_they_print_or_how_they_end(case, name, kind, reason):
    assert outcome(case(name)) == (kind, reason)


# --- logs and captures ---

@live_only
def test_a_long_line_is_in_the_log_in_pieces(batch):
    pieces = next((batch / "natsim-out" / "logs").glob("long-message.L.log")).read_text().splitlines()
    first, *rest = [len(p) - 2 for p in pieces if p.startswith("< ")]
    assert first == 65535 and rest[:1] in ([], [70001 - 65535])  # the process is ended as soon as the first has broken the contract


@live_only
def test_logs_have_every_line_of_both_directions(batch):
    logs = {p.name: p.read_text() for p in (batch / "natsim-out" / "logs").iterdir()}
    ours, theirs = logs["two-dummies.L.log"], logs["two-dummies.R.log"]
    for log in (ours, theirs):
        assert re.search(r'^< \{"t": "hello", "stack": "dummy"', log, re.M) and re.search(r'^> \{"t":"stop"\}$', log, re.M)
        assert re.search(r"^  good bye$", log, re.M), "standard error"
        told = [json.loads(line[2:]) for line in log.splitlines() if line.startswith("> ")]
        assert [line["t"] for line in told] == ["start", "signal", "signal", "signal", "stop"]
        assert told[1]["desc"]["ufrag"] == "dummy" and told[2]["cand"]["candidate"].startswith("candidate:1 1 ") and told[3]["cand"]["end"] is True
    assert '"role":"controlling","offerer":true' in ours and '"role":"controlled","offerer":false' in theirs
    assert "no JSON" in logs["babble.L.log"] and logs["babble.L.log"].count("x") == 200000, "a long line comes in pieces"
    assert "  Segmentation fault" in logs["crash.L.log"]


@live_only
def test_tshark_finds_nothing_wrong_in_what_real_programs_send(batch):
    captures = sorted((batch / "natsim-out" / "captures").glob("*.pcapng"))
    assert len(captures) > 20
    assert set(complaints(captures)) <= {"odd-lines.pcapng", "odd-lines-trickled.pcapng"}  # what odd.py says is malformed


@live_only
def test_the_signalling_of_processes_is_sip_with_sdp(batch):
    capture = batch / "natsim-out" / "captures" / "two-dummies.pcapng"
    messages = [f for f in fields(capture, "frame.interface_name", "sip.Method", "sip.Status-Code", "sdp.ice_candidate.address", display="sip")]
    assert ["L.signalling", "INVITE", "", "10.1.0.3"] in messages and ["R.signalling", "", "200", "10.1.0.4"] in messages
    assert any(m[1] == "ACK" for m in messages)


@live_only
def test_steps_meet_the_packets_of_processes(batch):
    def drops(name, reason):
        return fields(batch / "natsim-out" / "captures" / f"{name}.pcapng", "frame.comment", display=f'frame.comment contains "reason={reason}"')
    assert len(drops("first-ones-lost", "step")) == 3
    assert len(drops("link-down", "down")) > 10
    assert len(drops("nothing-passes", "step")) > 10


# --- flags ---

@live_only
def test_when_all_were_skipped_nothing_has_passed(natsim, scenario):
    run = natsim("run", scenario(CASES["absent"].replace(dummy(), "exec cat")))
    assert run.code == 1, run
    assert "1 case: 0 passed, 1 skipped" in run.out and "no such library: apt-get install it" in run.out


@live_only
def test_processes_take_the_place_of_a_suites_agents(natsim, results):
    run = natsim("run", "classic/five-types", "--filter", "left=full-cone,right=full-cone", "--filter", "left=symmetric,right=symmetric", "--jobs", 4,
                 "--agent-l", "stack natsim", "--agent-r", "stack natsim")
    assert run.code == 0, run
    assert sorted(c["path"] for c in results()["cases"]) == ["direct", "relayed"]
    assert all(a["stack"].startswith("natsim ") for c in results()["cases"] for a in c["agents"].values())


def test_a_step_that_a_process_cannot_take_skips_the_case(natsim, scenario, results):
    """It was written for our own agent; it says nothing of the process."""
    text = two_nats(steps="  - {at: 3s, send: {from: R, to: L}}\n  - {at: 4s, reoffer: {from: R}}\n")
    line = text[:text.index("send:")].count("\n") + 1
    run = natsim("run", scenario(text), "--agent-r", "stack natsim")
    [case] = results()["cases"]
    assert (run.code, case["outcome"], case["reason"]) == (1, "skip", f"line {line}: a process cannot be told to 'send'"), run


@live_only
def test_a_process_in_one_place_meets_ours_in_the_other(natsim, results):
    run = natsim("run", "classic/five-types", "--filter", "left=full-cone,right=symmetric", "--agent-r", "stack natsim")
    assert run.code == 0, run
    agents = results()["cases"][0]["agents"]
    assert agents["L"]["stack"] == "natsim" and agents["R"]["stack"].startswith("natsim ")


@live_only
def test_explain_shows_a_case_with_a_process(natsim):
    run = natsim("explain", "classic/five-types[left=none,right=none]", "--agent-r", "stack natsim")
    assert run.code == 0, run
    assert re.search(r"^ +\d+\.\d+ ms +R +selected +\S+ > \S+$", run.out, re.M), "what the process reports is in the timeline"
    assert re.search(r"^ +\d+\.\d+ ms +L +pair \d+", run.out, re.M), "and what ours does"


def test_runs_of_interop_are_counted_from_one(natsim, tmp_path):
    run = natsim("run", "interop", "--runs", "0")
    assert run.code == 2 and "--runs cannot be '0'" in run.err and os.listdir(tmp_path) == []


@live_only
def test_a_server_that_is_not_installed_is_skipped_with_what_to_install(natsim, scenario, results):
    run = natsim("run", scenario(CASES["coturn"]), env={"PATH": "/nowhere"})
    assert run.code == 1, run
    assert outcome(results()["cases"][0]) == ("skip", "turn: coturn is not installed: apt-get install coturn")


# --- what cannot be said in a scenario ---

WITH_EXEC = nats(path="direct")
WRONG = [
    (WITH_EXEC, "path: direct", "path: direct\n  explore: {first: 2, window: 5ms}", "explore",
     "'explore' needs virtual time, and real programs run in real time: leave it out"),
    *[(WITH_EXEC, "path: direct", f"path: direct\n  R: {{{key}: {value}}}", key,
       f"'{key}' of agent 'R': a process does not report this: expect state, selected, candidates or checks")
      for key, value in (("pairs", "[]"), ("peer-reflexive", '{local: ">= 1"}'))],
    (nats(R=None, path="direct"), "expect:", "  - {at: 1s, run: {at: R, command: 'true'}}\nexpect:", "at: 1s",
     "'run' at agent 'R': real programs cannot run beside natsim's agent, which is in the call: give the agent an 'exec', or run the program at another one"),
    (WITH_EXEC, "expect:", "  - {at: 1s, run: {at: turn, command: 'true'}}\nexpect:", "at: 1s",
     "'run' at server 'turn': real programs cannot run beside natsim's server: run the program at an agent, or at a server of kind coturn"),
    *[(WITH_EXEC, "expect:", f"  - {{at: 1s, {step}: {shape}}}\nexpect:", "at: 1s",
       f"'{step}' of agent 'L': a process cannot be told to do this: leave the step out")
      for step, shape in (("send", "{from: L, to: R}"), ("reoffer", "{from: L}"))],
    *[(WITH_EXEC, "  L: {exec:", f"  L: {{{key}: {value}, exec:", key, f"'{key}' has no effect: agent 'L' is a process, which is not told of it: leave it out")
      for key, value in (("ta", "60ms"), ("rto", "600ms"), ("consent", "off"), ("keepalive", "20s"), ("max-pairs", "5"), ("tie-breaker", "5"),
                         ("nomination-wait", "1s"), ("ice2", "false"), ("icmp-errors", "true"), ("mode", "full"), ("nomination", "regular"))],
    (WITH_EXEC, "expect:", "  - {at: 1s, run: {at: L, command: 'true', prints: []}}\nexpect:", "[]", "'prints' has no text: leave it out"),
    (WITH_EXEC, "expect:", "  - {after: L.check-sent, drop: {where: R}}\nexpect:", "after",
     "'L.check-sent': a process does not report this event: name offer-sent, "),
    (WITH_EXEC, "path: direct", "path: direct\n  never: [R.consent-lost]", "R.consent-lost",
     "'R.consent-lost': a process does not report this event: name offer-sent, "),
    (CASES["coturn"], "expect:", "  - {after: turn.allocated, drop: {where: L}}\nexpect:", "after",
     "'turn.allocated': coturn does not report this event: name an event of an agent"),
    (WITH_EXEC, "expect:", "  - {at: 1s, run: {at: L}}\nexpect:", "at: L", "'command' is missing"),
    (WITH_EXEC, "expect:", "  - {at: 1s, run: {at: nat-left, command: 'true'}}\nexpect:", "nat-left", "'nat-left' is"),
]


@pytest.mark.parametrize("text, old, new, word, complaint", WRONG, ids=[next(line for line in w[2].split("\n") if line[0] == " ").strip() for w in WRONG])
@pytest.mark.parametrize("command", ["lint", "run"])
def test_what_cannot_be_asked_of_real_programs(natsim, scenario, tmp_path, command, text, old, new, word, complaint):
    text = text.replace(old, new, 1)
    run = natsim(command, scenario(text))
    at = text.index(word, text.index(new))
    assert run.code == 2, run
    assert complaint in run.err.splitlines()[0]
    assert run.err.startswith(f"case.yaml:{text.count(chr(10), 0, at) + 1}:"), run
    assert os.listdir(tmp_path) == ["case.yaml"]


# --- nothing is left ---

def processes_with(mark):
    """Of ours: the processes whose command line has the mark, by number, with their network namespaces."""
    found = {}
    for p in Path("/proc").iterdir():
        try:
            if p.name.isdigit() and mark.encode() in (p / "cmdline").read_bytes() and b"dummy.py" not in (p / "comm").read_bytes():
                found[int(p.name)] = os.readlink(p / "ns" / "net")
        except OSError:
            pass
    return found


def all_namespaces():
    spaces = set()
    for p in Path("/proc").iterdir():
        try:
            if p.name.isdigit():
                spaces.add(os.readlink(p / "ns" / "net"))
        except OSError:
            pass
    return spaces


def until(condition, what):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        os.sched_yield()
    raise AssertionError(f"in vain: {what}")


def gone(pids):
    """Waits for the end of processes that are not ours to wait for."""
    deadline = time.monotonic() + WAIT
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended = select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]
        os.close(fd)
        if not ended:
            return False
    return True


@pytest.fixture
def mid_run(tmp_path):
    """A run in which two processes with grandchildren are at work: the run, the mark, and what has the mark."""
    mark = f"mark-{uuid.uuid4()}"
    (tmp_path / "dummy.py").write_text(DUMMY)
    (tmp_path / "a.yaml").write_text(lan(dummy("children", mark), dummy("children", mark)))
    (tmp_path / "b.yaml").write_text(lan(dummy(), dummy()))
    run = subprocess.Popen([NATSIM, "run", "a.yaml", "b.yaml", "--jobs", "1"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) # what a shell starts in the background ignores it
    logs = [tmp_path / "natsim-out" / "logs" / f"a.{name}.log" for name in "LR"]
    until(lambda: all(p.exists() and '"msg": "children"' in p.read_text() for p in logs), "both have started their children")
    found = processes_with(mark)
    assert len(found) >= 4 and len(set(found.values())) == 2, found
    assert os.readlink("/proc/self/ns/net") not in found.values()
    yield run, mark, found
    run.kill()
    run.communicate(timeout=WAIT)


def nothing_is_left(mark, found, devices):
    assert gone(found), "a process outlives the run"
    assert processes_with(mark) == {}
    until(lambda: not all_namespaces() & set(found.values()), "the namespaces are gone")
    assert set(os.listdir("/sys/class/net")) == devices


@live_only
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_of_a_killed_run_is_left(mid_run, how):
    run, mark, found = mid_run
    devices = set(os.listdir("/sys/class/net"))
    run.send_signal(how)
    run.communicate(timeout=WAIT)
    nothing_is_left(mark, found, devices)


@live_only
def test_nothing_of_a_killed_worker_is_left_and_the_next_case_runs(mid_run, results):
    run, mark, found = mid_run
    devices = set(os.listdir("/sys/class/net"))
    worker = int(Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()[0])
    os.kill(worker, signal.SIGKILL)
    out, err = run.communicate(timeout=WAIT)
    assert run.returncode == 3, (out, err)
    assert [(c["id"], *outcome(c)) for c in results()["cases"]] == [("a", "error", "the case crashed: signal 9"), ("b", "pass", "")]
    nothing_is_left(mark, found, devices)


@live_only
def test_nothing_is_left_when_a_case_ends(natsim, scenario, tmp_path):
    """What the agent started ends with the case; as long as it runs, its process is not waited for."""
    mark = f"mark-{uuid.uuid4()}"
    child = f"{PYTHON} -c 'import signal; signal.pause()' {mark}"
    run = natsim("run", scenario(machine(command=f"setsid setsid {child} <&- >&- 2>&- & echo there", prints="there")))
    assert run.code == 0, run
    assert processes_with(mark) == {}


@live_only
def test_twenty_pairs_at_once(natsim, scenario, results):
    run = natsim("run", scenario(nats("port-restricted-cone", "full-cone")), "--seeds", "1..20", "--jobs", 20)
    assert run.code == 0, run
    assert [c["path"] for c in results()["cases"]] == ["direct"] * 20


# --- without the rights ---

@pytest.fixture
def elsewhere(public):
    (public / "case.yaml").write_text(machine(command="id -u; cat /proc/net/dev", prints=["0\n", "eth0:"]))
    (public / "case.yaml").chmod(0o644)
    return public


# In a user namespace in which there can be no others.
NO_NAMESPACES = ["unshare", "--user", "--map-root-user", "sh", "-c", 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"', "sh"]


def with_device(directory, mode, *prefix):
    """A run in a mount namespace whose /dev/net has a tun device of that mode, or none."""
    make = f"mknod -m {mode} /dev/net/tun c 10 200 && " if mode else ""
    script = f"mount -t tmpfs none /dev/net && {make} exec \"$@\""
    probe = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], capture_output=True)
    if probe.returncode != 0:
        pytest.skip("needs root that may mount and make devices")
    return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", *prefix, "./natsim", "run", "case.yaml"], cwd=directory, capture_output=True, text=True,
                          timeout=WAIT, env={**os.environ, "NO_COLOR": "1"})


@live_only
@pytest.mark.parametrize("mode, prefix, code, text", [
    ("0666", NOBODY, 0, "1 passed"),
    ("0600", NOBODY, 1, "no real programs here: /dev/net/tun cannot be opened (Permission denied): run as root, or have an administrator run "
     "'chmod 0666 /dev/net/tun'"),
    (None, NOBODY, 1, "no real programs here: /dev/net/tun cannot be opened (No such file or directory): run as root, or have an administrator run "
     "'modprobe tun && chmod 0666 /dev/net/tun'"),
    (None, [], 1, "no real programs here: /dev/net/tun cannot be opened (No such file or directory): 'modprobe tun', or give the container /dev/net/tun"),
    ("0600", ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"], 0, "1 passed"),
    ("0600", NO_NAMESPACES, 1, "no real programs here: a namespace cannot be made (No space left on device): 'sysctl -w user.max_user_namespaces=10000'"),
], ids=["nobody", "nobody without the device's right", "nobody without a device", "root without a device", "root without CAP_SYS_ADMIN",
        "root without namespaces"])
def test_without_the_rights_the_reason_has_the_mend(elsewhere, mode, prefix, code, text):
    if prefix == NOBODY and subprocess.run([*NOBODY, "unshare", "-U", "true"], capture_output=True).returncode != 0:
        pytest.skip("no user namespaces here")
    run = with_device(elsewhere, mode, *prefix)
    assert run.returncode == code, run
    assert text in run.stdout, run
