"""The commands beside run: list, lint, presets, schema, explain, classify, merge's neighbours, a terminal, an installed program."""

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import socket
import struct
import subprocess
import termios

import jsonschema
import pytest
import yaml

from conftest import NATSIM, ROOT, SANITIZED, SUITES, two_nats

DEPENDENCE = {"ei": "endpoint-independent", "ad": "address-dependent", "apd": "address-and-port-dependent"}

# The example of the language's page, with all it shows.
LANGUAGE = """natsim: 1
claim: Every pairing of the classic types takes the best path that exists.
tags: [classic, ci]
seed: 1
matrix:
  left:  [none, full-cone, restricted-cone, port-restricted-cone, symmetric]
  right: [none, full-cone, restricted-cone, port-restricted-cone, symmetric]
networks:
  internet:   {ipv4: 203.0.113.0/24, delay: 20ms}
  home-left:  {ipv4: 10.1.0.0/24, delay: 1ms}
  home-right: {ipv4: 10.2.0.0/24, delay: 1ms, jitter: 0ms, loss: 0%, duplicate: 0%, reorder: 0%, rate: 100Mbit, queue: 100, mtu: 1500}
gateways:
  nat-left:  {inside: home-left,  outside: internet, nat: "${left}"}
  nat-right: {inside: home-right, outside: internet, nat: "${right}"}
servers:
  stun:     {on: internet, kind: stun}
  turn:     {on: internet, kind: turn, users: {alice: secret}, realm: example.org}
  platform: {on: internet, kind: platform}
agents:
  L: {on: home-left,    role: controlling, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
  R: {on: [home-right], role: controlled,  stun: [stun], turn: [{server: turn, user: alice, password: secret}]}
steps:
  - {at: 0s, call: {from: L, to: R}}
expect:
  path: oracle
  L: {state: completed}
  R: {state: completed}
  within: 3s
expect-where:
  - when: {left: symmetric, right: [port-restricted-cone, symmetric]}
    path: relayed
    L: {selected: {local: prflx, remote: relay}}
"""


def test_the_example_of_the_language_runs(natsim, scenario, results):
    run = natsim("run", scenario(LANGUAGE))
    assert run.code == 0, run
    assert results()["summary"]["pass"] == 25


# --- help, version ---

def test_version(natsim):
    run = natsim("--version")
    assert (run.code, run.err) == (0, "")
    assert re.fullmatch(r"natsim \d+\.\d+\.\d+ \(carriers: builtin(, ns3 \(ns-3 3\.\d+\))?\)\n(  stack \w+ +(ice|webrtc) +\S.*\n)+", run.out)


def test_help_names_every_command_and_flag_that_works(natsim):
    run = natsim("--help")
    assert (run.code, run.err) == (0, "")
    for word in ("run", "list", "lint", "explain", "classify", "rules", "presets", "schema", "merge", "sweep", "diff", "bench"):
        assert re.search(rf"^  {word} ", run.out, re.M)
    for flag in ("--out", "--jobs", "--seed", "--seeds", "--shard", "--filter", "--tag", "--capture", "--capture-format", "--until", "--fail-fast",
                 "--stats", "--stamp", "-v", "--json", "--worlds", "--list", "--help", "--version"):
        assert re.search(rf"^  {flag} ", run.out, re.M)
    assert "serve" not in run.out
    for flag in ("--out", "--stamp"):
        assert re.search(rf"^  {flag} ", natsim("merge", "--help").out, re.M)
    assert "--jobs" not in natsim("merge", "--help").out
    assert natsim("run", "--help").out == natsim("--help", "run").out


def test_help_is_true(natsim):
    """What nothing stands for, and what an exit code says of commands that run no case of a file."""
    assert "(nothing: of all suites)" in natsim("list", "--help").out and "(nothing: all suites)" in natsim("lint", "--help").out
    for command in ("classify", "diff", "sweep"):
        assert "1 a case failed or all were skipped, or classify, sweep or diff found something" in natsim(command, "--help").out
    assert "diff without it: no page" in natsim("diff", "--help").out


