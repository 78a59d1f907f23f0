"""Carriers: the same scenario under both gives the same bytes; what only one can do, the other refuses with its place.

Tests that need ns-3 are skipped where its module is not built; tests/ns3/run.sh builds it first, and then nothing is skipped."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from conftest import NATSIM, NOBODY, SUITES, fields, random_worlds, two_nats
from test_live import live_only
from test_workers import LONG, busy_worker, start

MODULE = NATSIM.parent / "natsim-ns3.so"
needs_ns3 = pytest.mark.skipif(not MODULE.exists() and os.environ.get("CARRIERS") != "all", reason="ns-3 is not built: bash tests/ns3/run.sh installs and builds it, and runs these")


def bytes_of(out, capture):
    return (out / "captures" / capture).read_bytes()


def cases(out):
    """The cases of results.json, without the name of the carrier, and without the numbers of the frames that why_not speaks of: carriers may
    write two of one instant in another order."""
    doc = json.loads((out / "results.json").read_text())
    for entry in (entry for c in doc["cases"] for entry in c["why_not"]):
        entry.pop("packet")
    return [{k: v for k, v in c.items() if k != "carrier"} for c in doc["cases"]]


# --- without the module ---

@pytest.fixture
def lonely(tmp_path):
    """The program without its module beside it."""
    shutil.copy(NATSIM, tmp_path / "natsim")

    def run(*args):
        return subprocess.run([tmp_path / "natsim", *args], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    return run


def test_without_the_module_the_error_names_the_package(lonely, tmp_path):
    run = lonely("run", "classic", "--carrier", "ns3")
    assert run.returncode == 2
    assert run.stderr == "--carrier ns3: natsim-ns3.so is not here: 'bash natsim/ns3/setup.sh' installs Debian's libns3-dev and builds it\n"
    assert not (tmp_path / "natsim-out").exists()
    assert "(carriers: builtin)" in lonely("--version").stdout


def test_a_module_that_cannot_be_loaded_or_is_of_another_build_is_said(lonely, tmp_path):
    (tmp_path / "natsim-ns3.so").write_text("no library")
    run = lonely("run", "classic", "--carrier", "ns3")
    assert run.returncode == 2 and "natsim-ns3.so: file too short: 'bash natsim/ns3/setup.sh'" in run.stderr
    (tmp_path / "other.c").write_text("const struct { unsigned long long abi; const char *a, *b; const void *c; } nt_carrier_module = {1, \"0.9.0\", \"x\", 0};\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "natsim-ns3.so", "other.c"], cwd=tmp_path, check=True)
    run = lonely("explain", "gathering/pacing", "--carrier", "ns3")
    assert run.returncode == 2 and "is of another build of natsim: bash natsim/ns3/setup.sh builds both again" in run.stderr


def test_a_module_that_may_not_be_read_is_said(public):
    os.close(os.open(public / "natsim-ns3.so", os.O_CREAT, 0o000))
    (public / "case.yaml").write_text(two_nats())
    (public / "case.yaml").chmod(0o644)
    run = subprocess.run([*NOBODY, "./natsim", "run", "case.yaml", "--carrier", "ns3"], cwd=public, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and run.stderr.endswith("natsim-ns3.so: Permission denied\n"), run


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_a_module_that_was_cut_off_is_said(lonely, tmp_path, keep):
    """As a full disk leaves it: the loader would touch pages that are not there."""
    (tmp_path / "m.c").write_text("char room[1000000] = {1};\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "natsim-ns3.so", "m.c"], cwd=tmp_path, check=True)
    library = (tmp_path / "natsim-ns3.so").read_bytes()
    (tmp_path / "natsim-ns3.so").write_bytes(library[:int(len(library) * keep)])
    run = lonely("run", "classic", "--carrier", "ns3")
    assert run.returncode == 2 and run.stderr.endswith("natsim-ns3.so is not whole: remove it, and 'bash natsim/ns3/setup.sh' builds it again\n"), run
    assert "(carriers: builtin)" in lonely("--version").stdout


VIRTUAL = sorted(d.name for d in SUITES.iterdir() if d.name not in ("interop", "radio"))
MOVES = {p for p in SUITES.rglob("*.yaml") if re.search(r"^  - \{.*\bmove: \{", p.read_text(), re.M)}  # ns-3's nodes stay where they are
EXPLORES = [p for p in sorted(SUITES.rglob("*.yaml")) if re.search(r"^  explore:", p.read_text(), re.M)]
LINE = two_nats().replace("{ipv4: 10.1.0.0/24, delay: 1ms}", "{ipv4: 10.1.0.0/24, MEDIUM}")


@pytest.mark.parametrize("medium, word, complaint", [
    ("medium: csma, rate: 10Mbit", "medium: csma", "the built-in carrier has no 'csma': use --carrier ns3, or leave out 'medium'"),
    ("medium: wifi", "medium: wifi", "the built-in carrier has no 'wifi': use --carrier ns3, or leave out 'medium'"),
    ("medium: p2p, burst-loss: {chance: 1%}", "burst-loss", "the built-in carrier has no 'burst-loss': use --carrier ns3, or write 'loss'"),
])
def test_what_the_built_in_carrier_cannot_model_is_skipped_or_refused_by_lint(natsim, scenario, results, tmp_path, medium, word, complaint):
    text = LINE.replace("MEDIUM", medium)
    line = text[:text.index(word)].count("\n") + 1
    column = text.index(word) - text.rfind("\n", 0, text.index(word))
    run = natsim("lint", "--carrier", "builtin", scenario(text))
    assert (run.code, run.out) == (2, "") and run.err.startswith(f"case.yaml:{line}:{column}: {complaint}\n"), run
    assert not (tmp_path / "natsim-out").exists()
    run = natsim("run", "case.yaml")
    assert run.code == 1 and f"skip case: {complaint}\n" in run.out, run
    [case] = results()["cases"]
    assert (case["outcome"], case["reason"], case["at"], case["capture"]) == ("skip", complaint, {"line": line, "packet": 0}, None)
    run = natsim("explain", "case.yaml")
    assert run.code == 1 and f"skip case: {complaint}" in run.out, run
    run = natsim("list", "case.yaml", "--carrier", "builtin")
    assert (run.code, run.out) == (0, "") and run.err == "natsim: 1 case cannot be run by this carrier: 'natsim lint --carrier' says why\n"
    for flags in ([], ["--carrier", "ns3"]):
        assert natsim("lint", "case.yaml", *flags).code == 0 and natsim("list", "case.yaml", *flags).out == "case\n"
    assert natsim("lint", EXPLORES[0]).code == 0 and natsim("lint", EXPLORES[0], "--carrier", "ns3").code == 2


# --- with it ---


@needs_ns3
def test_every_suite_gives_the_same_bytes_under_both_carriers(natsim, tmp_path):
    """Verdicts, selected types, times to the nanosecond: networks without a medium are one thing under both."""
    for suite in VIRTUAL:
        shutil.copytree(SUITES / suite, tmp_path / "suites" / suite, ignore=lambda d, names: [n for n in names if Path(d) / n in MOVES.union(EXPLORES)])
    count = None
    for carrier in ("builtin", "ns3"):
        run = natsim("run", "suites", "--carrier", carrier, "--out", carrier, timeout=500)
        assert run.code == 0, run
        count = re.search(r"^(\d+) cases: \1 passed$", run.out, re.M).group(1)
    assert int(count) >= 800
    assert cases(tmp_path / "builtin") == cases(tmp_path / "ns3")
    names = sorted(os.listdir(tmp_path / "builtin" / "captures"))
    assert names == sorted(os.listdir(tmp_path / "ns3" / "captures")) and len(names) == int(count)
    assert [n for n in names if bytes_of(tmp_path / "builtin", n) != bytes_of(tmp_path / "ns3", n)] == []


@needs_ns3
def test_random_worlds_give_the_same_results_under_both_carriers(natsim, tmp_path):
    (tmp_path / "worlds").mkdir()
    # ns-3 cannot move an attachment to another network.
    worlds = [w for w in random_worlds(1, 600) if not any("move" in step for step in w["steps"])][:500]
    for world in worlds:
        (tmp_path / "worlds" / f"world-{world['seed']:04}.yaml").write_text(json.dumps(world))
    for carrier in ("builtin", "ns3"):
        natsim("run", "worlds", "--carrier", carrier, "--out", carrier, "--capture", "none", timeout=300)
    assert len(cases(tmp_path / "builtin")) == 500
    assert cases(tmp_path / "builtin") == cases(tmp_path / "ns3")


# The outer NAT turns L's check round as it came: the inner one sees its own address as the source, a martian, and says nothing to itself.
TO_ITSELF = """natsim: 1
claim: A gateway does not take a packet from its own address, and does not speak to it.
networks:
  internet: {ipv4: 203.0.113.0/24, delay: 20ms}
  between: {ipv4: 10.9.0.0/24, MEDIUM}
  home: {ipv4: 10.1.0.0/24, delay: 1ms}
