"""natsim explain: the verdict first, folded packets, ids from anywhere, and a diagram that Mermaid reads."""

import json
import re
import shlex
import shutil
import subprocess

import pytest

from conftest import NATSIM, two_nats

REBOOT = "changes/nat-reboot"


def parts(out):
    """The paragraphs, by their titles; the first is the verdict's."""
    verdict, *rest = out.rstrip("\n").split("\n\n")
    return verdict.splitlines(), {p.splitlines()[0].split(",")[0].rstrip(":"): p.splitlines()[1:] for p in rest}


def test_the_verdict_comes_first(natsim):
    verdict, told = parts(natsim("explain", REBOOT).out)
    assert verdict == [
        "\u2713 pass changes/nat-reboot  direct srflx/srflx 406ms  (seed 1, 456 packets, 60000 ms of virtual time)",
        "no better pair: no way leads from nat-left to 10.2.0.2, an address behind nat-right",
        "claim: A cone NAT that reboots gives the old port again, and the call goes on."]
    assert list(told)[:4] == ["steps", "packets", "agents and servers", "NATs and firewalls"]
    assert told["steps"][:2] == ["         0 ms  call (line 23)", "     10000 ms  nat at nat-left: reboot (line 24)"]
    assert told["NATs and firewalls"][2:5] == [
        "     10000.000 ms  nat-left       step: nat at nat-left: reboot (line 24)", "     10000.000 ms  nat-left       control: reboot",
        "     10000.000 ms  nat-left       mapping expired  10.1.0.2:50000 > 203.0.113.2:50000"]
    assert not any(" nat-left " in line for line in told["agents and servers"])


def test_why_it_failed_is_said_with_place_and_packet(natsim, scenario, results):
    scenario(two_nats("symmetric", "port-restricted-cone", path="direct"))
    assert natsim("run", "case.yaml").code == 1
    [case] = results()["cases"]
    run = natsim("explain", "case")
    verdict, _ = parts(run.out)
    assert run.code == 1 and verdict[0].startswith(f"\u2717 fail case: {case['reason']}  (seed 1, "), run
    assert verdict[1] == f"scenario: case.yaml:{case['at']['line']}"
    assert (f"packet: {case['at']['packet']}" in verdict) == (case["at"]["packet"] > 0)


def test_columns_steps_and_repeats(natsim):
    _, told = parts(natsim("explain", REBOOT).out)
    packets = told["packets"]
    assert packets[0].split() == ["time", "ms", "frame", "L", "nat-left", "stun", "platform", "nat-right", "R"]
    assert "10000.000    step  |       *         |       |         |          |         nat at nat-left: reboot (line 24)" in "\n".join(packets)
    assert sum("data 200 bytes, 10 times, every 20.000 ms until 20180.000  (" in line for line in packets) == 2
    _, unfolded = parts(natsim("explain", "-v", REBOOT).out)
    assert sum("data 200 bytes  (" in line for line in unfolded["packets"]) == 20
    assert len(packets) < 50 < len(unfolded["packets"])


def test_nested_nats_stand_in_their_order(natsim, scenario):
    text = two_nats("symmetric", "full-cone").replace("  nat-right:", "  cgn: {inside: shared, outside: internet, nat: full-cone}\n  nat-right:", 1)
    text = text.replace("home-left, outside: internet", "home-left, outside: shared").replace("networks:\n", "networks:\n  shared: {ipv4: 100.64.0.0/16}\n")
    scenario(text)
    _, told = parts(natsim("explain", "case").out)
    assert told["packets"][0].split()[3:] == ["L", "nat-left", "cgn", "stun", "turn", "platform", "nat-right", "R"]


# --- which case ---

