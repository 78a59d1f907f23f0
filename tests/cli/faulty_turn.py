"""The faults of TURN clients, and of STUN and TURN servers, and the rules that name them."""

from faulty_party import LAN, PLACES, RELAYED, TURN, Fault

LAN6 = '  lan: {ipv6: "2001:db8:1::/64", delay: 5ms}\n'  # alone, so that servers are asked over it
FAMILIES = {"ipv4": {"networks": LAN}, "ipv6": {"networks": LAN6, "both": ", ipv6: on"}}
AUTHS = {"md5": "[md5]", "sha256": "[sha256]", "any": "[md5, sha256]"}
STUN = "  stun: {on: lan, kind: stun}\n"


def add_places(suffix, which, keys, server=TURN):
    """A place for each family and each kind of integrity; `keys` of the agents that have the relay: "both", "L" or "faulty"."""
    names = []
    for family, place in FAMILIES.items():
        for auth, algorithms in AUTHS.items():
            name = f"{family}-{auth}-{suffix}"
            PLACES[name] = {**place, "servers": server.replace("}\n", f", auth: {algorithms}}}\n"), which: place.get(which, "") + keys}
            names.append(name)
    return tuple(names)


CLIENT = add_places("client", "faulty", RELAYED)
SERVER = add_places("server", "both", RELAYED)
ONE_RELAYED = add_places("one", "L", RELAYED)
STALE = add_places("stale", "faulty", RELAYED, TURN.replace("}\n", ", nonce-lifetime: 20s}\n"))
SPARE = add_places("spare", "both", RELAYED.replace("policy: relay, ", ""))
for name, place in FAMILIES.items():
    PLACES[f"{name}-stun"] = {**place, "servers": STUN, "both": place.get("both", "") + ", stun: [stun]"}
BINDING = tuple(f"{family}-stun" for family in FAMILIES)


def of(places, *auths):
    return tuple(place for place in places if place.split("-")[1] in auths)


def client(name, rules, **keys):
    return Fault(name, rules, **{"places": CLIENT, "until": "100s", **keys})


def server(name, rules, **keys):
    return Fault(name, rules, **{"places": SERVER, "sides": ("turn",), "until": "100s", **keys})


def binding(name, rules, **keys):
    return Fault(name, rules, **{"places": BINDING, "sides": ("stun",), "until": "100s", **keys})


def one(name, rules, **keys):
    return server(name, rules, **{"places": ONE_RELAYED, **keys})


def spare(name, rules, **keys):
    return server(name, rules, **{"places": SPARE, **keys})


DATA = "  - {{at: 2s, send: {{from: L, to: R, bytes: 100, count: 900, interval: 1s}}}}\n"
LONG = {"until": "920s", "steps": DATA}
# The challenge is lost for three seconds, so that requests are sent again.
CHALLENGE_LOST = '  - {{at: 0s, drop: {{where: turn, filter: "udp[8:2] = 0x0113 or ip6[48:2] = 0x0113", for: 3s}}}}\n'
REFUSED = "  - {{at: 0s, server: {{at: turn, do: refuse, method: allocate, code: 401}}}}\n"
ALGORITHMS = of(CLIENT, "sha256", "any")
LISTENING, PACING, RTO = "RFC8863-4-listening", "RFC8445-14.2-pacing", "RFC8445-14.3-rto"
SUBSEQUENT, FIRST, CHALLENGED = "RFC8489-9.2.3.2-subsequent", "RFC8489-9.2.3.1-first", "RFC8489-9.2.5-challenged"
PERMISSION_LIFE = "RFC8656-9-lifetime"  # what a permitted peer sends does not come to the client
RELAYED_NOT = "RFC8656-11.2-relayed"  # what the client sends does not come to a permitted peer

CLIENTS_THAT_DO_RIGHT = [
    client("none", ""),
    client("turn-wrongly-signed", ""),  # as one whose user has another password
    client("turn-even-port", ""),
    client("turn-endless-lifetime", ""),
    client("turn-unknown-attribute", ""),
    client("turn-fingerprint", ""),
    client("turn-allocates-again", ""),
    client("turn-other-id", "", steps=CHALLENGE_LOST),
    client("turn-send-unknown-attribute", ""),
    client("turn-not-released", "", places=SPARE),
]

