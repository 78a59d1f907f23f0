"""What a scenario may do to the machine: its programs try to read secrets, to write outside, to signal, to reach the host's network, to exhaust it, and
to stay behind. Once as root, once as nobody."""

import json
import os
import shutil
import socket
import subprocess
import uuid
from pathlib import Path

import pytest

from conftest import NATSIM, NOBODY, ROOT, Run
from test_live import DUMMY, WAIT, lan, live_only, machine, outcome, processes_with

pytestmark = [pytest.mark.xdist_group("live"), live_only]
MIB = 1 << 20

# Tries what its argument says, or everything that takes no time, and prints what came of it.
PROBE = r'''
import ctypes, fcntl, json, os, signal, socket, subprocess, sys, termios, time

libc = ctypes.CDLL(None, use_errno=True)
place, parent, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
mark = sys.argv[4]

def attempt(function, *args, **kwargs):
    try:
        return str(function(*args, **kwargs))
    except OSError as e:
        return e.strerror or str(e)

def read(path):
    return open(path, "rb").read()

def write(path):
    with open(path, "a") as f:
        f.write("x")
    return "written"

def call(number, *args):
    if libc.syscall(number, *args) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "done"

def connect(address, family=socket.AF_UNIX):
    with socket.socket(family) as s:
        s.settimeout(0.5)
        s.connect(address)
    return "connected"

def everything():
    status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status"))
    SYS_ptrace, SYS_mount, SYS_keyctl, SYS_bpf, SYS_unshare = 101, 165, 250, 321, 272
    return {
        "environment": dict(os.environ),
        "root": sorted(os.listdir("/")),
        "devices": sorted(os.listdir("/dev")),
        "read": {p: attempt(read, p) for p in (f"{place}/home/secret", f"{place}/other/secret", "/etc/shadow", "/etc/gshadow", "/etc/sudoers",
                 "/etc/machine-id", f"/proc/{os.getppid()}/environ", "/proc/1/environ", "/proc/1/mem", f"/proc/{parent}/environ", "/dev/mem")},
        "list": {p: attempt(os.listdir, p) for p in ("/home", "/root", "/run", "/sys", "/etc/ssh", "/etc/ssl/private", f"{place}/home", f"{place}/other")},
        "write": {p: attempt(write, p) for p in ("/x", "/usr/x", "/etc/x", "/etc/hosts", "/bin/sh", "x", "probe.py", "natsim-out/x", "/opt/x", "/var/x", "/dev/x",
                  "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger")},
        "own": {p: attempt(write, p) for p in ("/tmp/x", "/var/tmp/x", "/dev/shm/x", os.path.expanduser("~/x"))},
        "change": {"chmod": attempt(os.chmod, "probe.py", 0o777), "remove": attempt(os.remove, "probe.py"), "rename": attempt(os.rename, "probe.py", "/tmp/p"),
                   "link": attempt(os.link, "probe.py", "/tmp/l"), "device": attempt(os.mknod, "/tmp/d", 0o60666, os.makedev(254, 0)),
                   "user": attempt(os.setuid, 1), "root directory": attempt(os.chroot, "/tmp"), "name": attempt(socket.sethostname, "x")},
        "signal": {"outside": attempt(os.kill, parent, 0), "group": attempt(os.killpg, parent, 0), "first": attempt(os.kill, 1, signal.SIGKILL),
                   "trace": attempt(call, SYS_ptrace, 16, 1, 0, 0), "mount": attempt(call, SYS_mount, b"none", b"/tmp", b"tmpfs", 0, 0),
                   "tree": attempt(call, 467, -100, b"/tmp", 0, 0, 0), "keys": attempt(call, SYS_keyctl, 0, -3, 1), "bpf": attempt(call, SYS_bpf, 0, 0, 0), "users": attempt(call, SYS_unshare, 0x10000000),
                   "network": attempt(call, SYS_unshare, 0x40000000), "type": attempt(fcntl.ioctl, 0, termios.TIOCSTI, b"x")},
        "connect": {"host": attempt(connect, ("127.0.0.1", port), socket.AF_INET), "abstract": attempt(connect, "\0" + mark),
                    "socket": attempt(connect, f"{place}/other/socket"), "docker": attempt(connect, "/var/run/docker.sock")},
        "families": [f for f in range(1, 46) if attempt(lambda: socket.socket(f, socket.SOCK_DGRAM).close()) != "Address family not supported by protocol"],
        "raw": attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()),
        "low port": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("", 53))),
        "processes": len([p for p in os.listdir("/proc") if p.isdigit()]),
        "status": {k: status[k] for k in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb", "NoNewPrivs", "Seccomp", "Groups")},
    }

def forks():
    """As many processes as there can be, but not without end."""
    children, refused = [], ""
    while len(children) < 3000 and not refused:
        try:
            pid = os.fork()
            if pid == 0:
                signal.pause()
            children.append(pid)
        except OSError as e:
            refused = e.strerror
    return {"children": len(children), "refused": refused}

def memory():
    taken = []
    for i in range(40):
        taken.append(bytearray(b"x") * (100 << 20))
        time.sleep(0.05)
    return "4 GiB are taken"

def shared():
    import mmap
    taken = []
    for i in range(40):
        taken.append(mmap.mmap(-1, 100 << 20))
        taken[-1].write(b"x" * (100 << 20))
        time.sleep(0.05)
    return "4 GiB are taken"

def disk():
    def fill(path):
        size = 0
        try:
            with open(path, "wb", buffering=0) as f:
                while size < 2 << 30:
                    size += f.write(b"x" * (1 << 20))
        except OSError as e:
            return size, e.strerror
        return size, ""
    return {path: fill(path) for path in ("/tmp/much", "/dev/shm/much")}

def stay():
    """A daemon as daemons are made, with a child that ignores signals."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for i in range(3):
                os.close(i)
            for s in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                signal.signal(s, signal.SIG_IGN)
            while True:
                signal.pause()
        os._exit(0)
    return "behind"

what = sys.argv[5]
print(json.dumps({"everything": everything, "forks": forks, "memory": memory, "shared": shared, "disk": disk, "stay": stay}[what]()), flush=True)
'''
WISHES = ("everything", "forks", "memory", "shared", "disk", "stay")


