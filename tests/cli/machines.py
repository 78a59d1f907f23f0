"""What the tests of many machines start: ranks, by mpirun or by the environment that it would set, and a Slurm cluster of one node."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from conftest import NATSIM

RANK = ("OMPI_", "PMI_", "PMIX_", "SLURM_")
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--mca", "plm", "isolated"]


def plain_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith(RANK)}


def until(true, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        os.sched_yield()


def launchers():
    return ["mpirun", "environment"] if shutil.which("mpirun") else ["environment"]


def descendants(pid):
    """A process may end while it is looked at."""
    try:
        children = [int(p) for task in Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        children = []
    return children + [d for child in children for d in descendants(child)]


def rank_of(pid):
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        name = Path(f"/proc/{pid}/exe").readlink()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = [e for e in environment if e.startswith(b"OMPI_COMM_WORLD_RANK=")]
    return int(found[0].split(b"=")[1]) if found and name == NATSIM.resolve() else None


class Ranks:
    """Processes that were started: mpirun's one, or each rank's."""

    def __init__(self, processes):
        self.processes = processes

    def pid_of(self, rank):
        """The process of a rank, not its workers, which have the same environment."""
        candidates = [d for p in self.processes for d in [p.pid, *descendants(p.pid)] if rank_of(d) == rank]
        return min(candidates, key=lambda pid: len([d for d in candidates if pid in descendants(d)]))

    def end(self):
        said = [p.communicate(timeout=120) for p in self.processes]
        self.codes = [p.returncode for p in self.processes]
        self.out, self.err = "".join(s[0] for s in said), "".join(s[1] for s in said)
        return self

    def __repr__(self):
        return f"exit {self.codes}\n{self.out}\n{self.err}"


class Launch:
    def __init__(self, by, cwd):
        self.by, self.cwd = by, cwd

    def start(self, size, *args):
        command = [str(NATSIM), *map(str, args), "--shard", "mpi"]
        if self.by == "mpirun":
            return Ranks([self.process([*MPIRUN, "-n", str(size), *command], {})])
        return Ranks([self.process(command, {"OMPI_COMM_WORLD_RANK": str(rank), "OMPI_COMM_WORLD_SIZE": str(size)}) for rank in range(size)])

    def __call__(self, size, *args):
        return self.start(size, *args).end()

    def process(self, command, env):
        # mpirun puts what its ranks print together as it comes: a character may be cut in two.
        return subprocess.Popen(command, cwd=self.cwd, env={**plain_environment(), "NO_COLOR": "1", **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace")


# --- Slurm ---

SLURM = (f"not installed: {', '.join(missing)}: apt-get install slurm-wlm munge"
         if (missing := [p for p in ("munged", "slurmctld", "slurmd", "sbatch", "srun") if shutil.which(p) is None])
         else "Slurm's daemons want root" if os.geteuid() != 0 else None)

CONFIGURATION = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={d}/munge.socket
StateSaveLocation={d}/state
SlurmdSpoolDir={d}/spool
SlurmctldPidFile={d}/slurmctld.pid
SlurmdPidFile={d}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Slurm:
    """A cluster of this machine alone, in a directory of its own. It lies in /tmp: the socket's path is short, and slurm.conf takes no spaces."""

    def __init__(self, directory, path):
        self.directory, self.daemons, self.jobs = Path(tempfile.mkdtemp(prefix="slurm", dir="/tmp")), [], []
        self.directory.chmod(0o755)
        self.log = (directory / "log").open("w")
        for name in ("state", "spool"):
            (self.directory / name).mkdir(mode=0o700)
        (self.directory / "key").touch(0o600)
        (self.directory / "key").write_bytes(os.urandom(64))
        host, (controller, node) = socket.gethostname().split(".")[0], free_ports(2)
        (self.directory / "slurm.conf").write_text(CONFIGURATION.format(d=self.directory, host=host, controller=controller, node=node))
        self.env = {**plain_environment(), "SLURM_CONF": str(self.directory / "slurm.conf"), "PATH": f"{path}:{os.environ['PATH']}", "NO_COLOR": "1"}
        d = self.directory
        self.start("munged", "--foreground", "--force", f"--key-file={d}/key", f"--socket={d}/munge.socket", f"--pid-file={d}/munged.pid",
                   f"--seed-file={d}/seed", f"--log-file={d}/munged.log")
        until((d / "munge.socket").exists, "munged's socket")
        self.start("slurmctld", "-D")
        node = self.start("slurmd", "-D", "-N", host)
        until(lambda: "slurmd started" in self.says() or node.poll() is not None, "the node")
        self.lacks = None if node.poll() is None else "Slurm's node does not start: " + [line for line in self.says().splitlines() if "slurmd" in line][-1]

    def start(self, *command):
        self.daemons.append(subprocess.Popen(command, env=self.env, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log))
        return self.daemons[-1]

    def submit(self, cwd, *args):
        self.jobs.append(subprocess.Popen(["sbatch", "--wait", *map(str, args)], cwd=cwd, env=self.env, stdout=self.log, stderr=self.log))
        return self.jobs[-1]

    @staticmethod
    def wait(job):
        return job.wait(timeout=120)

    def says(self):
        return Path(self.log.name).read_text()

    def stop(self):
        for job in self.jobs:
            job.kill()
            job.wait()
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(timeout=60)
        self.log.close()
        shutil.rmtree(self.directory)