CLIENT_FAULTS = [
    # credentials
    client("turn-permission-unsigned", SUBSEQUENT),
    client("turn-permission-without-user", SUBSEQUENT),
    client("turn-permission-without-realm", SUBSEQUENT),
    client("turn-permission-without-nonce", SUBSEQUENT),
    client("turn-permission-bare", SUBSEQUENT),
    client("turn-user-at-once", FIRST),
    client("turn-nonce-at-once", FIRST),
    client("turn-user-too-long", "RFC8489-14.3-username"),
    client("turn-user-not-utf8", "RFC8489-14.3-username"),
    client("turn-nonce-too-long", f"RFC8489-14.9-texts {CHALLENGED}", also="RFC8489-9.2.5-stale-retry"),
    client("turn-realm-too-long", f"RFC8489-14.9-texts {CHALLENGED}"),
    client("turn-software-too-long", "RFC8489-14.14-software"),
    client("turn-hashed-user", "RFC8489-9.2.5-username"),
    client("turn-keeps-nonce", "RFC8489-9.2.5-stale-retry", places=of(STALE, "md5", "sha256"), until="700s"),
    client("turn-own-nonce", CHALLENGED, also="RFC8489-9.2.5-stale-retry"),
    client("turn-features-cut", CHALLENGED, places=ALGORITHMS, also="RFC8489-9.2.5-stale-retry"),
    client("turn-asks-for-ever", f"RFC8489-9.2.5-no-loop {CHALLENGED} {PACING}", steps=REFUSED),
    # kinds of integrity
    client("turn-both-integrities", "RFC8489-9.2.5-sha256", places=ALGORITHMS),
    client("turn-sha1-alone", "RFC8489-9.2.5-sha256", places=ALGORITHMS),
    client("turn-short-integrity", "RFC8489-14.6-length", places=ALGORITHMS),
    client("turn-no-algorithms", "RFC8489-9.2.5-algorithms", places=ALGORITHMS),
    client("turn-no-list-of-algorithms", "RFC8489-9.2.5-algorithms", places=ALGORITHMS),
    client("turn-other-algorithms", "RFC8489-9.2.5-algorithms", places=ALGORITHMS),
    client("turn-after-integrity", "RFC8489-9-after-integrity"),
    # Allocate
    client("turn-no-transport", "RFC8656-7.1-transport"),
    client("turn-unknown-transport", "RFC8656-7.1-transport"),
    client("turn-transport-reserved", "RFC8656-7.1-transport"),
    client("turn-family-reserved", "RFC8656-18.6-reserved"),
    client("turn-family-twice", "RFC8656-7.1-family"),
    client("turn-additional-ipv4", "RFC8656-7.1-additional"),
    client("turn-additional-and-requested", "RFC8656-7.1-additional"),
    client("turn-token-and-even-port", "RFC8656-7.1-token"),
    client("turn-long-even-port", "RFC8489-14-sizes"),
    client("turn-short-lifetime", "RFC8489-14-sizes"),
    # Refresh
    client("turn-refresh-missing", "RFC8656-8-refresh", **LONG),
    client("turn-refresh-other-family", "RFC8656-8.1-family", **LONG),
    client("turn-released-but-used", "RFC8656-12-bound", until="100s",
           steps="  - {{at: 1s, send: {{from: {own}, to: {peer}, bytes: 100, count: 100, interval: 50ms}}}}\n"),
    # permissions, channels
    client("turn-sends-without-permission", "RFC8445-7.2.1-permission"),
    client("turn-permission-not-refreshed", "RFC8445-7.2.1-permission", also="RFC8656-11.1-permission", **LONG),
    client("turn-no-peer", "RFC8656-10.1-peers"),
    client("turn-foreign-peer", "RFC8656-10.1-family"),
    client("turn-number-too-high", "RFC8656-12-range"),
    client("turn-number-too-low", "RFC8656-12-range"),
    client("turn-number-reserved", "RFC8656-18.1-reserved"),
    client("turn-channel-of-two-peers", "RFC8656-12-rebind"),
    client("turn-peer-of-two-channels", "RFC8656-12-rebind"),
    client("turn-channel-not-refreshed", "RFC8656-12-bound", **LONG),
    # what it sends to its peers
    client("turn-send-without-data", f"RFC8656-11.1-send {LISTENING}"),
    client("turn-send-without-peer", f"RFC8656-11.1-send {LISTENING}"),
    client("turn-send-as-request", f"RFC8489-6.1-method {SUBSEQUENT} {LISTENING} {PACING}"),
    client("turn-send-padding", "RFC8489-14-padding"),
    client("turn-send-to-stranger", "RFC8445-7.2.1-permission RFC8656-11.1-permission RFC8489-6.3.1.2-source RFC8445-7.3.1.4-triggered"),
    client("turn-channel-data-at-once", f"RFC8656-12-bound {LISTENING}"),
    client("turn-other-channel", "RFC8656-12-bound"),
    client("turn-channel-too-high", "RFC8445-12.1-valid"),  # it is no ChannelData, so it is data of another kind
    client("turn-channel-data-too-long", "RFC8445-12.1-valid"),
    # transactions
    client("turn-hurries", RTO, also="RFC8489-6.2.1-doubling"),
    client("turn-sends-eight-times", f"RFC8489-6.2.1-rc {RTO}", also="RFC8489-6.2.1-doubling"),
    client("turn-sends-after-answer", "RFC8489-6.2.1-stop"),
    client("turn-other-words", "RFC8489-6.2.1-identical", steps=CHALLENGE_LOST),
    client("turn-one-id", "RFC8489-5-fresh-id"),
    # form
    client("turn-padding", "RFC8489-14-padding"),
    client("turn-wrong-fingerprint", "RFC8489-14.7-fingerprint"),
    client("turn-wrong-length", "RFC8489-5-length"),
    client("turn-wrong-cookie", "RFC8489-5-cookie"),
]

