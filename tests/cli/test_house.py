"""The walls of the house: rooms include down their floors only, the two judges see nobody's inside, files and functions stay small."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# room -> rooms it may include (itself always); a file in brackets is the only one of that room
ALLOWED = {
    "core/base": [],
    "core/stun": ["core/base"],
    "core/portmap": ["core/base"],
    "core/turn": ["core/base", "core/stun"],
    "core/ice": ["core/base", "core/stun", "core/portmap", "core/turn"],
    "core/sdp": ["core/base", "core/ice/ice.h", "core/sdp/description.h"],
    "core/example": ["core/base", "core/ice/ice.h", "core/sdp/sdp.h", "core/sdp/description.h"],
    "natsim": ["core/base", "core/portmap"],
    "natsim/ns3": ["core/base", "natsim/fabric/carrier.h", "natsim/fabric/fabric.h", "natsim/fabric/medium.h", "natsim/packet/packet.h", "ns3c.h", "ns3c_clock.h", "ns3c_state.h", "ns3"],
    "pcap": ["core/base", "natsim/packet/packet.h", "core/stun/stun.h", "core/turn/turn.h", "core/turn/channel_data.h"],
    "reports": ["core/base", "natsim/packet/packet.h", "pcap", "core/stun/stun.h", "core/turn/turn.h", "core/turn/channel_data.h", "core/sdp/sdp.h",
                "core/sdp/description.h"],
    "scenarios": ["core", "natsim", "pcap", "reports"],
}
TURN_PUBLIC = {"core/turn/turn.h", "core/turn/client.h", "core/turn/server.h", "core/turn/channel_data.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def sources(*suffixes):
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(p) for p in listed.splitlines() if p.endswith(suffixes) and (ROOT / p).exists()]


def room_of(path):
    return max((r for r in ALLOWED if str(path).startswith(r + "/")), key=len, default=None)


def includes(path):
    return INCLUDE.findall((ROOT / path).read_text())


def test_no_include_points_up_a_floor():
    wrong = []
    for path in sources(".c", ".h"):
        room = room_of(path)
        if room is None:
            continue
        for inc in includes(path):
            target = room_of(Path(inc))
            if target == room or any(inc == a or inc.startswith(a + "/") for a in ALLOWED[room]):
                continue
            wrong.append(f"{path} includes {inc}")
    assert wrong == []


def test_ice_sees_only_the_public_face_of_turn():
    assert [f"{p} includes {i}" for p in sources(".c", ".h") if room_of(p) == "core/ice" for i in includes(p)
            if i.startswith("core/turn/") and i not in TURN_PUBLIC] == []


def test_the_oracle_reads_policies_only():
    allowed = {"core/base", "scenarios/oracle", "scenarios/model/case.h", "natsim/nat/policy/policy.h"}
    oracle = [p for p in sources(".c", ".h") if str(p).startswith("scenarios/oracle")]
    assert oracle, "the oracle is missing"
    assert [f"{p} includes {i}" for p in oracle for i in includes(p) if not any(i.startswith(a) for a in allowed)] == []


def test_conformance_sees_packets_and_traces_only():
    rules = [p for p in sources(".c", ".h") if str(p).startswith("reports/conformance/")]
    assert rules, "the rules are missing"
    forbidden = ("core/ice/ice.h", "core/ice/agent", "core/turn/client.h", "core/turn/server.h", "scenarios/")
    assert [f"{p} includes {i}" for p in rules for i in includes(p) if i.startswith(forbidden)] == []


def test_no_include_cycle():
    graph = {str(p): [i for i in includes(p) if (ROOT / i).exists()] for p in sources(".c", ".h")}
    done, path = set(), []

    def visit(node):
        assert node not in path, " > ".join(path[path.index(node):] + [node])
        if node in done:
            return
        path.append(node)
        for target in graph.get(node, []):
            visit(target)
        path.pop()
        done.add(node)

    for node in sorted(graph):
        visit(node)


def test_nothing_under_core_touches_the_system():
    banned = re.compile(r"\b(socket|bind|sendto|recvfrom|clock_gettime|gettimeofday|time|getrandom|rand|random|printf|puts|fopen|getenv|sleep|poll|select)\s*\(")
    stdio_ok = re.compile(r"\b(open_memstream|fprintf|fputs|fputc|snprintf|vsnprintf)\b")
    wrong = []
    for path in sources(".c"):
        if not str(path).startswith("core/") or str(path).startswith("core/example/"):
            continue
        text = re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(), flags=re.S)
        text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
        for number, line in enumerate(text.splitlines(), 1):
            if banned.search(line) and not stdio_ok.search(line) and not re.match(r"^(static|int|void|size_t|enum|bool|struct)\b", line):
                call = banned.search(line).group(1)
                if call in ("bind", "time", "poll", "select") and f"->{call}" in line or f".{call}" in line:
                    continue
                wrong.append(f"{path}:{number}: {line.strip()}")
    assert wrong == []


SYSTEM = re.compile(r'^\s*#\s*include\s+<((?:sys|linux|net|netinet|bits|asm)/[^>]+|(?:unistd|fcntl|poll|signal|sched|pthread|time|dirent|spawn|netdb|ifaddrs)\.h)>', re.M)


def test_below_scenarios_natsim_live_alone_touches_the_system():
    """Sockets, processes, devices, clocks: one room has them, its headers speak of the fabric. (The core's example is no part of the core.)"""
    wrong = [f"{p} includes <{i}>" for p in sources(".c", ".h") if str(p).startswith(("core/", "natsim/", "pcap/")) and
             not str(p).startswith(("natsim/live/", "core/example/")) for i in SYSTEM.findall((ROOT / p).read_text())]
    assert wrong == []
    live = {i for p in sources(".c", ".h") if str(p).startswith("natsim/live/") for i in SYSTEM.findall((ROOT / p).read_text())}
    assert {"sys/socket.h", "linux/if_tun.h", "unistd.h"} <= live


def test_who_drives_real_programs():
    """The fabric does not know of real time: what is outside of natsim/live reaches it from scenarios/ alone."""
    assert [f"{p} includes {i}" for p in sources(".c", ".h") for i in includes(p)
            if i.startswith("natsim/live/") and not str(p).startswith(("natsim/live/", "scenarios/", "tests/"))] == []


def test_the_bindings_of_ns3_stand_alone():
    """Nothing of natsim is in them, and nothing but them knows ns-3; the rest of the house meets the carrier through its module."""
    bindings = [p for p in sources(".c", ".h", ".cc") if re.match(r"natsim/ns3/(ns3c|example/)", str(p))]
    assert len(bindings) >= 5
    assert [f"{p} includes {i}" for p in bindings for i in includes(p) if not re.match(r"ns3c\w*\.h$|ns3/", i)] == []
    others = [p for p in sources(".c", ".h", ".cc") if not str(p).startswith(("natsim/ns3/", "tests/unit/ns3/", "tests/bench/ns3c.c"))]
    assert [f"{p} includes {i}" for p in others for i in includes(p) if "ns3" in i] == []
    assert [str(p) for p in sources(".c", ".h", ".cc") if re.search(r'#\s*include\s+[<"]ns3/', (ROOT / p).read_text()) and p not in bindings] == []


def test_files_are_at_most_900_lines():
    assert [f"{p}: {n}" for p in sources(".c", ".h", ".py", ".js", ".sh", ".cc") for n in [len((ROOT / p).read_text().splitlines())] if n > 900] == []


def function_lengths():
    """(file, line, length) of each C function: from a `{` in column one to its `}` in column one."""
    for path in sources(".c"):
        if not str(path).startswith(("core/", "natsim/", "pcap/", "reports/", "scenarios/")):
            continue
        start = None
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            if line == "{":
                start = number
            elif line == "}" and start is not None:
                yield str(path), start, number - start
                start = None


def test_few_functions_are_longer_than_60_lines():
    lengths = sorted(n for _, _, n in function_lengths())
    long = [f for f in function_lengths() if f[2] > 60]
    assert len(long) <= len(lengths) // 200, long
    assert lengths[len(lengths) // 2] <= 17


def test_the_top_level_is_the_owners():
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {p.split("/")[0] for p in listed.splitlines()}
    fixed = {"CMakeLists.txt", "core", "natsim", "scenarios", "pcap", "reports", "tests", "README.md", "LICENSE", "CMakePresets.json"}
    assert {t for t in top if not t.startswith(".")} <= fixed
