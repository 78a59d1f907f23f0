"""The page of one case: every part is there, at each width, for the keyboard, for axe, on paper."""

import pytest
from conftest import SHORT, WIDTHS



def parts(page):
    return page.run("return Array.from(document.querySelectorAll('.part-of-case')).map(e => e.id.replace('part-', ''))")


def some(report):
    """A case of each kind; all of them without --short."""
    classic = next(c for c in report.cases if c.startswith("classic"))
    return ["refused", "steps", next(c for c, r in report.cases.items() if r["path"] == "relayed" and c.startswith("rfc4787")), classic]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_itself_never_scrolls_sideways(page, width):
    page.resize(width)
    for case in some(page.report):
        page.case(case)
        assert page.overflow() == "", case
    if width >= 1000:
        page.open()
        assert page.overflow() == ""


def test_the_parts_come_in_the_order_in_which_a_reader_asks(page):
    page.case("refused")
    assert parts(page) == ["why", "drawing", "timeline", "ladder", "tables", "agents", "rules", "steps", "source", "facts"]
    assert "path: expected direct, found relayed" in page.text(".verdict")
    page.case("steps")
    assert parts(page) == ["why", "drawing", "timeline", "ladder", "tables", "agents", "rules", "steps", "source", "logs", "facts"]


def test_the_first_sentence_is_the_one_of_the_console(page):
    why = page.report.cases["refused"]["reasons"][0].removeprefix("path: expected direct, found relayed: ")
    assert why.startswith("nat-right (symmetric) dropped")
    page.case("refused")
    assert page.text(".lead").startswith(why)
    assert why not in page.text(".verdict")


def test_the_contents_lead_to_each_part_by_keys_alone(page):
    page.case("refused")
    buttons = len(page.all(".contents button"))
    assert buttons == len(parts(page))
    for number in range(buttons):
        page.run("document.querySelectorAll('.contents button')[arguments[0]].focus()", number)
        page.keys("ENTER")
        assert page.run("return document.activeElement.id") == "title-" + parts(page)[number]


def test_an_address_of_no_case_says_so(page):
    page.case("refused/not")
    assert page.text("[role=alert]") == "No case of this report is called refused/not"
    page.case("refused")
    assert not any(x.is_displayed() for x in page.all("[role=alert]"))


def test_the_overview_says_once_which_path_was_expected(page):
    row = page.open().run("return document.querySelector('.list [data-id=refused]').closest('tr').textContent")
    assert row.count("expected direct") == 1


def test_every_button_and_link_can_be_reached_by_tab(page):
    page.case("refused")
    page.run("document.body.focus(); window.reached = new Set(); document.addEventListener('focusin', e => reached.add(e.target))")
    wanted = "Array.from(document.querySelectorAll('button, a[href], input, select')).filter(e => !e.disabled && e.checkVisibility())"
    for _ in range(page.run(f"return {wanted}.length") + 40):
        page.keys("TAB")
    assert page.run(f"return {wanted}.filter(e => !reached.has(e)).map(e => e.outerHTML)") == []


def test_the_line_that_failed_is_marked_and_in_sight(page):
    page.case("refused")
    assert page.text(".source .failed").startswith("  path: direct")
    assert page.run("const b = document.querySelector('.source').getBoundingClientRect(), l = document.querySelector('.failed').getBoundingClientRect();"
                    "return l.top >= b.top && l.bottom <= b.bottom")


def test_steps_stand_beside_their_lines_with_their_times(page):
    page.case("steps")
    lines = page.run("return Array.from(document.querySelectorAll('.source .step')).map(e => e.value + ' ' + e.querySelector('.note').innerText)")
    assert lines == ["19 ◷ 0 ms", "20 ◷ 10000 ms", "21 ◷ 12000 ms"]


def test_every_packet_that_is_named_is_a_link_that_opens_it(page):
    page.case("steps")
    numbers = page.run("return Array.from(document.querySelectorAll('#part-why a.mono, #part-agents a.mono, #part-rules a.mono')).map(a => a.textContent)")
    assert len(numbers) > 8 and all(n.startswith("#") for n in numbers)
    for number in range(len(numbers)):
        page.run("const a = document.querySelectorAll('#part-why a.mono, #part-agents a.mono, #part-rules a.mono')[arguments[0]]; a.closest('tr')?.classList.remove('later-row'); a.focus()", number)
        page.keys("ENTER")
        page.wait(lambda: page.all(".packet h3"), f"{numbers[number]} opens nothing")
        first, second = (int(page.text(".packet h3").split()[0][1:]), int(numbers[number][1:]))  # a packet has the frame of each tap
        assert first <= second < first + 40
        page.keys("ESCAPE")
        assert page.all(".packet") == []


