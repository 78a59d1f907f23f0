"""What a peer and a program do to a TCP, step by step, in the words of tests/unit/tcp/script.h. After each step it is noted what leaves and what the
program is told; what differs between the kernel and natsim stands in DIFFERENCES with its reason.

    listen | connect | write N | shut | close | abort | read     what the program does
    < FLAGS SEQ[+LEN] [ack N] [win N] [mss N]                    a segment of the peer
    await                                                        until something leaves by a timer"""

OPEN = ["listen", "< S 0 mss 1000 win 10000", "< A 1 ack 1 win 10000", "read"]
CONNECTED = ["connect", "< SA 0 ack 1 mss 1000 win 10000", "read"]
TIME_WAIT = [*OPEN, "close", "< FA 1 ack 2"]

STORIES = {
    "passive open": OPEN,
    "active open": CONNECTED,
    "simultaneous open": ["connect", "< S 0 mss 1000", "< SA 0 ack 1", "read", "write 10"],
    "simultaneous open, ended by an ACK": ["connect", "< S 0 mss 1000", "< A 1 ack 1", "read"],
    "refused": ["connect", "< RA 0 ack 1", "read"],
    "an old connection answers the SYN": ["connect", "< A 300 ack 100", "< SA 0 ack 1 mss 1000", "read"],
    "a SYN again": ["listen", "< S 0 mss 1000", "< S 0 mss 1000", "< A 1 ack 1", "read"],
    "a half-open connection is reset": ["listen", "< S 0 mss 1000", "< R 1", "< A 1 ack 1", "read"],
    "an ACK for nobody": ["listen", "< A 1 ack 1"],
    "a SYN-ACK is lost": ["listen", "< S 0 mss 1000", "await", "< A 1 ack 1", "read"],
    "data": [*OPEN, "< PA 1+100 ack 1", "read", "write 10", "< A 101 ack 11"],
    "data with the ACK": ["listen", "< S 0 mss 1000", "< PA 1+10 ack 1", "read"],
    "two writes": [*CONNECTED, "write 10", "write 20", "< A 1 ack 31"],
    "a large write": [*CONNECTED, "write 2500", "< A 1 ack 2501"],
    "duplicate": [*OPEN, "< PA 1+10 ack 1", "< PA 1+10 ack 1", "read"],
    "out of order": [*OPEN, "< PA 101+100 ack 1", "< PA 201+100 ack 1", "read", "< PA 1+100 ack 1", "read"],
    "overlap": [*OPEN, "< PA 51+100 ack 1", "< PA 1+100 ack 1", "read"],
    "far outside of the window": [*OPEN, "< PA 900001+100 ack 1", "read"],
    "the peer's window": [*CONNECTED, "< A 1 ack 1 win 2000", "write 5000", "< A 1 ack 1001 win 1000", "< A 1 ack 2001 win 10000"],
    "silly window": [*CONNECTED, "< A 1 ack 1 win 1500", "write 1800"],
    "zero window": [*CONNECTED, "write 10", "< A 1 ack 11 win 0", "write 10", "await", "< A 1 ack 11 win 10000"],
    "retransmission": [*CONNECTED, "write 10", "await", "await", "< A 1 ack 11"],
    "fast retransmit": [*CONNECTED, "< A 1 ack 1 win 10000", "write 5000", "< A 1 ack 1 win 10000", "< A 1 ack 1 win 10000",
                        "< A 1 ack 1 win 10000", "< A 1 ack 5001 win 10000"],
    "close here first": [*OPEN, "close", "< A 1 ack 2", "< FA 1 ack 2", "< FA 1 ack 2"],
    "close here first, FIN with the ACK": [*TIME_WAIT, "< FA 1 ack 2"],
    "close there first": [*OPEN, "< FA 1 ack 1", "read", "close", "< A 2 ack 2", "< FA 1 ack 2"],
    "simultaneous close": [*OPEN, "close", "< FA 1 ack 1", "< A 2 ack 2", "< FA 1 ack 2"],
    "half-closed, and read": [*OPEN, "shut", "< A 1 ack 2", "< PA 1+100 ack 2", "read", "< FA 101 ack 2", "read"],
    "half-closed, and written": [*OPEN, "< FA 1 ack 1", "read", "write 100", "< A 2 ack 101", "close", "< A 2 ack 102"],
    "write and close": [*OPEN, "write 1500", "close", "< A 1 ack 1502"],
    "FIN before its bytes": [*OPEN, "< FA 101 ack 1", "< PA 1+100 ack 1", "read"],
    "a FIN is lost": [*OPEN, "close", "await", "< A 1 ack 2"],
    "close with unread bytes": [*OPEN, "< PA 1+100 ack 1", "close"],
    "bytes after close": [*OPEN, "close", "< A 1 ack 2", "< PA 1+100 ack 2"],
    "abort": [*OPEN, "write 100", "abort", "< A 1 ack 101"],
    "reset": [*OPEN, "< R 1", "read", "< PA 1+1 ack 1"],
    "reset within the window": [*OPEN, "< R 2", "read", "< R 1", "read"],
    "reset outside of the window": [*OPEN, "< R 900001", "read"],
    "SYN for a connection that stands": [*OPEN, "< S 100", "< S 900001", "read"],
    "an ACK of what was not sent": [*OPEN, "< PA 1+5 ack 12", "read"],
    "an ACK that is too old": [*OPEN, "< PA 1+5 ack 4294000000", "read"],
    "no flags": [*OPEN, "< none 1+10", "read"],
    "bytes behind FIN": [*OPEN, "< FA 1 ack 1", "< PA 2+10 ack 1", "read"],
    "an old segment in TIME-WAIT": [*TIME_WAIT, "< A 1 ack 2", "< A 2 ack 2"],
    "a reset in TIME-WAIT": [*TIME_WAIT, "< R 2", "< FA 1 ack 2"],
    "TIME-WAIT is reopened": [*TIME_WAIT, "< S 5000 mss 1000"],
    "an old SYN in TIME-WAIT": [*TIME_WAIT, "< S 1 mss 1000"],
}

# (story, number of its step): (what the kernel does, what natsim does, why).
DIFFERENCES = {
    ("simultaneous open", 2): (["A 1 ack 1"], [], "the kernel acknowledges the SYN-ACK, of which RFC 9293, figure 8, needs no acknowledgment"),
    ("the peer's window", 4): (["A 1+1000 ack 1", "PA 1001+1000 ack 1"], ["A 1+1000 ack 1", "A 1001+1000 ack 1"],
                               "the kernel sets PSH where the window ends, natsim where the write does"),
    ("silly window", 4): (["A 1+1000 ack 1", "PA 1001+500 ack 1"], ["A 1+1000 ack 1"],
                          "natsim holds back a part of a write that is less than half of the largest window (RFC 9293, 3.8.6.2.1)"),
    ("zero window", 6): (["A 10 ack 1"], ["A 11+1 ack 1"], "the kernel probes with an old sequence number, natsim with an octet of new data (RFC 9293, 3.8.6.1)"),
    ("bytes after close", 6): (["R 2"], ["RA 2 ack 1"], "the kernel keeps no more than a note of the connection, and answers as for nobody"),
}
