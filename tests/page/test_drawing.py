"""The drawing of the topology, the timeline and the tables of a case, and the cursor that moves all three."""

import pytest
from conftest import SHORT, WIDTHS

RELAYED = "classic/five-types[left=symmetric,right=symmetric]"
MANY = "relay/many-interfaces"
SLIDER = ".timeline input[type=range]"
# Texts that lie over each other or reach out of what holds them; a pixel is rounding.
CLASHES = """
    const texts = Array.from(document.querySelectorAll(arguments[0] + ' text')).filter(t => t.textContent).map(t => [t, t.getBoundingClientRect()]), found = [];
    const over = (a, b, by) => a.left < b.right - by && b.left < a.right - by && a.top < b.bottom - by && b.top < a.bottom - by;
    texts.forEach(([t, a], i) => {
      for (const [u, b] of texts.slice(i + 1)) if (over(a, b, 2.5)) found.push(t.textContent + ' | ' + u.textContent);
      for (const r of document.querySelectorAll('.drawing .box rect')) {
        const b = r.getBoundingClientRect();
        if (over(a, b, 1) && (a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1 || a.bottom > b.bottom + 1)) found.push(t.textContent + ' reaches out');
      }
    });
    return found"""


def open_case(page, case):
    page.case(case)
    page.wait(lambda: page.all(".drawing svg[width]") and page.all(".timeline .cursor[d^=M]"), "nothing is drawn")


def press(page, *keys):
    page.run(f"document.querySelector('{SLIDER}').focus()")
    page.keys(*keys)


def moment(page):
    return page.run(f"return document.querySelector('{SLIDER}').getAttribute('aria-valuetext')")


def ways(page):
    return len(page.all(".drawing path.way"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", [RELAYED, MANY, "steps"])
def test_no_text_overlaps_another_or_leaves_its_box(page, case, width):
    page.resize(width)
    open_case(page, case)
    assert page.run(CLASHES, ".drawing") == []
    if width >= 1000:
        assert page.run(CLASHES, ".timeline .stage") == []


def test_a_narrow_window_has_the_drawing_from_above_to_below(page):
    size = "const r = document.querySelector('.drawing svg').getBoundingClientRect(); return r.width / r.height"
    open_case(page, RELAYED)
    page.resize(1400)
    page.wait(lambda: page.run(size) > 1.5, "it is not across")
    page.resize(400)
    page.wait(lambda: page.run(size) < 0.7, "it is not down")
    assert page.run("const s = document.querySelector('.drawing .stage'); return s.scrollWidth <= s.clientWidth")
    assert page.text(".drawing figcaption p") == ""


def test_what_is_wider_than_the_page_scrolls_and_says_so(page):
    page.resize(400)
    open_case(page, MANY)
    assert "scrolls sideways" in page.text(".drawing figcaption")
    assert page.overflow() == ""


def test_the_selected_way_goes_over_the_relay_and_a_cross_says_where_a_better_one_ended(page):
    open_case(page, RELAYED)
    label = page.one(".drawing [role=img]").get_attribute("aria-label")
    assert label.endswith("The selected way leads from L to R through nat-left, turn, nat-right.")
    assert ways(page) == 8  # L, home-left, nat-left, internet, turn, internet, nat-right, home-right, R
    assert page.text(".drawing figcaption").startswith("relayed, selected by L: prflx ")
    assert len(page.all(".drawing .cross")) == 1
    assert "nat-right (symmetric) dropped L's check" in page.text(".drawing figcaption")
    assert len(page.all(".drawing path.ended")) == 4  # L, home-left, nat-left, internet, nat-right


def test_home_and_end_move_drawing_and_tables_through_the_call(page):
    open_case(page, RELAYED)
    assert "10.1.0.2:50000 → :40000" in page.text(".drawing") and "host 10.1.0.2:50000" in page.text(".drawing")
    assert "check list, selected" in page.text(".moments")
    press(page, "HOME")
    assert moment(page).startswith("0 ms: step: call (line ")
    assert ways(page) == 0 and ":40000" not in page.text(".drawing") and len(page.all(".drawing .cross")) == 0
    assert "no pairs yet" in page.text(".moments") and "no mappings yet" in page.text(".moments")
    press(page, "END")
    assert ways(page) == 8 and "as of" in page.text("#part-tables").lower()


def test_arrows_go_from_event_to_event_and_mark_what_changed(page):
    open_case(page, RELAYED)
    press(page, "HOME", "ARROW_RIGHT")
    assert moment(page) == "1 ms: nat-left: mapping made 10.1.0.2:50000 → 203.0.113.2:40000"
    assert page.text(".moment tr.just").split()[:2] == ["◂", "now"]
    assert len(page.all(".moment tr.just")) == 1
    press(page, "ARROW_RIGHT")
    assert moment(page).startswith("51 ms: nat-left: mapping made")
    press(page, "ARROW_LEFT")
    assert moment(page).startswith("1 ms: ")


def test_buttons_and_clicks_move_the_cursor(page):
    open_case(page, RELAYED)
    page.all(".timeline-tools button")[0].click()
    before = moment(page)
    page.all(".timeline-tools button")[0].click()
    assert moment(page) != before
    page.run("const s = document.querySelector('.timeline .stage'), r = s.getBoundingClientRect();"
             "s.dispatchEvent(new MouseEvent('click', { clientX: r.left + r.width / 2, clientY: r.top + 5 }))")
    assert 0 < int(page.run(f"return document.querySelector('{SLIDER}').value")) < 9000


def test_steps_stand_in_the_timeline_as_what_they_are(page):
    open_case(page, "steps")
    drawn = page.run("return Array.from(document.querySelectorAll('.timeline .step')).map(t => t.textContent)")
    assert drawn == ["call (line 19)", "link at L: down (line 20)", "link at L: up (line 21)"]
    press(page, "END", "PAGE_DOWN")
    assert moment(page).startswith("12 s: step: link at L: up (line 21)")


def test_long_quiet_stretches_are_drawn_shorter_and_the_axis_says_so(page):
    open_case(page, "steps")
    at = page.run("return Array.from(document.querySelectorAll('.timeline .step')).map(t => t.getBoundingClientRect().left)")
    whole = page.run("return document.querySelector('.timeline .stage').getBoundingClientRect().width")
    assert 0.1 * whole < at[1] - at[0] < 0.75 * whole  # 10 of 12 s
    assert "≈" in page.one(".timeline .quiet-text").get_attribute("textContent") and "drawn shorter" in page.text(".timeline")


@pytest.mark.skipif(SHORT, reason="--short")
def test_every_event_of_a_call_can_be_reached_by_one_key(page):
    open_case(page, RELAYED)
    press(page, "HOME")
    seen = [moment(page)]
    while not seen[-1].startswith("2.794 s") and len(seen) < 400:
        press(page, "ARROW_RIGHT")
        seen.append(moment(page))
    assert len(set(seen)) == len(seen) > 50
    assert any("L: selected" in s for s in seen) and any("nat-right: mapping made" in s for s in seen)