LATER = {"until": "100s", "options": "--from 2s", "steps": "  - {{at: 3s, send: {{from: L, to: R, bytes: 100, count: 300, interval: 100ms}}}}\n"}

CLIENT_FAULTS += [
    # two at once, and such as begin later
    client("turn-after-integrity+turn-number-reserved", "RFC8489-9-after-integrity RFC8656-18.1-reserved"),
    client("turn-both-integrities+turn-send-padding", "RFC8489-9.2.5-sha256 RFC8489-14-padding", places=ALGORITHMS),
    client("turn-peer-of-two-channels+turn-software-too-long", "RFC8656-12-rebind RFC8489-14.14-software"),
    client("turn-other-channel", "RFC8656-12-bound", **LATER),
    client("turn-channel-data-too-long", "RFC8445-12.1-valid", **LATER),
]

SERVERS_THAT_DO_RIGHT = [
    server("none", ""),
    binding("none", ""),
    one("none", "", **LONG),
    spare("none", ""),
    binding("server-both-mapped", ""),
    binding("server-says-error", ""),
    *(place(name, "") for place in (binding, server) for name in (
        "server-fingerprint", "server-unknown-attribute", "server-answers-twice", "server-answers-late", "server-answers-not")),
    server("server-says-anonymity", ""),
    server("server-new-realm", ""),
    server("server-quota", ""),
    server("server-always-stale", "", places=of(SERVER, "md5")),
    server("server-relays-twice", ""),
]

FORM = {  # of all servers
    "server-wrong-fingerprint": "RFC8489-14.7-fingerprint",
    "server-fingerprint-first": "RFC8489-14.7-fingerprint",
    "server-software-too-long": "RFC8489-14.14-software",
    "server-padding": "RFC8489-14-padding",
    "server-wrong-length": "RFC8489-5-length",
    "server-odd-length": "RFC8489-5-length",
    "server-wrong-cookie": "RFC8489-5-cookie",
    "server-overrun": "RFC8489-14-overrun",
    "server-old-attribute": "RFC8489-18.3-reserved",
    "server-other-method": "RFC8489-6.3.1.1-method",
    "server-other-id": "RFC8489-5-answer-id",
    "server-answers-from-elsewhere": "RFC8489-6.3.1.2-source",
    "server-answers-unasked": "RFC8489-5-answer-id",
}
MAPPED, PAYLOAD_UP, PAYLOAD_DOWN = "RFC8489-6.3.1.1-mapped", "RFC8656-11.3-payload", "RFC8656-11.2-payload"
CHALLENGE, STALE_RULE, NONCE = "RFC8489-9.2.4-challenge", "RFC8489-9.2.4-stale", "RFC8489-9.2.4-nonce"
BY_ALGORITHMS = of(SERVER, "sha256", "any")
OLD = of(SERVER, "md5")

