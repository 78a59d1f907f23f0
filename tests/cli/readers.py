"""What reads natsim's files for CI, or says what they may be: schemas, and programs from npm."""

import fcntl
import json
import os
import re
import shutil
import subprocess

import jsonschema
import pytest
from conftest import ROOT

MODULES = ROOT / "tests/readers/node_modules"
SARIF = json.loads((ROOT / "tests/vectors/schemas/sarif-2.1.0-rtm.5.json").read_text())

# What the schema of Jenkins' xUnit plugin takes (jenkinsci/xunit-plugin, junit-10.xsd), as far as natsim has it: element -> (attributes, required ones,
# children). Readers of the same file: Jenkins' JUnit plugin, GitLab, dorny/test-reporter, EnricoMi/publish-unit-test-result-action; they take no less.
XUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
                  {"name", "tests", "failures", "errors"}, {"testsuite", "properties", "testcase", "system-out", "system-err"}),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}
TIME = r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?"


def refused_by_xunit(element):
    takes, needs, holds = XUNIT[element.tag]
    have = set(element.keys())
    wrong = [f"{element.tag}: {name}" for name in (have - takes) | (needs - have)]
    if "time" in have and not re.fullmatch(TIME, element.get("time")):
        wrong.append(f"{element.tag}: time {element.get('time')}")
    for child in element:
        wrong += [f"{element.tag} has {child.tag}"] if child.tag not in holds else refused_by_xunit(child)
    return wrong


def refused_by_sarif(document):
    return [e.message for e in jsonschema.Draft4Validator(SARIF).iter_errors(document)]


def is_installed(place):
    installed = MODULES / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (place / "package-lock.json").stat().st_mtime


@pytest.fixture(scope="session")
def modules():
    """Installs them once, whichever test comes first."""
    place = MODULES.parent
    with open(place / "package.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(place) and (shutil.which("npm") is None or not os.access(place, os.W_OK)):
            pytest.skip("readers of CI files: npm is not installed, or may not write to tests/readers")
        if not is_installed(place):
            done = subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--fetch-retries=0"], cwd=place, timeout=300)
            if done.returncode != 0:
                pytest.skip("readers of CI files: npm cannot install them")
            os.utime(MODULES / ".package-lock.json")
    return MODULES
