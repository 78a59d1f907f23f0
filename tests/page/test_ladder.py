"""The ladder of a case and the packet that it opens."""

import json
import re
from urllib.parse import quote

import pytest
from conftest import WIDTHS

RELAYED = "classic/five-types[left=symmetric,right=symmetric]"
ROW = ".ladder .row"


def rows(page):
    return page.run("return Array.from(document.querySelectorAll('.ladder .row')).map(r => r.querySelector('.frame').textContent + ' ' + r.querySelector('.text').textContent)")


def ladder(page, case=RELAYED, packet=None):
    page.open(f"#case={quote(case, safe='')}" + ("" if packet is None else f"&packet={packet}"))
    page.one(ROW)
    return page


def press(page, button):
    page.run("Array.from(document.querySelectorAll('.ladder-tools button')).find(b => b.textContent === arguments[0]).click()", button)


def focus(page):
    page.run("document.querySelector('.ladder-grid').focus()")
    return page


def active(page):
    return page.run("const g = document.querySelector('.ladder-grid'), r = document.getElementById(g.getAttribute('aria-activedescendant')); return r && r.querySelector('.frame').textContent")


def test_keys_move_open_and_close(page):
    focus(ladder(page)).keys("ARROW_DOWN", "ARROW_DOWN", "ARROW_DOWN")  # the call, which is a step, and two packets
    assert active(page) == "5"
    page.keys("END")
    last = active(page)
    page.keys("HOME", "PAGE_DOWN")
    assert active(page) not in ("step", last)
    page.keys("HOME", "ARROW_DOWN", "ENTER")
    assert "#1 Binding request" in page.text(".packet h3")
    page.keys("ARROW_DOWN")  # the packet follows
    assert "#5 Binding success" in page.text(".packet h3")
    assert page.run("return location.hash").endswith("&packet=5")
    page.keys("ESCAPE")
    assert page.all(".packet") == [] and "packet" not in page.run("return location.hash")
    assert page.all(ROW) != []  # the case is still there


def test_the_address_opens_a_packet_by_any_of_its_frames(page):
    ladder(page, packet=3)  # the third frame of the first packet
    assert "#1 Binding request" in page.one(".packet h3").text
    box, row = page.one(".ladder").rect, page.one(".ladder .row.open").rect
    assert box["y"] <= row["y"] < box["y"] + box["height"]


def test_a_packet_that_is_asked_for_shows_where_it_ended(page):
    case = page.report.cases[RELAYED]
    dropped = next(y["packet"] for y in case["why_not"] if y["agent"] == "L" and y["node"] == "nat-right")
    ladder(page, packet=dropped)
    assert str(dropped) in page.text(".packet-tools")
    box, cross, panel = page.one(".ladder").rect, page.one(".ladder .row.open path.x").rect, page.one(".packet").rect
    assert box["x"] < cross["x"] < box["x"] + box["width"]
    assert box["x"] <= panel["x"] and panel["x"] + panel["width"] <= box["x"] + box["width"]


def test_the_fields_of_a_packet_and_its_bytes_are_one(page):
    ladder(page, packet=5)
    fields = page.text(".fields")
    assert re.search(r"XOR-MAPPED-ADDRESS\s*203\.0\.113\.2:40000", fields), fields
    assert re.search(r"FINGERPRINT\s*0x[0-9a-f]{8}\s*right", fields)
    assert "nat-left translates: 203.0.113.2:40000 becomes 10.1.0.2:50000" in page.text(".packet .way")
    marked = page.run("""
        const item = Array.from(document.querySelectorAll('.fields li')).find(x => x.textContent.startsWith('XOR-MAPPED-ADDRESS'));
        item.focus();
        return Array.from(document.querySelectorAll('.hex [data-i].on')).map(x => x.textContent).join('')""")
    assert marked.startswith("0020000800") and len(re.match(r"[0-9a-f]*", marked)[0]) >= 24
    page.run("document.querySelector('.hex [data-i=\"0\"]').click()")  # its header is closed, and opens
    assert page.run("return document.activeElement.textContent").startswith("version, header length")


def test_what_was_dropped_says_why_beside_its_cross(page):
    ladder(page)
    press(page, "dropped")
    assert page.run("return Array.from(document.querySelectorAll('.ladder .row')).every(r => r.classList.contains('dead') && r.querySelector('path.x') && r.querySelector('text.fate').textContent)")
    assert "filtered: no permission for" in page.run("return document.querySelector('.ladder').textContent")


