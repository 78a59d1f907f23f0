#!/usr/bin/python3
"""A small ICE agent over plain sockets, an adapter of ../interop/README.md, that does right but for the one fault that is asked for:
faulty_agent.py [--trickle] [FAULT]. It has host candidates alone, and what it needs of RFC 8445, 8838 and 7675. Faults that no call
survives end after WINDOW seconds."""
import binascii
import hashlib
import hmac
import json
import os
import random
import select
import socket
import struct
import sys
import time

FAULTS = {
    "none": "does right",
    "wrong-priority": "PRIORITY has another local preference than the candidate",
    "no-priority": "checks have no PRIORITY",
    "no-answers": "does not answer the first checks",
    "refuses-checks": "answers the first checks with 500",
    "no-triggered-checks": "checks only from the first of its two candidates, whatever comes in on the other",
    "never-nominates": "controls, and never nominates",
    "nominates-two": "nominates both of its pairs",
    "nominates-at-once": "nominates with the first check of a pair",
    "nominates-as-controlled": "is controlled, and sends USE-CANDIDATE",
    "username-swapped": "USERNAME of its first checks has its own fragment first",
    "no-fingerprint": "its first checks have no FINGERPRINT",
    "answers-without-fingerprint": "its first answers have none",
    "no-integrity": "its first checks have no MESSAGE-INTEGRITY",
    "answers-without-integrity": "its first answers have none",
    "answers-wrongly-signed": "the HMAC of its first answers is wrong",
    "answers-other-id": "its first answers have another transaction id",
    "both-roles": "its checks have both ICE-CONTROLLING and ICE-CONTROLLED",
    "wrong-mapped": "XOR-MAPPED-ADDRESS is another port than the check came from",
    "changes-tie-breaker": "each check has a new tie-breaker",
    "changes-role": "its checks for consent have the other role",
    "ignores-487": "keeps its role after a 487, with a new tie-breaker",
    "keeps-tie-breaker": "keeps its tie-breaker after a 487",
    "refuses-without-conflict": "answers the first check with 487, and roles do not conflict",
    "accepts-conflict": "answers success to a check in its own role, whatever the tie-breakers",
    "no-consent": "never asks for consent",
    "consent-by-the-clock": "asks for consent each 5 s",
    "consent-too-often": "asks for consent each second",
    "consent-seldom": "asks for consent each 9 s",
    "consent-again": "sends each request for consent twice",
    "data-before-consent": "sends data before a check has succeeded",
    "data-elsewhere": "sends data on a pair that is not selected",
    "data-after-revocation": "goes on with data when its peer has revoked consent",
    "data-for-ever": "goes on with data when consent has run out",
    "revokes": "does right: it revokes consent 3 s after it is connected",
    "candidate-after-the-end": "tells a candidate after the end of its candidates",
    "loopback": "has a candidate 127.0.0.1",
    "name": "has a candidate with a name",
    "name-mdns": "has a candidate with a name of mDNS",
    "raddr-without-rport": "has a server-reflexive candidate with raddr alone",
    "no-raddr": "has a server-reflexive candidate without raddr and rport",
    "raddr-at-host": "tells raddr and rport at a host candidate",
    "equal-priorities": "has two candidates of one priority",
    "priority-zero": "has a candidate of priority 0",
    "component-2-alone": "its candidate is of component 2",
    "short-password": "its password has 8 characters",
    "rto-100ms": "sends a check again after 100 ms",
    "faster-than-ta": "starts a check each 5 ms",
    "gives-up": "has failed after 2 s: it says so, and answers no more",
    "padding": "the padding of USERNAME is not zero",
    "no-ice2": "does not say ice2",
}
TWO_PORTS = {"candidate-after-the-end", "nominates-two", "no-triggered-checks", "data-elsewhere", "equal-priorities", "faster-than-ta"}
ONE_IS_PAIRED = {"candidate-after-the-end", "no-triggered-checks"}
NOMINATES_AFTER = {"no-triggered-checks": 3, "nominates-two": 1, "candidate-after-the-end": 1}  # seconds
BRIEFLY_CHECKS = {"no-fingerprint", "no-integrity", "username-swapped"}
WINDOW = 0.3

COOKIE = 0x2112A442
REQUEST, SUCCESS, ERROR = 0x0001, 0x0101, 0x0111
USERNAME, INTEGRITY, ERROR_CODE, MAPPED = 0x0006, 0x0008, 0x0009, 0x0020
PRIORITY, USE_CANDIDATE, FINGERPRINT, CONTROLLED, CONTROLLING = 0x0024, 0x0025, 0x8028, 0x8029, 0x802A
TA, RTO, SENDS, EXPIRY = 0.1, 0.51, 7, 30


