"""The contract of adapters (tests/interop/README.md): a small program for each way to break it. Each is told at once, in one sentence that says who
it was, what was read and what is expected, and that sentence is the case's first reason, whatever came of the call."""

import json
import shlex
import sys

import pytest

from conftest import Run
from test_live import lan, live_only, outcome

pytestmark = [pytest.mark.xdist_group("live"), live_only]

# It does what an adapter does up to the point at which one of them goes wrong; afterwards it waits for 'stop'.
BEFORE = r'''
import json, os, sys, time

def say(t, **more):
    print(json.dumps({"t": t, **more}), flush=True)

def put(bytes):
    sys.stdout.buffer.write(bytes + b"\n")
    sys.stdout.flush()

def hello(**more):
    say("hello", **{"stack": "s", "kind": "ice", **more})

def started(**more):
    hello(**more)
    return next(line for line in map(json.loads, sys.stdin) if line["t"] == "start")

def described(**more):
    say("signal", desc={"type": "offer" if started()["offerer"] else "answer", "ufrag": "abcd", "pwd": 22 * "p", **more})

def candidate(**more):
    say("signal", cand={"candidate": "candidate:1 1 udp 2130706431 10.1.0.3 50000 typ host", **more})

def end():
    say("signal", cand={"end": True})

def gathered():
    described()
    candidate()
    end()
'''
AFTER = r'''
if not any(json.loads(line)["t"] == "stop" for line in sys.stdin):
    time.sleep(60)
say("bye")
'''

FIRST = """{"t":"hello","kind":"ice"} is expected first, with its stack and version"""
OUT = """one line of JSON in UTF-8 is expected"""
FREE = "what is free to say is for 'log' or standard error"
END = '{"t":"signal","cand":{"end":true}} is expected'

