"""Worlds that are changed where the outcome must not: what names, order, idle nodes and families may do to a call, and the order of candidates. WORLDS=N, WORLDS_FROM=N."""
import json
import os
import pathlib

import metamorphic

COUNT = int(os.environ.get("WORLDS", 200))
FIRST = int(os.environ.get("WORLDS_FROM", 1))


def test_metamorphic_laws(natsim, tmp_path):
    directory = tmp_path / "worlds"
    directory.mkdir()
    worlds = metamorphic.drawn(FIRST, COUNT)
    metamorphic.write(directory, worlds)
    run = natsim("run", "worlds", "--out", "out", "--capture", "none", timeout=600)
    assert run.code in (0, 1, 3), run
    cases = {pathlib.Path(c["file"]).stem: c for c in json.loads((tmp_path / "out" / "results.json").read_text())["cases"]}
    cases |= metamorphic.run_reversed(directory, worlds)
    assert len(cases) == COUNT * (len(metamorphic.LAWS) + 2)
    lines = metamorphic.differences(cases, worlds)
    assert not lines, f"{len(lines)} laws do not hold\n" + "\n".join(lines)
    assert sum(c["path"] == "direct" for c in cases.values()) > COUNT