@pytest.mark.parametrize("button, kind", [("checks", "check"), ("signalling", "sip"), ("TURN", "turn"), ("data", "media")])
def test_filters_show_one_kind(page, button, kind):
    ladder(page)
    press(page, button)
    assert page.run("return Array.from(document.querySelectorAll('.ladder .row')).every(r => r.classList.contains(arguments[0]))", kind)
    assert re.match(r"\d+ of \d+ packets", page.text(".ladder-tools [role=status]"))


def test_a_row_that_stands_for_several_opens(page):
    ladder(page)
    press(page, "data")
    count = page.run("return Number(document.querySelector('.ladder-grid').getAttribute('aria-rowcount'))")
    times = int(re.search(r"× (\d+)", page.one(".ladder .fold").text)[1])
    page.one(".ladder .fold").click()
    assert page.run("return Number(document.querySelector('.ladder-grid').getAttribute('aria-rowcount'))") == count + times
    assert page.run("return document.querySelector('.ladder .row[aria-expanded=true]') !== null && document.querySelectorAll('.ladder .row.member').length") == times
    focus(page).keys("ARROW_LEFT")
    assert page.all(".ladder .row.member") == []


def test_steps_are_rows(page):
    press(ladder(page, "steps"), "steps")
    assert [r.split()[:2] for r in rows(page)] == [["step", "call"], ["step", "link"], ["step", "link"]]


def test_what_comes_after_the_cursor_is_dimmed(page):
    focus(ladder(page)).keys("HOME", "ARROW_DOWN", "ENTER")
    assert page.run("const later = Array.from(document.querySelectorAll('.ladder .row')).map(r => r.classList.contains('later')); return !later[0] && later[later.length - 1]")


def element(html, name):
    """Where the text of an element of data begins and ends."""
    start = html.index(">", html.index(f' id="{name}"')) + 1
    return start, html.index("</script>", start)


def test_of_twenty_thousand_packets_those_in_sight_are_drawn(page, report, tmp_path):
    html = report.html.read_text()
    data = json.loads(html[slice(*element(html, "data"))])
    place = [n[0] for n in data["names"]["details"]].index("rows")
    outcome = [n[0] for n in data["names"]["overview"]].index("outcome")
    passed = [c[0] for c in data["cases"][:-1] if c[outcome] == 0]
    start, end = element(html, "good")
    lines = html[start:end].split("\n")
    details = json.loads(lines[passed.index(RELAYED)])
    details[place] = details[place] * (20000 // len(details[place]) + 1)
    lines[passed.index(RELAYED)] = json.dumps(details)
    big = tmp_path / "big.html"
    big.write_text(html[:start] + "\n".join(lines) + html[end:])
    page.driver.get(big.as_uri() + "#case=" + quote(RELAYED, safe=""))
    page.one(ROW)
    assert len(page.all(ROW)) < 150
    focus(page).keys("END")
    assert page.run("return Number(document.querySelector('.ladder .row.on').getAttribute('aria-rowindex'))") > 20000
    assert len(page.all(ROW)) < 150


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_out_of_the_page_beside_an_open_packet(page, width):
    page.resize(width)
    focus(ladder(page)).keys("HOME", "ARROW_DOWN", "ENTER")
    assert page.overflow() == ""
    assert page.run("return document.querySelector('.packet').classList.contains('below')") == (width < 2000)


def test_readers_of_the_screen_get_an_open_packet(page):
    focus(ladder(page)).keys("HOME", "ARROW_DOWN", "ENTER")
    page.run("for (const r of document.querySelectorAll('.ladder .later')) r.classList.remove('later')")  # dimmed on purpose
    assert page.axe() == []


def test_paper_has_all_packets_and_not_only_those_in_sight(page, tmp_path):
    ladder(page)
    drawn = len(page.all(ROW))
    text = page.printed(tmp_path / "case.pdf")
    details = page.run("return Number(document.querySelector('.ladder-grid').getAttribute('aria-rowcount')) - 1")
    assert drawn < details
    assert len(re.findall(r"^[ \f]*\d+\.\d{3} +(?:\d+|step) ", text, re.M)) == details
