"""Same seed, same bytes; another seed changes the random things and no verdict."""

import hashlib
import json
import os
import shutil
import subprocess

import pytest

from comparable import comparable
from conftest import NATSIM, ROOT, SUITES, two_nats


def digest(directory):
    """Of everything that must be equal: reports and captures, not the log in order of finishing, nor the record of who was at work."""
    out = {}
    for base, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(base, name)
            if name != "cases.jsonl" and not name.startswith(".natsim-run"):
                out[os.path.relpath(path, directory)] = hashlib.sha256(comparable(path)).hexdigest()
    return out


def test_two_runs_and_any_number_of_workers_give_the_same_bytes(natsim, tmp_path):
    for out, jobs in (("a", 1), ("b", 2), ("c", 2)):
        assert natsim("run", "classic", "--out", out, "--jobs", jobs).code == 0
    assert digest(tmp_path / "a") == digest(tmp_path / "b") == digest(tmp_path / "c")


def test_another_compiler_and_level_give_the_same_bytes(natsim, tmp_path):
    """clang -O0 beside gcc -O3; tests/sanitize.sh compares what gcc -O0 gives."""
    if shutil.which("clang") is None and "CI" not in os.environ:
        pytest.skip("clang is not installed")
    build = (ROOT / "build" if os.access(ROOT / "build", os.W_OK) else tmp_path) / "same-clang-O0"
    subprocess.run(["cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(build), "-DCMAKE_C_COMPILER=clang", "-DCMAKE_BUILD_TYPE=None",
                    "-DCMAKE_C_FLAGS=-O0", "-DNATSIM_TESTS=OFF"], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", str(build), "--target", "natsim"], check=True, capture_output=True)
    assert natsim("run", "classic", "--out", "a").code == 0
    subprocess.run([str(build / "natsim"), "run", str(SUITES / "classic"), "--out", "b"], cwd=tmp_path, check=True, capture_output=True)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def random_things(doc):
    """Everything of a case that a seed draws."""
    return [(a["selected"], a["candidates"]) for c in doc["cases"] for a in c["agents"].values()]


def verdicts(doc):
    return [(c["id"], c["outcome"], c["path"], [[(s["local"]["type"], s["remote"]["type"]) for s in a["selected"]] for a in c["agents"].values()])
            for c in doc["cases"]]


def test_another_seed_changes_no_verdict_of_classic(natsim, tmp_path, results):
    natsim("run", "classic", "--out", "a")
    natsim("run", "classic", "--out", "b", "--seed", "77")
    assert verdicts(results("a")) == verdicts(results("b"))
    assert digest(tmp_path / "a")["captures/classic_five-types_left_none_right_none_.pcapng"] != \
        digest(tmp_path / "b")["captures/classic_five-types_left_none_right_none_.pcapng"]
    assert random_things(results("a")) != random_things(results("b"))


def frames(capture):
    """Every byte that crossed a tap, with its time, by the tap's name."""
    out = subprocess.run(["tshark", "-r", str(capture), "-T", "json", "-x", "-J", "frame"], capture_output=True, text=True, check=True)
    taps = {}
    for layers in (f["_source"]["layers"] for f in json.loads(out.stdout)):
        frame = layers["frame"]
        taps.setdefault(frame["frame.interface_id_tree"]["frame.interface_name"], []).append((frame["frame.time_epoch"], layers["frame_raw"][0]))
    return taps


def test_an_added_node_changes_no_byte_of_another_nodes_draws(natsim, scenario, tmp_path):
    plain = two_nats("symmetric", "{preset: port-restricted-cone, ports: random}", path="relayed")
    more = plain.replace("gateways:\n", "  island: {ipv4: 198.51.100.0/24, loss: 5%, jitter: 3ms}\ngateways:\n") \
        .replace("steps:\n", "  M: {on: island}\nsteps:\n  - {at: 1s, link: {at: M.0, set: down}}\n")
    assert natsim("run", scenario(plain, "plain.yaml"), "--out", "plain").code == 0
    run = natsim("run", scenario(more, "more.yaml"), "--out", "more")
    assert run.code == 0, run
    before, after = (frames(tmp_path / name / "captures" / f"{name}.pcapng") for name in ("plain", "more"))
    for tap in ("L.0", "R.0", "L.signalling", "R.signalling", "turn.0", "nat-right.outside"):
        assert before[tap] and before[tap] == after[tap]
