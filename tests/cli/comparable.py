"""Same seed, same bytes: the bytes of a file that a run leaves, without the wall time of its cases, which junit.xml and cases.jsonl have, and
without the directory that --out names, where junit.xml says what is in it. `comparable.py A B` says whether two directories, or files, are
equal by this."""

import re
import sys
from pathlib import Path


def comparable(path):
    path = Path(path)
    text = path.read_bytes()
    if path.suffix == ".jsonl":
        return re.sub(rb', "wall_ms": \d+', b"", text)
    if path.name != "junit.xml":
        return text
    text = re.sub(rb' time="[0-9.]+"', b"", text)
    return re.sub(rb"^(\[\[ATTACHMENT\||capture: |log: ).*?((?:captures|logs)/[^/\n]+)$", rb"\1\2", text, flags=re.M)


def files(place):
    return {str(p.relative_to(place)): p for p in sorted(place.rglob("*")) if p.is_file()} if place.is_dir() else {"": place}


def differing(a, b):
    """The names of what differs, or is in one alone."""
    a, b = files(a), files(b)
    return [name for name in sorted({*a, *b}) if name not in a or name not in b or comparable(a[name]) != comparable(b[name])]


if __name__ == "__main__":
    differ = [f"{sys.argv[1]} and {sys.argv[2]} differ{': ' if name else ''}{name}" for name in differing(Path(sys.argv[1]), Path(sys.argv[2]))]
    print(*differ, sep="\n", end="\n" if differ else "")
    sys.exit(1 if differ else 0)
