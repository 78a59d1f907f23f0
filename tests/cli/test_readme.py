"""The README tells the truth: every command that it shows with `$` is run, and its output is what stands there."""

import os
import re
import subprocess

import pytest

from conftest import NATSIM, ROOT
from test_commands import on_a_terminal

README = (ROOT / "README.md").read_text()


def examples():
    """(command, output) of each block, in order: later ones may build on earlier ones."""
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def yaml_blocks():
    return re.findall(r"^```yaml\n(.*?)^```$", README, re.M | re.S)


def test_the_media_of_the_readme_are_valid(natsim, scenario):
    """The second block, with what a scenario needs besides."""
    _, media = yaml_blocks()
    text = "natsim: 1\nclaim: The README's media.\n" + media.replace("networks:\n", "networks:\n  internet: {ipv4: 203.0.113.0/24}\n") \
        .replace("agents:\n", "servers:\n  stun: {on: internet, kind: stun}\nagents:\n  R: {on: [office, line], stun: [stun]}\n")
    run = natsim("lint", scenario(text + "steps:\n  - {at: 0s, call: {from: L, to: R}}\n"))
    assert run.code == 0, run


def test_what_the_readme_shows_is_what_happens(tmp_path):
    (tmp_path / "first.yaml").write_text(yaml_blocks()[0])
    env = {**os.environ, "PATH": f"{NATSIM.parent}:{os.environ['PATH']}"}
    found = list(examples())
    assert len(found) > 6
    for command, output in found:
        run = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
        assert run.stdout == output, command
        assert run.stderr == "" or "tshark" in command, command


def test_the_matrix_of_the_readme(tmp_path):
    _, shown = on_a_terminal(tmp_path, "run", "classic", columns=170, NO_COLOR="1")
    assert shown[shown.index("left \\ right"):].replace("\r\n", "\n") in README


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:core|natsim|pcap|reports|scenarios|tests|\.ci)/[\w./-]*)`", README))))
def test_what_the_readme_names_is_there(path):
    assert (ROOT / path).exists()
