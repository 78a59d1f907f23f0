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
    assert parts(page) == ["why", "drawing", "ladder", "agents", "rules", "steps", "source", "facts"]
    assert "path: expected direct, found relayed" in page.text(".verdict")


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
    assert lines == ["19 ⏱ 0 ms", "20 ⏱ 10000 ms", "21 ⏱ 12000 ms"]


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
