"""Real programs' TCP through simulated NATs: a megabyte there and back, by kernels' stacks."""

import json

import pytest

from test_live import live_only

pytestmark = [pytest.mark.xdist_group("live"), live_only]

SERVER = """
import socket
with socket.create_server(("203.0.113.9", 8080)) as s:
    print("listening", flush=True)
    c, peer = s.accept()
    with c:
        data = b"".join(iter(lambda: c.recv(65536), b""))
        c.sendall(data)
        print(f"{len(data)} from {peer[0]}", flush=True)
"""
CLIENT = """
import hashlib, socket
sent = hashlib.sha256(b"natsim").digest() * 32768
with socket.create_connection(("203.0.113.9", 8080), timeout=20) as s:
    s.sendall(sent)
    s.shutdown(socket.SHUT_WR)
    back = b"".join(iter(lambda: s.recv(65536), b""))
print("the same" if back == sent else f"{len(back)} bytes", flush=True)
"""
POLICIES = ["port-restricted-cone", "{preset: symmetric, allow: [tcp/8080]}", "linux-masq"]


def world(policy, place):
    for name, text in ("server", SERVER), ("client", CLIENT):
        (place / f"{name}.py").write_text(text)
    return f"""natsim: 1
claim: A program reaches another by TCP.
networks:
  internet: {{ipv4: 203.0.113.0/24, delay: 5ms}}
  home: {{ipv4: 10.1.0.0/24, delay: 1ms, mtu: 1400}}
gateways:
  nat: {{inside: home, outside: internet, nat: {policy}}}
agents:
  L: {{on: home}}
  P: {{on: internet, address: 203.0.113.9}}
steps:
  - {{at: 0s, run: {{at: P, command: "python3 {place}/server.py", prints: ["listening", "1048576 from 203.0.113.2"], for: 30s}}}}
  - {{at: 500ms, run: {{at: L, command: "python3 {place}/client.py", prints: "the same", for: 30s}}}}
"""


@pytest.mark.parametrize("policy", POLICIES)
def test_a_megabyte_there_and_back(natsim, results, scenario, tmp_path, policy):
    natsim("run", scenario(world(policy, tmp_path)))
    case = results()["cases"][0]
    assert case["outcome"] == "pass", json.dumps(case, indent=1)
