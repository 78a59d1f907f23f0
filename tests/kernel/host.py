#!/usr/bin/env python3
"""Runs on a host of either lab: `host.py SOCKET NAME` hands sockets of its network to the probe, which then sends and receives by itself. A request is
a line `FAMILY TYPE PROTOCOL`; the answer is the socket. It ends with the probe."""

import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
    probe.connect(sys.argv[1])
    probe.sendall(f"{sys.argv[2]}\n".encode())
    for line in probe.makefile():
        with socket.socket(*map(int, line.split())) as lent:
            socket.send_fds(probe, [b"."], [lent.fileno()])