class Attack:
    """One run of all probes, and what it met."""

    def __init__(self, place, prefix, device):
        self.place, self.mark = place, f"mark-{uuid.uuid4()}"
        self.scenario = place / "scenario"
        for name in ("home", "other", "scenario"):
            (place / name).mkdir()
            (place / name).chmod(0o777)
        for name in ("home", "other"):
            (place / name / "secret").write_text("the secret")
        (self.scenario / "probe.py").write_text(PROBE)
        with socket.socket() as host, socket.socket(socket.AF_UNIX) as abstract, socket.socket(socket.AF_UNIX) as outside:
            host.bind(("127.0.0.1", 0))
            abstract.bind("\0" + self.mark)
            outside.bind(str(place / "other" / "socket"))
            (place / "other" / "socket").chmod(0o666)
            self.listeners = (host, abstract, outside)
            for s in self.listeners:
                s.listen()
                s.setblocking(False)
            self.write_cases(host.getsockname()[1])
            self.run = subprocess.run([*device, *prefix, place / "natsim", "run", ".", "--jobs", "6"], cwd=self.scenario, capture_output=True, text=True, timeout=WAIT,
                                      env={"PATH": os.environ["PATH"], "HOME": str(place / "home"), "SECRET": "the secret", "NO_COLOR": "1"})
            self.connected = [name for name, s in zip(("host", "abstract", "outside"), self.listeners) if has_connection(s)]
        results = self.scenario / "natsim-out" / "results.json"
        self.cases = {c["id"]: c for c in json.loads(results.read_text())["cases"]} if results.exists() else {}

    def write_cases(self, port):
        probe = f"/usr/bin/python3 probe.py {self.place} {os.getpid()} {port} {self.mark}"
        for wish in WISHES:
            (self.scenario / f"{wish}.yaml").write_text(machine(command=f"{probe} {wish}"))
        (self.scenario / "output.yaml").write_text(machine(command="yes", **{"for": "1s"}))
        (self.scenario / "bystander.yaml").write_text(machine(command="sleep 2; echo undisturbed", prints="undisturbed"))
        for p in self.scenario.iterdir():
            p.chmod(0o644)

    def said(self, wish):
        log = (self.scenario / "natsim-out" / "logs" / f"{wish}.M.run1.log").read_text()
        return json.loads(next(line for line in log.splitlines() if not line.startswith("! ")))


def has_connection(server):
    try:
        server.accept()[0].close()
        return True
    except BlockingIOError:
        return False


# A mount namespace with a device that everybody may open.
DEVICE = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/net && mknod -m 0666 /dev/net/tun c 10 200 && exec "$@"', "sh"]


