"""The walls hold: a wrong call does not link, a wrong include is found, and a change of one file links what is asked for and nothing else."""

import shutil
import subprocess

import pytest

import test_house
from conftest import NATSIM, ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The sources, as a repository of their own."""
    house = tmp_path_factory.mktemp("house")
    for name in ("core", "natsim", "pcap", "reports", "scenarios", "tests/interop"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("suites", "node_modules", "*.md"))
    shutil.copy(ROOT / "CMakeLists.txt", house)
    subprocess.run(["git", "init", "-q"], cwd=house, check=True)
    return house


@pytest.fixture
def planted(copy):
    """Writes a file into the copy, for the time of a test."""
    files = []

    def write(path, text):
        files.append(copy / path)
        files[-1].write_text(text)
    yield write
    for file in files:
        file.unlink()


@pytest.mark.xdist_group("walls")
def test_a_call_through_a_wall_does_not_link(copy, planted):
    """Declared by hand, so that no include gives it away."""
    subprocess.run(["cmake", "-G", "Ninja", "-S", copy, "-B", copy / "build", "-DNATSIM_TESTS=OFF"], check=True, capture_output=True)

    def build():
        return subprocess.run(["cmake", "--build", copy / "build", "--target", "wall_packet"], capture_output=True, text=True)
    good = build()
    assert good.returncode == 0, good.stdout
    planted("natsim/packet/planted.c", "unsigned nt_fabric_add_network(void *fabric, const void *config);\n"
            "unsigned nt_packet_planted(void *fabric);\nunsigned nt_packet_planted(void *fabric)\n{\n    return nt_fabric_add_network(fabric, 0);\n}\n")
    bad = build()
    assert bad.returncode != 0 and "undefined reference to `nt_fabric_add_network'" in bad.stdout, bad.stdout


@pytest.mark.xdist_group("walls")
@pytest.mark.parametrize("path, include", [
    ("reports/planted.c", "scenarios/world/world.h"),
    ("natsim/packet/planted.h", "natsim/fabric/fabric.h"),
    ("scenarios/oracle/planted.c", "natsim/nat/nat.h"),
    ("scenarios/oracle/planted.c", "scenarios/language/load.h"),
    ("reports/conformance/planted.c", "core/ice/ice.h"),
    ("core/stun/planted.c", "core/turn/turn.h"),
    ("scenarios/world/planted.c", "core/ice/state.h"),
])
def test_an_include_through_a_wall_is_found(copy, planted, monkeypatch, path, include):
    monkeypatch.setattr(test_house, "ROOT", copy)
    test_house.test_rooms_include_the_rooms_that_are_named_for_them()
    planted(path, f'#include "{include}"\n')
    with pytest.raises(AssertionError) as found:
        test_house.test_rooms_include_the_rooms_that_are_named_for_them()
    assert f"{path} includes {include}" in str(found.value)


def test_a_test_is_one_target():
    """To build natsim and one test, no other program is linked."""
    build = NATSIM.parent
    if not (build / "build.ninja").exists():
        pytest.skip("natsim is not in a build tree")
    tests = sorted(p.name for p in build.glob("ice_test_*"))
    needed = subprocess.run(["ninja", "-C", build, "-t", "inputs", "natsim", tests[0]], capture_output=True, text=True, check=True).stdout.split()
    assert any(n.endswith("libnt_ice.a") for n in needed)
    assert [n for n in needed if n.startswith("walls/") or n in tests or n.endswith("/natsim")] == []