gateways:
  outer: {inside: between, outside: internet, nat: {mapping: endpoint-independent, filtering: endpoint-independent, hairpin: internal-source}}
  inner: {inside: home, outside: between, nat: {mapping: address-and-port-dependent, filtering: address-and-port-dependent, unsolicited: reject}}
servers:
  stun: {on: internet, kind: stun}
  platform: {on: internet, kind: platform}
agents:
  L: {on: home, stun: [stun]}
  R: {on: home, stun: [stun]}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 0s, drop: {where: L, filter: "dst net 10.1.0.0/24", for: 60s}}
  - {at: 0s, drop: {where: R, filter: "dst net 10.1.0.0/24", for: 60s}}
expect:
  packets:
    - {at: inner.outside, direction: in, filter: "udp and src host 10.9.0.2 and dst host 10.9.0.2", count: "> 0"}
    - {at: inner.outside, filter: "icmp", count: 0}
    - {at: inner.inside, direction: out, filter: "udp and src host 10.9.0.2", count: 0}
  limit: 120s
"""


@needs_ns3
@pytest.mark.parametrize("medium", ["delay: 5ms", "medium: p2p, delay: 5ms", "medium: csma, delay: 1ms, rate: 10Mbit", "medium: wifi"])
def test_a_packet_from_the_gateway_itself_ends_there(natsim, scenario, medium):
    run = natsim("run", scenario(TO_ITSELF.replace("MEDIUM", medium)), "--carrier", "ns3")
    assert run.code == 0, run


@needs_ns3
def test_exploration_is_skipped_with_its_reason(natsim):
    assert EXPLORES
    for path in EXPLORES:
        run = natsim("run", path, "--carrier", "ns3")
        assert run.code == 1 and "1 case: 0 passed, 1 skipped" in run.out, run
        assert "the carrier ns3 cannot run other orders of deliveries ('explore'): use --carrier builtin" in run.out, run


SENDS = """  - {at: 3s, send: {from: L, to: R, bytes: 997, count: 100, interval: 5ms}}
  - {at: 3s, send: {from: R, to: L, bytes: 203, count: 100, interval: 5ms}}
