"""The completion of bash and the manual page: of the same tables as --help, so that neither can lack a flag or a command."""

import os
import re
import shutil
import subprocess

import pytest

from conftest import NATSIM, ROOT, SUITES

SCRIPT = ROOT / "scenarios" / "share" / "natsim.bash"


def complete(cwd, line, script=SCRIPT):
    """What bash proposes for the last word of the line, whose words bash parts at blanks and at "="."""
    words = re.findall(r"=|[^ =]+", line) + ([""] if line.endswith(" ") else [])
    quoted = " ".join(f"'{w}'" for w in [str(NATSIM), *words])
    text = f"source '{script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _natsim; printf '%s\\n' \"${{COMPREPLY[@]}}\"; complete -p natsim"
    done = subprocess.run(["bash", "-c", text], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done
    *proposed, rule = done.stdout.splitlines()
    assert rule == "complete -o default -F _natsim natsim"
    return [p for p in proposed if p]


def table(natsim, *args):
    """Commands and flags of --help, with what they take."""
    text = natsim("help", *args).out
    return re.findall(r"^  (\S+) +(.*)$", text[:text.index("\nexit:")], re.M)


def flags(natsim, *args):
    return [name for name, _ in table(natsim, *args) if name.startswith("-")]


def commands(natsim):
    return [name for name, _ in table(natsim) if not name.startswith("-")]


def test_commands_and_flags_are_completed(natsim, tmp_path):
    assert complete(tmp_path, " ") == commands(natsim)
    assert complete(tmp_path, "ex") == ["explain"]
    assert complete(tmp_path, "-") == flags(natsim)
    assert complete(tmp_path, "help r") == ["run", "rules"]
    for command in commands(natsim):
        if command != "help":
            assert complete(tmp_path, f"{command} -") == flags(natsim, command), command
    assert complete(tmp_path, "run --out x --ca") == ["--capture", "--capture-format", "--carrier"]
    assert complete(tmp_path, "--jobs 4 ru") == ["run", "rules"], "a flag may stand first"


def test_values_of_flags_are_completed(natsim, tmp_path):
    for line in ("run --capture ", "run --capture=", "run classic --capture="):
        assert complete(tmp_path, line) == ["all", "failed", "none"], line
    assert complete(tmp_path, "run --capture=f") == complete(tmp_path, "run --capture f") == ["failed"]
    assert complete(tmp_path, "run --carrier ") == ["builtin", "ns3"]
    assert complete(tmp_path, "run --shard ") == ["mpi"]
    assert complete(tmp_path, "run --out ") == complete(tmp_path, "run --jobs ") == [], "left to bash"


def test_suites_files_and_presets_are_completed(natsim, tmp_path):
    assert complete(tmp_path, "run ") == sorted(d.name for d in SUITES.iterdir())
    assert complete(tmp_path, "run clas") == complete(tmp_path, "run --jobs 2 clas") == ["classic"]
    assert complete(tmp_path, "lint classic/") == ["classic/five-types"]
    assert complete(tmp_path, "explain consent/keep") == ["consent/keepalives"]
    assert complete(tmp_path, "classify full-c") == ["full-cone"]
    assert complete(tmp_path, "presets ") == []


# --- the manual page ---

@pytest.fixture
def page(natsim, tmp_path):
    run = natsim("man")
    assert (run.code, run.err) == (0, "")
    (tmp_path / "natsim.1").write_text(run.out)
    return tmp_path / "natsim.1"


def plain(text):
    return re.sub(r"\\f.|\\&", "", text).replace("\\-", "-")


def test_the_page_names_each_command_and_flag_with_what_it_takes(natsim, page):
    lines = plain(page.read_text()).splitlines()
    for name, rest in table(natsim):
        takes = rest.split("  ")[0] if "  " in rest else ""
        assert any(line == f"{name} {takes}".strip() or line == name for line in lines), (name, takes)
    assert [line for line in lines if line.startswith(".SH")] == [f".SH {s}" for s in (
        "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "FLAGS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES")]


@pytest.mark.parametrize("tool", [["groff", "-ww", "-man", "-Tutf8", "-z"], ["man", "--warnings", "-l"], ["mandoc", "-Tlint", "-Wwarning"]], ids=lambda t: t[0])
def test_tools_find_nothing_wrong_with_the_page(page, tool):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    done = subprocess.run([*tool, page], stdout=subprocess.PIPE if tool[0] == "mandoc" else subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
    said = [line for line in ((done.stdout or "") + done.stderr).splitlines() if "missing date" not in line]
    assert done.returncode == 0 or tool[0] == "mandoc", done
    assert said == []


def test_the_page_can_be_read(page):
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    text = subprocess.run(["man", "-l", page], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANPAGER": "cat"}).stdout
    text = re.sub(".\b", "", text)
    assert re.search(r"^ +--capture all\|failed\|none\n +which captures to keep \(all\)\n +Of run, interop$", text, re.M), text
