"""The faults of an ICE agent, and the rules that name them."""

import dataclasses

from faulty_party import USUAL, Fault, lost

ANSWERS, CHECKS = "0x0101", "0x0001"
TRICKLING = ("relay-trickling",)
HOSTS = ("host", "swapped", "trickling", "ipv6", "ipv6-swapped")
TWO = ("two", "two-swapped", "two-trickling", "two-ipv6")
NO_TRICKLING = tuple(p for p in USUAL if "trickling" not in p)
ONE_FAMILY = tuple(p for p in USUAL if "ipv6" not in p)
TELLING = tuple(p for p in USUAL if p != "relay-trickling")  # the first description has candidates
STOP = "RFC8489-6.2.1-stop"
DATA = "  - {{at: 2s, send: {{from: {own}, to: {peer}, bytes: 100, count: 400, interval: 100ms}}}}\n"
DATA_AGAIN = DATA.replace("count: 400", "count: 5") + DATA.replace("at: 2s", "at: 30s").replace("count: 400", "count: 5")
REOFFER = "  - {{at: 3s, reoffer: {{from: {own}}}}}\n"
CONFLICT = {"places": ("host", "trickling", "ipv6"), "keys": ", role: controlling",
            "peer": ", role: controlling, tie-breaker: 18446744073709551615", "steps": lost(CHECKS, "peer", "0s", "200ms")}

RESTART = "  - {{at: 8s, restart: {{agent: {own}}}}}\n"
RESTARTED = RESTART.replace("{own}", "{peer}")
# The peer answers 487 to a check in its own role, whatever that is. A check that 487 refused goes on as a transaction of its own.
ANEW = {"controlled": {"role": "controlled", "peer": ", tie-breaker: 18446744073709551615", "also": "RFC8445-14.2-pacing"},
        "controlling": {"role": "controlling", "peer": ", tie-breaker: 1", "also": "RFC8445-14.2-pacing"}}
FIRST = lost(CHECKS, "peer", "8s", "1s")  # the checks of the peer come later
HANGUP = "  - {{at: 5s, hangup: {{agent: {own}}}}}\n"
LATE_ANSWER = "  - {{at: 7s, signalling: {{from: {peer}, message: answer, delay: 7s}}}}\n"

DOES_RIGHT = [
    Fault("none", ""),
    Fault("unknown-optional-attribute", ""),
    Fault("answers-twice", ""),
    Fault("unknown-type", ""),
    Fault("unknown-transport", ""),
    Fault("candidate-lines-reversed", ""),
    Fault("revokes", "", until="20s"),
    Fault("refuses-403", ""),
]

