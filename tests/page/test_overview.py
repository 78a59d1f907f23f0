"""The overview: what it says of each case and of cells with many seeds, keys and places, and what it costs with thousands of cases."""

import json
import re

import pytest
from conftest import CALL, WIDTHS, Page, Report, natsim

WIDE = 72  # a matrix of 72 times 72 cells: 5,184 cases
KEY_MS = 100  # of the page's own processor time, whatever else runs; some 25 are usual


def grow(one, many, change):
    """The log of a run in which the cases of `one` came again and again, each changed by change(number, case)."""
    cases = {c["id"]: c for c in map(json.loads, (one / "cases.jsonl").read_text().splitlines())}
    many.mkdir(parents=True)
    with (many / "cases.jsonl").open("w") as log:
        for number in range(change.count):
            c = json.loads(json.dumps(cases[change.which(number)]))
            c["events"] = c["event_texts"] = []
            change(number, c)
            c["order"], c["of"], c["capture"] = number, change.count, None
            log.write(json.dumps(c) + "\n")


def merged(place):
    console = natsim("merge", "in", "--out", "out", cwd=place)
    report = Report(place / "out")
    report.console = console
    return report


class Large:
    """A large matrix, of which each second cell fails."""

    count = WIDE * WIDE

    @staticmethod
    def which(number):
        return "refused" if number % 2 == 0 else "relayed"

    def __call__(self, number, c):
        across, down = number % WIDE, number // WIDE
        c["id"], c["file"] = f"large[down=d{down},across=a{across}]", "large.yaml"
        c["params"] = {"down": f"d{down}", "across": f"a{across}"}
        c["reason"] = c["reason"].replace("found", f"for d{down} and a{across} found") if number % 3 else c["reason"]


class Seeds:
    """A small matrix with 200 seeds of each cell; in one cell three of them fail. One cell breaks a rule, one has advice."""

    count = 4 * 200
    bad = (17, 87, 157)

    def is_bad(self, number):
        return number < 200 and number + 1 in self.bad

    def which(self, number):
        return "refused" if self.is_bad(number) else "relayed"

    def __call__(self, number, c):
        cell, seed = number // 200, number % 200 + 1
        c["id"], c["file"], c["seed"] = f"seeds[a={cell // 2},b={cell % 2}]#seed={seed}", "seeds.yaml", seed
        c["params"] = {"a": cell // 2, "b": cell % 2}
        finding = {"rule": "RFC8445-7.1.1-priority", "agent": "L", "packet": 1, "detail": "wrong", "count": 2}
        if cell == 1 and seed < 3:
            c["conformance"]["violations"] = [finding]
        if cell == 2 and seed == 1:
            c["conformance"]["advice"] = [dict(finding, rule="RFC8445-14.3-rto", agent="R", count=1)]
            c["conformance"]["not_judged"] = [{"rule": "RFC7675-5.1-interval", "agent": "L", "why": "too short"}]


@pytest.fixture(scope="session")
def two(tmp_path_factory):
    """A call that is relayed where direct was expected, and one that is relayed as expected."""
    place = tmp_path_factory.mktemp("two")
    for name, path in (("refused", "direct"), ("relayed", "relayed")):
        (place / f"{name}.yaml").write_text(CALL.format(claim="A claim.", path=path, steps=""))
    natsim("run", "refused.yaml", "relayed.yaml", "--capture", "none", "--out", "out", cwd=place)
    return place / "out"


@pytest.fixture(scope="session")
def reports(two, tmp_path_factory):
    made = {}
    for change in (Large(), Seeds()):
        place = tmp_path_factory.mktemp("grown")
        grow(two, place / "in", change)
        made[type(change).__name__] = merged(place)
    return made


def page_of(driver, report):
    page = Page(driver, report)
    page.complaints()
    return page.open()


@pytest.fixture
def large(driver, reports):
    page = page_of(driver, reports["Large"])
    yield page
    assert page.complaints() == []


@pytest.fixture
def seeds(driver, reports):
    page = page_of(driver, reports["Seeds"])
    yield page
    assert page.complaints() == []


def place(page):
    """Which cell has the focus, and where the page stands."""
    return page.run("return [document.activeElement.dataset.id || document.activeElement.id, Math.round(scrollY), Math.round(document.activeElement.closest('.scroll')?.scrollTop)]")


def press(page, *keys):
    page.keys(*keys)
    page.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 0))")


def opens(page, key, title):
    """Presses a key, and waits for the view of this title."""
    press(page, key)
    page.wait(lambda: page.text("main > :not([hidden]) > h1").endswith(title), f"{title} is not shown")


