"""The walls of the house, as far as linking does not see them: rooms include the rooms that CMakeLists.txt names for them, no file
looks behind a door, the two judges see nobody's inside, files and functions stay small."""

import re
import subprocess
from pathlib import Path

import writers

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ("core/", "natsim/", "pcap/", "reports/", "scenarios/")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)

# Folders that are no room: programs, and the module that natsim loads.
ALONE = {
    "core/example": ["base", "ice", "sdp"],
    "natsim/ns3": ["base", "packet", "fabric"],
    "scenarios/main": ["command", "model"],
}
# Of these rooms others see these headers only; who is named sees more.
PUBLIC = {
    "ice": {"core/ice/ice.h"},
    "turn": {"core/turn/turn.h", "core/turn/client.h", "core/turn/server.h", "core/turn/channel_data.h"},
    "conformance": {"reports/conformance/conformance.h"},
}
# Codecs alone: what judges and shows packets knows no agent, no client, no server.
CODECS = {"core/stun/stun.h", "core/turn/turn.h", "core/turn/channel_data.h", "core/sdp/sdp.h", "core/sdp/description.h"}
CODECS_ONLY = {"pcap", "ladder", "page", "reports", "conformance"}


def sources(*suffixes):
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(p) for p in listed.splitlines() if p.endswith(suffixes) and (ROOT / p).exists()]


def house(*suffixes):
    return [p for p in sources(*suffixes) if str(p).startswith(HOUSE)]


def rooms():
    """The table in CMakeLists.txt: room -> (folders, rooms it uses)."""
    table = {}
    for name, rest in re.findall(r"^nt_room\((\w+)\s([^)]*)\)", (ROOT / "CMakeLists.txt").read_text(), re.M):
        words = {"FROM": [], "USES": [], "LIBS": []}
        key = None
        for word in rest.split():
            if word in words:
                key = word
            elif key:
                words[key].append(word)
        table[name] = (words["FROM"], words["USES"])
    return table


TABLE = rooms()
FOLDERS = {folder: name for name, (folders, _) in TABLE.items() for folder in folders}


def room_of(path):
    return FOLDERS.get(str(Path(path).parent))


def includes(path):
    return INCLUDE.findall((ROOT / path).read_text())


def test_every_file_is_in_a_room():
    assert len(TABLE) > 20
    assert [str(p) for p in house(".c", ".h") if room_of(p) is None and str(p.parent) not in ALONE and not str(p).startswith("natsim/ns3/")] == []


def test_rooms_include_the_rooms_that_are_named_for_them():
    wrong = []
    for path in house(".c", ".h"):
        room, folder = room_of(path), str(path.parent)
        may = {room, "base", *(TABLE[room][1] if room else ALONE.get(folder, []))}
        for inc in includes(path):
            target = room_of(inc)
            if target is None:
                if ((ROOT / inc).exists() or "/" in inc) and not inc.startswith(("ns3/", folder + "/")):
                    wrong.append(f"{path} includes {inc}, which is in no room")
            elif target not in may or target != room and target in PUBLIC and inc not in PUBLIC[target]:
                wrong.append(f"{path} includes {inc}")
            elif room in CODECS_ONLY and inc.startswith(("core/stun/", "core/turn/", "core/sdp/", "core/ice/")) and inc not in CODECS:
                wrong.append(f"{path} includes {inc}")
            elif target != room and inc.endswith("_state.h"):
                wrong.append(f"{path} looks into {inc}")
    assert wrong == [], "\n".join(wrong) + "\nWhat a room may use is its nt_room in CMakeLists.txt: move the function down, or hand in a callback"


def test_no_room_is_named_that_is_not_used():
    used = {name: set() for name in TABLE}
    for path in house(".c", ".h"):
        if room_of(path):
            used[room_of(path)] |= {room_of(i) for i in includes(path)}
    assert [f"{name} does not use {other}" for name, (_, uses) in TABLE.items() for other in uses if other not in used[name]] == []


def test_the_lists_of_the_two_judges():
    """These two are linked without the rooms of their rooms, so that they can judge anybody's agent."""
    assert set(TABLE["oracle"][1]) == {"model", "policy"}
    assert set(TABLE["conformance"][1]) == {"pcap", "packet", "turn", "stun", "sdp"}
    assert re.findall(r"^nt_room\((\w+) SEALED", (ROOT / "CMakeLists.txt").read_text(), re.M) == ["conformance", "oracle"]
    oracle = {i for p in house(".c", ".h") if room_of(p) == "oracle" for i in includes(p) if room_of(i) not in ("oracle", "base")}
    assert oracle <= {"scenarios/model/case.h", "natsim/nat/policy/policy.h"}


