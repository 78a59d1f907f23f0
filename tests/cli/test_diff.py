"""natsim diff: two runs side by side."""

import json
import os
import pty
import re
import struct
import subprocess
import termios
from fcntl import ioctl

import pytest
from conftest import NATSIM, two_nats

HOSTILE = "<script>alert(1)</script>`|\x1b[31m\x07‮@me"


@pytest.fixture
def runs(natsim, tmp_path):
    """A matrix of two by two in the directories old and new: with another NAT each cell of one column differs."""
    def run(name, left, *flags):
        text = two_nats(left="\"${left}\"", right="\"${right}\"").replace("networks:", f"matrix: {{left: {left}, right: [full-cone, symmetric]}}\nnetworks:", 1)
        (tmp_path / "m.yaml").write_text(text)
        return natsim("run", "m.yaml", "--out", name, "--capture", "none", *flags)
    run("old", "[{x: full-cone}, {y: port-restricted-cone}]")
    run("new", "[{x: full-cone}, {y: symmetric}]")
    return tmp_path


def changed(directory, change, name="changed.json"):
    """A results.json in which each case went through `change`, which may return another list."""
    results = json.loads((directory / "old" / "results.json").read_text())
    results["cases"] = change(results["cases"]) or results["cases"]
    (directory / name).write_text(json.dumps(results))
    return name


def test_a_run_does_not_differ_from_itself(runs, natsim):
    same = natsim("diff", "old", "old/results.json")
    assert same.code == 0 and same.err == "", same
    assert same.out.splitlines()[-1] == "4 cases in both runs: 4 the same, 0 differ"


def test_what_differs_is_grouped_with_a_command_that_runs(runs, natsim):
    found = natsim("diff", "old", "new")
    assert found.code == 1 and found.err == "", found
    assert "not passed for another reason: 1 case\n" in found.out and "other types of the selected pair: 1 case\n  ~ L: srflx/srflx -> prflx/srflx, R: srflx/srflx -> srflx/prflx\n      m[left=y,right=full-cone]\n" in found.out, found
    assert found.out.splitlines()[-1].startswith("4 cases in both runs: 2 the same, 2 differ"), found

    def fail(cases):
        for c in cases[1:]:
            c["outcome"], c["reason"], c["path"] = "fail", "lost at packet " + str(cases.index(c)), "none"
    worse = natsim("diff", "old", changed(runs, fail))
    assert "newly failing: 2 cases\n  ✗ pass -> fail: lost at packet 1\n      in the first also path direct -> none\n" in worse.out, worse
    command = next(line.strip() for line in found.out.splitlines() if line.startswith("      natsim explain"))
    again = subprocess.run(["bash", "-c", command.replace("natsim", str(NATSIM), 1)], cwd=runs, capture_output=True, text=True, check=False)
    assert again.stdout.startswith(("\u2713 pass m[", "\u2717 fail m[")), again


def test_any_form_of_the_json_is_read(runs, natsim):
    results = json.loads((runs / "new" / "results.json").read_text())
    expected = natsim("diff", "old", "new").out.splitlines()[3:]
    (runs / "indented.json").write_text(json.dumps(results, indent=3, sort_keys=True))
    (runs / "short.json").write_text(json.dumps(results, separators=(",", ":")))
    for name in ("indented.json", "short.json"):
        assert natsim("diff", "old", name).out.splitlines()[3:] == expected
    piped = subprocess.run(["bash", "-c", f"'{NATSIM}' diff old <(cat new/results.json)"], cwd=runs, capture_output=True, text=True, check=False)
    assert piped.stdout.splitlines()[3:] == expected


def test_seeds_are_folded(natsim, scenario, tmp_path):
    lossy = two_nats().replace("delay: 20ms", "delay: 20ms, loss: 20%")
    for name, text in (("old", lossy), ("new", lossy + "  within: 500ms\n")):
        natsim("run", scenario(text), "--seeds", "1..40", "--out", name, "--capture", "none")
    found = natsim("diff", "old", "new")
    assert found.code == 1, found
    assert re.search(r" in \d+ of 40 seeds, such as \d+\n", found.out), found
    assert len(found.out.splitlines()) < 30


def test_a_part_of_a_run_is_said(runs, natsim):
    results = json.loads((runs / "new" / "results.json").read_text())
    results["cases"] = results["cases"][:3]
    (runs / "part.json").write_text(json.dumps({**results, "partial": True}))
    found = natsim("diff", "old", "part.json")
    assert "only in the old run: 1 case" in found.out and "3 cases: " in found.out, found
    assert found.out.splitlines()[-1] == "the new run is part of a run: what only the old run has may not have been run yet"
    assert "; part of a run" in found.out.splitlines()[1]


def test_advice_and_times_count_when_asked_for(runs, natsim):
    def later(cases):
        for c in cases:
            c["connect_ms"] += 250
        cases[0]["conformance"]["advice"].append({"rule": "RFC1-1-x", "agent": "L", "packet": 1, "detail": "", "count": 2})
    name = changed(runs, later)
    plain = natsim("diff", "old", name)
    assert plain.code == 0, plain
    assert plain.out.splitlines()[-1] == "of those that are the same, 1 got other advice: --advice compares it"
    assert natsim("diff", "old", name, "--tolerance", "250ms").code == 0
    found = natsim("diff", "old", name, "--tolerance", "249ms", "--advice")
    assert "connected later: 3 cases" in found.out and "RFC1-1-x by L: 0 -> 2" in found.out, found


