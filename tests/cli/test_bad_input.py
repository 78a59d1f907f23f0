"""Bad input: the exit code of the language, the exact place, the cure, and nothing half-written."""

import json
import os
import resource
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import NATSIM, NOBODY, SUITES, fields, two_nats

GOOD = two_nats()


def place(text, word, nth=0):
    """line:column of the nth time that the word stands in the text."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(word, at + 1)
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def caret(line, column):
    return f"    {line}\n    {' ' * (column - 1)}^\n"


# (what is replaced, by what, the word that is complained of, the complaint)
WRONG = [
    ("L: {on: home-left,", "L: {on: home-left, position: [1, 2],", "position", "unknown key 'position': it belongs to the attachment, as in {on: NETWORK, position: ...}"),
    ("claim:", "claim", "claim", "not YAML: could not find expected ':': write a colon and a space after the key, as in claim: TEXT"),
    ("{at: 0s, call", "{after: 60s, call", "60s", "'60s' is a time, not an event: write at: 60s, or an event with delay: 60s"),
    ("{at: 0s, call", "{at: L.gathered, call", "L.gathered", "'L.gathered' is an event, not a time: write after: L.gathered"),
    ("delay: 20ms", "delay: 20ms, queue: 10", "queue", "'queue' has no effect without 'rate': nothing waits: add rate: 10Mbit, or leave it out"),
    ("path: direct", "path: direct\n  M: {state: new}", "M:", "'M' is neither an expectation nor an agent"),
    ("expect:", "  - {at: 1s, partition: {between: [L, R], and: [turn, R]}}\nexpect:", "R]}}", "'R' is on both sides: leave it out on one of them"),
    ("expect:", "  - {at: 1s, drop: {where: platform}}\nexpect:", "{at: 1s",
     "'drop' has no effect at 'platform', a platform, which signalling reaches by links of its own: use 'signalling' or 'partition'"),
    ("expect:", "  - {at: 1s, server: {at: platform, do: stop}}\nexpect:", "{at: 1s", "'server' has no effect at 'platform'"),
    ("path: direct", "path: direct\n  never: [stun.allocated]", "stun.allocated",
     "'stun.allocated' cannot happen: the server is no TURN server: name another event, or leave it out"),
    ("users: {alice: secret}", "secret: north, users: {alice: secret}", "{alice", "'users' and 'secret' exclude each other: leave one out"),
    ("users: {alice: secret}", "secret: north", "secret}", "'password' has no effect: server 'turn' has a secret, from which it is made: write valid: 60s instead"),
    ("user: alice, password: secret", "user: alice, valid: 60s", "60s", "'valid' needs a server with a secret, and 'turn' has none: write secret: TEXT at the server, or password"),
    ("users: {alice: secret}", "secret: north", "secret}", "'password' has no effect: server 'turn' has a secret"),
    ("kind: stun}", "kind: stun, secret: x}", "secret", "'secret' has no effect on a STUN server: write kind: turn"),
    ("expect:", "  - {at: 1s, server: {at: turn, do: revoke}}\nexpect:", "{at: turn", "'revoke' needs 'user': write user: NAME"),
    ("expect:", "  - {at: 1s, server: {at: turn, do: revoke, user: alicia}}\nexpect:", "alicia", "server 'turn' has no user 'alicia': did you mean 'alice'?"),
    ("expect:", "  - {at: 1s, server: {at: turn, do: reset, user: alice}}\nexpect:", "user: alice}}", "'user' means nothing to 'reset': leave it out"),
    ("expect:", "  - {at: 1s, server: {at: stun, do: revoke, user: alice}}\nexpect:", "alice}}", "server 'stun' has no user 'alice'"),
    ("expect:", "  - {at: 1s, move: {at: L, to: internet, address: 203.0.113.2}}\nexpect:", "203.0.113.2",
     "203.0.113.2 on network 'internet' is the address of 'nat-left', which does not move: give another address, or none"),
    ("expect:", "  - {at: 1s, move: {at: L, to: home-right, address: 10.3.0.9}}\nexpect:", "10.3.0.9", "10.3.0.9 is not an address of a host in 10.2.0.0/24, the prefix of 'home-right'"),
    ("expect:", "  - {at: 1s, move: {at: L, to: nowhere}}\nexpect:", "nowhere", "unknown network 'nowhere'"),
    ("expect:", "  - {at: 1s, move: {at: platform, to: home-left}}\nexpect:", "{at: 1s", "'move' has no effect at 'platform', a platform, "),
    ("expect:", "  - {after: L.moved, drop: {where: L}}\nexpect:", "{after", "'L.moved' cannot happen: no step moves it"),
    ("expect:", "  - {after: stun.allocated, drop: {where: L}}\nexpect:", "{after", "'stun.allocated' cannot happen: the server is no TURN server"),
    ("nat: full-cone", "nat: {preset: full-cone, ipv6: none}", "ipv6", "'ipv6' has no effect: the networks of gateway 'nat-left' have no IPv6 on both sides"),
    ("seed: 1", "sed: 1", "sed", "unknown key 'sed': did you mean 'seed'?"),
    ("delay: 20ms", "dealy: 20ms", "dealy", "unknown key 'dealy': did you mean 'delay'?"),
    ("delay: 20ms", "colour: red", "colour", "unknown key 'colour': a network has ipv4, "),
    ("seed: 1", "claim: again", "claim: again", "duplicate key 'claim': it is already in line 2"),
    ("delay: 20ms", "delay: 20", "20}", "'20' has no unit: write 20ms"),
    ("delay: 20ms", "loss: 10", "10}", "'10' has no unit: write 10%"),
    ("delay: 20ms", "rate: 10", "10}", "'10' has no unit: write 10Mbit"),
    ("delay: 20ms", "delay: soon", "soon", "'soon' is not a time: a time is a number and ns, us, ms, s, m or h"),
    ("delay: 20ms", "loss: 101%", "101%", "write 0% to 100%"),
    ("nat: full-cone", "nat: full-con", "full-con", "unknown preset 'full-con': did you mean 'full-cone'?"),
    ("nat: full-cone", "nat: {mapping: endpoint-independent}", "{mapping", "'filtering' is missing"),
    ("nat: full-cone", "nat: {preset: symmetric, ports: overload}", "{preset", "'ports: overload' shares the port of an endpoint-independent mapping"),
    ("on: home-left", "on: home-lft", "home-lft", "unknown network 'home-lft': did you mean 'home-left'?"),
    ("{at: 0s, call: {from: L, to: R}}", "{at: 0s, call: {from: L, to: Q}}", "Q", "unknown agent 'Q'"),
    ("203.0.113.0/24", "203.0.113.0/33", "203.0.113.0/33", "'203.0.113.0/33' is not an IPv4 prefix: write it as in 203.0.113.0/24"),
    ("natsim: 1", "natsim: 2", "2", "'natsim: 2' is not in this version: write natsim: 1"),
    ("claim:", "matrix: {x: [1]}\nclaim:", "x: [1]", "axis 'x' is not used: write \"${x}\" where its value belongs, or leave it out"),
    ("nat: full-cone", "nat: \"${y}\"", "\"${y}", "unknown axis 'y'"),
    ("path: direct", "path: sideways", "sideways", "unknown value 'sideways' of 'path': write one of direct, relayed, none, oracle"),
    ("path: direct", "path: direct\n  L: {state: done}", "done", "unknown value 'done' of 'state'"),
    ("path: direct", "path: direct\nexpect-where:\n  - {when: {left: none}, path: none}", "left: none", "unknown axis 'left': name it in 'matrix'"),
    ("expect:", "  - {at: 1s, explode: {agent: L}}\nexpect:", "explode", "unknown key 'explode': a step has at, after, "),
    ("kind: platform}", "kind: platform}\n  spare: {on: internet, kind: stun}", "spare", "no agent names server 'spare'"),
    ("expect:", "  - {at: 0s, drop: {where: nat-left, filter: upd}}\nexpect:", "upd", "upd"),
    ("internet: {", "void: {ipv4: 192.0.2.0/24}\n  internet: {", "void", "nobody is on network 'void': attach somebody, or leave it out"),
    ("delay: 20ms", "medium: wfi", "wfi", "unknown value 'wfi' of 'medium': did you mean 'wifi'?"),
    ("delay: 20ms", "medium: token-ring", "token-ring", "unknown value 'token-ring' of 'medium': write one of switch, p2p, csma, wifi"),
    ("delay: 1ms", "medium: p2p, jitter: 1ms", "jitter", "a p2p network has no 'jitter': leave out 'medium', or 'jitter'"),
    ("delay: 1ms", "medium: p2p, duplicate: 1%", "duplicate", "a p2p network has no 'duplicate': leave out 'medium', or 'duplicate'"),
    ("delay: 1ms", "medium: csma, rate: 1Mbit, reorder: 1%", "reorder", "a csma network has no 'reorder': leave out 'medium', or 'reorder'"),
    ("delay: 1ms", "medium: p2p, wifi: {}", "wifi", "a p2p network has no 'wifi': write medium: wifi"),
    ("delay: 1ms", "wifi: {stations: 0}", "wifi", "a switch has no 'wifi': write medium: wifi"),
    ("delay: 1ms", "burst-loss: {chance: 1%}", "burst-loss", "a switch has no 'burst-loss': write medium: p2p, or csma"),
    ("delay: 1ms", "medium: p2p, loss: 1%, burst-loss: {chance: 1%}", "burst-loss", "'loss' and 'burst-loss' on one network: leave out one of them"),
    ("delay: 1ms", "medium: p2p, burst-loss: {packets: 2}", "{packets", "'chance' is missing: 'burst-loss' needs it"),
    ("delay: 1ms", "medium: p2p, burst-loss: {chance: 1%, packets: 0..2}", "0..2", "'0..2' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number"),
    ("delay: 1ms", "medium: csma", "medium", "a csma network needs a rate: one sends at a time: write rate: 100Mbit"),
    ("delay: 1ms", "medium: csma, rate: 1Mbit, mtu: 1501", "1501", "an MTU of 1501 is too large for a csma network: write 1500 or less"),
    ("delay: 1ms", "medium: wifi, mtu: 2297", "2297", "an MTU of 2297 is too large for a wifi network: write 2296 or less"),
    ("delay: 1ms", "medium: wifi, delay: 1ms", "delay", "a wifi network has no 'delay': leave it out: distance makes it"),
    ("delay: 1ms", "medium: wifi, rate: 1Mbit", "rate", "a wifi network has no 'rate': leave it out: the standard has its rates"),
    ("delay: 1ms", "medium: wifi, loss: 1%", "loss", "a wifi network has no 'loss': leave it out: distance and contention make it"),
    ("delay: 1ms", "medium: wifi, burst-loss: {chance: 1%}", "burst-loss", "a wifi network has no 'burst-loss': write medium: p2p, or csma"),
    ("delay: 1ms", "medium: wifi, wifi: {standard: 802.11z}", "802.11z", "unknown value '802.11z' of 'standard': did you mean '802.11a'?"),
    ("delay: 1ms", "medium: wifi, wifi: {standard: 802.11ax, control: aarf}", "aarf", "'aarf' supports the rates of 802.11a, b and g only: write control: minstrel, ideal or slowest"),
    ("delay: 1ms", "medium: wifi, wifi: {tx-power: -21}", "-21", "-21 is out of range for 'tx-power': write a whole number from -20 to 40"),
    ("delay: 1ms", "medium: wifi, wifi: {path-loss: 6.001}", "6.001", "6.001 is out of range for 'path-loss': write a number from 1 to 6"),
    ("delay: 1ms", "medium: wifi, wifi: {stations: 8}", "stations", "'stations' without 'station-rate': give the rate of each station, as in station-rate: 2Mbit"),
    ("{on: home-left, stun", "{on: {on: home-left, position: [0, 0]}, stun", "position", "'position' on network 'home-left', which is not on Wi-Fi: write 'medium: wifi' in line 6, or leave it out"),
    ("outside: internet", "outside: {on: internet, walk: []}", "walk", "'walk' on network 'internet', which is not on Wi-Fi: write 'medium: wifi' in line 5, or leave it out"),
    ("delay: 20ms", "medium: p2p, delay: 20ms", "medium", "5 are on p2p network 'internet', and a line has two ends: write medium: csma, or give each pair a line of its own"),
]


@pytest.mark.parametrize("old, new, word, complaint", WRONG, ids=[w[1].split("\n")[-1] for w in WRONG])
def test_the_place_and_the_cure(natsim, scenario, old, new, word, complaint):
    text = GOOD.replace(old, new, 1)
    run = natsim("lint", scenario(text))
    assert run.code == 2, run
    start = text.index(new)
    at = text.index(word, start)
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    first, *rest = run.err.splitlines(keepends=True)
    assert first.startswith(f"case.yaml:{line}:{column}: "), run
    assert complaint in first
    assert "".join(rest[:2]) == caret(text.splitlines()[line - 1], column)


WIFI = two_nats().replace("home-left: {ipv4: 10.1.0.0/24, delay: 1ms}", "home-left: {ipv4: 10.1.0.0/24, medium: wifi}") \
    .replace("L: {on: home-left", "L: {on: {on: home-left, position: [5, 0]}")


@pytest.mark.parametrize("new, word, complaint", [
    ("position: [5]", "[5]", "this is not a position: write [x, y] or [x, y, z], in metres"),
    ("position: [5, up]", "up", "'up' is not a number: write a number from -100000 to 100000"),
    ("position: [5, 0.0001]", "0.0001", "'0.0001' has too many digits: write a number from -100000 to 100000, with at most 3 decimals"),
    ("position: [5, 0, 100001]", "100001", "100001 is out of range for 'position': write a number from -100000 to 100000"),
    ("position: [5, 0], walk: []", "walk", "'position' and 'walk' of one attachment: leave out one of them"),
    ("walk: [{at: 0s, position: [0, 0]}]", "[{", "a walk of 1 waypoints: write 2 to 1000, as in [{at: 0s, position: [0, 0]}, {at: 60s, position: [50, 0]}]"),
    ("walk: [{at: 1s, position: [0, 0]}, {at: 1000ms, position: [0, 0]}]", "1000ms", "the waypoint at '1000ms' does not come after the one before it: put the waypoints in order of time"),
    ("walk: [{at: 0s, position: [0, 0]}, {at: 1s}]", "{at: 1s", "'position' is missing: a waypoint needs it"),
])
def test_where_it_is(natsim, scenario, new, word, complaint):
    assert natsim("lint", scenario(WIFI)).code == 0
    text = WIFI.replace("position: [5, 0]", new)
    run = natsim("lint", scenario(text))
    at = text.index(word, text.index(new))
    column = at - text.rfind("\n", 0, at)
    assert run.code == 2 and run.err.startswith(f"case.yaml:{text.count(chr(10), 0, at) + 1}:{column}: {complaint}\n"), run


@pytest.mark.parametrize("medium, agent, trouble", [
    ("medium: wifi, wifi: {stations: 1, station-rate: 1Mbit}", "home-left", "stations that load its Wi-Fi"),
    ("medium: wifi", "{on: home-left, walk: [{at: 0s, position: [0, 0]}, {at: 9s, position: [9, 0]}]}", "a walk on Wi-Fi"),
    ("medium: p2p, burst-loss: {chance: 10%, packets: 5}", "home-left", "loss of 50% or more"),
])
def test_the_oracle_cannot_speak_of_chance(natsim, scenario, medium, agent, trouble):
    text = two_nats(path="oracle").replace("home-left: {ipv4: 10.1.0.0/24, delay: 1ms}", f"home-left: {{ipv4: 10.1.0.0/24, {medium}}}") \
        .replace("L: {on: home-left", f"L: {{on: {agent}")
    run = natsim("lint", scenario(text))
    assert run.code == 2 and run.err.startswith(f"case.yaml:{place(text, 'oracle')}: 'oracle' cannot predict a case with {trouble}: "
                                                "write path: direct, relayed or none\n"), run


def test_a_cycle_of_networks(natsim, scenario):
    text = GOOD.replace("nat-left: {inside: home-left, outside: internet", "nat-left: {inside: home-left, outside: home-right")
    text = text.replace("nat-right: {inside: home-right, outside: internet", "nat-right: {inside: home-right, outside: home-left")
    run = natsim("run", scenario(text))
    assert run.code == 2
    assert run.err.startswith(f"case.yaml:{place(text, 'nat-left')}: the outside of gateway 'nat-left' leads back to its inside 'home-left': "
                              "choose an outside network nearer to the internet\n"), run


UNBUILT = [
    ("stun: [stun]", "stun: [stun], mode: lite", "lite"),
    ("stun: [stun]", "stun: [stun], nomination: aggressive", "aggressive"),
    ("stun: [stun]", "stun: [stun], tcp: [active]", "tcp"),
    ("stun: [stun]", "stun: [stun], interfaces: [{kind: vpn, via: R}]", "interfaces"),
    ("stun: [stun]", "stun: [stun], streams: 2", "streams: 2"),
    ("stun: [stun]", "stun: [stun], components: 2", "components: 2"),
    ("user: alice,", "user: alice, transport: tcp,", "tcp"),
    ("user: alice,", "user: alice, transport: tls,", "tls"),
    ("kind: turn,", "kind: turn, transports: [udp, tcp],", "tcp"),
    ("nat: full-cone", "nat: {preset: full-cone, port-control: [pcp]}", "port-control"),
    ("nat: full-cone", "nat: nat64", "nat64"),
    ("nat: full-cone", "nat: nptv6", "nptv6"),
    ("expect:", "  - {at: 1s, restart: {agent: L, stream: 2}}\nexpect:", "stream: 2"),
]


@pytest.mark.parametrize("old, new, what", UNBUILT, ids=[u[1].split("\n")[-1] for u in UNBUILT])
def test_what_is_not_in_this_version_says_so(natsim, scenario, old, new, what):
    text = GOOD.replace(old, new, 1)
    run = natsim("lint", scenario(text))
    assert run.code == 2, run
    first = run.err.splitlines()[0]
    word = what.split(": ")[-1] if ": " in what else what
    line = text.count("\n", 0, text.index(new) + new.rindex(word)) + 1
    assert first.startswith(f"case.yaml:{line}:") and first.endswith(f"'{what}' is not in this version"), run


@pytest.mark.parametrize("args, complaint", [
    (["check", "a.pcapng"], "not in this version: 'check': 'natsim --help' lists what there is"),
    (["sweep"], "how many worlds? give --worlds N, or their numbers by --seeds A..B"), (["sweep", "--worlds", "0"], "--worlds cannot be '0': a number from 1 to 1000000"),
    (["sweep", "--agent-l", "x" * 32768], "natsim: a command of more than 32767 bytes after '--agent-l': put it into a file"), (["run", "--worlds", "1"], "--worlds has no effect on 'run'"),
    (["sweep", "--worlds", "1", "--list", "--out", "x"], "'--list' runs no world"), (["serve"], "not in this version: 'serve'"), (["diff", "a"], "diff takes two runs, not 1: natsim diff OLD NEW"), (["diff", "a", "b"], "a: No such file or directory: give the --out directory of a run"),
    (["interop", "classic"], "natsim: interop takes no arguments: --filter selects among its cases"), (["serve"], "not in this version: 'serve'"),
    (["run", "--shard", "mpi"], "--shard 'mpi': no launcher has set a rank (OMPI_COMM_WORLD_RANK, PMI_RANK or SLURM_PROCID): mpirun natsim run ... --shard mpi"),
    (["run", "--agent-l="], "a command is missing after '--agent-l': what starts the process, as for a shell"), (["run", "--agent-r"], "a value is missing after '--agent-r'"),
    (["run", "--runs", "0"], "--runs cannot be '0': a number from 1 to"), (["run", "--runs", "many"], "--runs cannot be 'many'"),
    (["runn"], "no such command 'runn': did you mean 'run'?"), (["xyzzy"], "no such command 'xyzzy': 'natsim --help' lists them"),
    ([], "a command is missing after 'natsim': 'natsim --help' lists them"),
    (["run", "--filtre", "x"], "no such flag '--filtre': did you mean '--filter'?"),
    (["run", "--jobs"], "a value is missing after '--jobs'"), (["run", "--jobs", "0"], "--jobs cannot be '0': a number from 1 to 256"),
    (["run", "--seed", "-1"], "--seed cannot be '-1'"), (["run", "--seeds", "5..1"], "--seeds cannot be '5..1': A..B"),
    (["run", "--shard", "4/3"], "--shard cannot be '4/3': I/N, as in 1/3, or mpi"), (["run", "--capture", "some"], "--capture cannot be 'some': all, failed or none"),
    (["run", "--capture-format", "erf"], "--capture-format cannot be 'erf': pcapng or pcap"),
    (["run", "--carrier", "pigeon"], "--carrier cannot be 'pigeon': builtin or ns3"),
    (["run", "--until", "5"], "--until cannot be '5': a time with its unit, as in 30s"),
    (["run", "--stats=yes"], "takes no value: '--stats=yes'"), (["run", "--seed", "1", "--seeds", "1..2"], "--seed does not go with '--seeds'"),
    (["run", "--out="], "--out cannot be ''"), (["presets", "x"], "too many arguments: 'x'"),
    (["explain"], "explain takes one case"), (["merge"], "merge: no directory is given"),
    (["merge", "nowhere"], "nowhere/cases.jsonl: No such file or directory: give the --out directory of a run"),
    (["lint", "nowhere.yaml"], "nowhere.yaml: no such file, directory or suite: 'natsim list' shows what there is"),
    (["lint", "clasic"], "clasic: no such file, directory or suite: did you mean 'classic'?"),
    (["lint", "/dev/null"], "the file is empty: a scenario begins with 'natsim: 1'"),
    (["lint", "/dev/zero"], "the file has more than 4 MiB: a scenario is small"),
    (["classify", "no-such-policy"], "no policy that translates has 'no-such-policy' in its name: 'natsim presets' lists the presets"),
    (["classify", "full-cone", "xyzzy"], "no policy that translates has 'xyzzy' in its name"),
    (["list", "--out", "x"], "--out has no effect on 'list': leave it out; it is a flag of run, interop, merge, sweep"),
    (["run", "classic", "--filter", "left=none", "--filter", "left=nun"], "--filter 'left=nun' selects no case: leave it out"),
    (["list", "classic", "--tag", "classic", "--tag", "clasic"], "--tag 'clasic' selects no case: leave it out"),
    (["run", "--json"], "--json has no effect on 'run': leave it out; it is a flag of bench"),
    (["rules", "--seed", "3"], "rules takes flags with scenarios alone: name files, folders or suites"),
])
def test_a_wrong_command_line(natsim, tmp_path, args, complaint):
    run = natsim(*args)
    assert run.code == 2, run
    assert complaint in run.err
    assert os.listdir(tmp_path) == []


def test_a_directory_without_scenarios(natsim, tmp_path):
    (tmp_path / "empty").mkdir()
    run = natsim("run", "empty")
    assert (run.code, run.err) == (2, "empty: holds no scenario: scenario files end in .yaml\n")


def test_nothing_runs_before_every_file_is_valid(natsim, scenario, tmp_path):
    scenario(GOOD, "a.yaml")
    scenario(GOOD.replace("seed: 1", "sed: 1"), "b.yaml")
    run = natsim("run", "a.yaml", "b.yaml")
    assert run.code == 2 and run.err.startswith("b.yaml:3:1: ")
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml"]


def bomb():
    """Nine levels of ten aliases each: a thousand million texts when written out."""
    lines = ["natsim: 1", "claim: x", "a: &a [" + ",".join(["x"] * 10) + "]"]
    for n in range(1, 10):
        was, name = chr(96 + n), chr(97 + n)
        lines.append(f"{name}: &{name} [" + ",".join([f"*{was}"] * 10) + "]")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("content, complaint", [
    (GOOD.encode() + b"#" * 10_000_000, ":1:1: the file has more than 4 MiB: a scenario is small: use a matrix, or several files"),
    (b"natsim: 1\nclaim: " + b"[" * 100_000, ":2:71: nested deeper than 64 levels"),
    (b"natsim: 1\nclaim: " + b"{a: " * 50_000, "nested deeper than 64 levels"),
    (bomb(), "values, with aliases expanded"),
    (b"\x7fELF\x02\x01\x01\0\0\0" + bytes(range(256)) * 20, ":1:1: byte 0x7f: not a text file: a scenario is YAML in UTF-8"),
    (b"natsim: 1\nclaim: \"a\0b\"\n", ":2:10: byte 0x00: not a text file"),
    ("natsim: 1\n".encode("utf-16"), ":1:1: byte 0xff: not a text file"),
    (b"", ":1:1: the file is empty"),
    (b"natsim: 1\nclaim: &a [*a]\n", ":2:12: there is no anchor 'a' before this alias"),
    (GOOD.encode()[:400], "case.yaml:"),
    (b"--- {}\n--- {}\n", "document"),
    (b"- natsim\n", "mapping"),
], ids=["10 MB", "deep list", "deep map", "alias bomb", "binary", "NUL", "UTF-16", "empty", "alias of itself", "cut", "two documents", "a list"])
def test_a_hostile_file_costs_little(natsim, tmp_path, content, complaint):
    (tmp_path / "case.yaml").write_bytes(content)
    start = time.monotonic()
    run = natsim("run", "case.yaml", timeout=20)
    assert time.monotonic() - start < 5
    assert run.code == 2, run
    assert complaint in run.err
    assert len(run.err) < 20_000 and not any(ord(c) < 32 and c not in "\t\n" for c in run.err)
    assert os.listdir(tmp_path) == ["case.yaml"]


@pytest.mark.parametrize("command", ["run", "lint", "list"])
def test_a_directory_with_what_is_no_file(natsim, tmp_path, command):
    for place in ("fifo/in", "device"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "a.yaml").write_text(GOOD)
    os.mkfifo(tmp_path / "fifo" / "in" / "b.yaml")
    (tmp_path / "device" / "b.yaml").symlink_to("/dev/zero")
    for argument, path in (("fifo", "fifo/in/b.yaml"), ("device", "device/b.yaml")):
        run = natsim(command, argument, timeout=20)
        assert run.code == 2 and f"{path}: no regular file: take it out of the directory, or give the others by their names\n" in run.err, run
        assert run.err.count("\n") == 1, run
    assert sorted(os.listdir(tmp_path)) == ["device", "fifo"]


def test_a_scenario_that_is_named_may_come_through_a_pipe(natsim, tmp_path):
    (tmp_path / "case.txt").write_text(GOOD)
    done = subprocess.run(["bash", "-c", '"$0" lint <(cat case.txt)', NATSIM], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done


# --- outputs that cannot be written ---

def files(directory):
    return sorted(os.path.relpath(os.path.join(base, n), directory) for base, _, names in os.walk(directory) for n in names)


@pytest.mark.parametrize("out", ["case.yaml", "case.yaml/under", "/proc/natsim", "/dev/null"])
def test_out_that_is_no_directory(natsim, scenario, tmp_path, out):
    run = natsim("run", scenario(GOOD), "--out", out)
    assert run.code == 3, run
    assert run.err.startswith(f"natsim: {out}: cannot be written (") and run.err.endswith("): give another --out\n")
    assert files(tmp_path) == ["case.yaml"] and (tmp_path / "case.yaml").read_text() == GOOD


def test_out_without_permission(public):
    (public / "locked").mkdir()
    (public / "locked").chmod(0o555)
    (public / "case.yaml").write_text(GOOD)
    (public / "case.yaml").chmod(0o644)
    done = subprocess.run([*NOBODY, "./natsim", "run", "case.yaml", "--out", "locked/out"], cwd=public, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "locked/out: cannot be written (Permission denied)" in done.stderr


def test_full_standard_output(scenario, tmp_path):
    name = scenario(GOOD)
    for args in (["run", name], ["list", name], ["schema"], ["presets"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([NATSIM, *args], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 3, args
        assert "No space left on device" in done.stderr


@pytest.mark.parametrize("closed, code", [("<&-", 0), (">&-", 3), ("2>&-", 0), ("<&- >&- 2>&-", 3)])
def test_closed_standard_descriptors_do_not_end_in_our_files(natsim, scenario, tmp_path, closed, code):
    name = scenario(GOOD)
    done = subprocess.run(["bash", "-c", f"'{NATSIM}' run {name} {closed}"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == code, done
    lines = (tmp_path / "natsim-out" / "cases.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["case"]


def run_with_small_files(tmp_path, limit, *args):
    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run([NATSIM, *args], cwd=tmp_path, capture_output=True, text=True, timeout=60, preexec_fn=small)


def test_files_that_may_not_grow(natsim, scenario, results, tmp_path):
    """As a full disk does, writes begin to fail in the middle: captures fit, reports do not."""
    name = scenario(GOOD)
    assert natsim("run", name, "--capture", "none").code == 0
    sizes = {f: (tmp_path / "natsim-out" / f).stat().st_size for f in files(tmp_path / "natsim-out")}
    limit = sizes["report.html"] - 1
    assert limit > max(size for f, size in sizes.items() if f != "report.html")
    done = run_with_small_files(tmp_path, limit, "run", name, "--capture", "none")
    assert done.returncode == 3, done
    assert "report.html: cannot be written (File too large): free the disk, or give another --out" in done.stderr
    assert "report: " not in done.stdout
    assert not any(f.endswith(".part") for f in files(tmp_path))
    assert not (tmp_path / "natsim-out" / "report.html").exists(), "what an earlier run left is gone, and half a report is none"


def test_a_capture_that_cannot_be_written_is_that_cases_error(scenario, results, tmp_path):
    done = run_with_small_files(tmp_path, 20_000, "run", scenario(GOOD))
    assert done.returncode == 3
    out = tmp_path / "natsim-out"
    lines = [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines() if line.endswith("}")]
    if lines:
        assert lines[0]["outcome"] == "error" and lines[0]["reason"] == "the capture cannot be written (File too large)"
    assert os.listdir(out / "captures") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk(natsim, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)], capture_output=True).returncode != 0:
        pytest.skip("no right to mount")
    try:
        run = natsim("run", "classic", "--out", "disk/out")
        assert run.code == 3, run
        assert "cannot be written (No space left on device): free the disk, or give another --out" in run.err
        assert not any(f.endswith(".part") for f in files(disk))
        for capture in (disk / "out" / "captures").iterdir():
            assert len(fields(capture, "frame.number")) > 100, "a capture is whole or not there"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- a run that is killed ---

def is_said_to_be_part(out, part):
    doc = json.loads((out / "results.json").read_text())
    root = ElementTree.parse(out / "junit.xml").getroot()
    suites = root.findall("testsuite")
    page = (out / "report.html").read_text()
    for key, each in (("tests", "testcase"), ("errors", "testcase/error"), ("failures", "testcase/failure")):
        assert int(root.get(key)) == len(root.findall(f"testsuite/{each}")) == sum(int(s.get(key)) for s in suites)
    return (list(doc)[-1] == "partial" and doc["partial"] is True and f'"part":"{part}"' in page and f"<noscript><p>{part}, " in page
            and [e.get("message") for e in suites[-1].findall("testcase/error")] == [part])


def test_a_killed_run_is_mended_by_merge(natsim, tmp_path):
    """Nobody reads on after twenty lines, so the pipe fills and the run cannot end before it is killed."""
    run = subprocess.Popen([NATSIM, "run", "classic", "--filter", "left=none,right=none", "--seeds", "1..4000", "--out", "out", "--jobs", "1"],
                           cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    for _ in range(20):
        assert "pass" in run.stdout.readline()
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert not (tmp_path / "out" / "results.json").exists()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".natsim-run", "captures", "cases.jsonl"]
    finished = (tmp_path / "out" / "cases.jsonl").read_bytes().count(b"\n")
    assert 20 <= finished < 4000
    merged = natsim("merge", "out")
    assert merged.code == 3, merged
    part = f"part of a run: {finished} of 4000 cases"
    assert f"{finished} cases: {finished} passed\n{part}\n" in merged.out
    assert f"natsim: {finished} of the 4000 cases of the run are here: it had not finished\n" in merged.err
    assert is_said_to_be_part(tmp_path / "out", part)
    doc = json.loads((tmp_path / "out" / "results.json").read_text())
    assert doc["summary"] == {"pass": finished, "fail": 0, "error": 0, "skip": 0}
    assert [c["seed"] for c in doc["cases"]] == list(range(1, finished + 1))
    assert (tmp_path / "out" / "report.html").exists() and (tmp_path / "out" / "junit.xml").exists()
    assert all((tmp_path / "out" / c["capture"]).exists() for c in doc["cases"])


def test_a_log_cut_in_the_middle_of_a_line(natsim, tmp_path):
    assert natsim("run", "classic", "--out", "out").code == 0
    log = tmp_path / "out" / "cases.jsonl"
    log.write_bytes(log.read_bytes()[:-100])
    run = natsim("merge", "out", "--out", "merged")
    assert run.code == 3, run
    assert "24 of the 25 cases of the run are here" in run.err and is_said_to_be_part(tmp_path / "merged", "part of a run: 24 of 25 cases")
    assert "out/cases.jsonl:25: the last line is cut: that case had not finished" in run.err
    assert json.loads((tmp_path / "merged" / "results.json").read_text())["summary"]["pass"] == 24


def test_a_log_whose_capture_is_elsewhere(natsim, tmp_path):
    """The log may come from anybody: no file outside of the directory is copied or drawn."""
    assert natsim("run", "classic", "--filter", "left=none,right=none", "--out", "out").code == 0
    log = tmp_path / "out" / "cases.jsonl"
    line = json.loads(log.read_text())
    for name in ("/etc/passwd", "captures/../../secret.pcapng"):
        log.write_text(json.dumps({**line, "capture": name}) + "\n")
        run = natsim("merge", "out", "--out", "merged")
        assert run.code == 2 and "out/cases.jsonl:1: 'capture' must be captures/NAME.pcapng or .pcap, as natsim names captures" in run.err, run
    assert not (tmp_path / "merged").exists()


def test_a_damaged_log(natsim, tmp_path):
    (tmp_path / "out").mkdir()
    log = tmp_path / "out" / "cases.jsonl"
    for line, complaint in (("hello\n", "out/cases.jsonl:1: not a line of a run: give the --out directory of a run"),
                            ('{"order": 0, "id": 5}\n', "out/cases.jsonl:1: ")):
        log.write_text(line)
        run = natsim("merge", "out")
        assert run.code == 2 and complaint in run.err, run
    log.write_text("")
    run = natsim("merge", "out")
    assert run.code == 2 and "out: holds no finished case" in run.err
    assert files(tmp_path) == ["out/cases.jsonl"]


def test_a_link_that_is_up_already_is_a_warning(natsim, scenario):
    """Who looks for the steps that matter leaves out one after the other."""
    step = "  - {at: 1s, link: {at: nat-left, set: %s}}\n"
    text = two_nats(steps=step % "up")
    lint = natsim("lint", scenario(text))
    assert lint.code == 0 and "warning: 'set: up' has no effect: no step sets this attachment down: leave it out" in lint.err
    lint = natsim("lint", scenario(two_nats(steps="  - {at: 500ms, link: {at: nat-left.outside, set: down}}\n" + step % "up")))
    assert lint.code == 0 and "warning" not in lint.err


def test_renomination_of_one_agent_alone_is_a_warning(natsim, scenario):
    """Both agents need the option; those of a suite may differ in it."""
    text = two_nats().replace("  L: {", "  L: {renomination: on, ", 1)
    lint = natsim("lint", scenario(text))
    assert lint.code == 0 and "warning: 'renomination' of agent 'L' has no effect: agent 'R' has not that option: write renomination: on in line" in lint.err
    lint = natsim("lint", scenario(text.replace("  R: {", "  R: {renomination: on, ", 1)))
    assert lint.code == 0 and "warning" not in lint.err


def test_a_key_of_a_bystander_is_a_warning(natsim, scenario):
    """An agent that is not in the call may still be one for a call of another day: lint says what has no effect, and the case runs."""
    text = GOOD.replace("steps:", "  M: {on: internet, ta: 60ms}\nsteps:\n  - {at: 0s, inject: {at: M, as: '203.0.113.9:1', to: '203.0.113.8:2', hex: ff}}")
    scenario(text)
    lint = natsim("lint", "case.yaml")
    assert lint.code == 0 and f"case.yaml:{place(text, 'ta:')}: warning: 'ta' has no effect: agent 'M' is not in the call: leave it out" in lint.err
    assert natsim("run", "case.yaml").code == 0