# --- list, lint, presets ---

def test_list_of_everything_has_each_id_once(natsim):
    ids = natsim("list").out.splitlines()
    assert len(ids) == len(set(ids)) > 100
    assert {i.split("/")[0] for i in ids} == {d.name for d in SUITES.iterdir() if d.is_dir()}


def test_files_keep_the_path_they_were_given_by(natsim, scenario, tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    scenario(two_nats(), "deep/er/case.yaml")
    scenario(two_nats(), "top.yml")
    assert natsim("list", ".").out.splitlines() == ["deep/er/case", "top"]
    assert natsim("list", "./deep").out.splitlines() == ["deep/er/case"]


def test_lint_counts(natsim, scenario):
    assert natsim("lint", scenario(two_nats())).out == "1 file, 1 case: valid\n"
    assert natsim("lint", "classic").out == "1 file, 25 cases: valid\n"


def test_lint_shows_every_complaint_of_every_file(natsim, scenario):
    scenario(two_nats().replace("seed", "sed").replace("delay: 20ms", "dely: 20ms"), "a.yaml")
    scenario(two_nats().replace("path: direct", "path: drect"), "b.yaml")
    run = natsim("lint", "a.yaml", "b.yaml")
    assert run.code == 2
    assert [line for line in run.err.splitlines() if line.startswith(("a.", "b."))] == [
        "a.yaml:3:1: unknown key 'sed': did you mean 'seed'?", "a.yaml:5:36: unknown key 'dely': did you mean 'delay'?",
        "b.yaml:21:9: unknown value 'drect' of 'path': did you mean 'direct'?"]


def presets(natsim):
    run = natsim("presets")
    assert run.code == 0
    return [line.split(maxsplit=5) for line in run.out.splitlines()[1:]]


def test_every_preset_has_evidence_and_a_source_and_can_be_used(natsim, scenario):
    rows = presets(natsim)
    names = [r[0] for r in rows]
    assert len(names) == len(set(names)) >= 20
    assert {"none", "blocked-udp", "blocked", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"} <= set(names)
    for row in rows:
        assert row[4] in ("standard", "measured", "code", "documentation") and len(row[5]) > 10, row
    text = two_nats('"${nat}"', path="oracle").replace("networks:", f"matrix: {{nat: [{', '.join(names)}]}}\nnetworks:")
    assert natsim("lint", scenario(text)).out == f"1 file, {len(names)} cases: valid\n"


# --- schema ---

@pytest.fixture
def schema(natsim):
    run = natsim("schema")
    assert run.code == 0
    return json.loads(run.out)


class Yaml12(yaml.SafeLoader):
    """PyYAML speaks 1.1, where `on` is true; natsim's YAML is 1.2."""


Yaml12.yaml_implicit_resolvers = {c: [(tag, r) for tag, r in rs if tag != "tag:yaml.org,2002:bool"] for c, rs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def as_json(text):
    """A YAML document as JSON values, read by a program that is no part of natsim."""
    return yaml.load(text, Loader=Yaml12)


def test_the_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    references = set(re.findall(r'"#/\$defs/([\w-]+)"', text))
    assert references == set(schema["$defs"]), "each definition is used, each reference is defined"
    for unbuilt in ("interfaces", "port-control", "tls-port", "aggressive"):
        assert f'"{unbuilt}"' not in text
    for built in ("exec", "coturn", "run"):
        assert f'"{built}"' in text


def test_what_runs_conforms_and_what_does_not_load_does_not(schema):
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(as_json(LANGUAGE))) == []
    for wrong in (("seed: 1", "sed: 1"), ("delay: 20ms", "delay: 20"), ("path: oracle", "path: sideways"), ("natsim: 1", "natsim: 2"),
                  ("kind: stun}", "kind: cotrun}"), ("loss: 0%", "loss: 101%"), ("state: completed", "state: done"), ("tags:", "matrices:")):
        assert list(validator.iter_errors(as_json(LANGUAGE.replace(*wrong, 1)))), wrong


def test_the_schema_knows_every_medium(schema, natsim):
    path = ROOT / "tests" / "fuzz" / "corpus" / "scenario" / "media.yaml"
    run = natsim("lint", path)
    assert (run.code, run.out) == (0, "1 file, 8 cases: valid\n"), run
    text, validator = path.read_text(), jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(as_json(text))) == []
    for key in ("burst-loss", "wifi", "path-loss", "station-radius", "position", "walk", "medium"):
        assert f"{key}:" in text
    for wrong in (("medium: p2p", "medium: ring"), ("2..5", "two"), ("path-loss: 3.0", "path-loss: 0.5"), ("tx-power: -16", "tx-power: 1.5"), ("[0, 0]", "[0]"),
                  ("stations: 8", "stations: 101"), ("chance: 0.5%, ", ""), ("{at: 60s, ", "{"), ("[-1.5, 2, 3]", "[-1.5, 2, 3, 4]")):
        assert wrong[0] in text and list(validator.iter_errors(as_json(text.replace(*wrong, 1)))), wrong


@pytest.mark.parametrize("path", sorted(SUITES.rglob("*.yaml")), ids=lambda p: str(p.relative_to(SUITES)))
def test_every_suite_conforms(schema, path):
    validator = jsonschema.Draft202012Validator(schema)
    assert [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(as_json(path.read_text()))] == []


# --- explain ---

def test_explain_shows_steps_and_what_they_do(natsim):
    lines = [line.split(None, 3) for line in natsim("explain", "changes/nat-reboot").out.splitlines() if " ms  " in line]
    told = [(line[0], line[2], line[3]) for line in lines if line[3].startswith(("step: ", "control: "))]
    assert ("0.000", "L", "step: call (line 23)") in told
    at = told.index(("10000.000", "nat-left", "step: nat at nat-left: reboot (line 24)"))
    assert told[at + 1] == ("10000.000", "nat-left", "control: reboot")


def test_explain_shows_ladder_timeline_and_verdict(natsim):
    run = natsim("explain", "classic/five-types[left=symmetric,right=full-cone]")
    assert run.code == 0, run
    out = run.out
    assert out.startswith("\u2713 pass classic/five-types[left=symmetric,right=full-cone]  direct prflx/srflx ")
    assert re.search(r"^ +0\.000 +1 +\|-.*Binding request", out, re.M)
    assert re.search(r"nat-left: 10\.1\.0\.2:50000 becomes 203\.0\.113\.2:\d+", out)
    assert re.search(r"^ +\d+\.\d{3} ms  L +pair \d+ waiting  10\.1\.0\.2:50000 > ", out, re.M)
    assert re.search(r"^ +\d+\.\d{3} ms  L +local peer-reflexive candidate  203\.0\.113\.2:", out, re.M)
    times = [float(t) for t in re.findall(r"^ *(\d+\.\d{3}) ms  [LRs]", out, re.M)]
    assert times == sorted(times) and len(times) > 20
    assert "pass classic/five-types[left=symmetric,right=full-cone]  direct prflx/srflx" in out


@pytest.mark.parametrize("case, lines", [
    ("relay/quota", [r"R +request failed: Allocate: 486 Allocation Quota Reached; not asked again for a minute  10\.2\.0\.2:50000 > 203\.0\.113\.5:3478",
                     r"R +not sent to the TURN server: an allocation is not asked for again: the owner needs none any more"]),
    ("relay/wrong-password", [r"request failed: Allocate: 401 the server does not accept these credentials; not asked again"]),
    ("relay/alternate-server", [r"L +request failed: Allocate: 300 Try Alternate; the alternate server is asked"]),
    ("relay/mismatch[refused=once]", [r"L +request failed: Allocate: 437 Allocation Mismatch; asked again from another local address"]),
    ("relay/allocation-missing", [r"request failed: CreatePermission: 437 Allocation Mismatch; the allocation is gone",
                                  r"L +allocation lost: the server has none"]),
])
def test_explain_says_why_a_turn_server_refused(natsim, case, lines):
    run = natsim("explain", case)
    assert run.code == 0, run
    for line in lines:
        assert re.search(r"^ +\d+\.\d{3} ms  .*" + line, run.out, re.M), (line, run.out[-4000:])


def test_explain_takes_an_id_of_list_and_nothing_is_written(natsim, scenario, tmp_path):
    scenario(two_nats("symmetric", "symmetric", path="direct"))
    run = natsim("explain", "case")
    assert run.code == 1 and "path: expected direct, found relayed" in run.out, run
    assert "case#seed=7: " in natsim("explain", "case#seed=7").out.splitlines()[0]
    assert os.listdir(tmp_path) == ["case.yaml"]


@pytest.mark.parametrize("what, complaint", [
    ("classic/five-types", "'classic/five-types' names 25 cases: give one id that 'natsim list' shows"),
    ("classic/five-types[left=nonsense]", "names 0 cases"), ("clasic", "no such file, directory or suite"),
])
def test_explain_wants_one_case(natsim, what, complaint):
    run = natsim("explain", what)
    assert run.code == 2 and complaint in run.err, run


def test_explain_says_what_the_rules_found_in_a_case_that_passed(natsim):
    out = natsim("explain", "consent/keepalives").out
    assert re.search(r"^advice: RFC7675-5\.1-none: L, packet \d+: ", out, re.M), out[-2000:]


# --- classify ---

def test_rules_lists_all_and_says_which_a_suite_exercises(natsim):
    listed = natsim("rules")
    assert listed.code == 0, listed
    ids = [line.split()[0] for line in listed.out.splitlines()[:-1]]
    assert len(ids) == len(set(ids)) and listed.out.splitlines()[-1] == f"{len(ids)} rules"
    told = natsim("rules", "consent")
    assert told.code == 0, told
    rows = {line.split()[0]: line.split()[1:] for line in told.out.splitlines()[1:-1]}
    assert list(rows) == ids
    assert int(rows["RFC7675-5.1-interval"][1]) > 0 and int(rows["RFC8656-12-range"][1]) == 0
    assert int(rows["RFC7675-5.1-none"][2]) > 0  # consent: off is advised against


def test_classify_finds_every_policy_as_configured(natsim):
    run = natsim("classify")
    assert run.code == 0, run
    lines = run.out.splitlines()[1:-1]
    lines.remove("  office: not measured: the server does not answer")  # it lets out no UDP
    rows = [line.replace("not kept", "not-kept").split(maxsplit=6) for line in lines]
    nine = [r for r in rows if r[0].startswith("mapping=")]
    assert len(nine) == (9 + 3) * 2 * 3  # and three in which flows are the filter
    for name, mapping, filtering, hairpin, port, replies, *_ in nine:
        said = dict(part.split("=") for part in name.replace("filtering=flow", "filtering=apd").split(","))
        assert (mapping, filtering) == (DEPENDENCE[said["mapping"]], DEPENDENCE[said["filtering"]])
        if said["mapping"] == "ei":
            assert hairpin == {"none": "no", "internal-source": "internal", "external-source": "external"}[said["hairpin"]]
            assert port == "kept"
        if list(DEPENDENCE).index(said["mapping"]) > list(DEPENDENCE).index(said["filtering"]):
            assert replies == said["replies"]
    named = {r[0]: r for r in rows if not r[0].startswith("mapping=")}
    translating = [r for r in presets(natsim) if r[1] != "-"]
    assert set(named) == {r[0] for r in translating}
    for name, mapping, filtering, *_ in translating:
        assert named[name][1:3] == (["unknown", "unknown"] if name == "office" else [mapping, filtering])
    for name in ("linux-masq", "linux-masq-random", "linux-masq-dropin", "openwrt", "docker-bridge"):
        assert named[name][6].split()[0] == "30/30/120"  # before a reply, after it, of a stream
    assert run.out.splitlines()[-1] == f"{len(rows)} policies measured, 0 differences"
    assert all(line.endswith("  as configured") for line in lines)


def test_classify_takes_names(natsim):
    run = natsim("classify", "restricted-cone")
    assert [line.split()[0] for line in run.out.splitlines()[1:-1]] == ["restricted-cone", "port-restricted-cone"]


@pytest.mark.parametrize("seed", [2, 3, 99])
def test_classify_does_not_depend_on_the_seed(natsim, seed):
    assert natsim("classify", "--seed", seed).code == 0


# --- a terminal ---

def on_a_terminal(cwd, *args, columns=0, **env):
    """Runs natsim with a terminal as its standard output and error; what it showed. 0 columns: the terminal does not say how many."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    run = subprocess.Popen([NATSIM, *map(str, args)], cwd=cwd, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower, env={**environment, **env})
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    return run.wait(), shown.decode()


def test_a_terminal_gets_progress_and_colours(tmp_path):
    code, shown = on_a_terminal(tmp_path, "run", "classic")
    assert code == 0
    assert re.search(r"\r\d+ of 25", shown) and "\033[32m" in shown
    assert "left \\ right" in shown and "25 cases: 25 passed" in shown
    assert "pass classic/five-types[left=none" not in shown, "the table says it"


def test_no_color_is_honoured(tmp_path):
    code, shown = on_a_terminal(tmp_path, "run", "classic", NO_COLOR="1")
    assert code == 0 and "\033[" not in shown and "25 cases: 25 passed" in shown


def test_a_pipe_gets_plain_lines(natsim):
    run = natsim("run", "classic", env={"NO_COLOR": ""})
    assert "\033" not in run.out and "\r" not in run.out + run.err and run.err == ""
    assert [line.split()[2] for line in run.out.splitlines()[:25]] == natsim("list", "classic").out.splitlines()


def test_failures_are_red_and_name_the_command_to_run_them_alone(tmp_path, scenario, natsim):
    scenario(two_nats("symmetric", "symmetric", path="direct"))
    code, shown = on_a_terminal(tmp_path, "run", "case.yaml")
    assert code == 1 and "\033[31m" in shown
    alone = re.search(r"natsim (explain case [^\r\n\033]*)", shown)
    assert alone, shown
    assert natsim(*alone.group(1).split()).code == 1


def test_stamp_is_the_only_clock_in_the_results(natsim, scenario, results):
    scenario(two_nats())
    natsim("run", "case.yaml", "--stamp", "--out", "a")
    natsim("run", "case.yaml", "--out", "b")
    stamped, plain = results("a"), results("b")
    stamp = stamped.pop("stamp")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp) and stamped == plain


def test_until_goes_on(natsim, scenario, results):
    scenario(two_nats())
    natsim("run", "case.yaml", "--out", "a")
    natsim("run", "case.yaml", "--out", "b", "--until", "90s")
    assert results("a")["cases"][0]["virtual_ms"] < 10_000 <= 90_000 <= results("b")["cases"][0]["virtual_ms"]


@pytest.mark.parametrize("time", ["90s", "1.5m", "0.5h", "12345.678ms", "0.000000001s", "200001h", "1.5ns", "5", "1e3s", " 5s", "5 s"])
def test_until_takes_the_times_of_the_language(natsim, scenario, results, time):
    """A time is valid on the command line when it is valid in a file, and means the same there."""
    scenario(two_nats(), "flag.yaml")
    scenario(two_nats(expect=f'  until: "{time}"\n' + ('  limit: 1h\n' if "h" in time else "")), "key.yaml")
    flag, key = natsim("run", "flag.yaml", "--out", "a", "--until", time), natsim("run", "key.yaml", "--out", "b")
    assert flag.code == key.code
    if flag.code == 0:
        assert results("a")["cases"][0]["virtual_ms"] == results("b")["cases"][0]["virtual_ms"]
    else:
        assert f"--until cannot be '{time}'" in flag.err


# --- an installed program ---

@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A build that has been installed under a prefix of its own."""
    prefix, build = tmp_path_factory.mktemp("installed"), NATSIM.parent
    if not (build / "cmake_install.cmake").exists():
        pytest.skip("natsim is not in a build tree")
    if not os.access(build, os.W_OK):
        pytest.skip("the build is another user's, and what is installed is listed in it")
    subprocess.run(["cmake", "--build", build, "--target", "natsim", "natsim_core"], check=True, capture_output=True)
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, capture_output=True)
    return prefix


