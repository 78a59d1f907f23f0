"""The model held against the original: the same probes behind nftables in network namespaces and behind natsim's presets see the same, but for what
tests/kernel/differences.py lists."""

import json
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import NATSIM, ROOT
from test_live import live_only

KERNEL = ROOT / "tests" / "kernel"
sys.path.insert(0, str(KERNEL))
import differences
import kernel_lab

WHY_NOT = kernel_lab.why_not()
pytestmark = [pytest.mark.xdist_group("live"), live_only, pytest.mark.skipif(WHY_NOT is not None, reason=f"no kernel to compare with: {WHY_NOT}")]


def observe(*command):
    done = subprocess.run([*command[:-1], sys.executable, KERNEL / "observe.py", *command[-1]], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def observed():
    """What the kernel and the model show, by configuration. Both at once: the time is that of timers."""
    with ThreadPoolExecutor() as pool:
        kernel = pool.submit(observe, *kernel_lab.private(), ["kernel"])
        model = pool.submit(observe, ["model", "--natsim", str(NATSIM)])
        return {name: (of_kernel, model.result()[name]) for name, of_kernel in kernel.result().items()}


@pytest.mark.parametrize("config", kernel_lab.RULES)
def test_the_model_does_what_the_kernel_does(observed, config):
    kernel, model = observed[config]
    differ = {name: (kernel.get(name), model.get(name)) for name in kernel | model if kernel.get(name) != model.get(name)}
    listed = differences.listed(config)
    news = {name: values for name, values in differ.items() if listed.get(name) != values}
    assert not news, f"Linux {platform.release()}, natsim: " + json.dumps(news, indent=1)
    gone = sorted(set(listed) - set(differ))
    assert not gone, f"no longer different, to be taken out of tests/kernel/differences.py: {gone}"


def test_much_is_observed(observed):
    assert [config for config, (kernel, _) in observed.items() if len(kernel) < 80] == ["range", "pool", "pool-persistent"]