"""


@needs_ns3
@pytest.mark.parametrize("rate", ["64kbit", "999983bit", "1234567bit", "1Mbit", "3Mbit", "333333333bit", "1Gbit", "3200Mbit"])
def test_a_line_has_the_same_times_and_full_queues_under_both_carriers(natsim, scenario, tmp_path, rate):
    """medium: p2p is ns-3's device, queue and channel there, ours here: each packet at the same nanosecond, the same ones dropped. Packets of
    one nanosecond may come in another order: ns-3 plans an arrival when a frame begins to be sent, we when it enters the queue."""
    text = LINE.replace("MEDIUM", f"medium: p2p, rate: {rate}, delay: 3ms, queue: 20").replace("steps:\n", "steps:\n" + SENDS) + '  data: {lost: ">= 0"}\n'
    for carrier in ("builtin", "ns3"):
        run = natsim("run", scenario(text), "--carrier", carrier, "--out", carrier)
        assert run.code == 0, run
    frames = [sorted(fields(tmp_path / carrier / "captures" / "case.pcapng", "frame.time_epoch", "frame.interface_name", "ip.src", "ip.dst", "ip.id", "ip.len",
                            "udp.checksum", "frame.comment")) for carrier in ("builtin", "ns3")]
    assert len(frames[0]) > 800 and frames[0] == frames[1]
    drops = len(fields(tmp_path / "ns3" / "captures" / "case.pcapng", "frame.number", display='frame.comment contains "reason=queue"'))
    assert (drops > 0) == (rate in ("64kbit", "999983bit", "1234567bit", "1Mbit"))


@needs_ns3
@pytest.mark.parametrize("medium", ["medium: p2p, ", ""])
def test_links_and_partitions_cut_the_same_packets_under_both_carriers(natsim, scenario, tmp_path, medium):
    """Queues, and packets under way, when links go down and partitions begin."""
    steps = SENDS + """  - {at: 3055ms, link: {at: L.0, set: down}}
  - {at: 3123ms, link: {at: L.0, set: up}}
  - {at: 3200ms, partition: {between: [R], and: [nat-right], for: 22ms}}
  - {at: 3245ms, partition: {between: [L], and: [nat-left], for: 22ms}}
  - {at: 3333ms, link: {at: nat-left.inside, set: down}}
  - {at: 3370ms, link: {at: nat-left.inside, set: up}}
