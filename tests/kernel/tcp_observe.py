#!/usr/bin/env python3
"""Stories of tcp_stories.py behind a TCP, and transfers between the kernel and natsim; JSON. In a network namespace of its own:

    tcp_observe.py stories kernel | tcp_observe.py stories TCP_END | tcp_observe.py transfer TCP_END SEED LOSS DUPLICATES DELAYS"""

import errno
import fcntl
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading

import packets
import tcp_stories

HERE, THERE, CLOSED_PORT, PATIENCE = "10.9.0.1", "10.9.0.2", 9, 30
FLAGS = "FSRPA"
PEER_ISS = 0xFFFFFFF0
SYSCTLS = {"tcp_timestamps": 0, "tcp_sack": 0, "tcp_window_scaling": 0, "tcp_ecn": 0, "tcp_no_metrics_save": 1, "tcp_invalid_ratelimit": 0}


def segment(src, dst, flags, seq, ack=0, window=65535, mss=0, data=b""):
    options = struct.pack("!BBH", 2, 4, mss) if mss else b""
    bits = sum(1 << FLAGS.index(f) for f in flags)
    head = struct.pack("!HHIIBBHHH", src[1], dst[1], seq % 2**32, ack % 2**32, (5 + len(options) // 4) << 4, bits, window, 0, 0) + options + data
    sum_ = packets.checksum(packets.pseudo(src[0], dst[0], 6, len(head)) + head)
    return packets.ip(src[0], dst[0], 6, head[:16] + struct.pack("!H", sum_) + head[18:])


def read_segment(packet):
    """(source port, destination port, flags, seq, ack, length of data); None: another packet."""
    if packet[0] != 0x45 or packet[9] != 6:
        return None
    sport, dport, seq, ack, offset, bits = struct.unpack("!HHIIBB", packet[20:34])
    total = struct.unpack("!H", packet[2:4])[0]
    return sport, dport, "".join(f for i, f in enumerate(FLAGS) if bits >> i & 1), seq, ack, total - 20 - (offset >> 4) * 4


def open_device():
    """A device whose other end this process is; the kernel has HERE on it."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", b"tcp0", 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    run = lambda *words: subprocess.run(words, check=True)
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "set", "tcp0", "mtu", "1500", "up")
    run("ip", "addr", "add", HERE + "/32", "dev", "tcp0")
    run("ip", "route", "add", THERE + "/32", "dev", "tcp0", "src", HERE, "quickack", "1")
    return device


class Kernel:
    """The kernel's TCP under a program's sockets."""
    own, peer = HERE, THERE

    def __init__(self):
        for name, value in SYSCTLS.items():
            with open(f"/proc/sys/net/ipv4/{name}", "w") as f:
                f.write(str(value))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # packets of one processor are taken in their order
        self.device, self.barriers = open_device(), 0

    def start(self, port, peer_port):
        self.port, self.peer_port = port, peer_port
        self.listener = self.socket = None
        self.opened = self.ended = False

    def own_socket(self):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.bind((HERE, self.port))
        s.setblocking(False)
        return s

    def listen(self):
        self.listener = self.own_socket()
        self.listener.listen()

    def connect(self):
        self.socket = self.own_socket()
        try:
            self.socket.connect((THERE, self.peer_port))
        except BlockingIOError:
            pass

    def write(self, n):
        self.socket.send(b"x" * int(n))

    def shut(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()
        self.ended = True

    def abort(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def send(self, packet):
        os.write(self.device, packet)

    def read(self):
        told = []
        if self.listener and not self.socket:
            try:
                self.socket, _ = self.listener.accept()
            except BlockingIOError:
                return told
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.setblocking(False)
            told.append("accepted")
            self.opened = True
        while self.socket and not self.ended:
            try:
                data = self.socket.recv(1 << 20)
                if not self.opened:
                    told.append("connected")
                    self.opened = True
                told.append(f"{len(data)} bytes" if data else "closed by-peer")
                self.ended = not data
            except BlockingIOError:
                if not self.opened and select.select([], [self.socket], [], 0)[1]:
                    told.append("connected")
                    self.opened = True
                break
            except OSError as e:
                told.append("closed " + {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset"}.get(e.errno, os.strerror(e.errno)))
                self.ended = True
        return told

    def left(self, timed=False):
        """What has left by now: the answer to a SYN for a closed port leaves after it. `timed`: at least one segment, by a timer."""
        found = []
        while timed and not found:
            assert select.select([self.device], [], [], PATIENCE)[0], "nothing leaves"
            found += self.of_story(os.read(self.device, 65536))
        self.barriers += 1
        self.send(segment((THERE, 30000), (HERE, CLOSED_PORT), "S", self.barriers))
        while True:
            assert select.select([self.device], [], [], PATIENCE)[0], "a SYN for a closed port is not answered"
            packet = os.read(self.device, 65536)
            s = read_segment(packet)
            if s and s[0] == CLOSED_PORT and s[4] == self.barriers + 1:
                return found
            found += self.of_story(packet)

    def of_story(self, packet):
        s = read_segment(packet)
        return [s[2:]] if s and s[0] == self.port and s[1] == self.peer_port else []

    def end(self):
        if self.socket and self.socket.fileno() >= 0:
            self.abort()
        if self.listener:
            self.listener.close()
        self.left()


class Model:
    """natsim's, in a process for each story."""
    own, peer = THERE, HERE

    def __init__(self, program):
        self.program = program

    def start(self, port, peer_port):
        self.port, self.peer_port, self.out = port, peer_port, []
        self.process = subprocess.Popen([self.program, "steps"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def step(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        told = []
        while (answer := self.process.stdout.readline()) != ".\n":
            kind, rest = answer.split(" ", 1)
            if kind == "told":
                told.append(rest.strip())
            else:
                self.out.append(read_segment(bytes.fromhex(rest.strip()))[2:])
        return told

    def listen(self):
        self.step(f"listen {self.port}")

    def connect(self):
        self.step(f"connect {self.port} {self.peer_port}")

    def write(self, n):
        assert not self.step(f"write {n}")

    def shut(self):
        self.step("shut")

    def close(self):
        self.step("close")

    def abort(self):
        self.step("abort")

    def send(self, packet):
        self.step("segment " + packet.hex())

    def read(self):
        return self.step("read")

    def left(self, timed=False):
        waited = 0
        while timed and not self.out:
            self.step("wait 10")
            waited += 10
            assert waited < PATIENCE * 1000, "nothing leaves"
        found, self.out = self.out, []
        return found

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def relative(end, s):
    """As text, with sequence numbers from the SYNs on."""
    flags, seq, ack, length = s
    if end.iss is None and "S" in flags:
        end.iss = seq
    seq = seq if "R" in flags and seq == 0 else (seq - (end.iss or 0)) % 2**32
    return f"{flags} {seq}" + (f"+{length}" if length else "") + (f" ack {(ack - PEER_ISS) % 2**32}" if "A" in flags else "")


def send(end, words):
    flags, place, *rest = words
    named = {rest[i]: int(rest[i + 1]) for i in range(0, len(rest), 2)}
    seq, _, length = place.partition("+")
    end.send(segment((end.peer, end.peer_port), (end.own, end.port), "" if flags == "none" else flags, PEER_ISS + int(seq),
                     (end.iss or 0) + named["ack"] if "ack" in named else 0, named.get("win", 65535), named.get("mss", 0), b"y" * int(length or 0)))


def tell(end, number, steps):
    """What is seen after each step."""
    end.iss = None
    end.start(10000 + number, 20000 + number)
    seen = []
    for step in steps:
        word, *rest = step.split()
        told = []
        if word == "<":
            send(end, rest)
        elif word != "await":
            told = getattr(end, word)(*rest) or []
        seen.append([relative(end, s) for s in end.left(word == "await")] + [f"told {t}" for t in told])
    end.end()
    return seen


def stories(end):
    return {name: tell(end, number, steps) for number, (name, steps) in enumerate(tcp_stories.STORIES.items())}


def pattern(size):
    return bytes((i * 7 + (i >> 9)) & 255 for i in range(1 << 16)) * (size >> 16)


def transfer(program, *impairment):
    """The kernel sends 10 MB, and natsim sends them back, while the program between them loses, doubles and holds back packets."""
    device = open_device()
    end = subprocess.Popen([program, "tun", str(device), *impairment], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[device])
    assert end.stdout.readline() == "ready\n"
    data = pattern(10 << 20)
    s = socket.create_connection((THERE, 7), timeout=PATIENCE)
    sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)), daemon=True)
    sender.start()
    got = bytearray()
    while chunk := s.recv(1 << 16):
        got += chunk
    sender.join(PATIENCE)
    s.close()
    closed = re.match(r"closed (\d+)", end.stdout.readline())
    end.stdin.close()
    return {"bytes": len(got), "same": bytes(got) == data, "closed": int(closed[1]), "status": end.wait(PATIENCE)}


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(json.dumps(transfer(*rest) if what == "transfer" else stories(Kernel() if rest == ["kernel"] else Model(*rest))))
