"""The model: the same hosts are real programs behind gateways that natsim simulates."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from lab import AGAIN, EXTERNAL, EXTERNAL6, INSIDE, INSIDES, INSIDES6, OUTER_MTU, OUTSIDE, OUTSIDES, OUTSIDES6, POOL, inside, outside

HOST = Path(__file__).with_name("host.py")

TIMERS = "lifetimes: {new: 3s, replied: 3s, stream: 6s}, icmp-lifetime: 3s, tcp: {lifetimes: {transitory: 3s, established: 8s, fin-wait: 5s, close-wait: 5s}}"
POLICIES = {
    "masquerade": f"{{preset: linux-masq, {TIMERS}, poison: 3s}}",
    "random": f"{{preset: linux-masq-random, {TIMERS}, poison: 3s}}",
    "fully-random": f"{{preset: linux-masq-random, {TIMERS}, poison: 3s}}",
    "range": f"{{preset: linux-masq, {TIMERS}, poison: 3s, range: 5000..5007}}",
    "pool": f"{{preset: linux-masq, {TIMERS}, poison: 3s, addresses: {len(POOL)}, pooling: arbitrary}}",
    "pool-persistent": f"{{preset: linux-masq, {TIMERS}, poison: 3s, addresses: {len(POOL)}, pooling: paired}}",
    "input-drop": f"{{preset: linux-masq-dropin, {TIMERS}}}",
    "input-reject": f"{{preset: openwrt, {TIMERS}}}",
    "docker": f"{{preset: docker-bridge, {TIMERS}, poison: 3s}}",
    "nested": f"{{preset: linux-masq, {TIMERS}, poison: 3s}}",
}
SCENARIO = """natsim: 1
claim: The probe's hosts behind {name}.
networks:
  internet: {{ipv4: 203.0.113.0/24, ipv6: "2001:db8:1::/64", delay: 1ms, mtu: {mtu}}}
{isp}  home: {{ipv4: 10.1.0.0/24, ipv6: "2001:db8:2::/64", delay: 1ms}}
gateways:
{gateways}agents:
  inside: {{on: {{on: home, address: [{insides}]}}, ipv6: on}}
  outside: {{on: {{on: internet, address: [{outsides}]}}, ipv6: on}}
steps:
  - {{at: 0s, run: {{at: inside, command: "{inside_command}", for: 300s}}}}
  - {{at: 0s, run: {{at: outside, command: "{outside_command}", for: 300s}}}}
"""
ONE = """  far: {{inside: home, outside: internet, address: {far}, nat: {policy}}}
"""
TWO = """  near: {{inside: home, outside: isp, address: 10.9.0.2, nat: {policy}}}
  far: {{inside: isp, outside: internet, address: {far}, nat: {policy}}}
"""


def scenario(path, name):
    command = {role: shlex.join([sys.executable, str(HOST), path, f"{name} {role}"]) for role in (INSIDE, OUTSIDE)}
    nested = name == "nested"
    return SCENARIO.format(
        name=name, mtu=OUTER_MTU, isp='  isp: {ipv4: 10.9.0.0/24, ipv6: "2001:db8:9::/64", delay: 1ms}\n' if nested else "",
        gateways=(TWO if nested else ONE).format(far=f'[{EXTERNAL}, "{EXTERNAL6}"]', policy=POLICIES[name.removesuffix(AGAIN)]),
        insides=", ".join([*map(inside, INSIDES), *map(json.dumps, INSIDES6)]), outsides=", ".join([*map(outside, OUTSIDES), *map(json.dumps, OUTSIDES6)]),
        inside_command=command[INSIDE], outside_command=command[OUTSIDE])


def start(natsim, place, path, names):
    """One run of natsim with a case for each configuration, beside the socket at `path`: what its programs see."""
    cases = Path(path).parent
    for name in names:
        (cases / f"{name}.yaml").write_text(scenario(path, name))
    return subprocess.Popen([natsim, "run", cases, "--out", place / "out", "--jobs", str(len(names)), "--capture", "none"],
                            stdout=sys.stderr)
