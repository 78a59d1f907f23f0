"""natsim bench: its table, its JSON, what it refuses; and the baseline of counts."""

import json
import re

import pytest

from conftest import ROOT, SANITIZED

ROWS = ["check-written", "check-read", "hop", "nat-hop", "relay", "world", "judge", "outputs", "case", "captures"]


def test_the_table_has_a_line_for_each_row(natsim):
    run = natsim("bench", "--runs", "1")
    assert run.code == 0, run
    lines = run.out.splitlines()
    assert lines[0].split() in (["instructions", "of"], ["ns", "of"])
    assert [line.split()[0] for line in lines[1:]] == ROWS
    assert all(re.fullmatch(r"\S+ +\d+ +[1-9]\d* (message|packet|datagram|case) +\S.*", line) for line in lines[1:])


def test_json_says_the_same_work_each_time(natsim):
    first, second = (json.loads(natsim("bench", "hop", "relay", "world", "--runs", "2", "--json").out) for _ in range(2))
    assert first["unit"] in ("instructions", "ns") and first["carrier"] == "builtin"
    assert [(r["name"], r["of"], r["count"]) for r in first["rows"]] == [("hop", "packet", 20000), ("relay", "datagram", 2000), ("world", "case", 50)]
    assert [{**r, "each": 0} for r in first["rows"]] == [{**r, "each": 0} for r in second["rows"]]
    assert all(r["each"] >= 0 for r in first["rows"])


def test_nothing_is_left_behind(natsim, tmp_path):
    before = sorted(p.name for p in tmp_path.rglob("*"))
    assert natsim("bench", "captures", "--runs", "1").code == 0
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("args, complaint", [
    (["hopp"], "nothing to measure is named 'hopp': did you mean 'hop'?"),
    (["xyzzy"], "nothing to measure is named 'xyzzy': 'natsim bench' without a name measures all there is"),
])
def test_a_name_that_is_not_known(natsim, args, complaint):
    run = natsim("bench", *args)
    assert run.code == 2 and run.out == "" and complaint in run.err, run


@pytest.mark.skipif(SANITIZED, reason="sanitizers cost instructions")
def test_the_baseline_has_rows_of_bench():
    counts = json.loads((ROOT / "tests/bench/counts.json").read_text())
    assert set(counts) < set(ROWS) and all(isinstance(n, int) and n > 0 for n in counts.values())