SERVER_FAULTS = [
    *(place(name, rule) for place in (binding, server) for name, rule in FORM.items()),
    # Binding
    binding("server-wrong-port", MAPPED),
    binding("server-port-zero", MAPPED),
    binding("server-wrong-ip", MAPPED),
    binding("server-own-address", MAPPED),
    binding("server-other-family", MAPPED),
    binding("server-no-mapped", MAPPED),
    binding("server-only-mapped", MAPPED),
    binding("server-unknown-family", f"RFC8489-14.1-family {MAPPED}"),
    binding("server-mapped-too-long", f"RFC8489-14.1-family {MAPPED}"),
    binding("server-error-without-code", "RFC8489-6.3.1.1-error-code"),
    binding("server-class-seven", "RFC8489-14.8-code"),
    binding("server-long-reason", "RFC8489-14.8-reason"),
    binding("server-reason-not-utf8", "RFC8489-14.8-reason"),
    binding("server-says-unknown", "RFC8489-6.3.1.1-unknown"),
    binding("server-redirects-nowhere", "RFC8489-10-family"),
    binding("server-redirects-to-other-family", "RFC8489-10-family"),
    binding("server-changes-mind", "RFC8489-6.3.1-repeat"),
    server("server-as-indication", "RFC8489-6.1-method"),
    # challenges
    server("server-no-realm", CHALLENGE),
    server("server-no-nonce", CHALLENGE),
    server("server-no-algorithms", "RFC8489-9.2.4-bit", places=BY_ALGORITHMS),
    server("server-lists-algorithms", "RFC8489-9.2.4-bit", places=OLD),
    server("server-no-feature-bits", "RFC8489-9.2.4-bit", places=BY_ALGORITHMS),
    server("server-no-cookie", "RFC8489-9.2-cookie", places=BY_ALGORITHMS),
    server("server-says-algorithms", f"RFC8489-9.2.4-bit {NONCE}", places=OLD),
    server("server-same-nonce", NONCE, also="RFC8489-9.2-cookie"),
    server("server-nonce-too-long", f"RFC8489-14.9-texts {NONCE}", also="RFC8489-9.2-cookie"),
    server("server-realm-too-long", "RFC8489-14.9-texts"),
    server("server-realm-not-utf8", "RFC8489-14.9-texts"),
    server("server-challenges-by-400", "RFC8656-7.2-authenticate"),
    server("server-always-unauthenticated", "RFC8489-9.2.4-right"),
    server("server-stale-without-nonce", STALE_RULE),
    server("server-stale-without-realm", STALE_RULE),
    server("server-always-stale", STALE_RULE, places=BY_ALGORITHMS),  # without PASSWORD-ALGORITHMS
    # integrity
    server("server-unsigned", "RFC8489-9.2.4-integrity"),
    server("server-wrongly-signed", "RFC8489-14.5-hmac"),
    server("server-sha1-instead", "RFC8489-9.2.4-integrity", places=BY_ALGORITHMS),
    server("server-short-integrity", "RFC8489-14.6-length", places=BY_ALGORITHMS),
    server("server-with-username", "RFC8489-9.2.4-no-username"),
    server("server-after-integrity", "RFC8489-9-after-integrity"),
    # refusals
    server("server-no-allocation", "RFC8656-6-kept"),
    server("server-forgets", "RFC8656-6-kept", **LONG),
    one("server-refuses-permissions", "RFC8656-10.2-whole"),
    server("server-refuses-channels", f"RFC8656-12.6-unbound {PERMISSION_LIFE}"),
    server("server-turn-redirects-nowhere", "RFC8489-10-family"),
    server("server-other-user", "RFC8656-5-user"),
    server("server-other-peer-family", "RFC8656-10.2-family"),
    server("server-changes-mind", "RFC8489-6.3.1-repeat", also="RFC8656-7.2-authenticate"),
    # allocations
    server("server-no-lifetime", "RFC8656-7.2-success"),
    server("server-no-relayed", "RFC8656-7.2-success"),
    server("server-allocation-not-mapped", "RFC8656-7.2-success"),
    server("server-lifetime-of-two-bytes", "RFC8489-14-sizes RFC8656-7.2-success"),
    server("server-short-lifetime", "RFC8656-7.2-lifetime", **LONG),
    server("server-zero-lifetime", "RFC8656-7.2-lifetime"),
    server("server-endless-lifetime", "RFC8656-7.2-lifetime RFC8656-7.2-longest"),
    server("server-refresh-lifetime", "RFC8656-7.2-lifetime", **LONG),
    server("server-refresh-without-lifetime", "RFC8656-7.2-lifetime", **LONG),
    spare("server-release-lifetime", "RFC8656-8.2-zero"),
    server("server-allocation-wrong-mapped", "RFC8656-7.2-mapped"),
    server("server-same-relayed", f"RFC8656-6-unique {PAYLOAD_UP} {PAYLOAD_DOWN}"),
    one("server-other-relayed", PAYLOAD_UP),
    server("server-relayed-port-zero", "RFC8656-7.2-relayed RFC8656-7.2-ports"),
    server("server-well-known-port", "RFC8656-7.2-ports RFC8656-6-unique", also=RELAYED_NOT),
    server("server-unspecified-relayed", "RFC8656-7.2-relayed"),
    server("server-relayed-of-other-family", "RFC8656-7.2-family"),
    server("server-two-relayed", "RFC8656-7.2-relayed", also=RELAYED_NOT),
    server("server-unasked-token", "RFC8656-7.2-token"),
    # what it relays to clients
    server("server-data-without-peer", f"RFC8656-11.3-data {PERMISSION_LIFE}"),
    server("server-data-without-data", f"RFC8656-11.3-data {PERMISSION_LIFE}"),
    server("server-data-of-other-port", PAYLOAD_UP),
    server("server-data-of-stranger", f"RFC8656-11.3-permission {PAYLOAD_UP} {PERMISSION_LIFE}"),
    server("server-data-changed", PAYLOAD_UP),
    server("server-data-as-request", f"RFC8489-6.1-method {PERMISSION_LIFE}"),
    server("server-data-padding", "RFC8489-14-padding"),
    server("server-other-channel", f"RFC8656-12.6-unbound {PERMISSION_LIFE}"),
    server("server-channel-data-too-long", PERMISSION_LIFE),
    server("server-channel-data-cut", PAYLOAD_UP),
    one("server-indication-for-channel", "RFC8656-12.5-server"),
    server("server-relays-back-not", PERMISSION_LIFE),
    # what it relays to peers
    server("server-changes-data", PAYLOAD_DOWN),
    server("server-cuts-data", PAYLOAD_DOWN),
    server("server-relays-to-other-port", PAYLOAD_DOWN),
    server("server-makes-up-data", PAYLOAD_DOWN),
    server("server-relays-not", RELAYED_NOT),
]

SERVER_FAULTS += [
    # two at once, and such as begin later
    server("server-with-username+server-unasked-token", "RFC8489-9.2.4-no-username RFC8656-7.2-token"),
    server("server-padding+server-changes-data", f"RFC8489-14-padding {PAYLOAD_DOWN}"),
    server("server-allocation-wrong-mapped+server-channel-data-cut", f"RFC8656-7.2-mapped {PAYLOAD_UP}"),
    server("server-changes-data", PAYLOAD_DOWN, **LATER),
    server("server-other-channel", f"RFC8656-12.6-unbound {PERMISSION_LIFE}", **LATER),
    server("server-relays-back-not", PERMISSION_LIFE, **LATER),
]