"""
    text = LINE.replace("MEDIUM", f"{medium}rate: 1Mbit, delay: 13ms, queue: 20").replace("steps:\n", "steps:\n" + steps) + '  data: {lost: "> 30"}\n'
    for carrier in ("builtin", "ns3"):
        run = natsim("run", scenario(text), "--carrier", carrier, "--out", carrier)
        assert run.code == 0, run
    frames = [sorted(fields(tmp_path / carrier / "captures" / "case.pcapng", "frame.time_epoch", "frame.interface_name", "ip.src", "ip.dst", "ip.id", "frame.comment"))
              for carrier in ("builtin", "ns3")]
    assert frames[0] == frames[1]
    reasons = {re.search(r"reason=(\S+) detail=\"([^\"]*)", f[-1]).groups() for f in frames[0] if "reason=" in f[-1]}
    assert {("down", "the attachment is down"), ("down", "the attachment that it would arrive at is down")} <= reasons
    assert "partition" in {name for name, _ in reasons}


CUT = """natsim: 1
claim: What waits in a device is lost with its link.
networks:
  cell:  {ipv4: 10.1.0.0/24, MEDIUM, queue: 100}
  left:  {ipv4: 10.2.0.0/24}
  right: {ipv4: 10.3.0.0/24}
gateways:
  a: {inside: left,  outside: cell, nat: none}
  b: {inside: right, outside: cell, nat: none}
agents:
  L: {on: left,  role: controlling, consent: off, keepalive: 200s}
  R: {on: right, role: controlled,  consent: off, keepalive: 200s}
servers:
  platform: {on: cell, kind: platform}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 5s, send: {from: L, to: R, count: 3000, interval: 100us, bytes: 1200}}
  - {at: 5050ms, link: {at: a.outside, set: down}}
  - {at: 5150ms, link: {at: a.outside, set: up}}
  - {at: 5200ms, partition: {between: [a], and: [b], for: 50ms}}
  - {at: 5270ms, link: {at: b.outside, set: down}}
  - {at: 5280ms, link: {at: b.outside, set: up}}
expect:
  data: {lost: "> 1700"}
