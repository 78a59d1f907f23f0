"""What people read of a run: tables that fit the terminal, plain lines for a pipe, what did not pass by its causes, help."""

import os
import re
import subprocess

import pytest

from conftest import NATSIM, two_nats
from test_commands import on_a_terminal

TYPES = ["none", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"]


def matrix(path, left=TYPES, right=TYPES, **more):
    text = two_nats('"${left}"', '"${right}"', path=path, **more)
    return text.replace("networks:", f"matrix: {{left: [{', '.join(left)}], right: [{', '.join(right)}]}}\nnetworks:", 1)


def shown_lines(shown):
    """As they stand on the screen: without colours, and of a line that was written again what came last."""
    return [line.split("\r")[-1] for line in re.sub(r"\033\[\d*m", "", shown).replace("\r\n", "\n").split("\n")]


# --- a terminal ---

@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_a_table_fits_the_terminal(tmp_path, columns):
    code, shown = on_a_terminal(tmp_path, "run", "classic", columns=columns)
    lines = shown_lines(shown)
    assert code == 0 and max(map(len, lines)) <= columns, max(lines, key=len)
    assert sum(line.count("✓ direct") for line in lines) == 22 and sum(line.count("✓ relayed") for line in lines) == 3
    heads = " ".join(line for line in lines if "✓" not in line)
    for name in TYPES:
        assert name in heads or name[:9] + "…" in heads, lines
    assert ("512ms" in shown) == (columns >= 120) and ("srflx/srflx" in shown) == (columns >= 200)


def test_a_terminal_without_a_size_has_80_columns(tmp_path):
    _, shown = on_a_terminal(tmp_path, "run", "classic")
    assert 60 < max(map(len, shown_lines(shown))) <= 80


@pytest.mark.parametrize("columns", [40, 60, 150])
def test_what_did_not_pass_fits_the_terminal_and_its_command_runs_one_of_it(tmp_path, scenario, columns):
    scenario(matrix("relayed", claim="Every pair of NATs is connected by a relay, which is not so for the easy ones."), "a-long-name-for-a-scenario.yaml")
    code, shown = on_a_terminal(tmp_path, "run", "a-long-name-for-a-scenario.yaml", columns=columns)
    lines = shown_lines(shown)
    assert code == 1 and max(map(len, lines)) <= columns, max(lines, key=len)
    text = "\n".join(lines)
    assert re.sub(r"\s+", " ", text).count("✗ 22 failed: path: expected relayed, found direct") == 1 and "and 19 more" in text
    command = re.search(r"^    natsim (explain (?:.*\\\n)*.*)$", text, re.M).group(1)
    run = subprocess.run(["bash", "-c", f"{NATSIM} {command}"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1 and run.stdout.startswith("✗ fail a-long-name-for-a-scenario["), (command, run)


def test_lines_of_v_fit_too(tmp_path):
    _, shown = on_a_terminal(tmp_path, "run", "classic", "-v", columns=60)
    lines = shown_lines(shown)
    assert max(map(len, lines)) <= 60 and lines[0] == "✓ pass classic/five-types[left=none,right=none]  direct", lines


# --- a pipe ---

def test_a_pipe_gets_a_line_for_each_case_and_each_failure_once(natsim, scenario):
    types = [f"{{n{i}: {t}}}" for i, t in enumerate(t for t in TYPES[:4] for _ in range(3))]
    run = natsim("run", scenario(matrix("relayed", types, types)), "--capture", "none")
    lines = run.out.splitlines()
    assert run.code == 1 and len([line for line in lines if line.startswith("✗ fail case[")]) == 144
    assert len(lines) < 144 + 12 and lines[144:147] == ["", "✗ 144 failed: path: expected relayed, found direct", "    case[left=n0,right=n0]"]
    assert lines[149:151] == ["    and 141 more", "    natsim explain 'case[left=n0,right=n0]' --seed 1"]


def test_causes_are_told_apart(natsim, scenario):
    scenario(matrix("oracle", ["full-cone", "symmetric"], ["full-cone", "blocked"]))
    scenario(two_nats(expect="  within: 1ms\n"), "slow.yaml")
    scenario(two_nats(expect="  within: 2ms\n"), "slower.yaml")
    scenario(two_nats().replace("{ipv4: 10.1.0.0/24, delay: 1ms}", "{ipv4: 10.1.0.0/24, medium: wifi}"), "radio.yaml")
    run = natsim("run", "case.yaml", "slow.yaml", "slower.yaml", "radio.yaml")
    said = run.out[run.out.index("\n\n"):]
    assert re.findall(r"^([✗!-] \d+ .*)$", said, re.M) == [
        "✗ 2 failed: within: expected 1 ms at most, took 712 ms, or alike",
        "- 1 skipped: the built-in carrier has no 'wifi': use --carrier ns3, or leave out 'medium'"], run
    assert re.search(r"^    slow\n    slower\n    natsim explain slow --seed 1$", said, re.M), run


def test_quiet_says_what_did_not_pass_and_the_counts(natsim, scenario, tmp_path):
    assert natsim("run", "classic", "--quiet").out == "\n25 cases: 25 passed\n"
    run = natsim("run", scenario(matrix("relayed")), "--quiet")
    lines = run.out.splitlines()
    assert run.code == 1 and lines[1] == "✗ 22 failed: path: expected relayed, found direct"
    assert lines[-2:] == ["", "25 cases: 3 passed, 22 failed"] and len(lines) == 9 and run.err == ""
    merged = natsim("merge", "natsim-out", "--out", "again", "--quiet")
    assert merged.code == 1 and merged.out == run.out
    code, shown = on_a_terminal(tmp_path, "run", "classic", "--quiet", columns=60)
    assert (code, shown_lines(shown)) == (0, ["", "25 cases: 25 passed", ""])
    assert natsim("run", "classic", "--quiet", "-v").code == 2


# --- help ---

def test_help_is_the_same_however_it_is_asked_for(natsim):
    whole, one = natsim("--help").out, natsim("run", "--help").out
    assert whole.startswith("natsim: ") and one.startswith("usage: natsim run ") and "--quiet" in one
    assert natsim("help").out == natsim("-h").out == whole
    assert natsim("help", "run").out == natsim("run", "-h").out == natsim("-h", "run").out == one
    run = natsim("help", "rnu")
    assert run.code == 2 and run.err == "natsim: no such command 'rnu': did you mean 'run'?\n"
