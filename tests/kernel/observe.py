#!/usr/bin/env python3
"""`observe.py kernel|model [--natsim PATH] [CONFIGURATION]...`: what the probes see behind real NATs (run it by `unshare --net`) or simulated ones, as
JSON. All configurations at once."""

import argparse
import asyncio
import importlib
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

import kernel_lab
import model_lab
from lab import AGAIN, INSIDE, OUTSIDE, Lab, Lenders
from place import GROUPS, observe

for probes in ("probes_udp", "probes_icmp", "probes_sizes", "probes_ipv6", "probes_tcp"):
    importlib.import_module(probes)
ROLES = (INSIDE, OUTSIDE)
# A port that is drawn may by chance be the one that was there before, in one of many hundred runs, but not in both of two labs.
DRAWN = {name: name + AGAIN for name in ("random", "fully-random")}


async def observe_all(lenders, names):
    """What needs no time first, a little of it at once; then all that waits, on a quiet machine."""
    labs = {n: Lab({role: lenders.host(f"{n} {role}", role) for role in ROLES}) for n in names}
    await asyncio.gather(*(lab.ready() for lab in labs.values()))
    found = {n: {} for n in names}
    for waits, turns in ((False, asyncio.Semaphore(16)), (True, asyncio.Semaphore(len(names) * len(GROUPS)))):
        for name, values in zip(names, await asyncio.gather(*(observe(labs[n], n, waits, turns) for n in names))):
            found[name].update(values)
    for name in names:
        found[name]["packets with a wrong checksum"] = labs[name].wrong_checksums()
    return found


def merge(found):
    for name, again in DRAWN.items():
        if name in found:
            found[name].update({n: "other" for n, value in found.pop(again).items() if value == "other"})
    return found


def in_kernel(lenders, names):
    os.environ["PATH"] = kernel_lab.PATH
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}) # packets on one processor do not overtake each other
    spaces = kernel_lab.start(lenders, names)
    for name in names:
        kernel_lab.connect(spaces[name], name)
    found = asyncio.run(observe_all(lenders, names))
    lenders.close() # then the namespaces end
    for space in itertools.chain(*(of_one.values() for of_one in spaces.values())):
        space.process.wait()
    return found


def in_model(lenders, names, natsim, place):
    run = model_lab.start(natsim, place, lenders.path, names)
    lenders.wait_for([f"{n} {role}" for n in names for role in ROLES], run)
    found = asyncio.run(observe_all(lenders, names))
    lenders.close()
    if run.wait(60) != 0:
        sys.exit(f"natsim ended with {run.returncode}")
    return found


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("lab", choices=["kernel", "model"])
    arguments.add_argument("--natsim", default="build/natsim")
    arguments.add_argument("configurations", nargs="*")
    wish = arguments.parse_intermixed_args()
    names = wish.configurations or list(kernel_lab.RULES)
    names += [DRAWN[n] for n in names if n in DRAWN]
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(f"{directory}/cases")
        lenders = Lenders(f"{directory}/cases/lenders")
        found = in_kernel(lenders, names) if wish.lab == "kernel" else in_model(lenders, names, wish.natsim, Path(directory))
        print(json.dumps(merge(found), indent=1))


if __name__ == "__main__":
    main()
