"""The workflows of scenarios/ci: read by the parsers of their forges, and run for a repository that tests an agent of its own."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from conftest import NATSIM, ROOT, two_nats
from forge import Forge, path_with_stubs
from readers import modules, refused_by_sarif, refused_by_xunit # noqa: F401

EXAMPLES = ROOT / "scenarios/ci"
pytestmark = pytest.mark.xdist_group("live") # in real time
# One of the four fails: its path is not the one that is expected.
CASES = (two_nats("\"${left}\"", "\"${right}\"").replace("networks:", "matrix: {left: [full-cone, none], right: [full-cone, none]}\nnetworks:", 1)
         + "expect-where:\n  - when: {left: none, right: none}\n    path: relayed\n")


def commit(directory):
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all"]):
        subprocess.run(["git", *command], cwd=directory, check=True)


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    """That of an agent with a scenario of its own, and natsim's: what it installs was built before."""
    place = tmp_path_factory.mktemp("repositories")
    agent, natsim, built = place / "agent", place / "natsim", place / "built"
    (agent / "tests/nats").mkdir(parents=True)
    shutil.copy(ROOT / "tests/interop/example/minimal_agent.py", agent / "agent.py")
    (agent / "tests/nats/pairs.yaml").write_text(CASES)
    (built / "bin").mkdir(parents=True)
    shutil.copy(NATSIM, built / "bin/natsim")
    shutil.copytree(ROOT / "scenarios/suites", built / "share/natsim/suites")
    shutil.copytree(EXAMPLES, natsim / "scenarios/ci")
    shutil.copy(ROOT / "scenarios/setup.sh", natsim / "scenarios")
    shutil.copy(ROOT / "CMakePresets.json", natsim)
    (natsim / "CMakeLists.txt").write_text(f'cmake_minimum_required(VERSION 3.20)\nproject(natsim NONE)\ninstall(DIRECTORY "{built}/" DESTINATION . USE_SOURCE_PERMISSIONS)\n')
    commit(natsim)
    return agent, natsim


def skip_unless_live(report):
    """The agent is a real process."""
    skipped = {c["reason"] for c in report["cases"] if c["outcome"] == "skip"}
    if skipped and "CI" not in os.environ:
        pytest.skip(skipped.pop())


def check_report(out):
    report = json.loads((out / "results.json").read_text())
    skip_unless_live(report)
    ids = [f"tests/nats/pairs[left={left},right={right}]" for left in ("full-cone", "none") for right in ("full-cone", "none")]
    assert [(c["id"], c["outcome"]) for c in report["cases"]] == [*((i, "pass") for i in ids[:3]), (ids[3], "fail")]
    assert (out / "report.html").exists() and all((out / name).is_file() for c in report["cases"] for name in [c["capture"], *c["logs"]])
    junit = ET.parse(out / "junit.xml").getroot()
    assert refused_by_xunit(junit) == [] and [c.get("name") for c in junit.iter("testcase")] == ids
    assert [len(c["logs"]) for c in report["cases"]] == [2] * 4
    attached = re.findall(r"\[\[ATTACHMENT\|(.*)\]\]\n", "".join(o.text for o in junit.iter("system-out")))
    assert attached == [f"{out.name}/{name}" for c in report["cases"] for name in [c["capture"], *c["logs"]]]


def test_the_workflow_of_github(repositories, tmp_path):
    agent, natsim = repositories
    forge = Forge(tmp_path / "forge", EXAMPLES / "github.yml", {None: agent, "our/natsim": natsim}, {"NATSIM": "our/natsim", "CASES": "tests/nats"})
    codes, verdict = forge.run()
    check_report(tmp_path / "forge/artifacts/natsim-out")
    assert (codes, verdict) == ([0, 0], 1), forge.said
    built = [(tmp_path / "forge" / job / "natsim/build").exists() for job in ("part-0", "part-1", "verdict")]
    assert built == [True, False, False], "the cache spares the build"
    error = re.search(r"^::error file=(.*?),line=(\d+),title=.*::path: expected relayed, found direct", forge.said["verdict"], re.M)
    assert "path: relayed" in (agent / error[1]).read_text().splitlines()[int(error[2]) - 1]
    assert (tmp_path / "forge/verdict.md").read_text().startswith("## natsim: 1 of 4 cases failed\n")
    read = {action.split("/")[0]: path for action, path in forge.read.items()}
    assert refused_by_xunit(ET.parse(read["mikepenz"]).getroot()) == [] and refused_by_sarif(json.loads(read["github"].read_text())) == []


