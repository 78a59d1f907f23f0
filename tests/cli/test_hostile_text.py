"""Text from outside (names of files, scenarios, logs of strangers, what programs say) reaches terminal, JSON, XML, page and printed commands, and
does nothing there: what a reader could not see, or take for something else, is shown by its name."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import NATSIM, two_nats

HOSTILE = "</script><img src=x onerror=alert(1)>]]> &amp; \"q\" 'q' $(touch pwned) `touch pwned` \x1b[2J\x07\x7f\x9b31m \u202e\u2066\u200f\u2028 \ufffe end"
SHOWN = "</script><img src=x onerror=alert(1)>]]> &amp; \"q\" 'q' $(touch pwned) `touch pwned` \\x1b[2J\\x07\\x7f[U+009B]31m [U+202E][U+2066][U+200F][U+2028] [U+FFFE] end"
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]")


def printed(*args, cwd, env=None):
    done = subprocess.run([NATSIM, *args], cwd=cwd, capture_output=True, timeout=60, env={**os.environ, "NO_COLOR": "1", **(env or {})})
    text = (done.stdout + done.stderr).decode()  # it is UTF-8
    assert not HIDDEN.search(text), text
    return done.returncode, text


# --- a stranger's log ---

@pytest.fixture
def stranger(natsim, tmp_path):
    """Every text of a case that failed is hostile."""
    assert natsim("run", "relay", "--filter", "long-call", "--out", "in", "--capture", "none").code == 0
    log = tmp_path / "in" / "cases.jsonl"
    c = json.loads(log.read_text())

    def poison(o):
        if isinstance(o, dict):
            return {k: poison(v) for k, v in o.items()}
        if isinstance(o, list):
            return [poison(v) for v in o]
        return o
    c["id"] = c["file"] = c["reason"] = c["claim"] = HOSTILE
    c["path"] = HOSTILE
    c["outcome"] = "fail"
    c["params"] = {HOSTILE: HOSTILE, "list": [HOSTILE, {HOSTILE: 1}]}
    c["labels"] = {"list": HOSTILE}
    c["agent_l"] = c["agent_r"] = c["carrier"] = HOSTILE
    c["data"]["found"] = HOSTILE
    finding = {"rule": HOSTILE, "agent": HOSTILE, "packet": 1, "detail": HOSTILE, "count": 2}
    c["conformance"]["violations"] = c["conformance"]["advice"] = [finding]
    c["conformance"]["not_judged"] = [{"rule": HOSTILE, "agent": HOSTILE, "why": HOSTILE}]
    agent = c["agents"].pop("L")
    agent["stack"] = agent["state"] = agent["role"] = HOSTILE
    for each in agent["candidates"]:
        each["foundation"] = each["type"] = HOSTILE
    c["agents"][HOSTILE] = agent
    log.write_text(json.dumps(poison(c)) + "\n")
    return c


def test_a_strangers_log_in_all_reports(stranger, tmp_path):
    code, text = printed("merge", "in", "--out", "out", cwd=tmp_path)
    assert code == 1 and SHOWN in text

    doc = json.loads((tmp_path / "out" / "results.json").read_text())["cases"][0]
    assert doc["id"] == doc["claim"] == HOSTILE and HOSTILE in doc["agents"] and doc["params"] == stranger["params"], "data keep their text"

    root = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    case = root.find("testsuite/testcase")
    assert case.get("name") == SHOWN and case.find("failure").get("message") == SHOWN
    assert SHOWN in case.find("system-out").text

    page = (tmp_path / "out" / "report.html").read_text()
    assert not HIDDEN.search(page) and page.count("</script>") == page.count("<script") == 5 and "<img" not in page
    data = json.loads(re.search(r'<script type="application/json" id="data">\n(.*?)\n</script>', page, re.S).group(1))
    assert SHOWN in json.dumps(data, ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")


def test_a_command_of_a_strangers_log_runs_nothing(stranger, tmp_path):
    """Pasted into a shell it is one command with its words, and nothing of them runs."""
    _, text = printed("merge", "in", "--out", "out", cwd=tmp_path)
    command = next(line for line in text.splitlines() if line.startswith("    natsim explain "))
    words = subprocess.run(["bash", "-c", f"natsim() {{ printf '%s\\0' \"$@\"; }}\n{command}"], cwd=tmp_path, capture_output=True, check=True).stdout
    words = words.decode().split("\0")[:-1]
    assert words == ["explain", HOSTILE, "--carrier", HOSTILE, "--agent-l", HOSTILE, "--agent-r", HOSTILE, "--seed", str(stranger["seed"])]
    assert not (tmp_path / "pwned").exists()


# --- names of files ---

NAMES = {
    "no UTF-8": b"caf\xe9.yaml",
    "a terminal's": b"a\x1b]0;x\x07b\x9bc\x7f.yaml",
    "newline and tab": b"a\nb\tc.yaml",
    "right to left": "a\u202egpj.\u2066x\u200f.yaml".encode(),
    "a shell's": b"$(touch pwned) `touch pwned` 'q' \"q\" \\x41 !x; & | * ~ {a,b} #.yaml",
    "quotes and no UTF-8": b"'\xff'\\'.yaml",
    "a flag's": b"--help.yaml",
    "a home's": b"~root.yaml",
    "letters": "Größe-名前.yaml".encode(),
}
TEXT = two_nats(path="none").replace("realm: example.org", 'realm: "${a}"').replace("networks:", 'matrix:\n  a: ["$(touch pwned)", "\\e[2J\\u202e\'"]\nnetworks:', 1)


@pytest.mark.parametrize("which", NAMES)
def test_a_file_of_any_name(tmp_path, which):
    """What is printed can be shown, and the command that is printed runs that one case."""
    name = NAMES[which]
    (tmp_path / os.fsdecode(name)).write_text(TEXT)
    for args in (["list", "."], ["lint", "."]):
        assert printed(*args, cwd=tmp_path)[0] == 0
    for i in (0, 1):
        code, text = printed("run", ".", "--shard", f"{i}/2", "--out", f"part-{i}", cwd=tmp_path)
        [command] = [line for line in text.splitlines() if line.startswith("    natsim explain ")]
        again = subprocess.run(["bash", "-c", f"natsim() {{ {NATSIM} \"$@\"; }}\n{command}"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert code == again.returncode == 1, again
        [first] = json.loads((tmp_path / f"part-{i}" / "results.json").read_text())["cases"]
        assert first["reason"] in again.stdout.splitlines()[0], again
    assert not (tmp_path / "pwned").exists()
    ElementTree.parse(tmp_path / "part-1" / "junit.xml")


@pytest.mark.parametrize("which", NAMES)
def test_an_output_of_any_name(tmp_path, which):
    (tmp_path / "case.yaml").write_text(two_nats())
    out = os.fsdecode(NAMES[which].replace(b"--", b"./--"))
    assert printed("run", "case.yaml", "--out", out, cwd=tmp_path)[0] == 0
    assert printed("merge", out, "--out", out + "2", cwd=tmp_path)[0] == 0
    assert printed("merge", out + "3", cwd=tmp_path)[0] == 2
    code, text = printed("run", "case.yaml", "--shard", "mpi", "--out", out, cwd=tmp_path, env={"PMI_RANK": "0", "PMI_SIZE": "1"})
    assert code == 0
    command = text[text.index("natsim merge "):].splitlines()[0]
    done = subprocess.run(["bash", "-c", f"natsim() {{ {NATSIM} \"$@\"; }}\n{command}"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0, done


# --- the source line below a message ---

@pytest.mark.parametrize("bad", ["\x7f", "\u202e", "\u2066", "\u200f", "\ufeff", "\u2028", "\u0085", "\u009b"])
def test_the_line_below_a_message(tmp_path, bad):
    (tmp_path / "case.yaml").write_text(two_nats().replace("claim: a test", f"claim: a test\nunknown{bad}key: \"{bad}\""))
    code, text = printed("lint", "case.yaml", cwd=tmp_path)
    assert code == 2 and "case.yaml:" in text


@pytest.mark.parametrize("args", [["explain"], ["list", "--filter"], ["run", "--filter"], ["lint"], ["run", "--tag"], ["classify"], ["bench"], ["presets"],
                                  ["check"], ["merge"], ["run", "--agent-l"], ["run", "--carrier"], ["run", "--seeds"], ["sweep", "--worlds"], ["run", "--out"]])
def test_an_argument_that_is_wrong(tmp_path, args):
    """Its complaint shows it."""
    printed(*args, HOSTILE.replace("/", "\\") + "x" * 300, cwd=tmp_path)
    printed(*args, b"\xff\xfe\x1b".decode(errors="surrogateescape"), cwd=tmp_path)