# name: (the program's body, the sentence about it)
BREACHES = {
    # hello
    "no-hello": ('say("open")', f"""its first line is no 'hello' but {{"t":"open"}}: {FIRST}"""),
    "bye-first": ('say("bye")\nsys.exit(0)', f"""its first line is no 'hello' but {{"t":"bye"}}: {FIRST}"""),
    "kind-mistyped": ('hello(kind="icee")', """'hello' has "kind":"icee" where "ice" or "webrtc" is expected: did you mean "ice"?"""),
    "kind-missing": ('say("hello", stack="s")', """'hello' has no "kind": "ice" or "webrtc" is expected"""),
    "kind-of-another-type": ("hello(kind=5)", """'hello' has "kind":5 where "ice" or "webrtc" is expected"""),
    "trickle-of-another-type": ('hello(trickle="yes")', """'hello' has "trickle":"yes" where true or false is expected"""),
    "caps-unknown": ('hello(caps=["restarts"])', """'hello' has "caps":["restarts"] where a list of "restart" is expected"""),
    "stack-too-long": ('hello(stack=61 * "s")', f"""'hello' has "stack":"{61 * "s"}" where one line of text of at most 60 bytes is expected, such as "libnice\""""),
    "key-unknown": ('hello(trikle=True)', """'hello' has "trikle":true, a key that is not its own: did you mean "trickle"?"""),
    "hello-twice": ("hello()\nhello()", "a second 'hello': it is said once, first"),
    # bytes
    "nul-byte": (r"""put(b'{"t":"hello","stack":"a\0b","kind":"ice"}')""", f"""a message has a NUL byte at byte 24: {{"t":"hello","stack":"a?b","kind":"ice"}}: {OUT}"""),
    "utf-16": (r"""put('{"t":"lo"}'.encode("utf-16-le"))""", f"""a message has a NUL byte at byte 2: {{?"?t?"?:?"?l?o?"?}}?: {OUT}"""),
    "not-utf-8": (r"""put(b'{"t":"hello","stack":"caf\xe9","kind":"ice"}')""", """a message is not UTF-8 at byte 26: {"t":"hello","stack":"caf\\xe9","kind":"ice"}: write it in UTF-8, or its characters as \\u00e4"""),
    "byte-order-mark": (r"""put(b'\xef\xbb\xbf{"t":"hello","kind":"ice"}')""", f"a message begins with a byte order mark: {OUT}, without one"),
    "pretty-printed": ("""print(json.dumps({"t": "hello", "kind": "ice"}, indent=2), flush=True)""", "a message ends before its last }: {: one object, all on one line, is expected"),
    "python-printed": ("""print({"t": "hello", "kind": "ice"}, flush=True)""", "a message is no JSON from byte 2 on: {'t': 'hello', 'kind': 'ice'}: one object of JSON a line is expected"),
    "two-on-a-line": ("""put(b'{"t":"lo"}{"t":"lo"}')""", """more follows a message on its line: {"t":"lo"}{"t":"lo"}: one object a line is expected"""),
    "key-twice": ("""put(b'{"t":"lo","t":"lo"}')""", """a message has a key twice: {"t":"lo","t":"lo"}: each key is said once"""),
    "too-long": ("""hello()\nput(b'{"t":"log","msg":"' + 70000 * b"x" + b'"}')""", "a message is longer than 65535 bytes: one object a line of at most so many is expected"),
    # messages
    "message-unknown": ('hello()\nsay("select")', """"t":"select" is no message of an adapter: did you mean "selected"?"""),
    "natsims-message": ('hello()\nsay("stop")', """"t":"stop" is no message of an adapter: "hello", "lo", "signal", "state", "selected", "open", "data", "log" or "bye\""""),
    "t-missing": ('hello()\nprint("{}", flush=True)', """a message has no "t": {}: it says which message it is: "hello", "lo", "signal", "state", "selected", "open", "data", "log" or "bye\""""),
    "state-unknown": ('started()\nsay("state", ice="conected")', """'state' has "ice":"conected" where "new", "checking", "connected", "completed", "disconnected", "failed" or "closed" is expected: did you mean "connected"?"""),
    "state-missing": ('started()\nsay("state")', """'state' has no "ice": the state of ICE is expected, such as "ice":"checking\""""),
    "data-missing": ('started()\nsay("open")\nsay("data", ok=True)', """'data' has no "n": a whole number from 0 to 999999 is expected, such as 20"""),
    "open-unknown-key": ('started()\nsay("open", port=5)', f"""'open' has "port":5, a key that is not its own: it has "t" alone; {FREE}"""),
    # signalling
    "signal-empty": ('started()\nsay("signal")', """'signal' has neither "desc" nor "cand": one of them is expected"""),
    "desc-of-the-other-kind": ('started()\nsay("signal", desc={"type": "offer", "sdp": "v=0"})', """"desc" of kind ice has "sdp":"v=0", a key that is not its own but the other kind's: is the "kind" of 'hello' right?"""),
    "sdp-without-credentials": ('started(kind="webrtc")\nsay("signal", desc={"type": SIDE, "sdp": "v=0"})', """"sdp" has no a=ice-ufrag or no a=ice-pwd of at most 256 bytes: both are expected"""),
    "desc-type": ('described(type="answer" if SIDE == "offer" else "offer")', None),  # its sentence names the side's
    "desc-before-start": ("""put(b'{"t":"hello","kind":"ice"}\\n{"t":"signal","desc":{"type":"offer","ufrag":"a","pwd":"p"}}')""", "'signal' before natsim's 'start': an adapter waits for 'start' before it gathers and describes itself"),
    "desc-twice": ('described()\nsay("signal", desc={"type": "offer", "ufrag": "abcd", "pwd": 22 * "p"})', """a second "desc": an adapter describes itself once, and again when natsim's 'restart' or a new offer asks for it"""),
    "cand-before-desc": ("started()\ncandidate()", """"cand" before "desc": an adapter describes itself first, then it tells its candidates"""),
    "cand-of-no-desc": ('described()\nsay("signal", cand={"candidate": "candidate:1 1 udp 1 10.1.0.3 50000 typ host", "ufrag": "other"})', """"cand" has "ufrag":"other" where "abcd" is expected, that of its latest description"""),
    "cand-null": ('described()\nsay("signal", cand=None)', """'signal' has "cand":null where an object is expected, such as {"candidate":"candidate:..."} or {"end":true}"""),
    "cand-after-end": ("gathered()\ncandidate()", """a "candidate" after "end":true: the end is told after the last candidate"""),
    "end-twice": ("gathered()\nend()", """a second "end":true: the end of the candidates is told once"""),
    "end-missing": ("described()\ncandidate()", f"the end of its candidates is missing 15 s after the last of them: {END}"),
    # pair and data
    "selected-type": ("""gathered()\nsay("selected", local={"type": "hots"}, remote={"type": "host"})""", """"local" of 'selected' has "type":"hots" where "host", "srflx", "prflx" or "relay" is expected: did you mean "host"?"""),
    "selected-address": ("""gathered()\nsay("selected", local={"type": "host", "addr": "a.local", "port": 5}, remote={"type": "host"})""", """"local" of 'selected' has "addr":"a.local" where an IP address is expected, such as "10.1.0.2", or null where the stack hides it"""),
    "data-before-open": ("""gathered()\nsay("data", ok=True, n=20)""", "'data' before 'open': an adapter says 'open' when it begins to send probes"),
    "open-twice": ("""gathered()\nsay("open")\nsay("open")""", "a second 'open': it is said once, when data can be sent"),
    # ends
    "bye-before-start": ("""put(b'{"t":"hello","kind":"ice"}\\n{"t":"bye"}')""", "'bye' before natsim's 'start': an adapter is expected to run until natsim's 'stop'"),
    "bye-before-desc": ('started()\nsay("bye")\nsys.exit(0)', "'bye' before its description: an adapter is expected to run until natsim's 'stop'"),
    "bye-before-end": ('described()\nsay("bye")\nsys.exit(0)', "'bye' before the end of its candidates: an adapter is expected to run until natsim's 'stop'"),
    "output-closed": ("described()\nos.close(1)\ntime.sleep(60)", "it closed its standard output and went on: it is expected to stay open until 'bye'"),
    "output-closed-at-once": ("os.close(1)\ntime.sleep(60)", "it closed its standard output and went on: it is expected to stay open until 'bye'"),
}