def test_a_job_of_the_workflow_that_broke(repositories, tmp_path):
    agent, natsim = repositories
    shutil.copytree(agent, tmp_path / "broken")
    forge = Forge(tmp_path / "forge", EXAMPLES / "github.yml", {None: tmp_path / "broken", "our/natsim": natsim}, {"NATSIM": "our/natsim", "CASES": "tests/nats"})
    forge.workflow["jobs"]["part"]["steps"][0]["run"] = "test ${{ matrix.part }} = 0 || exit 137"
    codes, verdict = forge.run()
    skip_unless_live(json.loads((tmp_path / "forge/artifacts/natsim-out/results.json").read_text()))
    assert (codes, verdict) == ([0, 137], 3) and "part 1 of 2: 0 of its 2 cases are here" in forge.said["verdict"]


def test_the_workflow_of_github_is_one(modules, tmp_path):
    """By GitHub's own parser, and by actionlint, which knows contexts and the inputs of actions."""
    bad = tmp_path / "bad.yml"
    bad.write_text((EXAMPLES / "github.yml").read_text().replace("runs-on", "run-on", 1).replace("matrix.part", "matrix.prt", 1))
    done = subprocess.run(["node", "workflow.mjs", EXAMPLES / "github.yml", bad], cwd=modules.parent, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and [line for line in done.stdout.splitlines() if not line.startswith(str(bad))] == [], done
    assert "Required property is missing: runs-on" in done.stdout and 'property "prt" is not defined' in done.stdout


def test_the_pipeline_of_gitlab(repositories, modules, tmp_path):
    """Run by gitlab-ci-local, which holds it against GitLab's schema first."""
    agent, natsim = repositories
    if shutil.which("rsync") is None:
        pytest.skip("gitlab-ci-local needs rsync")
    shutil.copytree(agent, tmp_path / "agent")
    shutil.copy(EXAMPLES / "gitlab.yml", tmp_path / "agent/.gitlab-ci.yml")
    commit(tmp_path / "agent")
    subprocess.run(["git", "remote", "add", "origin", "https://git.example.org/our/agent.git"], cwd=tmp_path / "agent", check=True)
    variables = {"NATSIM": f"file://{natsim}", "NATSIM_REF": "HEAD", "CASES": "tests/nats"}
    done = subprocess.run(["node", modules / "gitlab-ci-local/src/index.js", "--force-shell-executor", "--shell-isolation",
                           *(f"--variable={name}={value}" for name, value in variables.items())], cwd=tmp_path / "agent", capture_output=True, text=True,
                          timeout=300, env={**os.environ, "HOME": str(tmp_path), "PATH": path_with_stubs(tmp_path / "bin")})
    check_report(tmp_path / "agent/natsim-out")
    assert "json schema validated" in done.stderr and done.returncode == 1, done
    assert re.findall(r"^ *(PASS|FAIL) +(\S+)", re.sub(r"\x1b\[[0-9;]*m", "", done.stdout), re.M) == [("PASS", "part:"), ("PASS", "part:"), ("FAIL", "verdict")], done
    assert refused_by_sarif(json.loads((tmp_path / "agent/natsim-out/natsim.sarif").read_text())) == []


def test_natsim_is_built_again_for_another_revision(repositories, tmp_path):
    shutil.copytree(repositories[1], tmp_path / "natsim")
    path = path_with_stubs(tmp_path / "bin")

    def build():
        done = subprocess.run(["bash", tmp_path / "natsim/scenarios/ci/build.sh", "installed"], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "PATH": path})
        assert done.returncode == 0 and done.stdout.startswith("natsim "), done
        built = (tmp_path / "natsim/build").exists()
        shutil.rmtree(tmp_path / "natsim/build", ignore_errors=True)
        return built
    assert [build(), build()] == [True, False]
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "next", "--allow-empty"], cwd=tmp_path / "natsim", check=True)
    assert [build(), build()] == [True, False]


def test_the_page_names_what_is_there():
    page = (EXAMPLES / "README.md").read_text()
    assert {p.name for p in EXAMPLES.iterdir()} - {"README.md"} == set(re.findall(r"`([\w]+\.(?:yml|sh))`", page))