# --- STUN ---

def attribute(kind, value, pad=b"\0"):
    return struct.pack("!HH", kind, len(value)) + value + pad * (-len(value) % 4)


def header(kind, size, tid):
    return struct.pack("!HHI", kind, size, COOKIE) + tid


def message(kind, tid, body, key, fingerprint=True):
    if key is not None:
        body += attribute(INTEGRITY, hmac.new(key, header(kind, len(body) + 24, tid) + body, hashlib.sha1).digest())
    if fingerprint:
        crc = binascii.crc32(header(kind, len(body) + 8, tid) + body) ^ 0x5354554E
        body += attribute(FINGERPRINT, struct.pack("!I", crc))
    return header(kind, len(body), tid) + body


def parse(data):
    """Its type, transaction id, attributes, and where its integrity starts; None: no STUN."""
    if len(data) < 20 or struct.unpack_from("!I", data, 4)[0] != COOKIE:
        return None
    attributes, at, signed = {}, 20, None
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("!HH", data, at)
        signed = at if kind == INTEGRITY else signed
        attributes.setdefault(kind, data[at + 4:at + 4 + size])
        at += 4 + size + -size % 4
    return struct.unpack_from("!H", data)[0], data[8:20], attributes, signed


def is_signed(data, parsed, key):
    kind, tid, attributes, at = parsed
    if at is None or key is None:
        return False
    whole = header(kind, at - 20 + 24, tid) + data[20:at]
    return hmac.compare_digest(attributes[INTEGRITY], hmac.new(key, whole, hashlib.sha1).digest())


def xor_mapped(address):
    ip, port = address
    return struct.pack("!HHI", 1, port ^ (COOKIE >> 16), struct.unpack("!I", socket.inet_aton(ip))[0] ^ COOKIE)


def error_code(code):
    return attribute(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + b"no")


# --- the agent ---

def say(t, **more):
    print(json.dumps({"t": t, **more}), flush=True)


class Pair:
    def __init__(self, port, remote):
        self.port, self.remote = port, remote
        self.state = "waiting"
        self.queued = self.nominated = self.proposed = False


class Check:
    def __init__(self, pair, nominates, controls, consent):
        self.pair, self.nominates, self.controls, self.consent = pair, nominates, controls, consent
        self.sends, self.next, self.bytes = 0, 0.0, b""


