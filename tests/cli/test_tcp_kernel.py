"""The simulated TCP beside Linux's: the same stories of segments show the same, but for what tests/kernel/tcp_stories.py lists; and the two send each
other ten megabytes while packets between them are lost, doubled and held back."""

import json
import os
import platform
import shutil
import subprocess
import sys

import pytest

from conftest import NATSIM, ROOT
from test_live import live_only

KERNEL = ROOT / "tests" / "kernel"
sys.path.insert(0, str(KERNEL))
import kernel_lab
import tcp_stories

TCP_END = NATSIM.parent / "tcp_end"
pytestmark = [pytest.mark.xdist_group("live"), live_only, pytest.mark.skipif(not shutil.which("ip", path=kernel_lab.PATH), reason="ip is not installed")]


def observe(*words, private=True):
    command = [*(kernel_lab.private() if private else []), sys.executable, KERNEL / "tcp_observe.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env={**os.environ, "PATH": kernel_lab.PATH})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def kernel():
    return observe("stories", "kernel")


@pytest.fixture(scope="module")
def model():
    return observe("stories", TCP_END, private=False)


@pytest.mark.parametrize("story", tcp_stories.STORIES)
def test_natsim_does_what_the_kernel_does(kernel, model, story):
    seen = {number: both for number, both in enumerate(zip(kernel[story], model[story], strict=True)) if both[0] != both[1]}
    listed = {number: (of_kernel, of_model) for (name, number), (of_kernel, of_model, why) in tcp_stories.DIFFERENCES.items() if name == story}
    assert seen == listed, f"Linux {platform.release()}: {tcp_stories.STORIES[story]}"


@pytest.mark.parametrize("impairment", [("0", "0", "0"), ("5", "10", "10"), ("20", "0", "0"), ("0", "100", "100")],
                         ids=["clean", "everything", "loss", "duplicates and order"])
def test_ten_megabytes_there_and_back(impairment):
    assert observe("transfer", TCP_END, "1", *impairment) == {"bytes": 10 << 20, "same": True, "closed": 1, "status": 0}
