"""What is selected: what cannot run here is skipped with its reason and never refuses the rest; what is no scenario is refused before anything runs."""

import os
import re
import subprocess

import pytest

from conftest import NOBODY, SUITES, two_nats

EXPLORES = next(p for p in sorted(SUITES.rglob("*.yaml")) if re.search(r"^  explore:", p.read_text(), re.M))
CSMA = two_nats().replace("{ipv4: 10.1.0.0/24, delay: 1ms}", "{ipv4: 10.1.0.0/24, medium: csma, rate: 10Mbit}")
NO_CSMA = "the built-in carrier has no 'csma': use --carrier ns3, or leave out 'medium'"
INJECT = """natsim: 1
claim: Forged packets alone are a scenario.
networks:
  lan: {ipv4: 10.1.0.0/24}
agents:
  L: {on: lan}
  R: {on: lan}
steps:
  - {at: 0s, inject: {at: L, as: "10.1.0.2:9000", to: "10.1.0.3:9000", hex: "00"}}
expect:
  packets: [{at: R.0, direction: in, filter: udp, count: 1}]
"""


def reasons(doc):
    return {c["id"]: c["reason"] for c in doc["cases"] if c["outcome"] == "skip"}


# --- what cannot run here ---

def test_a_suite_of_another_carrier_does_not_refuse_the_rest(natsim, results):
    """Cases of `radio` need ns-3; nothing with the tag `ci` does, and the filter leaves one."""
    run = natsim("run", SUITES, "--tag", "ci", "--filter", "classic/five-types[left=none,right=none]")
    assert run.code == 0 and "1 case: 1 passed" in run.out, run
    run = natsim("run", SUITES, "--filter", "radio/crowded-cell[others=0]", "--filter", "classic/five-types[left=none,right=none]")
    assert run.code == 0 and "2 cases: 1 passed, 1 skipped" in run.out, run
    assert reasons(results()) == {"radio/crowded-cell[others=0]": "the built-in carrier has no 'wifi': use --carrier ns3, or leave out 'medium'"}


def test_of_a_matrix_only_the_cells_that_cannot_run_are_skipped(natsim, scenario, results):
    text = CSMA.replace("medium: csma", "medium: ${m}").replace("networks:", "matrix: {m: [csma, p2p]}\nnetworks:", 1).replace("medium: ${m}", 'medium: "${m}"')
    run = natsim("run", scenario(text))
    assert run.code == 0, run
    assert reasons(results()) == {"case[m=csma]": NO_CSMA}


def test_when_all_are_skipped_the_run_does_not_pass(natsim, scenario, results):
    run = natsim("run", scenario(CSMA))
    assert run.code == 1 and "1 case: 0 passed, 1 skipped" in run.out, run
    assert results()["summary"] == {"pass": 0, "fail": 0, "error": 0, "skip": 1}


def test_processes_skip_what_they_have_no_part_in(natsim, scenario, results, tmp_path):
    (tmp_path / "explores.yaml").write_text(EXPLORES.read_text())
    (tmp_path / "inject.yaml").write_text(INJECT)
    (tmp_path / "others.yaml").write_text(two_nats().replace("  L: {", "  A: {").replace("from: L", "from: A"))
    (tmp_path / "carrier.yaml").write_text(CSMA)
    scenario(two_nats())
    run = natsim("run", ".", "--agent-l", "exit 3", "--jobs", "4")
    why = reasons(results())
    mend = ": leave out --agent-l and --agent-r, or this case"
    assert why.pop("inject") == "without a call a process has nothing to do" + mend
    assert why.pop("others") == "no agent 'L' that a process could replace" + mend
    assert why.pop("carrier") == NO_CSMA
    explored = {reason for id, reason in why.items() if id.startswith("explores")}
    assert explored == {"it explores orders in virtual time, and processes run in real time" + mend}
    assert run.code == 1 and [c["outcome"] for c in results()["cases"] if c["id"] == "case"] in (["fail"], ["skip"]), run
    alone = natsim("run", "explores.yaml", "--agent-l", "exit 3", "--out", "alone")
    assert alone.code == 1 and results("alone")["summary"]["skip"] == len(results("alone")["cases"]), alone


def test_forged_packets_need_no_call(natsim, scenario):
    run = natsim("run", scenario(INJECT))
    assert run.code == 0 and "1 case: 1 passed" in run.out, run


def test_explain_and_rules_say_what_is_skipped(natsim, scenario):
    scenario(CSMA)
    assert f"skip case: {NO_CSMA}" in natsim("explain", "case").out
    run = natsim("rules", "case.yaml")
    assert run.code == 0 and run.err == f"natsim: case: skipped: {NO_CSMA}\n" and "exercised by 0 cases" in run.out, run


# --- --fail-on-skip ---

def test_fail_on_skip(natsim, scenario, tmp_path):
    scenario(two_nats(), "good.yaml")
    scenario(CSMA, "bad.yaml")
    assert natsim("run", "good.yaml", "bad.yaml").code == 0
    run = natsim("run", "good.yaml", "bad.yaml", "--fail-on-skip")
    assert run.code == 1 and f"skip bad: {NO_CSMA}" in run.out, run
    assert natsim("run", "good.yaml", "--fail-on-skip").code == 0
    assert natsim("run", "good.yaml", "bad.yaml", "--shard", "0/2", "--out", "a").code == 1
    assert natsim("run", "good.yaml", "bad.yaml", "--shard", "1/2", "--out", "b").code == 0
    assert natsim("merge", "a", "b", "--out", "both").code == 0
    assert natsim("merge", "a", "b", "--out", "both", "--fail-on-skip").code == 1