def test_text_from_outside_is_shown_and_not_sent(runs, natsim):
    def spoil(cases):
        for c in cases:
            c["outcome"], c["reason"] = "fail", HOSTILE
            c["id"] += HOSTILE
            c["file"] = HOSTILE
    name = changed(runs, spoil)
    found = natsim("diff", "old", name, "--summary", "s.md", "--out", "page")
    page, summary = (runs / "page" / "diff.html").read_text(), (runs / "s.md").read_text()
    assert found.code == 1
    for text in (found.out, summary, page):
        assert "\x1b" not in text and "\x07" not in text
    assert "<script" not in page and "&lt;script&gt;" in page
    spans = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", summary)
    assert "<script" not in spans and "@me" not in spans


def test_the_page_stands_alone(runs, natsim):
    found = natsim("diff", "old", "new", "--out", "pages")
    assert found.out.splitlines()[-1] == "page: pages/diff.html"
    page = (runs / "pages" / "diff.html").read_text()
    assert "default-src 'none'" in page and not re.search(r"<script|<link|<img|https?://", page)
    assert [p.name for p in (runs / "pages").iterdir()] == ["diff.html"]


def test_a_summary_is_appended(runs, natsim):
    (runs / "s.md").write_text("before\n")
    for _ in range(2):
        natsim("diff", "old", "new", "--summary", "s.md")
    text = (runs / "s.md").read_text()
    assert text.startswith("before\n## natsim diff: 2 cases differ\n") and text.count("## natsim diff") == 2


def test_a_terminal_of_60_columns(runs):
    main, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    run = subprocess.Popen([NATSIM, "diff", "old", "new"], cwd=runs, stdout=terminal, env={k: v for k, v in os.environ.items() if k != "NO_COLOR"})
    os.close(terminal)
    text = b""
    try:
        while piece := os.read(main, 4096):
            text += piece
    except OSError:
        pass
    assert run.wait() == 1
    text = text.decode()
    assert "\x1b[33m" in text
    lines = re.sub(r"\x1b\[\d+m", "", text).splitlines()
    assert max(map(len, lines)) <= 60, lines


@pytest.mark.parametrize("spoil, says", [
    (lambda t: t.replace('"schema": 1', '"schema": 2'), "bad.json:1: its schema is 2, this natsim reads 1: compare with the natsim that wrote it, or run again"),
    (lambda t: t[:len(t) // 2], "it ends in the middle: the file is damaged: run again"),
    (lambda t: "hello", "bad.json: it holds no results of a run: give the --out directory of a run, or its results.json"),
    (lambda t: t.replace('"outcome": "pass"', '"outcome": "good"', 1), "bad.json:3: case 1: 'outcome' must be pass, fail, error or skip"),
])
def test_what_cannot_be_read(runs, natsim, spoil, says):
    (runs / "bad.json").write_text(spoil((runs / "old" / "results.json").read_text()))
    for pair in (("old", "bad.json"), ("bad.json", "old")):
        refused = natsim("diff", *pair)
        assert refused.code == 2 and refused.out == "" and says in refused.err, refused


def test_what_is_not_there(runs, natsim):
    (runs / "empty").mkdir()
    (runs / "pipe").mkdir()
    os.mkfifo(runs / "pipe" / "results.json")
    for given, says in (("nowhere", "natsim: nowhere: No such file or directory"), ("empty", "natsim: empty: has no results.json: if the run was killed"),
                        ("pipe", "natsim: pipe: results.json")):
        refused = natsim("diff", "old", given, timeout=20)
        assert refused.code == 2 and says in refused.err, refused
    one = natsim("diff", "old")
    assert one.code == 2 and one.err == "natsim: diff takes two runs, not 1: natsim diff OLD NEW\n"
    assert natsim("diff", "old", "new", "--summary", "no/where.md").code == 3
    assert natsim("diff", "old", "new", "--tolerance", "5").code == 2


def test_memory_goes_by_cases_and_not_by_bytes(runs, natsim):
    """DIFF=100000 tries as many cases."""
    count = int(os.environ.get("DIFF", "2000"))
    one = json.dumps(json.loads((runs / "old" / "results.json").read_text())["cases"][0])
    for name, outcome in (("many-old.json", '"fail", "reason": "boom 1"'), ("many-new.json", '"pass", "reason": ""')):
        with open(runs / name, "w", encoding="utf-8") as f:
            f.write('{"schema": 1, "natsim": "1.0.0", "seed": 1, "cases": [')
            case = re.sub(r'"outcome": "\w+", "reason": "[^"]*"', '"outcome": ' + outcome, one)
            for i in range(count):
                f.write(("," if i else "") + case.replace("[", f"[n={i},", 1))
            f.write("]}")
    found = subprocess.run(["bash", "-c", 'ulimit -v "$0"; exec "$@"', str(60000 + count), NATSIM, "diff", "many-old.json", "many-new.json"], cwd=runs,
                           capture_output=True, text=True, check=False)
    assert found.returncode == 1, found
    assert f"newly passing: {count} cases" in found.stdout and f"and {count - 3} more" in found.stdout