"""


@needs_ns3
@pytest.mark.parametrize("medium", ["medium: wifi", "medium: csma, rate: 20Mbit"])
def test_links_and_partitions_on_the_air_and_on_a_bus(natsim, scenario, tmp_path, results, medium):
    """Nothing arrives while it must not, and each datagram that does not has its reason."""
    run = natsim("run", scenario(CUT.replace("MEDIUM", medium)), "--carrier", "ns3")
    assert run.code == 0, run
    capture = tmp_path / "natsim-out" / "captures" / "case.pcapng"
    arrivals = [float(t) for [t] in fields(capture, "frame.time_relative", display='frame.interface_name == "b.outside" && frame.len == 1228')]
    assert arrivals and not [t for t in arrivals if 5.051 < t < 5.15 or 5.2 < t < 5.25 or 5.27 < t < 5.28]
    dropped = [c for [c] in fields(capture, "frame.comment", display='frame.interface_name == "a.outside" && frame.len == 1228 && frame.comment contains "drop"')]
    assert len(dropped) == 3000 - len(arrivals) == results()["cases"][0]["data"]["lost"]
    assert {re.search(r"reason=(\S+)", c).group(1) for c in dropped} == {"down", "partition", "queue"}
    assert any("it would arrive at" in c for c in dropped)


def one_way(natsim, scenario, tmp_path, medium, out, *flags):
    """Which of 2,000 datagrams from L were lost, in order, with their reasons."""
    text = LINE.replace("MEDIUM", medium).replace("steps:\n", "steps:\n  - {at: 3s, send: {from: L, to: R, bytes: 100, count: 2000, interval: 1ms}}\n")
    run = natsim("run", scenario(text + '  data: {lost: ">= 0"}\n'), "--carrier", "ns3", "--out", out, *flags)
    assert run.code == 0, run
    return [re.search(r"reason=(\S+)", c).group(1) if c else None for [c] in
            fields(tmp_path / out / "captures" / "case.pcapng", "frame.comment", display='frame.interface_name == "L.0" && frame.len == 128 && ip.src == 10.1.0.2 && !stun')]


def bursts(fates):
    return [len(b) for b in re.findall("x+", "".join("x" if f else "." for f in fates))]


@needs_ns3
@pytest.mark.parametrize("kind", ["medium: p2p", "medium: csma, rate: 100Mbit"])
def test_losses_come_in_bursts_when_they_should(natsim, scenario, tmp_path, kind):
    together = one_way(natsim, scenario, tmp_path, kind + ", burst-loss: {chance: 1%, packets: 4..6}", "together")
    alone = one_way(natsim, scenario, tmp_path, kind + ", loss: 5%", "alone")
    assert len(together) == len(alone) == 2000
    assert set(together) == set(alone) == {None, "loss"}
    assert 40 < sum(map(bool, together)) < 200 and 60 < sum(map(bool, alone)) < 140
    lengths = bursts(together)
    # Bursts that touch look like one; the first may have begun before.
    assert sum(4 <= n <= 6 for n in lengths[1:-1]) >= 0.9 * len(lengths[1:-1]), lengths
    assert sum(n == 1 for n in bursts(alone)) > 0.8 * len(bursts(alone))


@needs_ns3
@pytest.mark.parametrize("medium", ["medium: p2p, burst-loss: {chance: 1%, packets: 4..6}", "medium: csma, rate: 10Mbit, loss: 5%",
                                    "medium: wifi, wifi: {stations: 3, station-rate: 6Mbit}"])
def test_the_same_seed_gives_the_same_bytes_and_another_others(natsim, scenario, tmp_path, medium):
    fates = one_way(natsim, scenario, tmp_path, medium, "a")
    one_way(natsim, scenario, tmp_path, medium, "b", "--jobs", "1")
    assert bytes_of(tmp_path / "a", "case.pcapng") == bytes_of(tmp_path / "b", "case.pcapng")
    one_way(natsim, scenario, tmp_path, medium, "c", "--seed", "2")
    assert bytes_of(tmp_path / "a", "case.pcapng") != bytes_of(tmp_path / "c", "case.pcapng")
    assert len(fates) == 2000


@needs_ns3
def test_the_environment_changes_nothing(natsim, scenario, tmp_path):
    """ns-3 would take its seed and its models' settings from there."""
    medium = "medium: p2p, burst-loss: {chance: 1%, packets: 4..6}"
    one_way(natsim, scenario, tmp_path, medium, "a")
    os.environ["NS_GLOBAL_VALUE"] = "RngSeed=77"
    os.environ["NS_ATTRIBUTE_DEFAULT"] = "ns3::BurstErrorModel::ErrorRate=0.5"
    try:
        one_way(natsim, scenario, tmp_path, medium, "b")
    finally:
        del os.environ["NS_GLOBAL_VALUE"], os.environ["NS_ATTRIBUTE_DEFAULT"]
    assert bytes_of(tmp_path / "a", "case.pcapng") == bytes_of(tmp_path / "b", "case.pcapng")


@needs_ns3
def test_a_case_does_not_depend_on_the_cases_before_it(natsim, scenario, tmp_path):
    """One simulator after the other in a process: each begins as the first."""
    text = two_nats().replace("home-left:  {ipv4: 10.1.0.0/24, delay: 1ms}", "").replace("{ipv4: 10.1.0.0/24, delay: 1ms}", "{ipv4: 10.1.0.0/24, medium: wifi, wifi: {stations: 3, station-rate: 6Mbit, standard: \"${s}\"}}")
    text = text.replace("seed: 1\n", "seed: 1\nmatrix:\n  s: [802.11a, 802.11b, 802.11g, 802.11n, 802.11ac, 802.11ax]\n")
    scenario(text)
    assert natsim("run", "case.yaml", "--carrier", "ns3", "--jobs", "1", "--out", "all").code == 0
    for s in ("802.11a", "802.11ax", "802.11n"):
        assert natsim("run", "case.yaml", "--carrier", "ns3", "--filter", f"s={s}]", "--out", s).code == 0
        assert bytes_of(tmp_path / s, f"case_s_{s}_.pcapng") == bytes_of(tmp_path / "all", f"case_s_{s}_.pcapng")