@pytest.mark.parametrize("name", ["case.yaml", "with [x] and #.yaml", "it's one.yaml", "-v.yaml"])
def test_the_command_of_a_report_explains_the_case(natsim, tmp_path, name):
    text = two_nats('"${nat}"', "symmetric", path="none").replace("networks:", "matrix:\n  nat: [full-cone, symmetric]\nnetworks:", 1)
    (tmp_path / name).write_text(text)
    run = natsim("run", f"./{name}", "--seeds", "3..4")
    before = (tmp_path / "natsim-out" / "report.html").read_bytes()
    command = next(line for line in run.out.splitlines() if line.startswith("    natsim explain "))
    again = subprocess.run(["bash", "-c", f"natsim() {{ {shlex.quote(str(NATSIM))} \"$@\"; }}\n{command}"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    first = json.loads((tmp_path / "natsim-out" / "results.json").read_text())["cases"][0]
    assert again.returncode == 1 and again.stdout.startswith(f"\u2717 fail {first['id'].rsplit('#seed=', 1)[0]}: {first['reason']}"), again
    assert f"(seed 3, {first['packets']} packets, " in again.stdout.splitlines()[0]
    assert (tmp_path / "natsim-out" / "report.html").read_bytes() == before


def test_ids_lead_to_their_cases_from_anywhere(natsim, scenario, tmp_path):
    scenario(two_nats())
    (tmp_path / "away").mkdir()
    for case, cwd in (("classic/five-types[left=none,right=none]#seed=9", "away"), (f"{tmp_path}/case", "away"), ("../case.yaml#seed=9", "away"),
                      ("case", "."), ("./case.yaml", ".")):
        run = natsim("explain", case, cwd=tmp_path / cwd)
        assert run.code == 0 and f"(seed {9 if '#' in case else 1}, " in run.out.splitlines()[0], run


def test_seeds_of_explain_are_one(natsim):
    assert "(seed 7, " in natsim("explain", REBOOT, "--seeds", "7..7").out.splitlines()[0]
    assert "names 2 cases" in natsim("explain", REBOOT, "--seeds", "7..8").err
    assert "of explain: one, as in 7..7" in " ".join(natsim("help", "explain").out.split())


# --- the diagram ---

def diagram(natsim, case, *args):
    out = natsim("explain", "--mermaid", case, *args).out.splitlines()
    assert out[0] == "```mermaid" and out[-1] == "```" and not any("```" in line for line in out[1:-1])
    return out[1:-1]


def test_a_diagram_has_participants_notes_and_drops(natsim):
    lines = diagram(natsim, REBOOT)
    assert lines[:9] == ["sequenceDiagram", *[f"    participant n{i} as {name}" for i, name in enumerate(["L", "nat-left", "stun", "platform", "nat-right", "R"])],
                         "    Note over n0,n5: pass changes/nat-reboot, path direct",
                         "    Note over n0,n5: no way leads from nat-left to 10.2.0.2, an address behind nat-right"]
    assert "    Note over n1: 10000.000 ms step nat at nat-left: reboot (line 24)" in lines
    at = lines.index("    n5-xn1: 184.000 ms Binding request")
    assert lines[at + 1] == "    Note over n1: dropped by nat-left, filtered: no permission for 203.0.113.3:50000"
    assert "    n0->>n5: 20000.000 ms data 200 bytes, 10 times, every 20.000 ms" in lines


def test_a_long_diagram_says_what_is_left_out(natsim):
    lines = diagram(natsim, "relay/long-call")
    assert len(lines) <= 60 and re.fullmatch(r"    Note over n0,n\d: \d+ more rows: natsim explain relay/long-call --seed 1", lines[-1]), lines[-1]


HOSTILE = "a;b#c <script> `x` %%{init}%% end\n\"q\" é"
HOSTILE_CASE = two_nats().replace("realm: example.org", 'realm: "${a}"').replace("networks:", f"matrix:\n  a: [{json.dumps(HOSTILE)}]\nnetworks:", 1)


def test_signs_that_mean_something_are_escaped(natsim, scenario):
    scenario(HOSTILE_CASE)
    text = "\n".join(diagram(natsim, "case.yaml"))
    assert "a#59;b#35;c #60;script#62; #96;x#96; #37;#37;#123;init#125;#37;#37; end" in text, text
    assert not re.search(r"[<>`%{}]", re.sub(r"->>", "", text))


READER = """
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const require = createRequire(process.argv[2] + '/');
const { window } = new (require('jsdom').JSDOM)('');
Object.assign(globalThis, { window, document: window.document });
const mermaid = (await import(pathToFileURL(require.resolve('mermaid')).href)).default;
let text = '';
for await (const piece of process.stdin) text += piece;
console.log((await mermaid.parse(text)).diagramType);
"""


@pytest.fixture(scope="module")
def mermaid(tmp_path_factory):
    """Mermaid's own parser, as npm -g installs it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    modules = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    reader = tmp_path_factory.mktemp("mermaid") / "read.mjs"
    reader.write_text(READER)

    def read(lines):
        return subprocess.run(["node", reader, modules], input="\n".join(lines), capture_output=True, text=True, timeout=60)
    if "Cannot find module" in read(["sequenceDiagram"]).stderr:
        pytest.skip("mermaid and jsdom are not installed (npm install -g mermaid jsdom)")
    return read


def test_mermaid_reads_the_diagrams(natsim, scenario, mermaid):
    scenario(HOSTILE_CASE)
    for case in (REBOOT, "relay/long-call", "classic/five-types[left=symmetric,right=symmetric]", "case.yaml"):
        read = mermaid(diagram(natsim, case))
        assert read.stdout == "sequence\n", (case, read.stderr)
    assert mermaid(["sequenceDiagram", "    n0 nonsense"]).returncode != 0
