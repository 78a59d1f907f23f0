"""A report of real runs, and its page in a headless Chromium: what the tests of the page share."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
NATSIM = Path(os.environ.get("NATSIM", ROOT / "build" / "natsim"))
BUILT = ROOT / "build" / "page-tests"  # run.sh puts axe there
SHORT = os.environ.get("PAGE") == "short"
PATIENCE = 60  # seconds until something has to be there: a bound against hangs, and nothing is measured by it
WIDTHS = (400, 1000, 2000)

# A call between two NATs: {path} is what is expected, {steps} what happens.
CALL = """natsim: 1
claim: {claim}
seed: 1
networks:
  internet: {{ipv4: 203.0.113.0/24, delay: 20ms}}
  home-left: {{ipv4: 10.1.0.0/24, delay: 1ms}}
  home-right: {{ipv4: 10.2.0.0/24, delay: 1ms}}
gateways:
  nat-left: {{inside: home-left, outside: internet, nat: symmetric}}
  nat-right: {{inside: home-right, outside: internet, nat: symmetric}}
servers:
  stun: {{on: internet, kind: stun}}
  turn: {{on: internet, kind: turn, users: {{alice: secret}}, realm: example.org}}
  platform: {{on: internet, kind: platform}}
agents:
  L: {{on: home-left, stun: [stun], turn: [{{server: turn, user: alice, password: secret}}]}}
  R: {{on: home-right, stun: [stun], turn: [{{server: turn, user: alice, password: secret}}]}}
steps:
  - {{at: 0s, call: {{from: L, to: R}}}}
{steps}expect:
  path: {path}
"""
STEPS = """  - {at: 10s, link: {at: L.0, set: down}}
  - {at: 12s, link: {at: L.0, set: up}}
"""
LOG = b"".join(b"> line %d\n" % i for i in range(4000)) + b"! \x00 </script> the last words\n"


class Report:
    """What `natsim` left: its page, and its results."""

    def __init__(self, out):
        self.out = out
        self.html = out / "report.html"
        self.cases = {c["id"]: c for c in json.loads((out / "results.json").read_text())["cases"]}


def natsim(*args, cwd):
    done = subprocess.run([str(NATSIM), *map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def retell(out, case, log):
    """As if a program had taken part in a case, and had broken a rule: real ones need namespaces."""
    (out / "logs").mkdir()
    (out / "logs" / f"{case}.L.log").write_bytes(log)
    finding = {"agent": "L", "count": 1}
    lines = [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines()]
    for line in lines:
        if line["id"] == case:
            line["logs"] = [f"logs/{case}.L.log"]
            line["conformance"]["violations"] = [
                {**finding, "rule": "RFC8445-7.1.1-priority", "packet": 54, "detail": "PRIORITY is 1"},
                {**finding, "rule": "RFC8445-7.1.3-role", "packet": 60, "detail": "both roles", "agent": "R"}]
            line["rule_texts"] = [{"id": "RFC8445-7.1.1-priority", "level": "MUST", "text": "PRIORITY MUST be there"},
                                  {"id": "RFC8445-7.1.3-role", "level": "MUST", "text": "A check has exactly one role"}]
    (out / "cases.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """Two runs, merged: suites, `refused`, which fails, and `steps` with a log and broken rules; `seeds` with three seeds."""
    place = tmp_path_factory.mktemp("report")
    files = {"refused": CALL.format(claim="A direct path is expected where there is none.", path="direct", steps=""),
             "steps": CALL.format(claim="A link goes down and comes back.", path="relayed", steps=STEPS),
             "seeds": CALL.format(claim="The same with other seeds.", path="relayed", steps="")}
    for name, text in files.items():
        (place / f"{name}.yaml").write_text(text)
    natsim("run", "classic", "rfc4787", "relay", "changes", "refused.yaml", "steps.yaml", "--jobs", 2, "--out", "suites", cwd=place)
    natsim("run", "seeds.yaml", "--seeds", "1..3", "--out", "seeds", cwd=place)
    retell(place / "suites", "steps", LOG)
    natsim("merge", "suites", "seeds", "--out", "out", cwd=place)
    return Report(place / "out")


class Page:
    """A page in the browser. Waits are for conditions."""

    def __init__(self, driver, report):
        self.driver, self.report, self.problems = driver, report, []
        self.resize(1000, 800)
        self.dark(False)
        driver.get("about:blank")

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition, what=""):
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition(), what)

    def open(self, address=""):
        """Shows the view of this hash, in a page that is loaded anew."""
        self.driver.get("about:blank")
        self.driver.get(self.report.html.as_uri() + address)
        self.wait(lambda: self.run("return document.readyState === 'complete' && !!document.querySelector('main')"), "the page is not there")
        return self

    def case(self, name):
        return self.open("#case=" + quote(name, safe=""))

    def keys(self, *keys):
        """Presses keys where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key, key))
        return self

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        self.wait(lambda: self.all(selector), f"no {selector}")
        return self.all(selector)[0]

    def text(self, selector="main"):
        return self.run("return Array.from(document.querySelectorAll(arguments[0])).map(e => e.innerText).join('\\n')", selector)

    def resize(self, width, height=900):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, on):
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

    def overflow(self):
        """How far the page itself is wider than the window, and what reaches out of it."""
        return self.run("""
            const wide = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - wide;
            const boxed = e => e && e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || boxed(e.parentElement));
            return over <= 0 ? '' : over + ' px: ' + Array.from(document.querySelectorAll('body *'))
                .filter(e => e.getBoundingClientRect().right > wide + 1 && !boxed(e.parentElement)).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(' | ')""")

    def axe(self):
        """What axe-core finds wrong: rule, help, and the first elements."""
        self.run((BUILT / "node_modules" / "axe-core" / "axe.min.js").read_text())
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(r => done(r.violations), e => done([{ id: 'axe', help: String(e), nodes: [] }]))""")
        return [f"{v['id']}: {v['help']}: " + " | ".join(n["html"][:160] for n in v["nodes"][:3]) for v in found]

    def printed(self, path):
        """The text of the page as it is printed."""
        import base64

        path.write_bytes(base64.b64decode(self.command("Page.printToPDF", printBackground=True)["data"]))
        return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout

    def complaints(self):
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]


@pytest.fixture(scope="session")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    chromium.set_script_timeout(PATIENCE * 5)
    yield chromium
    chromium.quit()


@pytest.fixture
def page(driver, report):
    """The page of `report`; no test of it may leave an error on the console."""
    one = Page(driver, report)
    one.complaints()
    yield one
    assert one.complaints() == []