@needs_ns3
def test_another_attachment_changes_no_draw_of_a_line(natsim, scenario, tmp_path):
    medium = "medium: p2p, burst-loss: {chance: 1%, packets: 4..6}"
    plain = LINE.replace("MEDIUM", medium)
    more = plain.replace("gateways:\n", "  island: {ipv4: 198.51.100.0/24, medium: csma, rate: 10Mbit, loss: 5%}\ngateways:\n") \
        .replace("steps:\n", "  M: {on: island}\n  N: {on: island}\nsteps:\n  - {at: 1s, link: {at: M.0, set: down}}\n  - {at: 1s, link: {at: N.0, set: down}}\n")
    frames = []
    for name, text in (("plain", plain), ("more", more)):
        text = text.replace("steps:\n", "steps:\n  - {at: 3s, send: {from: L, to: R, bytes: 100, count: 500, interval: 1ms}}\n") + '  data: {lost: ">= 0"}\n'
        run = natsim("run", scenario(text, name + ".yaml"), "--carrier", "ns3", "--out", name)
        assert run.code == 0, run
        frames.append(fields(tmp_path / name / "captures" / f"{name}.pcapng", "frame.time_epoch", "frame.len", "frame.comment", display='frame.interface_name == "L.0"'))
    assert frames[0] == frames[1] and any("reason=loss" in f[2] for f in frames[0])


@needs_ns3
def test_results_and_report_name_the_carrier(natsim, scenario, tmp_path, results):
    assert natsim("run", scenario(two_nats()), "--carrier", "ns3").code == 0
    assert results()["cases"][0]["carrier"] == "ns3"
    assert "natsim explain case --carrier ns3 --seed 1" in (tmp_path / "natsim-out" / "report.html").read_text()
    assert natsim("run", "case.yaml").code == 0
    assert "carrier" not in results()["cases"][0]
    assert re.search(r"\(carriers: builtin, ns3 \(ns-3 3\.\d+\)\)", natsim("--version").out)
    assert natsim("explain", "case.yaml", "--carrier", "ns3").code == 0


@needs_ns3
def test_a_crashed_case_says_how_to_run_it_again(scenario, tmp_path, results):
    scenario(LONG)
    run = start(tmp_path, "run", "case.yaml", "--carrier", "ns3", "--jobs", 1, "--capture", "none")
    os.kill(busy_worker(run.pid), signal.SIGKILL)
    out, _ = run.communicate(timeout=60)
    [case] = results()["cases"]
    assert (run.returncode, case["outcome"], case["carrier"]) == (3, "error", "ns3"), out
    assert "natsim explain case --carrier ns3 --seed 1" in (tmp_path / "natsim-out" / "report.html").read_text()


@needs_ns3
@live_only
@pytest.mark.xdist_group("live")
def test_a_real_program_runs_on_the_air(natsim, scenario, tmp_path, results):
    """In real time, with its packets as frames of a Wi-Fi device."""
    text = LINE.replace("MEDIUM", "medium: wifi, wifi: {stations: 2, station-rate: 1Mbit}").replace("L: {on: home-left", 'L: {exec: "stack natsim", on: home-left')
    run = natsim("run", scenario(text), "--carrier", "ns3")
    [case] = results()["cases"]
    assert run.code == 0 and case["agents"]["L"]["stack"] != "natsim", run
    # On the air a packet takes a time of its own: no two ways through the cell are alike.
    times = {}
    for number, tap, ident, epoch in fields(tmp_path / "natsim-out" / "captures" / "case.pcapng", "frame.number", "frame.interface_name", "ip.id", "frame.time_relative",
                                            display="ip.src == 10.1.0.2"):
        if tap in ("L.0", "nat-left.inside"):
            times.setdefault(ident, {}).setdefault(tap, float(epoch))
    air = [t["nat-left.inside"] - t["L.0"] for t in times.values() if len(t) == 2]
    assert len(air) > 10 and 0 < min(air) < max(air) and len({round(a * 1e9) for a in air}) > 5


@needs_ns3
def test_radio(natsim, tmp_path):
    run = natsim("run", "radio", "--carrier", "ns3", timeout=500)
    assert run.code == 0, run
    skipped = natsim("run", "radio")
    assert skipped.code == 0 and "69 cases: 3 passed, 66 skipped" in skipped.out and skipped.out.count("- skip radio/") == 66, skipped
    assert skipped.out.count("the built-in carrier has no ") >= 66
