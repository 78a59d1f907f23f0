"""The table of requirements in natsim/README.md: each requirement of RFC 4787, 5382, 5508 and 6888, and what RFC 7857 changes in them, has a row,
and each scenario that a row names has a policy that keeps the requirement and one that breaks it, told apart by what it expects."""

import re
from pathlib import Path

import pytest

from conftest import ROOT

README = ROOT / "natsim" / "README.md"
SUITES = ROOT / "scenarios" / "suites"
FOLDERS = ("rfc4787", "rfc5382", "rfc5508", "rfc6888")

# The RFCs' own lists: RFC 4787, section 12; RFC 5508, section 9; RFC 6888, sections 3 to 5; RFC 5382, section 8; RFC 7857, sections 2 to 12.
REQUIREMENTS = {
    "4787": "1 2 3 3a 4 5 5a 5b 5c 6 6a 7 8 8a 9 9a 10 10a 11 12 12a 12b 13 13a 14 14a",
    "5382": "1 2 2a 3 3a 4 4a 5 5a 6 7 8 8a 9 10",
    "5508": "1 1a 2 2a 3 3a 3b 3c 3d 4 4a 4b 4c 5 5a 5b 5c 6 7 7a 8 9 10 10a 10b 10c 10d 10e 10f 11",
    "6888": "1 1a 1b 1c 1d 2 3 4 4a 4b 4c 5 5a 5b 6 7 8 8a 8b 8c 9 10 11 11a 11b 11c 11d 12 13 14 15",
    "7857": "2 2.1 2.2 3 4 5 6 7 7.1 8 9 10 11 12",
}
LABELLED = re.compile(r"^    - (keeps|breaks)([\w-]*): (\{.*\})$", re.M)


def rows():
    """RFC -> [(requirements, scenarios and tests, reason)] of its table."""
    table = {}
    for line in README.read_text().splitlines():
        cells = [c.strip() for c in line.split("|")[1:-1]]
        match = re.fullmatch(r"RFC (\d+), (?:REQ-|section )([\d.]+[a-f]?)((?:, [a-f])*)", cells[0]) if len(cells) == 5 else None
        if match:
            rfc, number, letters = match.groups()
            names = [number] + [number + letter for letter in letters.split(", ")[1:]]
            table.setdefault(rfc, []).append((names, re.findall(r"\]\(([^)]+)\)", cells[3]), cells[4]))
    return table


TABLE = rows()
LINKED = [README.parent / link for found in TABLE.values() for _, links, _ in found for link in links]
SCENARIOS = sorted({path.resolve() for path in LINKED if path.parent.name in FOLDERS})


def cells(path):
    """(label, policy) of the scenario's axis."""
    return [(kind + rest, policy) for kind, rest, policy in LABELLED.findall(path.read_text())]


def kept(path):
    return [c for c in cells(path) if c[0].startswith("keeps")]


def broken(path):
    return [c for c in cells(path) if c[0].startswith("breaks")]


@pytest.mark.parametrize("rfc", REQUIREMENTS)
def test_each_requirement_has_one_row(rfc):
    listed = [name for names, _, _ in TABLE[rfc] for name in names]
    assert sorted(listed) == sorted(REQUIREMENTS[rfc].split())


def test_each_row_has_a_scenario_or_a_reason():
    for rfc, found in TABLE.items():
        for names, links, reason in found:
            assert links or reason, f"RFC {rfc}, {names}"


def test_each_link_leads_to_a_file():
    assert [str(p) for p in LINKED if not p.is_file()] == []


def test_each_scenario_of_a_requirement_is_in_the_table():
    there = {p.resolve() for folder in FOLDERS for p in (SUITES / folder).glob("r*.yaml")}
    assert there == set(SCENARIOS)


def test_the_requirement_that_names_a_scenario_links_to_it():
    for path in SCENARIOS:
        number = re.match(r"(?:req|rfc7857)-0*([\d.]+[a-f]?)-", path.name)[1]
        rfc = "7857" if path.name.startswith("rfc7857") else path.parent.name.removeprefix("rfc")
        assert [n for n, links, _ in TABLE[rfc] if number in n and path in [(README.parent / link).resolve() for link in links]], path


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_scenario_cites_its_rfc(path):
    rfc, number = re.search(r"RFC (\d+), [\w. ]*\d: \"?(?:REQ-(\d+))?", path.read_text()).groups()
    assert path.parent.name == f"rfc{rfc}" or path.stem.startswith(f"rfc{rfc}")
    assert number is None or re.match(rf"req-0*{number}\D", path.stem)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_scenario_has_a_policy_that_keeps_and_one_that_breaks(path):
    assert kept(path)
    reasons = [reason for found in TABLE.values() for _, links, reason in found if path in {(README.parent / link).resolve() for link in links}]
    assert broken(path) or all(reasons)


@pytest.mark.parametrize("path", [p for p in SCENARIOS if broken(p)], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_swapped_policies_turn_both_cells_red(natsim, results, scenario, path):
    text, (keeping, good) = path.read_text(), kept(path)[0]
    for breaking, bad in broken(path):
        swapped = text.replace(f"    - {keeping}: {good}\n", f"    - {keeping}: {bad}\n").replace(f"    - {breaking}: {bad}\n", f"    - {breaking}: {good}\n")
        natsim("run", scenario(swapped))
        red = {re.search(r"nat=([\w-]+)", c["id"])[1] for c in results()["cases"] if c["outcome"] == "fail"}
        assert red == {keeping, breaking}