@pytest.mark.xdist_group("installed")
def test_an_installed_program_finds_its_suites_from_anywhere(installed, tmp_path):
    run = subprocess.run([installed / "bin" / "natsim", "list", "classic"], cwd="/", capture_output=True, text=True)
    assert run.returncode == 0 and len(run.stdout.splitlines()) == 25, run.stderr
    moved = tmp_path / "moved"
    shutil.copytree(installed, moved)
    (moved / "share" / "natsim" / "suites" / "only-here").mkdir()
    shutil.copy(moved / "share" / "natsim" / "suites" / "classic" / "five-types.yaml", moved / "share" / "natsim" / "suites" / "only-here")
    run = subprocess.run([moved / "bin" / "natsim", "list", "only-here"], cwd="/", capture_output=True, text=True)
    assert run.stdout.startswith("only-here/five-types[")


@pytest.mark.xdist_group("installed")
def test_the_manual_page_and_the_completion_are_installed(installed, natsim, tmp_path):
    assert (installed / "share" / "man" / "man1" / "natsim.1").read_text() == natsim("man").out
    script = installed / "share" / "bash-completion" / "completions" / "natsim"
    text = f"PATH={shlex.quote(str(installed / 'bin'))}:$PATH; source {shlex.quote(str(script))}; COMP_WORDS=(natsim li); COMP_CWORD=1; _natsim; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", text], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("list lint\n", "")