def closes(page, key, cell):
    press(page, key)
    page.wait(lambda: place(page)[0] == cell, f"the focus is not on {cell}")


def focus(page, cell):
    page.run("document.querySelector('[data-id=\"' + CSS.escape(arguments[0]) + '\"]').focus()", cell)


# --- cost ---

def test_a_letter_in_the_filter_costs_little(large):
    large.command("Performance.enable", timeDomain="threadTicks")

    def spent():
        return {m["name"]: m["value"] for m in large.command("Performance.getMetrics")["metrics"]}["TaskDuration"] * 1000

    def letter(text):
        before = spent()
        large.driver.execute_async_script("""
            const box = document.getElementById('search'); box.value = arguments[0]; box.dispatchEvent(new Event('input'));
            requestAnimationFrame(() => setTimeout(arguments[1], 0))""", text)
        return spent() - before

    word = "down=d1,a"
    costs = [letter(word[:n]) for n in [*range(1, len(word) + 1), *range(len(word) - 1, -1, -1)]]
    large.command("Performance.disable")
    assert sum(costs) / len(costs) < KEY_MS, costs


def test_details_are_read_when_a_case_is_opened(driver, reports):
    page = Page(driver, reports["Large"])
    script = page.command("Page.addScriptToEvaluateOnNewDocument", source="window.parsed = []; const parse = JSON.parse; JSON.parse = t => { parsed.push(t.length); return parse(t); };")
    try:
        page.open()
        overview = page.run("return parsed")
        assert len(overview) == 1 and overview[0] < page.report.html.stat().st_size / 2
        focus(page, "large[down=d0,across=a0]")
        opens(page, "ENTER", "large[down=d0,across=a0]")
        assert len(page.run("return parsed")) == 3  # the texts of the details, and one line of them
    finally:
        page.command("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


# --- places and keys ---

def test_where_one_was_is_where_one_comes_back_to(large):
    for back in ("ESCAPE", None):
        focus(large, "large[down=d60,across=a65]")
        before = place(large)
        opens(large, "ENTER", "large[down=d60,across=a65]")
        if back:
            press(large, back)
        else:
            large.driver.back()
        large.wait(lambda: place(large) == before, f"not back at {before}")


def test_the_focus_follows_to_the_case_one_went_to(large):
    focus(large, "large[down=d30,across=a30]")
    for key, cell in (("ENTER", 30), ("j", 31), ("j", 32), ("k", 31)):
        opens(large, key, f"large[down=d30,across=a{cell}]")
    closes(large, "ESCAPE", "large[down=d30,across=a31]")


def test_keys_move_in_a_matrix(large):
    focus(large, "large[down=d1,across=a1]")
    for key, cell in (("ARROW_RIGHT", "d1,a2"), ("ARROW_DOWN", "d2,a2"), ("ARROW_LEFT", "d2,a1"), ("ARROW_UP", "d1,a1"), ("END", "d1,a71"), ("HOME", "d1,a0"), ("ARROW_LEFT", "d1,a0"),
                      ("j", "d1,a1"), ("k", "d1,a0")):
        press(large, key)
        assert place(large)[0] == "large[down={},across={}]".format(*cell.split(",")), key


def test_a_matrix_is_one_stop_of_the_tab_key(large):
    focus(large, "large[down=d5,across=a7]")
    assert large.run("return Array.from(document.querySelectorAll('.matrix button')).filter(b => b.tabIndex === 0).map(b => b.dataset.id)") == ["large[down=d5,across=a7]"]


def test_heads_of_a_large_matrix_stay_in_sight(large):
    focus(large, "large[down=d60,across=a65]")
    seen = large.run("""
        const cell = document.activeElement.getBoundingClientRect(), box = document.activeElement.closest('.scroll').getBoundingClientRect();
        const heads = Array.from(document.querySelectorAll('.matrix th')).filter(th => ['d60', 'a65'].includes(th.innerText.trim())).map(th => th.getBoundingClientRect());
        return heads.every(h => h.top >= box.top - 1 && h.left >= box.left - 1 && h.bottom <= box.bottom + 1 && h.right <= box.right + 1) &&
          heads.every(h => h.right <= cell.left + 1 || h.bottom <= cell.top + 1)""")
    assert seen


def test_slash_goes_to_the_filter_and_letters_stay_there(large):
    press(large, "/", "d", "7", "1")
    assert large.run("return [document.activeElement.id, document.activeElement.value, location.hash]") == ["search", "d71", "#text=d71"]
    assert "72 of 5184 cases shown" in large.text("[role=status]")


# --- causes ---

def test_failures_are_grouped_as_on_the_console(large):
    console = re.findall(r"^✗ (\d+) failed: (.*(?:\n    (?!large).*)*)", large.report.console, re.M)
    console = [(int(n), re.sub(r"\s+", " ", text).strip()) for n, text in console]
    shown = large.run("return Array.from(document.querySelectorAll('.causes > ul > li')).map(li => [li.querySelector('button').innerText, li.querySelector('span').innerText])")
    assert [(int(re.search(r"\d+", n)[0]), text) for n, text in shown] == console
    assert len(console) == 2
    large.one(".causes button").click()
    large.wait(lambda: "the cause of" in large.text("[role=status]"))
    assert f"{console[0][0]} of 5184 cases shown" in large.text("[role=status]")


# --- seeds ---

def cell_text(page, cell):
    return page.run("return document.querySelector('[data-id=\"' + CSS.escape(arguments[0]) + '\"]').innerText", cell)


def test_a_cell_counts_its_seeds_and_the_worst_decides(seeds):
    assert cell_text(seeds, "seeds[a=0,b=0]").startswith("197 ✓ 3 ✗")
    assert cell_text(seeds, "seeds[a=1,b=1]").startswith("200 ✓")
    assert seeds.all(".cell.fail.took-relayed.not-expected") and len(seeds.all(".cell")) == 4


def test_a_cell_opens_an_index_of_its_seeds(seeds):
    focus(seeds, "seeds[a=0,b=0]")
    opens(seeds, "ENTER", "seeds[a=0,b=0]")
    assert "200 cases: ✓ 197 passed ✗ 3 failed" in seeds.text("#main [role=status]")
    assert len(seeds.all("#main tbody tr")) == 200
    seeds.one("header button.fail").click()
    seeds.wait(lambda: len(seeds.all("#main tbody tr")) == 3)
    rows = seeds.text("#main tbody").splitlines()
    assert [r.split("\t")[1] for r in rows if "seed" in r] == [f"seed {n}" for n in Seeds.bad]
    assert "1572 ms" in rows[0] and "expected direct" in rows[0]
    seeds.run("document.querySelector('#main tbody a').focus()")
    opens(seeds, "ENTER", "seeds[a=0,b=0]#seed=17")
    opens(seeds, "j", "seeds[a=0,b=0]#seed=87")
    closes(seeds, "ESCAPE", "seeds[a=0,b=0]#seed=87")
    closes(seeds, "ESCAPE", "seeds[a=0,b=0]")


def test_the_filter_finds_one_seed(seeds):
    seeds.open("#text=%23seed%3D17")
    assert "4 of 800 cases shown" in seeds.text("[role=status]")
    focus(seeds, "seeds[a=1,b=1]")
    opens(seeds, "ENTER", "seeds[a=1,b=1]#seed=17")


# --- rules ---

def test_what_rules_found_is_marked_filtered_and_summed_up(seeds):
    assert cell_text(seeds, "seeds[a=0,b=1]").endswith("‼4") and cell_text(seeds, "seeds[a=1,b=0]").endswith("△1 ?1")
    assert "‼" not in cell_text(seeds, "seeds[a=1,b=1]")
    assert seeds.text(".rules details[open] tbody").split() == ["RFC8445-7.1.1-priority", "L", "4×", "2", "4"]
    seeds.run("Array.from(document.querySelectorAll('.rules button')).find(b => b.textContent.startsWith('‼')).click()")
    seeds.wait(lambda: "2 of 800 cases shown" in seeds.text("[role=status]"))
    seeds.run("Array.from(document.querySelectorAll('.rules button')).find(b => b.textContent === 'RFC8445-14.3-rto').click()")
    seeds.wait(lambda: "1 of 800 cases shown" in seeds.text("[role=status]"))
    assert seeds.all(".rules button[aria-pressed=true]")[0].get_attribute("textContent") == "RFC8445-14.3-rto"


# --- every reader ---

@pytest.mark.parametrize("width", WIDTHS)
def test_the_overview_never_scrolls_sideways(seeds, width):
    seeds.resize(width)
    for address in ("", "#cell=seeds%5Ba%3D0%2Cb%3D0%5D"):
        seeds.open(address)
        assert seeds.overflow() == "", address


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_on_an_index(seeds, dark):
    seeds.dark(dark)
    for address in ("#status=fail", "#cell=seeds%5Ba%3D0%2Cb%3D0%5D"):
        seeds.open(address)
        assert seeds.axe() == [], address


def test_a_print_holds_every_cell_and_what_is_folded(seeds, tmp_path):
    text = seeds.printed(tmp_path / "seeds.pdf")
    assert "RFC7675-5.1-interval" in text and text.count("200 ✓") == 3 and "197 ✓ 3 ✗" in text
