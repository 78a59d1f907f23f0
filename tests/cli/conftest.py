"""What the tests from outside share: the built program, a place for outputs, small scenarios, tshark."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NATSIM = Path(os.environ.get("NATSIM", ROOT / "build" / "natsim"))
SUITES = ROOT / "scenarios" / "suites"
# The suites that the program runs by itself: in virtual time, without other processes (interop), by its own carrier (radio needs ns-3).
VIRTUAL = sorted(d for d in SUITES.iterdir() if d.name not in ("interop", "radio"))
SANITIZED = NATSIM.exists() and b"__asan_init" in NATSIM.read_bytes()

# Another user than root, who tests as root.
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []


def pytest_configure(config):
    config.addinivalue_line("markers", "xdist_group(name): tests of a group run one after another when others run side by side")


def pytest_terminal_summary(terminalreporter):
    """Why something was skipped, each reason once."""
    reasons = Counter(r.longrepr[2].removeprefix("Skipped: ") for r in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"skipped {count}: {reason}")


# {L} and {R} are the NATs of the two sides, {more} further keys of the document.
TWO_NATS = """natsim: 1
claim: {claim}
seed: 1
networks:
  internet: {{ipv4: 203.0.113.0/24, delay: 20ms}}
  home-left: {{ipv4: 10.1.0.0/24, delay: 1ms}}
  home-right: {{ipv4: 10.2.0.0/24, delay: 1ms}}
gateways:
  nat-left: {{inside: home-left, outside: internet, nat: {left}}}
  nat-right: {{inside: home-right, outside: internet, nat: {right}}}
servers:
  stun: {{on: internet, kind: stun}}
  turn: {{on: internet, kind: turn, users: {{alice: secret}}, realm: example.org}}
  platform: {{on: internet, kind: platform}}
agents:
  L: {{on: home-left, stun: [stun], turn: [{{server: turn, user: alice, password: secret}}]{agent}}}
  R: {{on: home-right, stun: [stun], turn: [{{server: turn, user: alice, password: secret}}]{agent}}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: {path}
{expect}"""


def two_nats(left="full-cone", right="full-cone", path="direct", claim="a test", agent="", steps="", expect=""):
    return TWO_NATS.format(left=left, right=right, path=path, claim=claim, agent=agent, steps=steps, expect=expect)


def with_signals():
    """For what is started to be interrupted: under nohup, or behind a shell's `&`, signals are ignored, and natsim leaves it so."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Run:
    def __init__(self, args, cwd, env=None, timeout=120):
        full = {**os.environ, "NO_COLOR": "1", **(env or {})}
        done = subprocess.run([str(NATSIM), *map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=timeout, env=full)
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"exit {self.code}\n{self.out}\n{self.err}"


@pytest.fixture
def natsim(tmp_path):
    """Runs the program in a directory of the test's own."""
    def run(*args, **kwargs):
        return Run(args, kwargs.pop("cwd", tmp_path), **kwargs)
    return run


def random_worlds(first, last):
    """The worlds of `natsim sweep` with these numbers, as data. JSON is YAML."""
    done = subprocess.run([str(NATSIM), "sweep", "--list", "--seeds", f"{first}..{last}"], stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def scenario(tmp_path):
    """Writes a scenario file and gives its name."""
    def write(text, name="case.yaml"):
        (tmp_path / name).write_text(text)
        return name
    return write


@pytest.fixture
def results(tmp_path):
    def read(out="natsim-out"):
        return json.loads((tmp_path / out / "results.json").read_text())
    return read


def tshark(capture, *args):
    done = subprocess.run(["tshark", "-r", str(capture), *args], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fields(capture, *names, display=None):
    args = ["-T", "fields", "-E", "separator=\t"]
    for n in names:
        args += ["-e", n]
    if display:
        args += ["-Y", display]
    return [line.split("\t") for line in tshark(capture, *args).splitlines()]


@pytest.fixture
def public():
    """A directory where everybody may read and write, with the program in it: the checkout and the directories of tests may be root's alone."""
    directory = next(d for d in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm") if subprocess.run([*NOBODY, "test", "-w", d]).returncode == 0)
    with tempfile.TemporaryDirectory(dir=directory) as place:
        os.chmod(place, 0o777)
        shutil.copy(NATSIM, place)
        os.chmod(Path(place) / "natsim", 0o755)
        yield Path(place)


# What tshark may not say of a frame, unless a step damaged it on purpose. A port that a kernel has drawn names no protocol.
GATE = ["-2", "-d", "udp.port==32768-65535,stun", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y",
        '_ws.expert.severity >= 6291456 && !(frame.comment contains "expect-malformed")']
BATCH = 100


def joined(captures, *args):
    """What tshark prints for the captures, one after another in one file."""
    with tempfile.TemporaryDirectory() as directory:
        whole = Path(directory) / "whole.pcapng"
        subprocess.run(["mergecap", "-a", "-w", whole, *captures], capture_output=True, check=True)
        return tshark(whole, *args)


def suspects(captures):
    """Those that tshark complains of. To start tshark takes longer than to read a capture, so it reads many at once, and half of them where it complains."""
    if not joined(captures, *GATE):
        return []
    half = len(captures) // 2
    return captures if half == 0 else suspects(captures[:half]) + suspects(captures[half:])


def complaints(captures):
    """What tshark complains of, by the name of the capture."""
    captures = list(captures)
    batches = [captures[i:i + BATCH] for i in range(0, len(captures), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return {c.name: tshark(c, *GATE) for found in pool.map(suspects, batches) for c in found}


@pytest.fixture(scope="session")
def classic(tmp_path_factory):
    """One run of the classic suite that many tests look at."""
    out = tmp_path_factory.mktemp("classic")
    run = Run(["run", "classic", "--out", "out"], out)
    assert run.code == 0, run
    return out / "out"