FAULTS = [
    # checks
    Fault("wrong-priority", "RFC8445-7.1.1-priority"),
    Fault("host-priority", "RFC8445-5.1.2.1-type", places=HOSTS),
    Fault("zero-priority", "RFC8445-7.1.1-priority"),
    Fault("no-priority", "RFC8445-7.1.1-priority"),
    Fault("no-fingerprint", "RFC8445-7.2.4-fingerprint"),
    # The inner agent does not take the 400 or 401, and sends again.
    Fault("no-integrity", "RFC8489-9.1.2-credentials", also=STOP),
    Fault("wrongly-signed", "RFC8489-14.5-hmac", also=STOP),
    Fault("no-username", "RFC8489-9.1.2-credentials", also=STOP),
    Fault("username-swapped", "RFC8445-7.2.2-username", also=f"RFC8489-14.5-hmac {STOP}"),
    Fault("other-fragment", "RFC8445-7.2.2-username"),
    Fault("long-username", "RFC8489-14.3-username", also="RFC8445-7.2.2-username"),
    # What both agents make of it are conflicts without end.
    Fault("both-roles", "RFC8445-7.1.3-role", also="RFC8445-7.3.1.1-conflict RFC7675-5.1-interval RFC7675-5.1-random"),
    Fault("no-role", "RFC8445-7.1.3-role", also=STOP),
    Fault("changes-tie-breaker", "RFC8445-16.1-tie-breaker"),
    Fault("unknown-attribute", ""),
    Fault("both-integrities-later", "RFC8489-9.1.5-kind", also=f"RFC7675-5.1-fresh {STOP}"),
    # answers
    Fault("no-answers", "", also="RFC8445-7.3-answer RFC8863-4-listening", some=True),
    Fault("answers-late", "RFC8445-7.3-answer"),
    Fault("wrong-mapped", "RFC8445-7.3-mapped"),
    Fault("no-mapped", "RFC8445-7.3-mapped"),
    Fault("plain-mapped", "RFC8445-7.3-mapped"),
    Fault("wrong-family", "RFC8489-14.1-family", also="RFC8445-7.3-mapped RFC8489-6.3.1.1-mapped"),
    Fault("answers-without-fingerprint", "RFC8445-7.2.4-fingerprint"),
    Fault("answers-wrongly-signed", "RFC8489-14.5-hmac"),
    Fault("answers-without-integrity", "RFC8489-9.1.3-integrity"),
    Fault("answers-with-more-integrity", "RFC8489-9.1.3-integrity"),
    Fault("answers-other-id", "RFC8489-5-answer-id", also="RFC8445-7.3-answer"),
    Fault("answers-with-username", "RFC8489-9.1.3-no-username"),
    Fault("answers-other-method", "RFC8489-6.3.1.1-method", also="RFC8445-7.3-answer"),
    Fault("answers-old-attribute", "RFC8489-18.3-reserved"),
    Fault("answers-unknown-attribute", ""),
    Fault("answers-otherwise-again", "RFC8445-7.3-refused", steps=lost(ANSWERS, "own", "0s", "600ms")),
    Fault("refuses-500", "RFC8445-7.3-refused"),
    # RFC 8445, 7.3.1.5 lets the controlled agent refuse a nomination so, and any agent a check beyond its limit of pairs.
    Fault("refuses-400", "RFC8445-7.3-left-half", places=NO_TRICKLING),
    Fault("refuses-420", "RFC8489-6.3.1.1-unknown", also="RFC8445-7.3-refused"),
    Fault("refuses-420-priority", "RFC8445-7.3-refused", also="RFC8489-6.3.1.1-unknown"),
    Fault("refuses-without-code", "RFC8489-6.3.1.1-error-code", also="RFC8445-7.3-refused"),
    Fault("refuses-299", "RFC8489-14.8-code", also="RFC8445-7.3-refused"),
    Fault("refuses-at-length", "RFC8489-14.8-reason", also="RFC8445-7.3-refused"),
    Fault("redirects", "RFC8445-7.3-alternate", also="RFC8445-7.3-refused"),
    # the form of messages
    Fault("padding", "RFC8489-14-padding"),
    Fault("wrong-length", "RFC8489-5-length"),
    Fault("unaligned-length", "RFC8489-14-align", also="RFC8489-5-length"),
    Fault("overrun", "RFC8489-14-overrun"),
    Fault("wrong-cookie", "RFC8489-5-cookie", also="RFC8445-7.3-answer RFC8863-4-listening"),
    Fault("wrong-fingerprint", "RFC8489-14.7-fingerprint"),
    Fault("fingerprint-first", "RFC8489-14.7-fingerprint"),
    Fault("long-priority", "RFC8489-14-sizes", also="RFC8445-7.1.1-priority"),
    Fault("long-software", "RFC8489-14.14-software"),
    Fault("odd-software", "RFC8489-14.14-software"),
    Fault("after-integrity", "RFC8489-9-after-integrity"),
    Fault("short-sha256", "RFC8489-14.6-length"),
    Fault("wrong-class", "RFC8489-6.1-method"),
    # roles and nomination
    Fault("changes-role", "RFC8445-6.1.1-role",
          also="RFC8445-7.3.1.1-conflict RFC8445-7.1.2-use-candidate RFC8445-7.2.5.1-switch RFC7675-5.1-interval"),
    Fault("ignores-487", "RFC8445-7.2.5.1-switch", also="RFC8445-7.3.1.1-conflict RFC8445-6.1.1-role", **CONFLICT),
    Fault("keeps-tie-breaker", "RFC8445-7.2.5.1-tie-breaker", **CONFLICT),
    Fault("accepts-conflict", "RFC8445-7.3.1.1-conflict", also="RFC8445-6.1.1-role", places=("host", "trickling", "ipv6"),
          keys=", role: controlling", peer=", role: controlling, tie-breaker: 1", steps=lost(CHECKS, "own", "0s", "200ms")),
    Fault("refuses-without-conflict", "", also="RFC8445-7.3.1.1-conflict RFC8445-6.1.1-role", some=True),
    Fault("nominates-as-controlled", "RFC8445-7.1.2-use-candidate", role="controlled"),
    Fault("nominates-at-once", "RFC8445-8.1.1-valid", role="controlling"),
    # It does not check a pair any more when it thinks that another is nominated.
    Fault("never-nominates", "RFC8445-8.1.1-eventually", also="RFC8445-7.3.1.4-triggered", role="controlling", until="50s"),
    Fault("nominates-two", "RFC8445-8.1.1-one", role="controlling", places=TWO, keys=", nomination-wait: 500ms"),
    Fault("checks-nothing", "RFC7675-5.1-consent", also="RFC8445-7.3.1.4-triggered RFC8445-8.1.1-eventually"),
    # consent, data, keepalives
    Fault("no-consent", "RFC7675-5.1-none", also="RFC8445-11-keepalive", until="50s", steps=DATA),
    Fault("consent-by-the-clock", "RFC7675-5.1-random", until="50s"),
    Fault("consent-seldom", "RFC7675-5.1-rate", until="40s", steps=DATA),
    Fault("consent-too-often", "RFC7675-5.1-interval", until="20s"),
    Fault("consent-again", "RFC7675-5.1-fresh", also=STOP, until="20s"),
    Fault("consent-for-ever", "RFC7675-5.1-expiry RFC7675-5.1-again", also="RFC7675-5.1-rate", until="70s", steps=DATA + lost(ANSWERS, "peer", "3s")),
    Fault("data-before-consent", "RFC7675-5.1-consent"),
    Fault("data-elsewhere", "RFC8445-12.1-valid", places=TWO, steps=DATA, keys=", nomination-wait: 500ms", peer=", nomination-wait: 500ms"),
    Fault("data-to-a-stranger", "RFC8445-12.1-valid", places=("host", "swapped", "trickling", "ipv6")),
    Fault("data-for-ever", "RFC7675-5.1-expiry", until="60s", steps=lost(ANSWERS, "peer", "3s")),
    Fault("data-for-ever", "RFC7675-5.2-revoked", until="30s", other="revokes"),
    Fault("data-for-ever", "RFC7675-5.1-late", also="RFC7675-5.1-expiry", until="90s", other="answers-too-late", other_options="--from 3s --to 31s", other_rules="RFC8445-7.3-answer"),
    Fault("data-for-ever", "RFC7675-5.1-forged", also="RFC7675-5.1-expiry", until="60s", other="answers-wrongly-signed", other_options="--from 3s", other_rules="RFC8489-14.5-hmac"),
    Fault("signed-keepalives", "RFC8445-11-indication", until="40s", keys=", consent: off, keepalive: 15s"),
    # Its answers to requests for consent would keep the pair alive, so the other agent has the same fault.
    Fault("no-keepalives", "RFC8445-11-keepalive", until="50s", steps=DATA_AGAIN, also="RFC7675-5.1-none", other="no-keepalives"),
    # pacing and retransmission
    Fault("faster-than-ta", "RFC8445-14.2-pacing"),
    Fault("rto-100ms", "RFC8445-14.3-rto", places=("slow",)),
    Fault("no-doubling", "RFC8489-6.2.1-doubling", steps=lost(CHECKS, "own", "0s")),
    Fault("resends-more", "RFC8489-6.2.1-rc", also="RFC8489-6.2.1-doubling RFC8445-7.2.1-permission", until="100s", steps=lost(CHECKS, "own", "0s") + lost(CHECKS, "peer", "0s")),
    Fault("resends-after-answer", STOP),
    Fault("resends-otherwise", "RFC8489-6.2.1-identical", steps=lost(CHECKS, "own", "0s")),
    Fault("reuses-id", "RFC8489-5-fresh-id", also=STOP, role="controlling"),
    # The second request is the first, byte for byte.
    Fault("reuses-id", STOP, role="controlled"),
    # descriptions
    Fault("short-password", "RFC8839-5-grammar"),
    Fault("short-fragment", "RFC8839-5.4-ufrag", also="RFC8839-5-grammar"),
    Fault("long-fragment", "RFC8839-5.4-ufrag"),
    Fault("same-credentials", "RFC8445-5.3-random", sides="R"),
    Fault("no-ice2", "RFC8445-10-ice2"),
    Fault("says-lite", "RFC8839-4.2.1.4-lite", also="RFC8445-12.1.1-lite"),
    Fault("default-elsewhere", "RFC8839-4.2.5-default", places=TELLING),
    Fault("mismatch", "RFC8839-4.2.5-mismatch", places=TELLING),
    Fault("removed", "RFC8839-4.4.1.1.2-removed", places=TELLING),
    Fault("two-passwords", "RFC8839-5-grammar"),
    Fault("no-password", "RFC8839-5-grammar"),
    Fault("no-fragment", "RFC8839-5-grammar", also="RFC8445-7.2.2-username"),
    Fault("remote-candidates", "RFC8839-4.4.1.2.2-remote"),
    Fault("later-no-ice2", "RFC8839-4.4.1.1.1-options", also="RFC8445-10-ice2", steps=REOFFER),
    Fault("later-candidate", "RFC8839-4.4.1.2.2-nominated", steps=REOFFER, sides="L"),
    Fault("later-no-remote-candidates", "RFC8839-4.4.1.2.2-remote", steps=REOFFER, role="controlling"),
    # The peer restarts, and its checks meet an agent that has not.
    Fault("later-other-password", "RFC8839-4.4.1.1.1-restart", also="RFC8445-7.3-left-half", steps=REOFFER),
    Fault("later-other-fragment", "RFC8839-4.4.1.1.1-restart", also="RFC8839-4.4.1.2.2-remote RFC8445-7.3-left-half", steps=REOFFER),
    Fault("later-holds", "RFC8839-4.4.1.1.1-hold", steps=REOFFER, places=ONE_FAMILY),
    Fault("later-fewer-candidates", "RFC8839-4.4.1.2.1-same", places=TWO, steps=REOFFER.replace("3s", "1s") + lost(ANSWERS, "peer", "0s", "2s")),
    Fault("later-other-remote-candidates", "RFC8839-4.4.1.2.2-remote", steps=REOFFER, role="controlling"),
    Fault("answers-elsewhere", "RFC8839-4.4.2-remote", steps=REOFFER.replace("own", "peer"), role="controlled"),
    Fault("trickles-elsewhere", "RFC8840-4.4-credentials", places=TRICKLING),
    # restarts
    Fault("answers-with-new-key", "RFC8489-9.1.3-password", role="controlling", until="20s", steps=RESTART + LATE_ANSWER),
    Fault("checks-both-sessions", "RFC8839-4.4.3.1.1-flushed", also="RFC7675-5.1-interval", until="25s", steps=RESTART),
    Fault("checks-both-sessions", "RFC8839-4.4.3.1.1-flushed", also="RFC7675-5.1-interval", until="25s", steps=RESTARTED, when="as it answers"),
    Fault("mixes-fragments", "RFC8445-7.2.2-username", also="RFC8445-7.3.1.4-triggered RFC7675-5.1-interval", until="20s", steps=RESTART),
    Fault("redetermines-role", "RFC8445-6.1.1-role", until="20s", steps=RESTART, also="RFC8445-7.3.1.1-conflict RFC8445-7.2.5.1-switch"),
    Fault("determines-role-anew", "RFC8445-6.1.1-role", until="20s", steps=RESTART + FIRST, **ANEW["controlled"]),
    Fault("determines-role-anew", "RFC8445-6.1.1-role", until="20s", steps=RESTART + FIRST, **ANEW["controlling"]),
    # By RFC 5245 who offers a restart controls from then on. A relay may refuse the first checks, and then the peer's come first.
    Fault("determines-role-anew+no-ice2", "RFC8445-10-ice2", when="as RFC 5245 has it", until="20s", steps=RESTART + FIRST, unjudged="RFC8445-6.1.1-role", places=HOSTS, **ANEW["controlled"]),
    Fault("determines-role-anew+no-ice2", "RFC8445-10-ice2", when="as RFC 5245 has it", until="20s", steps=RESTARTED + FIRST, unjudged="RFC8445-6.1.1-role", places=HOSTS, **ANEW["controlling"]),
    Fault("determines-role-anew+no-ice2", "RFC8445-6.1.1-role RFC8445-10-ice2", until="20s", steps=RESTART + FIRST, **ANEW["controlling"]),
    Fault("determines-role-anew+no-ice2", "RFC8445-6.1.1-role RFC8445-10-ice2", until="20s", steps=RESTARTED + FIRST, **ANEW["controlled"]),
    # Without trickle the offer waits for the relay's server, to which Binding requests are lost, too.
    Fault("forgets-consent", "RFC7675-5.1-restart", until="34s", also="RFC7675-5.1-expiry", places=(*HOSTS, *TRICKLING),
          steps=DATA + RESTART.replace("8s", "16s") + lost(CHECKS, "own", "16s", "16s") + lost(CHECKS, "peer", "16s", "16s")),
    Fault("restart-same-password", "RFC8839-4.4.1.1.1-restart", also="RFC8840-4.4-credentials", until="20s", steps=RESTART),
    Fault("restart-same-credentials", "RFC8839-4.4.1.1.1-restart", until="20s", steps=RESTARTED,
          also="RFC8445-16.1-tie-breaker RFC7675-5.1-interval RFC7675-5.1-fresh RFC8840-4.4-credentials"),
    # the end of the call
    Fault("data-for-ever", "RFC3261-15.1.1-ended", also="RFC7675-5.1-expiry RFC8656-11.1-permission RFC8656-12-bound", until="10s", steps=DATA + HANGUP, when="after BYE"),
    Fault("turn-not-released", "RFC8656-3.2-released", until="15s", steps=HANGUP, places=("relay",)),
    # candidates
    Fault("loopback", "RFC8445-5.1.1.1-loopback"),
    Fault("site-local", "RFC8445-5.1.1.1-ipv6"),
    Fault("v4-compatible", "RFC8445-5.1.1.1-ipv6"),
    Fault("name", "RFC8839-5.1-fqdn"),
    Fault("mdns-name", "RFC8839-5.1-fqdn"),
    Fault("no-raddr", "RFC8839-5.1-related"),
    Fault("raddr-without-rport", "RFC8839-5-grammar"),
    Fault("raddr-at-host", "RFC8839-5.1-related"),
    Fault("priority-zero", "RFC8839-5-grammar"),
    Fault("priority-too-large", "RFC8839-5-grammar"),
    Fault("type-preference-127", "RFC8445-5.1.2.1-type"),
    Fault("same-type-preference", "RFC8445-7.1.1-priority", also="RFC8445-5.1.2.1-type"),
    Fault("component-in-priority", "RFC8445-5.1.2.1-component"),
    Fault("component-3", "RFC8839-5.1-components"),
    Fault("component-0", "RFC8839-5-grammar"),
    Fault("component-2-alone", "RFC8839-5.1-components", also="RFC8445-5.1.2.1-component RFC8839-4.2.5-default", places=ONE_FAMILY),
    Fault("negative-component", "RFC8839-5-grammar"),
    Fault("long-foundation", "RFC8839-5-grammar"),
    Fault("large-port", "RFC8839-5-grammar"),
    Fault("equal-priorities", "RFC8445-5.1.2-unique"),
    Fault("redundant", "RFC8445-5.1.3-redundant"),
    Fault("shared-foundation", "RFC8445-5.1.1.3-foundation"),
    Fault("ends-early", "RFC8838-13-end", places=TRICKLING),
    Fault("trickles-late", "RFC8838-13-nomination", also="RFC8838-10-conveyed", places=("both-ways",)),
    Fault("trickles-nothing", "RFC8838-10-conveyed", places=TRICKLING),
]