def own_address():
    """An address of this machine beside 127.0.0.1, which is no candidate (RFC 8445, 5.1.1.1)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address of its own")
        return probe.getsockname()[0]


@pytest.mark.xdist_group("installed")
@pytest.mark.skipif(SANITIZED, reason="the library wants the sanitizer's own")
def test_the_installed_core_builds_a_program(installed, tmp_path):
    [pc] = installed.rglob("natsim-core.pc")
    env = {**os.environ, "PKG_CONFIG_PATH": str(pc.parent)}
    shutil.copy(ROOT / "core" / "example" / "ice_on_a_socket.c", tmp_path)
    command = "eval cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Werror ice_on_a_socket.c -o example $(pkg-config --cflags --libs natsim-core)"
    built = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    own = own_address()
    left_in, right_out = os.pipe()
    right_in, left_out = os.pipe()
    sides = [subprocess.Popen([tmp_path / "example", role, own], stdin=here, stdout=there, stderr=subprocess.PIPE, text=True)
             for role, here, there in (("controlling", left_in, left_out), ("controlled", right_in, right_out))]
    for fd in (left_in, right_out, right_in, left_out):
        os.close(fd)
    assert [s.communicate(timeout=60)[1] for s in sides] == ["received: hello\n"] * 2
    assert [s.returncode for s in sides] == [0, 0]


@pytest.mark.xdist_group("installed")
def test_the_installed_headers_need_nothing_that_is_not_there(installed, tmp_path):
    include = installed / "include" / "natsim"
    headers = sorted(str(h.relative_to(include)) for h in include.rglob("*.h"))
    assert "core/ice/ice.h" in headers and "core/ice/agent.h" not in headers
    for header in headers:
        (tmp_path / "one.c").write_text(f'#include "{header}"\nint main(void) {{ return 0; }}\n')
        built = subprocess.run(["cc", "-std=c11", f"-I{include}", "-fsyntax-only", "one.c"], cwd=tmp_path, capture_output=True, text=True)
        assert built.returncode == 0, (header, built.stderr)
