"""The faults of an ICE agent, and the rules that name them."""

from faulty_party import Fault

FAULTS = [
    Fault("none", ""),
    Fault("wrong-priority", "RFC8445-7.1.1-priority"),
    Fault("no-priority", "RFC8445-7.1.1-priority"),
    Fault("no-fingerprint", "RFC8445-7.2.4-fingerprint"),
    Fault("no-integrity", "RFC8489-9.1.2-credentials", also="RFC8489-6.2.1-stop"),
    Fault("changes-tie-breaker", "RFC8445-16.1-tie-breaker"),
    Fault("no-answers", "", also="RFC8445-7.3-answer RFC8863-4-listening"),
    Fault("wrong-mapped", "RFC8445-7.3-mapped"),
    Fault("answers-without-fingerprint", "RFC8445-7.2.4-fingerprint"),
    Fault("answers-wrongly-signed", "RFC8489-14.5-hmac"),
]