def test_the_drawing_tells_the_story_of_the_case(page):
    page.case("refused")
    page.wait(lambda: "relayed, selected by L" in page.text(".drawing"), "no selected way")
    assert "srflx 203.0.113.2:40000" in page.run("return document.querySelector('.drawing svg').textContent")


def test_ranks_are_the_same_on_both_sides(page):
    page.case("refused")
    rows = page.run("""return Array.from(document.querySelectorAll('section.agent')).map(a => Array.from(a.querySelectorAll('tbody tr.chosen'))
        .map(r => Array.from(r.children).map(x => x.innerText)).filter(r => r.length > 9)[0])""")
    assert len(rows) == 2 and rows[0][0] == rows[1][0] and rows[0][1] == rows[1][1] == "✓"
    ranks = page.run("return Array.from(document.querySelectorAll('section.agent:first-child > div:last-child tbody tr')).map(r => +r.firstChild.innerText)")
    assert ranks == sorted(ranks)


def test_further_pairs_come_when_they_are_asked_for_and_on_paper(page, tmp_path):
    page.case("refused")
    pairs = len(page.report.cases["refused"]["why_not"])
    shown = "return Array.from(document.querySelectorAll('#part-why tbody tr')).filter(r => r.checkVisibility()).length"
    assert pairs > 4 == page.run(shown)
    page.one("#part-why button.screen").send_keys("\n")
    assert page.run(shown) == pairs
    page.one("#part-why button.screen").send_keys("\n")
    assert page.run(shown) == 4
    last = page.report.cases["refused"]["why_not"][-1]["local"]
    assert last in page.printed(tmp_path / "pairs.pdf").split("Topology")[0]


def test_findings_are_filtered_by_rule_agent_and_kind(page):
    page.case("steps")
    rows = lambda: page.run("return Array.from(document.querySelectorAll('#part-rules tbody tr')).map(r => r.innerText.replace(/\\s+/g, ' '))")
    assert len(rows()) == 2 and "PRIORITY MUST be there" in rows()[0] and "RFC 8445, 7.1.1" in rows()[0]
    assert "which ones they were is not in the record" in page.text("#part-rules")
    choose = "const s = document.querySelectorAll('#part-rules select')[arguments[0]]; s.value = arguments[1]; s.dispatchEvent(new Event('change'))"
    page.run(choose, 2, "R")
    assert len(rows()) == 1 and "both roles" in rows()[0]
    assert page.text("#part-rules [role=status]") == "1 of 2 findings shown"
    page.run(choose, 2, "")
    page.run(choose, 1, "RFC8445-7.1.1-priority")
    assert len(rows()) == 1 and "PRIORITY is 1" in rows()[0]
    assert page.run("return Array.from(document.querySelectorAll('#part-rules select')[0].options).map(o => o.innerText)") == ["all", "broken (2)"]


def test_advice_says_what_its_rule_says(page):
    case = next(i for i, c in page.report.cases.items() if c["conformance"]["advice"])
    page.case(case)
    sentences = page.run("return Array.from(document.querySelectorAll('#part-rules .sentence')).map(e => e.innerText)")
    assert sentences and all(s.startswith("SHOULD: ") for s in sentences[:1])


def test_the_log_of_a_program_ends_with_its_last_words(page):
    page.case("steps")
    log = page.text(".log")
    assert log.rstrip().endswith("! \N{SYMBOL FOR NULL} </script> the last words") and log.startswith("> line ")
    assert 15000 < len(log) <= 16384
    assert page.run("return document.querySelector('#part-logs a').getAttribute('href')") == "logs/steps.L.log"


def test_the_commands_explain_a_case_and_run_it_again_elsewhere(page):
    page.case("refused")
    lines = page.run("return Array.from(document.querySelectorAll('.command code')).map(e => e.innerText)")
    assert [line.split()[:3] for line in lines] == [["natsim", "explain", "refused"], ["natsim", "run", "refused.yaml"]] and "--out natsim-again" in lines[1]


def test_the_text_stands_with_each_case_of_its_file(page):
    page.case("seeds#seed=2")
    assert page.text(".source").startswith("natsim: 1")  # of the first case of the file


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(page, dark):
    page.dark(dark)
    for case in some(page.report)[: 2 if SHORT else None]:
        page.case(case)
        assert page.axe() == [], case


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_on_the_overview(page, dark):
    page.dark(dark)
    page.open()
    assert page.axe() == []


def test_a_print_holds_every_part(page, tmp_path):
    page.case("refused")
    titles = page.run("return Array.from(document.querySelectorAll('.part-of-case h2')).map(e => e.innerText)")
    text = page.printed(tmp_path / "case.pdf")
    assert [t for t in titles if t not in text] == []
    assert "path: direct" in text and "natsim: 1" in text  # the scenario from its first line on
