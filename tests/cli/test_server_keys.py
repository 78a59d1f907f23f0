"""Each key of a server is honoured or refused, whatever kind it is; users that a server lacks are warned of."""

import re

KEYS = {"behaviour": "true", "auth": "[md5]", "transports": "[udp]", "ports": "50000..50100", "users": "{alice: secret}", "realm": "example.org",
        "lifetime": "600s", "nonce-lifetime": "60s", "quota": "3", "deny": "10.0.0.0/8", "relay-address": "203.0.113.99"}
TURN = set(KEYS) - {"behaviour"}
HONOURED = {
    "stun": {"behaviour", "transports"},
    "turn": TURN,
    "[turn, stun]": TURN,
    "[turn, platform]": TURN,
    "coturn": set(KEYS) - {"auth", "lifetime"},
    "platform": set(),
}
NAMES = {"stun": "a STUN server", "coturn": "coturn", "platform": "the platform"}


def text(kind, more=""):
    use = {"stun": ", stun: [s]", "platform": ""}.get(kind, ", turn: [{server: s, user: alice, password: secret}]")
    return f"""natsim: 1
claim: One server.
networks: {{internet: {{ipv4: 203.0.113.0/24}}}}
servers:
  s: {{on: internet, kind: {kind}{more}}}
agents:
  L: {{on: internet{use}}}
  R: {{on: internet}}
steps: [{{at: 0s, call: {{from: L, to: R}}}}]
expect: {{path: direct}}
"""


def test_each_key_is_honoured_or_refused_with_its_place(natsim, scenario):
    for kind, honoured in HONOURED.items():
        for key, value in KEYS.items():
            run = natsim("lint", scenario(text(kind, f", {key}: {value}")))
            if key in honoured:
                assert run.code == 0, (kind, key, run)
            else:
                column = len(f"  s: {{on: internet, kind: {kind}, ") + 1
                assert run.code == 2 and run.err.startswith(
                    f"case.yaml:5:{column}: '{key}' has no effect on {NAMES.get(kind, 'a TURN server')}: "), (kind, key, run)


def test_coturn_counts_in_seconds(natsim, scenario):
    run = natsim("lint", scenario(text("coturn", ", users: {alice: secret}, nonce-lifetime: 1500ms")))
    assert "coturn counts 'nonce-lifetime' in whole seconds: write 60s" in run.err and run.code == 2


def test_a_user_that_the_server_lacks_is_a_warning(natsim, scenario):
    for kind in ("turn", "coturn"):
        run = natsim("lint", scenario(text(kind, ", users: {alicia: secret, bob: secret}")))
        assert run.code == 0 and run.out == "1 file, 1 case: valid, 1 warning\n"
        assert run.err.startswith("case.yaml:7:46: warning: server 's' has no user 'alice': its requests get 401: did you mean 'alicia'?\n"), run
        run = natsim("lint", scenario(text(kind)))
        assert "warning: server 's' has no user 'alice': its requests get 401: write users: {alice: PASSWORD} at the server" in run.err
        run = natsim("lint", scenario(text(kind, ", users: {alice: other}")))
        assert run.out == "1 file, 1 case: valid, 1 warning\n"
        assert re.match(r"case\.yaml:7:6\d: warning: server 's' has another password for 'alice': its requests get 401: "
                        r"write the same password at both\n", run.err), run
        run = natsim("lint", scenario(text(kind, ", users: {bob: other, alice: secret}")))
        assert run.out == "1 file, 1 case: valid\n" and run.err == ""


def test_texts_have_the_lengths_of_rfc_8489(natsim, scenario):
    for keys, most, what in (("realm: {}", 127, "realm"), ("users: {{{}: secret}}", 508, "name of a user"), ("users: {{alice: {}}}", 255, "password")):
        assert natsim("lint", scenario(text("turn", ", " + keys.format("x" * most)))).code == 0
        run = natsim("lint", scenario(text("turn", ", " + keys.format("x" * (most + 1)))))
        assert run.code == 2 and f"'{what}' has {most + 1} bytes: write at most {most}\n" in run.err
    run = natsim("lint", scenario(text("turn", ", users: {'': secret}")))
    assert run.code == 2 and "'name of a user' is empty" in run.err