# What the contract does not speak of costs nothing, and what it has nothing to say about is no breach.
ENDS = {
    "ends-before-end": ("described()\nsys.exit(0)", "{side}: its process ended with status 0 before it was told to stop, and before the end of its candidates"),
    "ends-before-desc": ("started()\nsys.exit(0)", "{side}: its process ended with status 0 before it was told to stop"),
}
SILENT = {
    "silent": ("time.sleep(60)", "nothing"),
    "chatty": ("print('ready to go', flush=True)\ntime.sleep(60)", "no message, at last 'ready to go'"),
    "unflushed": ("""print('{"t":"hello","kind":"ice"}')\ntime.sleep(60)""", "nothing"),
}


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    """Each program in turn as L and as R; our own agent is at the other end."""
    directory = tmp_path_factory.mktemp("contract")
    where = {}
    for i, (name, (body, _)) in enumerate({**BREACHES, **ENDS, **SILENT}.items()):
        side = where[name] = "LR"[i % 2]
        called = f"SIDE = {'offer' if side == 'L' else 'answer'!r}\n"
        (directory / f"{name}.py").write_text(BEFORE + called + body + AFTER)
        command = f"exec {shlex.quote(sys.executable)} {name}.py"  # a shell between would keep standard output open
        (directory / f"{name}.yaml").write_text(lan(command if side == "L" else None, command if side == "R" else None))
    run = Run(["run", ".", "--jobs", 16], directory, timeout=200)
    assert run.code == 1, run
    cases = json.loads((directory / "natsim-out" / "results.json").read_text())["cases"]
    return {c["id"]: (where[c["id"]], c) for c in cases}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_the_first_reason_and_at_once(sides, name):
    side, case = sides[name]
    sentence = BREACHES[name][1]
    if name == "desc-type":
        own, other = ("offer", "answer") if side == "L" else ("answer", "offer")
        sentence = f'"desc" has "type":"{other}" where "{own}" is expected: natsim\'s \'start\' said "offerer":{"true" if side == "L" else "false"}'
    assert outcome(case) == ("fail", f"{side} broke the contract of adapters: {sentence}")
    assert case["virtual_ms"] < (40_000 if name == "end-missing" else 25_000), "nobody waits for what is settled"
    assert case["reasons"][:1] in ([], [case["reason"]])


@pytest.mark.parametrize("name", ENDS)
def test_an_end_says_what_was_missing(sides, name):
    side, case = sides[name]
    assert outcome(case) == ("fail", ENDS[name][1].format(side=side)) and case["virtual_ms"] < 25_000


@pytest.mark.parametrize("name", SILENT)
def test_who_says_no_hello_is_told_what_was_read(sides, name):
    side, case = sides[name]
    assert outcome(case) == ("fail", f"{side} broke the contract of adapters: it has not said 'hello' within 30 s of its start: "
                             f'{{"t":"hello","kind":"ice"}} is expected as its first line, flushed; it printed {SILENT[name][1]}')
