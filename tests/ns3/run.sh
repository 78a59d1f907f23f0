#!/usr/bin/env bash
# Tests of the ns-3 carrier: installs and builds it, then the tests of the bindings (programs of their own: ns-3 is GPL-2.0-only) and those
# of the carrier from outside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash natsim/ns3/setup.sh
source scenarios/setup.sh
install_missing git tshark python3 python3-pytest python3-jsonschema python3-yaml
echo "== bindings"
ctest --test-dir build -R '^ns3\.' --output-on-failure --no-tests=error -j "$(nproc)" | tail -n 14
echo "== carrier, from outside"
CARRIERS=all /usr/bin/python3 -m pytest -q tests/cli/test_carriers.py "$@"