def circle(graph):
    """A circle in a graph of sets, as text; None when there is none."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return " > ".join(path[path.index(node):] + [node])
        if node not in done:
            path.append(node)
            for target in sorted(graph.get(node, ())):
                found = visit(target)
                if found:
                    return found
            path.pop()
            done.add(node)
        return None

    return next((found for node in sorted(graph) for found in [visit(node)] if found), None)


def test_no_include_cycle():
    assert circle({str(p): {i for i in includes(p) if (ROOT / i).exists()} for p in sources(".c", ".h")}) is None


def test_no_circle_of_files():
    """noun.c and noun.h are one: what one of the two includes, both need."""
    graph = {}
    for path in house(".c", ".h"):
        if room_of(path):
            graph.setdefault(str(path.with_suffix("")), set()).update(i[:-2] for i in includes(path) if i.endswith(".h") and i[:-2] != str(path.with_suffix("")))
    assert circle(graph) is None


def test_each_field_has_one_writer():
    """One file owns each field of each struct; the named ones are values, arguments and results that no file keeps."""
    assert writers.shared(["core/stun", "core/turn", "core/ice"], values={"nt_turn_ask", "nt_ice_message", "nt_ice_heard"}) == []


DEFINED = re.compile(r"^(?!static\b)[A-Za-z_][\w \*]*?\b(nt_\w+)\([^;{}]*\)\n\{", re.M)
DECLARED = re.compile(r"^(?!static\b|typedef\b)[A-Za-z_][\w \*]*?\b(nt_\w+)\([^;{}]*\)(?: NT_PRINTF\([^)]*\))?;", re.M)


def test_a_function_is_declared_in_the_header_of_its_file():
    wrong = []
    for path in house(".c"):
        if room_of(path) is None:
            continue
        header = ROOT / path.with_suffix(".h")
        declared = set(DECLARED.findall(header.read_text())) if header.exists() else set()
        wrong += [f"{path}: {name}" for name in DEFINED.findall((ROOT / path).read_text()) if name not in declared]
        wrong += [f"{path} declares {name} itself" for name in DECLARED.findall((ROOT / path).read_text())]
        if header.exists():
            defined = set(DEFINED.findall((ROOT / path).read_text()))
            wrong += [f"{path.with_suffix('.h')} declares {name}, which is defined elsewhere" for name in declared - defined]
    assert wrong == []


def test_a_header_without_a_file_declares_no_function():
    wrong = []
    for path in house(".h"):
        if room_of(path) is None or (ROOT / path.with_suffix(".c")).exists():
            continue
        wrong += [f"{path}: {name}" for name in DECLARED.findall((ROOT / path).read_text())]
    assert wrong == []


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
    assert wrong == [], "\n".join(wrong) + "\nTime comes in as `now`, randomness as struct nt_rand, packets by core/base/endpoint.h"


SYSTEM = re.compile(r'^\s*#\s*include\s+<((?:sys|linux|net|netinet|bits|asm)/[^>]+|(?:unistd|fcntl|poll|signal|sched|pthread|time|dirent|spawn|netdb|ifaddrs)\.h)>', re.M)


def test_below_scenarios_two_rooms_alone_touch_the_system():
    """Processes, devices, clocks: natsim/live has them, its headers speak of the fabric; natsim/sockets has sockets for endpoints of core.
    (The core's example is no part of the core.)"""
    wrong = [f"{p} includes <{i}>" for p in sources(".c", ".h") if str(p).startswith(("core/", "natsim/", "pcap/")) and
             not str(p).startswith(("natsim/live/", "natsim/sockets/", "core/example/")) for i in SYSTEM.findall((ROOT / p).read_text())]
    assert wrong == []
    live = {i for p in sources(".c", ".h") if str(p).startswith("natsim/live/") for i in SYSTEM.findall((ROOT / p).read_text())}
    assert {"sys/socket.h", "linux/if_tun.h", "unistd.h"} <= live


def test_who_drives_real_programs():
    """The fabric does not know of real time: what is outside of natsim/live reaches it from scenarios/ alone."""
    assert [f"{p} includes {i}" for p in sources(".c", ".h") for i in includes(p)
            if i.startswith("natsim/live/") and not str(p).startswith(("natsim/live/", "scenarios/", "tests/"))] == []


def test_sockets_serve_endpoints_alone():
    """Who includes more than the loop, looks behind the door."""
    assert [f"{p} includes {i}" for p in sources(".c", ".h") for i in includes(p) if i.startswith("natsim/sockets/") and
            i != "natsim/sockets/sockets.h" and not str(p).startswith(("natsim/sockets/", "tests/unit/sockets/"))] == []
    assert TABLE["sockets"][1] == []


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


def page_modules():
    """The modules of the page in the order of CMakeLists.txt, which makes one script of them."""
    names = re.search(r"^set\(page_script\n(.*?)\)", (ROOT / "CMakeLists.txt").read_text(), re.M | re.S)[1].split()
    return {name: (ROOT / "reports/page/script" / f"{name}.js").read_text() for name in names}


def test_each_module_of_the_page_is_in_its_script():
    assert sorted(p.stem for p in (ROOT / "reports/page/script").glob("*.js")) == sorted(page_modules())


def test_a_name_in_a_module_of_the_page_is_there_once():
    """A second function of one name would replace the first without a word."""
    owners = {}
    for module, text in page_modules().items():
        for kind, rest in re.findall(r"^(?:export )?(?:async )?(function\*?|const|let|class) (.*)$", text, re.M):
            for name in re.findall(r"(?:^|, )([A-Za-z_]\w*) =", rest) if kind in ("const", "let") else re.findall(r"^\w+", rest):
                owners.setdefault(name, []).append(module)
    assert len(owners) > 100
    assert {name: modules for name, modules in owners.items() if len(modules) > 1} == {}


def test_a_module_of_the_page_imports_from_those_before_it():
    modules, wrong = page_modules(), []
    for number, (module, text) in enumerate(modules.items()):
        assert text.startswith("// "), f"{module}.js does not say what it is"
        for line in re.findall(r"^import\b.*$", text, re.M):
            found = re.match(r"import \{ [\w, ]+ \} from '\./(\w+)\.js';$", line)
            if not found or found[1] not in list(modules)[:number]:
                wrong.append(f"{module}.js: {line}")
    assert wrong == []