class Agent:
    def __init__(self, fault, trickle):
        self.fault, self.trickle = fault, trickle
        self.ports, self.pairs, self.checks = [], [], {}
        self.ufrag, self.pwd = os.urandom(4).hex(), os.urandom(4 if fault == "short-password" else 12).hex()
        self.peer = None
        self.tie = self.new_tie()
        self.controls = None
        self.paced = self.probed = self.asked = self.consented = 0.0
        self.began = self.valid = self.selected_at = None
        self.selected, self.revoked, self.over = None, False, False
        self.sent, self.back, self.magic = 0, set(), os.urandom(8)
        self.early = []  # candidates of the peer
        self.told_conflict = self.told_late = False

    def new_tie(self):
        return random.getrandbits(64)

    def is_(self, *faults):
        return self.fault in faults

    def first_(self, *faults):
        return self.fault in faults and self.is_early()

    def is_early(self):
        return self.began is None or time.monotonic() < self.began + WINDOW

    # --- signalling ---

    def start(self, line):
        self.controls = line["role"] == "controlling"
        look = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        look.connect(("192.0.2.1", 9))  # says which address leaves by the default route; sends nothing
        self.address = look.getsockname()[0]
        for _ in range(2 if self.fault in TWO_PORTS else 1):
            port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            port.bind((self.address, 0))
            self.ports.append(port)
        say("state", ice="new")
        options = "" if self.is_("no-ice2") else "ice2"
        say("signal", desc={"type": "offer" if line["offerer"] else "answer", "ufrag": self.ufrag, "pwd": self.pwd,
                            "options": f"{options} trickle".strip() if self.trickle else options})
        for i in range(1 if self.is_("candidate-after-the-end") else len(self.ports)):
            self.tell_port(i)
        self.tell_odd()
        say("signal", cand={"end": True})
        if self.trickle and self.peer:
            self.begin()

    def priority(self, i, preference):
        local = 0 if self.is_("equal-priorities") else i
        return preference << 24 | (65535 - local) << 8 | (254 if self.is_("component-2-alone") else 255)

    def tell_port(self, i):
        ip, port = self.ports[i].getsockname()
        self.tell(1, self.priority(i, 126), f"{ip} {port}", f"typ host raddr {ip} rport {port}" if self.is_("raddr-at-host") else "typ host")

    def tell_late(self, now):
        if self.is_("candidate-after-the-end") and not self.told_late and self.began is not None and now > self.began + 0.4:
            self.told_late = True
            self.tell_port(1)

    def tell(self, foundation, priority, address, rest):
        component = 2 if self.is_("component-2-alone") else 1
        say("signal", cand={"candidate": f"candidate:{foundation} {component} udp {priority} {address} {rest}", "sdpMid": "0"})

    def tell_odd(self):
        reflexive = self.priority(5, 100)
        odd = {"loopback": (self.priority(6, 126), "127.0.0.1 5000", "typ host"),
               "name": (self.priority(6, 126), "host.example 5000", "typ host"),
               "name-mdns": (self.priority(6, 126), "1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000", "typ host"),
               "raddr-without-rport": (reflexive, "203.0.113.77 5000", f"typ srflx raddr {self.address}"),
               "no-raddr": (reflexive, "203.0.113.77 5000", "typ srflx"),
               "priority-zero": (0, f"{self.address} 5000", "typ host")}
        if self.fault in odd:
            self.tell(3, *odd[self.fault])

    def signalled(self, line):
        if "desc" in line:
            self.peer = line["desc"]["ufrag"], line["desc"]["pwd"].encode()
            self.begin()
        words = line.get("cand", {}).get("candidate", "").split()
        if len(words) > 5 and words[2].lower() == "udp" and words[4].count(".") == 3 and words[1] == "1":
            self.early.append((words[4], int(words[5])))
        self.form()

    def begin(self):
        if self.ports and self.began is None:
            self.began = time.monotonic()
            say("state", ice="checking")
        self.form()

    def form(self):
        if self.began is None:
            return
        for remote in self.early:
            for i in range(1 if self.fault in ONE_IS_PAIRED else len(self.ports)):
                self.pair(i, remote)

    def pair(self, port, remote):
        for p in self.pairs:
            if p.port == port and p.remote == remote:
                return p
        self.pairs.append(Pair(port, remote))
        return self.pairs[-1]

    # --- checks ---

    def next_pair(self):
        """A pair to check now, and whether to nominate it."""
        for p in self.pairs:
            if p.queued:
                return p, p.proposed and self.controls
        if self.controls and self.valid is not None and not self.is_("never-nominates"):
            due = time.monotonic() - self.valid >= NOMINATES_AFTER.get(self.fault, 0)
            wanted = 2 if self.is_("nominates-two") else 1
            for p in self.pairs:
                if due and p.state == "succeeded" and not p.proposed and sum(q.proposed for q in self.pairs) < wanted:
                    return p, True
        return next(((p, False) for p in self.pairs if p.state == "waiting"), None)

    def pace(self, now):
        if self.began is None or now < self.paced or self.over:
            return
        chosen = self.next_pair()
        if chosen is not None:
            pair, nominates = chosen
            pair.queued = False
            pair.state = "in-progress" if pair.state != "succeeded" else pair.state
            pair.proposed = pair.proposed or nominates
            nominates = nominates or (self.is_("nominates-at-once") and self.controls) or self.is_("nominates-as-controlled")
            self.begin_check(pair, nominates, False, now)
            self.paced = time.monotonic() + (0.005 if self.is_("faster-than-ta") else TA)

    def begin_check(self, pair, nominates, consent, now):
        controls = self.controls
        if self.is_("changes-role") and consent:
            controls = not controls
        if self.is_("changes-tie-breaker"):
            self.tie = self.new_tie()
        check = Check(pair, nominates, controls, consent)
        tid = os.urandom(12)
        check.bytes = self.request(tid, check)
        self.checks[tid] = check
        self.send_check(check, now)

    def request(self, tid, check):
        name = [self.ufrag, self.peer[0]] if self.first_("username-swapped") else [self.peer[0], self.ufrag]
        body = attribute(USERNAME, ":".join(name).encode(), b"x" if self.is_("padding") else b"\0")
        if not self.is_("no-priority"):
            local = 9 if self.is_("wrong-priority") else check.pair.port
            body += attribute(PRIORITY, struct.pack("!I", self.priority(local, 110)))
        for role in (CONTROLLING, CONTROLLED):
            if (role == CONTROLLING) == check.controls or self.is_("both-roles"):
                body += attribute(role, struct.pack("!Q", self.tie))
        if check.nominates:
            body += attribute(USE_CANDIDATE, b"")
        return message(REQUEST, tid, body, None if self.first_("no-integrity") else self.peer[1], not self.first_("no-fingerprint"))

    def rto(self):
        return 0.1 if self.is_("rto-100ms") else RTO

    def send_check(self, check, now):
        check.sends += 1
        last = check.sends == SENDS
        check.next = now + (16 * RTO if last else self.rto() * 2 ** (check.sends - 1))
        self.ports[check.pair.port].sendto(check.bytes, check.pair.remote)

    def retransmit(self, now):
        for tid, check in list(self.checks.items()):
            if now < check.next:
                continue
            if self.fault in BRIEFLY_CHECKS and not check.consent and check.pair.state == "in-progress":
                del self.checks[tid]
                check.pair.state = "waiting"
                continue
            if check.consent and not (self.is_("consent-again") and check.sends == 1):
                continue
            if check.sends == SENDS or check.pair.state == "cancelled":
                del self.checks[tid]
                check.pair.state = "failed" if check.pair.state == "in-progress" else check.pair.state
            elif not self.over:
                self.send_check(check, now)

    # --- what comes ---

    def stun(self, data, parsed, port, source, now):
        kind, tid, attributes, _ = parsed
        if kind == REQUEST:
            self.requested(data, parsed, port, source)
        elif tid in self.checks and kind in (SUCCESS, ERROR):
            if not is_signed(data, parsed, self.peer[1]) and kind == SUCCESS:
                return
            check = self.checks.pop(tid)
            if kind == SUCCESS and check.pair.remote == source and check.pair.port == port:
                self.succeeded(check, now)
            elif kind == ERROR:
                code = attributes[ERROR_CODE]
                self.refused(check, code[2] * 100 + code[3], is_signed(data, parsed, self.peer[1]))

    def succeeded(self, check, now):
        check.pair.state = "succeeded"
        self.valid = self.valid or now
        if check.pair is self.selected:
            self.consented = now
        if (check.nominates and check.controls) or (check.pair.nominated and not self.controls):
            self.select(check.pair, now)

    def refused(self, check, code, signed):
        if code == 487 and signed:
            if not self.is_("ignores-487"):
                self.controls = not check.controls
            if not self.is_("keeps-tie-breaker"):
                self.tie = self.new_tie()
            check.pair.queued = True
        elif code == 403 and signed and check.pair is self.selected:
            self.revoked = True
        elif check.pair.state == "in-progress":
            check.pair.state = "waiting" if self.fault in BRIEFLY_CHECKS else "failed"

    def requested(self, data, parsed, port, source):
        kind, tid, attributes, _ = parsed
        if self.first_("no-answers") or (self.over and self.is_("gives-up")):
            return
        if USERNAME not in attributes or INTEGRITY not in attributes:
            return self.answer(ERROR, tid, error_code(400), None, port, source)
        known = attributes[USERNAME].startswith(self.ufrag.encode() + b":")
        if not known or not is_signed(data, parsed, self.pwd.encode()):
            return self.answer(ERROR, tid, error_code(401), None, port, source)
        if self.first_("refuses-checks"):
            return self.answer(ERROR, tid, error_code(500), self.pwd.encode(), port, source)
        if self.is_("revokes") and self.selected_at is not None and time.monotonic() > self.selected_at + 3:
            return self.answer(ERROR, tid, error_code(403), self.pwd.encode(), port, source)
        if self.conflicts(attributes):
            return self.answer(ERROR, tid, error_code(487), self.pwd.encode(), port, source)
        mapped = (source[0], source[1] ^ 1) if self.is_("wrong-mapped") else source
        self.answer(SUCCESS, tid, attribute(MAPPED, xor_mapped(mapped)), self.pwd.encode(), port, source)
        self.trigger(self.pair(port, source), USE_CANDIDATE in attributes)

    def conflicts(self, attributes):
        """RFC 8445, 7.3.1.1; it may switch the role."""
        theirs = struct.unpack("!Q", attributes.get(CONTROLLING) or attributes[CONTROLLED])[0]
        if self.is_("refuses-without-conflict") and not self.told_conflict:
            self.told_conflict = True
            return True
        if (CONTROLLING in attributes) != self.controls or self.is_("accepts-conflict"):
            return False
        stays = (self.tie >= theirs) == self.controls
        self.controls = self.controls if stays else not self.controls
        return stays

    def answer(self, kind, tid, body, key, port, source):
        if self.first_("answers-without-integrity"):
            key = None
        if self.first_("answers-wrongly-signed") and key:
            key = b"x" + key
        if self.first_("answers-other-id"):
            tid = os.urandom(12)
        self.ports[port].sendto(message(kind, tid, body, key, not self.first_("answers-without-fingerprint")), source)

    def trigger(self, pair, nominated):
        pair.nominated = pair.nominated or (nominated and not self.controls)
        if pair.state == "succeeded":
            if pair.nominated and not self.controls:
                self.select(pair, time.monotonic())
        elif not (self.is_("no-triggered-checks") and pair.port == 1):
            for check in self.checks.values():
                if check.pair is pair:
                    check.sends = SENDS  # no more of it, but its answer counts
            pair.queued = True
        else:
            pair.state = "left"

    def select(self, pair, now):
        if self.selected is not None:
            return
        self.selected, self.selected_at, self.consented = pair, now, now
        self.asked = now + random.uniform(4.2, 5.8)
        if self.is_("consent-too-often"):
            self.asked = now + 1.2
        local, remote = self.ports[pair.port].getsockname(), pair.remote
        say("selected", local={"type": "host", "addr": local[0], "port": local[1], "proto": "udp"},
            remote={"type": "host", "addr": remote[0], "port": remote[1], "proto": "udp"})
        say("state", ice="completed")
        say("open")

    # --- consent and data ---

    def consent(self, now):
        if self.selected is None or now < self.asked or self.revoked or self.is_("no-consent"):
            return
        periods = {"consent-by-the-clock": 5, "consent-too-often": 1, "consent-seldom": 9}
        self.asked += periods.get(self.fault, random.uniform(4.2, 5.8))
        if now < self.consented + EXPIRY:
            self.begin_check(self.selected, False, True, now)

    def may_send(self, now):
        if self.is_("data-before-consent") and self.began is not None:
            return bool(self.pairs)
        if self.selected is None or (self.revoked and not self.is_("data-after-revocation")):
            return False
        return now < self.consented + EXPIRY - 1 or self.is_("data-for-ever", "no-consent")

    def probe(self, now):
        if not self.may_send(now) or now < self.probed:
            return
        self.probed = now + (0.01 if len(self.back) < 20 else 0.1)
        self.sent += 1
        pair = self.selected or self.pairs[0]
        port = 1 - pair.port if self.is_("data-elsewhere") and self.sent > 40 else pair.port
        self.ports[port].sendto(b"\x80\0" + self.magic + self.sent.to_bytes(22, "big"), pair.remote)

    def data(self, data, port, source, now):
        if data[0] == 128 and self.selected is not None and self.may_send(now):
            self.ports[self.selected.port].sendto(b"\x81" + data[1:], self.selected.remote)
        elif data[0] == 129 and data[2:10] == self.magic and len(self.back) < 20:
            self.back.add(data)
            if len(self.back) == 20:
                say("data", ok=True, n=20)

    # --- the loop ---

    def try_again(self):
        """The peer has given up the pairs that were refused: another check brings them back."""
        if self.is_("refuses-checks") and not self.told_late and not self.is_early():
            self.told_late = True
            for p in self.pairs:
                p.proposed, p.queued = False, not self.controls

    def give_up(self, now):
        if self.is_("gives-up") and self.began is not None and not self.over and now > self.began + 2:
            self.over = True
            say("state", ice="failed")

    def run_timers(self):
        now = time.monotonic()
        self.give_up(now)
        self.tell_late(now)
        self.try_again()
        self.retransmit(now)
        self.pace(now)
        self.consent(now)
        self.probe(now)

    def arrived(self, port):
        data, source = self.ports[port].recvfrom(2048)
        parsed, now = parse(data), time.monotonic()
        if parsed is not None:
            self.stun(data, parsed, port, source, now)
        elif data:
            self.data(data, port, source, now)

    def told(self, line):
        if line["t"] == "stop":
            say("bye")
            sys.exit(0)
        if line["t"] == "start":
            self.start(line)
        elif line["t"] == "signal":
            self.signalled(line)

    def run(self):
        say("hello", stack="faulty", version=self.fault, kind="ice", trickle=self.trickle, local_type="candidate")
        lines = b""
        while True:
            ready = select.select([0, *self.ports], [], [], 0.01)[0]
            if 0 in ready:
                lines += os.read(0, 65536) or b'{"t": "stop"}\n'
                *whole, lines = lines.split(b"\n")
                for line in whole:
                    self.told(json.loads(line))
            for i, port in enumerate(self.ports):
                if port in ready:
                    self.arrived(i)
            self.run_timers()


if __name__ == "__main__":
    words = [w for w in sys.argv[1:] if w != "--trickle"]
    wish = words[0] if words else "none"
    if wish not in FAULTS:
        sys.exit(f"no fault is called '{wish}'; there are: {' '.join(FAULTS)}")
    Agent(wish, "--trickle" in sys.argv).run()