# --- what is refused ---

def test_nothing_runs_before_every_given_file_is_valid(natsim, scenario, tmp_path):
    """Tags and filters select among what is valid."""
    scenario(two_nats(), "good.yaml")
    scenario(two_nats().replace("seed:", "sed:"), "bad.yaml")
    for flags in ([], ["--filter", "good"]):
        run = natsim("run", "good.yaml", "bad.yaml", *flags)
        assert (run.code, run.out) == (2, "") and run.err.startswith("bad.yaml:3:1: unknown key 'sed': did you mean 'seed'?\n"), run
    assert not (tmp_path / "natsim-out").exists()


def test_a_file_that_cannot_be_read_or_is_not_there_is_said_with_all_that_is_wrong(natsim, scenario, public, tmp_path):
    scenario(two_nats(), "good.yaml")
    scenario(two_nats().replace("seed:", "sed:"), "bad.yaml")
    (tmp_path / "empty").mkdir()
    run = natsim("run", "good.yaml", "empty", "clasic", "missing.yaml")
    assert run.code == 2 and run.err.splitlines() == [
        "empty: holds no scenario: scenario files end in .yaml", "clasic: no such file, directory or suite: did you mean 'classic'?",
        "missing.yaml: no such file, directory or suite: 'natsim list' shows what there is"], run
    for name, mode in (("closed.yaml", 0o000), ("good.yaml", 0o644)):
        (public / name).write_text(two_nats())
        (public / name).chmod(mode)
    (public / "closed").mkdir(mode=0o700)
    done = subprocess.run([*NOBODY, "./natsim", "run", "good.yaml", "closed.yaml"], cwd=public, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr == "closed.yaml: cannot be read (Permission denied): check its permissions\n", done
    done = subprocess.run([*NOBODY, "./natsim", "run", "good.yaml", "closed"], cwd=public, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr == "closed: cannot be read (Permission denied): check its permissions\n", done
    assert not (tmp_path / "natsim-out").exists() and not (public / "natsim-out").exists()


def test_a_file_is_taken_once_by_whatever_spelling_and_a_link_is_another(natsim, scenario, tmp_path):
    (tmp_path / "deep").mkdir()
    scenario(two_nats(), "deep/a.yaml")
    whole = tmp_path / "deep" / "a.yaml"
    for args in (["deep/a.yaml", "./deep/a", "deep", "deep//a.yaml", "deep/../deep/./a.yaml", whole], ["deep/a.yaml"] * 3):
        run = natsim("list", *args)
        assert (run.code, run.out, run.err) == (0, "deep/a\n", ""), run
    assert natsim("list", whole, "deep/a").out == f"{whole.with_suffix('')}\n", "as it was named first"
    (tmp_path / "deep" / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "more").symlink_to("deep")
    assert natsim("list", ".").out.splitlines() == ["deep/a", "deep/b", "more/a", "more/b"]
    scenario(two_nats(), "deep/a.yml")
    run = natsim("list", "deep")
    assert run.code == 2 and run.err.endswith("has the same id as deep/a.yaml: rename one, or run them apart\n")


def test_what_is_here_goes_before_a_suite_and_says_so(natsim, scenario, tmp_path):
    (tmp_path / "classic").mkdir()
    run = natsim("run", "classic")
    assert run.code == 2 and re.fullmatch(r"classic: holds no scenario, and hides the suite of that name: give /.*/suites/classic\n", run.err), run
    scenario(two_nats(), "classic/mine.yaml")
    run = natsim("list", "classic")
    assert (run.code, run.out) == (0, "classic/mine\n")
    assert re.fullmatch(r"classic: what is here by that name is taken, not the suite: for the suite give /.*/suites/classic\n", run.err), run
    assert natsim("list", "classic", cwd=SUITES).err == ""
    for path in (".", "./", "./classic", tmp_path):
        assert (natsim("list", path).err, natsim("list", path).code) == ("", 0)
    assert natsim("list", "./consent").err.startswith("./consent: no such file, directory or suite")


def test_many_files_fit(natsim, tmp_path):
    """What a shell makes of *.yaml."""
    text, names = two_nats(), [f"case-{i:03}.yaml" for i in range(800)]
    (tmp_path / names[0]).write_text(text)
    for name in names[1:]:
        os.link(tmp_path / names[0], tmp_path / name)
    run = natsim("list", *names)
    assert run.code == 0 and run.out.splitlines() == [n.removesuffix(".yaml") for n in names]


@pytest.mark.parametrize("args, complaint", [
    (["check", "x.pcap"], "natsim: not in this version: 'check': 'natsim --help' lists what there is\n"),
    (["serve"], "natsim: not in this version: 'serve': 'natsim --help' lists what there is\n"),
    (["list", "--fail-on-skip"], "natsim: --fail-on-skip has no effect on 'list': leave it out; it is a flag of run, interop, merge\n"),
])
def test_flags_and_commands_that_are_not_built_or_have_no_effect(natsim, args, complaint):
    run = natsim(*args)
    assert (run.code, run.out, run.err) == (2, "", complaint)
