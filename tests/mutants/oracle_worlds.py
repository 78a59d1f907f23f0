#!/usr/bin/env python3
"""Runs random worlds whose path must be the oracle's: oracle_worlds.py --natsim PROGRAM --worlds N --out DIR. Exit: that of natsim."""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))
import worlds  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--natsim", required=True)
parser.add_argument("--worlds", type=int, required=True)
parser.add_argument("--out", required=True)
args = parser.parse_args()
shutil.rmtree(args.out, ignore_errors=True)
written = pathlib.Path(args.out) / "worlds"
written.mkdir(parents=True)
worlds.write(written, 1, args.worlds)
sys.exit(subprocess.run([args.natsim, "run", written, "--out", args.out, "--capture", "none", "--jobs", "1"], stdout=subprocess.DEVNULL, check=False).returncode)