def later(names, options, **more):
    """The same faults, from a time on."""
    return [dataclasses.replace(f, options=options, **more) for name in names.split() for f in FAULTS[:] if f.name == name]


# In the 31st second checks are for consent alone: what the fault does to nomination and gathering is over.
LATER = ("wrong-priority no-priority no-fingerprint no-integrity wrongly-signed username-swapped both-roles changes-tie-breaker wrong-mapped "
         "answers-without-fingerprint answers-wrongly-signed answers-without-integrity answers-with-username answers-other-id refuses-500 padding "
         "wrong-length wrong-fingerprint after-integrity no-answers changes-role")
FAULTS += later(LATER, "--from 31s", until="45s")

# Between symmetric NATs direct checks lead nowhere; what goes over the faulty agent's relay is wrong, and no more.
RELAYED = ("wrong-priority no-priority no-fingerprint wrongly-signed wrong-mapped answers-without-fingerprint answers-wrongly-signed refuses-500 "
           "padding changes-tie-breaker")
FAULTS += later(RELAYED, "--relayed", places=("symmetric",))

# What it leaves undone.
FAULTS += [
    Fault("gives-up", "RFC8863-4-listening", also="RFC8445-7.3-answer", places=HOSTS, until="20s",
          steps=lost(ANSWERS, "own", "0s") + lost(ANSWERS, "peer", "0s") + lost(CHECKS, "peer", "0s", "2500ms")),
    Fault("no-triggered-checks", "RFC8445-7.3.1.4-triggered", places=TWO, keys=", nomination-wait: 3s", peer=", nomination-wait: 3s"),
]