@pytest.fixture(scope="module", params=["root", "nobody"])
def attack(request, tmp_path_factory):
    if os.geteuid() != 0 and request.param == "root":
        pytest.skip("needs root")
    if request.param == "nobody" and os.geteuid() == 0 and subprocess.run([*DEVICE, *NOBODY, "unshare", "-U", "true"], capture_output=True).returncode != 0:
        pytest.skip("no user namespaces here, or no devices can be made")
    place = Path(f"/var/tmp/natsim-{uuid.uuid4()}")
    place.mkdir()
    place.chmod(0o777)
    shutil.copy(NATSIM, place)
    (place / "natsim").chmod(0o755)
    try:
        as_nobody = request.param == "nobody" and os.geteuid() == 0
        yield Attack(place, NOBODY if as_nobody else [], DEVICE if as_nobody else [])
    finally:
        shutil.rmtree(place)


def test_the_probes_ran_and_disturbed_nobody(attack):
    assert outcome(attack.cases["bystander"]) == ("pass", ""), attack.run
    assert outcome(attack.cases["everything"]) == ("pass", "")


def test_secrets_are_not_read(attack):
    said = attack.said("everything")
    absent, closed = "No such file or directory", "Permission denied"
    assert "the secret" not in json.dumps(said)
    assert {v for k, v in said["read"].items() if k.startswith(("/etc", "/dev", str(attack.place)))} <= {absent, closed, "b''"}
    assert {v for k, v in said["read"].items() if k.endswith(("environ", "mem")) and k.split("/")[2] in ("1", str(os.getpid()))} <= {absent, closed}
    assert said["list"] == dict.fromkeys(said["list"], absent) | {"/run": "[]", "/etc/ssh": said["list"]["/etc/ssh"], "/etc/ssl/private": said["list"]["/etc/ssl/private"]}
    assert {said["list"]["/etc/ssh"], said["list"]["/etc/ssl/private"]} <= {"[]", absent, closed}
    assert set(said["environment"]) - {"PWD", "LC_CTYPE", "NATSIM_ADAPTER_BIN"} == {"PATH", "HOME", "TMPDIR", "LANG"}
    assert not {"home", "root", "sys", "boot", "srv", "mnt"} & set(said["root"])
    assert set(said["devices"]) == {"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}


def test_nothing_outside_is_written(attack):
    said = attack.said("everything")
    refusals = {"Read-only file system", "Permission denied", "No such file or directory", "Operation not permitted", "Is a directory"}
    assert set(said["write"].values()) <= refusals, said["write"]
    assert set(said["change"].values()) <= refusals | {"Invalid cross-device link", "Invalid argument"}, said["change"]
    assert said["own"] == dict.fromkeys(said["own"], "written")
    assert sorted(p.name for p in attack.place.iterdir()) == ["home", "natsim", "other", "scenario"]
    assert (attack.scenario / "probe.py").read_text() == PROBE and (attack.scenario / "probe.py").stat().st_mode & 0o777 == 0o644


def test_nothing_outside_is_signalled_or_traced(attack):
    signal = attack.said("everything")["signal"]
    assert signal["outside"] == signal["group"] == "No such process"
    assert signal["first"] in ("None", "Operation not permitted") # who started it lives: the rest was said
    assert {v for k, v in signal.items() if k not in ("outside", "group", "first", "type")} == {"Operation not permitted"}, signal
    assert signal["type"] in ("Operation not permitted", "Inappropriate ioctl for device")
    assert attack.said("everything")["processes"] < 10


def test_the_hosts_network_is_not_reached(attack):
    said = attack.said("everything")["connect"]
    assert set(said.values()) <= {"timed out", "Network is unreachable", "Connection refused", "No such file or directory"}, said
    assert attack.connected == []
    assert set(attack.said("everything")["families"]) <= {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET} # no vsock


def test_what_a_network_program_needs_it_has(attack):
    said = attack.said("everything")
    assert said["raw"] == said["low port"] == "None"
    bits = 1 << 13 | 1 << 10 | 1 << 2 # CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_DAC_READ_SEARCH
    assert {int(said["status"][k], 16) for k in ("CapEff", "CapPrm", "CapBnd")} == {bits}
    assert {int(said["status"][k], 16) for k in ("CapInh", "CapAmb")} == {0}
    assert (said["status"]["NoNewPrivs"], said["status"]["Seccomp"]) == ("1", "2")


def test_the_machine_is_not_exhausted(attack):
    forks = attack.said("forks")
    assert 900 < forks["children"] < 1024 and forks["refused"] == "Resource temporarily unavailable"
    words = "natsim ended this machine's programs: together they took more than 2048 MiB of memory"
    for wish in ("memory", "shared"):
        kind, reason = outcome(attack.cases[wish])
        assert kind == "fail" and f"ended with signal 9; its last line: '{words}'" in reason
    disk = attack.said("disk")
    assert disk == {"/tmp/much": [512 * MIB, "No space left on device"], "/dev/shm/much": [256 * MIB, "No space left on device"]}
    assert outcome(attack.cases["output"]) == ("fail", "run: 'yes' still ran when its time was over")
    assert (attack.scenario / "natsim-out" / "logs" / "output.M.run1.log").stat().st_size < 5 * MIB


def test_nothing_stays_behind(attack):
    assert outcome(attack.cases["stay"]) == ("pass", "") and attack.said("stay") == "behind"
    assert processes_with(attack.mark) == {}


def test_where_a_container_forbids_a_new_proc_outer_processes_keep_their_secrets(tmp_path):
    (tmp_path / "probe.py").write_text(PROBE)
    (tmp_path / "case.yaml").write_text(machine(command=f"/usr/bin/python3 probe.py {tmp_path} {os.getpid()} 1 x everything"))
    forbid = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc/tty && exec "$@"', "sh"]
    if subprocess.run([*forbid, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs root that may mount")
    run = subprocess.run([*forbid, NATSIM, "run", "case.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=WAIT, env={**os.environ, "SECRET": "the secret"})
    assert run.returncode == 0, run
    log = (tmp_path / "natsim-out" / "logs" / "case.M.run1.log").read_text()
    said = json.loads(next(line for line in log.splitlines() if not line.startswith("! ")))
    assert said["processes"] > 10 and "the secret" not in log # they are seen
    assert said["read"][f"/proc/{os.getpid()}/environ"] == said["read"]["/proc/1/environ"] == "Permission denied"


def test_of_the_system_programs_see_what_everybody_may_read(tmp_path):
    """Root may read more."""
    make = "mount -t tmpfs none /opt && mkdir -p /opt/a/b /opt/a/closed && echo it is public >/opt/a/public && echo the secret >/opt/a/0-secret && "\
           "cp /opt/a/0-secret /opt/a/closed/x && chmod 600 /opt/a/0-secret && chmod 700 /opt/a/closed && chmod 755 /opt /opt/a && chmod 644 /opt/a/public"
    prefix = ["unshare", "-m", "sh", "-c", f'{make} && exec "$@"', "sh"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs root that may mount")
    (tmp_path / "case.yaml").write_text(machine(command="cat /opt/a/public /opt/a/0-secret /opt/a/closed/x; cat /etc/shadow; exit 0"))
    run = subprocess.run([*prefix, NATSIM, "run", "case.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=WAIT)
    log = (tmp_path / "natsim-out" / "logs" / "case.M.run1.log").read_text()
    assert run.returncode == 0 and "it is public" in log and "secret" not in log.replace("0-secret", "") and "root:" not in log, log


# --- what an author of an adapter meets ---

def write_adapter(path, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/usr/bin/python3\n" + DUMMY)
    path.chmod(mode)


# By name: where the program is, and the command of a scenario in cases/ for it, from the working directory tools/.
SEEN = {
    "absolute": ("other", "{t}/other/agent.py"), "here": ("tools", "./agent.py"), "above": ("other", "timeout 60 ../other/agent.py"), "variables": ("other", "A=1 exec ../other/agent.py"),
    "quoted": ("with space", "'{t}/with space/agent.py'"), "interpreted": ("home/project", "/usr/bin/python3 {t}/home/project/agent.py"),
    "installed": ("home/.tools/bin", "{t}/home/.tools/bin/agent.py"), "linked": ("real", "{t}/link/agent.py"), "by-path": ("path", "agent.py"), "beside": ("cases", "../cases/agent.py"),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    t = tmp_path_factory.mktemp("seen")
    for name in ("tools", "cases", "link"):
        (t / name).mkdir()
    for name, (directory, command) in SEEN.items():
        write_adapter(t / directory / "agent.py")
        (t / "cases" / f"{name}.yaml").write_text(lan(command.format(t=t), command.format(t=t)))
    (t / "link" / "agent.py").symlink_to("../real/agent.py")
    run = Run(["run", t / "cases", "--jobs", len(SEEN), "--out", t / "out"], t / "tools", env={"HOME": str(t / "home"), "PATH": f"{t}/path:{os.environ['PATH']}"})
    return run, {Path(c["id"]).name: outcome(c) for c in json.loads((t / "out" / "results.json").read_text())["cases"]}


@pytest.mark.parametrize("name", SEEN)
def test_a_program_is_seen_where_its_command_names_it(seen, name):
    run, outcomes = seen
    assert outcomes[name] == ("pass", ""), run


@pytest.fixture
def call(natsim, tmp_path):
    """The outcome of a call by these adapters, from a scenario in a directory of its own."""
    def make(command, **env):
        for name in ("home", "cases"):
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "cases" / "case.yaml").write_text(lan(command, command))
        run = natsim("run", "cases", "--out", "out", env={"HOME": str(tmp_path / "home"), **env})
        return run, outcome(json.loads((tmp_path / "out" / "results.json").read_text())["cases"][0])
    return make


BESIDE = "put it beside the scenario, in a directory of its own"


@pytest.mark.parametrize("directory, mode, command, why", [
    ("home", 0o755, "{d}/agent.py", f"it lies in a home directory itself: {BESIDE}, or under /usr/local or /opt"),
    ("home/.tools", 0o755, "{d}/agent.py", f"it lies in a directory of a home whose name begins with a dot: {BESIDE}, or under /usr/local or /opt"),
    ("home/.tools", 0o755, "agent.py", f"it lies in a directory of a home whose name begins with a dot: {BESIDE}, or under /usr/local or /opt"),
    ("tools", 0o644, "{d}/agent.py", f"it is not executable: 'chmod +x' it, or {BESIDE}"),
])
def test_a_program_that_is_hidden_is_an_error_with_its_mend(call, tmp_path, directory, mode, command, why):
    agent = tmp_path / directory / "agent.py"
    write_adapter(agent, mode)
    run, (kind, reason) = call(command.format(d=agent.parent), PATH=f"{agent.parent}:{os.environ['PATH']}")
    assert (run.code, kind, reason) == (3, "error", f"L: '{agent}' is hidden from programs, for {why}"), run


def test_of_other_hidden_files_the_log_speaks(call, tmp_path):
    agent = tmp_path / "tools" / "agent.py"
    write_adapter(agent, 0o644)
    _, (kind, _) = call(f"/usr/bin/python3 {agent}")
    [log] = (tmp_path / "out" / "logs").glob("*case.L.log")
    assert kind == "fail" and log.read_text().splitlines()[0] == f"! '{agent}' is hidden from programs, for it is not executable: 'chmod +x' it, or {BESIDE}"


def test_of_what_programs_have_themselves_the_log_says_nothing(natsim, scenario, tmp_path):
    run = natsim("run", scenario(machine(command="ls / /tmp /var/tmp /dev/shm >/dev/null; exec cat /proc/self/comm")))
    [log] = (tmp_path / "natsim-out" / "logs").glob("case.M.run1.log")
    assert run.code == 0 and log.read_text() == "cat\n"


def test_beside_a_program_no_link_leads_elsewhere(natsim, tmp_path):
    """To a directory without programs, which no command could show."""
    for name in ("cases/bin", "cases/real", "papers"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("cases/real", "papers"):
        (tmp_path / name / "text").write_text(f"from {name}")
    (tmp_path / "cases" / "lib").symlink_to(tmp_path / "papers")
    (tmp_path / "cases" / "lib64").symlink_to("real")
    shutil.copy("/usr/bin/cat", tmp_path / "cases" / "bin" / "show")
    (tmp_path / "cases" / "case.yaml").write_text(machine(command=f"cases/bin/show {tmp_path}/cases/lib64/text {tmp_path}/papers/text; exit 0"))
    run = natsim("run", "cases", "--out", "out")
    [log] = (tmp_path / "out" / "logs").glob("*case.M.run1.log")
    said = log.read_text()
    assert run.code == 0 and "from cases/real" in said and "from papers" not in said, said


def test_of_a_scenarios_directory_that_is_hidden_the_log_speaks(natsim, scenario, tmp_path):
    run = natsim("run", scenario(machine(command="ls; pwd")), env={"HOME": str(tmp_path)})
    [log] = (tmp_path / "natsim-out" / "logs").glob("case.M.run1.log")
    told, directory = log.read_text().splitlines()
    assert run.code == 0 and directory == str(tmp_path)
    assert told == f"! the scenario's directory '{tmp_path}' is hidden from programs, for it lies in a home directory itself: give it one of its own"


def test_a_command_gives_its_program_variables(natsim, scenario, results):
    run = natsim("run", scenario(machine(command="WHO=me sh -c 'echo it is $WHO'", prints="it is me")), env={"WHO": "nobody asked"})
    assert outcome(results()["cases"][0]) == ("pass", ""), run


# --- nothing is executed ---

PROGRAMS = """natsim: 1
claim: All that executes.
matrix:
  kind: [stun, coturn]
networks:
  internet: {ipv4: 203.0.113.0/24}
servers:
  relay: {on: internet, kind: "${kind}"}
agents:
  L: {on: internet, stun: [relay], exec: "./touch"}
  R: {on: internet, stun: [relay], exec: "./touch"}
  M: {on: internet}
steps:
  - {at: 0s, call: {from: L, to: R}}
  - {at: 0s, run: {at: M, command: "./touch"}}
"""


@pytest.mark.parametrize("command", [["run"], ["explain"], ["lint"], ["list"], ["rules"]])
def test_no_exec_refuses_each_program_with_its_place(natsim, tmp_path, command):
    (tmp_path / "case.yaml").write_text(PROGRAMS)
    case = "case[kind=coturn]" if command == ["explain"] else "case.yaml"
    run = natsim(*command, "--no-exec", case)
    assert run.code == 2 and os.listdir(tmp_path) == ["case.yaml"], run
    what = [("8:3", "coturn", "relay"), ("10:3", "exec", "L"), ("11:3", "exec", "R"), ("15:5", "run", "M")]
    told = [line for line in run.err.splitlines() if "executes a program" in line]
    assert sorted(told) == sorted(f"case.yaml:{at}: '{key}' of '{of}' executes a program, and --no-exec was given: leave the file out, or read scenarios/SECURITY.md "
                    "and leave the flag out" for at, key, of in what), run


def test_no_exec_refuses_what_would_run_alone(natsim, tmp_path):
    (tmp_path / "case.yaml").write_text(PROGRAMS.replace(', exec: "./touch"', "").replace('  - {at: 0s, run: {at: M, command: "./touch"}}\n', "").replace("  M: {on: internet}\n", ""))
    assert natsim("run", "--no-exec", "case.yaml", "--filter", "kind=coturn").code == 2
    assert natsim("lint", "--no-exec", "case.yaml", "--carrier", "builtin").code == 2
    assert natsim("run", "--no-exec", "case.yaml", "--filter", "kind=stun").code == 0
    run = natsim("run", "--no-exec", "case.yaml", "--agent-l", "true")
    assert run.code == 2 and "--no-exec does not go with '--agent-" in run.err


def test_only_what_runs_a_case_executes_its_programs(natsim, tmp_path):
    (tmp_path / "touch").write_text("#!/usr/bin/python3\nimport socket\nsocket.socket(socket.AF_UNIX).connect('touched')\n")
    (tmp_path / "touch").chmod(0o755)
    (tmp_path / "case.yaml").write_text(PROGRAMS.replace("[stun, coturn]", "[stun]"))
    with socket.socket(socket.AF_UNIX) as touched:
        touched.bind(str(tmp_path / "touched"))
        (tmp_path / "touched").chmod(0o666)
        touched.listen(16)
        touched.setblocking(False)
        for command in (["lint", "case.yaml"], ["list", "case.yaml"], ["schema"], ["run", "--no-exec", "case.yaml"], ["explain", "--no-exec", "case"]):
            assert natsim(*command).code == (2 if "--no-exec" in command else 0)
            assert not has_connection(touched), command
        natsim("run", "case.yaml")
        assert has_connection(touched), "it is noticed"
        while has_connection(touched):
            pass
        assert natsim("merge", "natsim-out").code == 1
        assert not has_connection(touched)


def test_without_root_the_whole_line_for_an_administrator_is_said(public):
    shutil.copy(ROOT / "scenarios" / "setup.sh", public)
    for name in ("id", "sort", "dpkg-query", "grep", "apt-get"): # no sudo
        (public / name).symlink_to(shutil.which(name) or "/usr/bin/true")
    done = subprocess.run([*NOBODY, "/bin/bash", "-ec", f"PATH={public}; source setup.sh; install_missing no-such-package another-one; echo on"], cwd=public,
                          capture_output=True, text=True)
    line = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends another-one no-such-package"
    assert done.returncode == 1 and done.stdout == "installing another-one no-such-package\n", done
    assert done.stderr == f"no root here, and no sudo. Give this line to an administrator, then come back:\n\n    {line}\n\n"
