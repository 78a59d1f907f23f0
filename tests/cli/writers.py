"""Which files write which field of which struct: writers.py FOLDER... names the fields of the folders' own structs that several files write.
An assignment, an increment, a copy into it, and `*p = (struct x){...}` for all fields of x are writes, but for the function that creates
the object (_init, _new). A pointer to a field that is handed on is no write: who takes it writes the fields of its own type."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"', re.S)
STRUCT = re.compile(r"^struct (\w+) \{(.*?)^\}", re.S | re.M)
NESTED = re.compile(r"(?:struct|union) \{([^{}]*)\}\s*(\w+)[^;]*;")
FUNCTION = re.compile(r"^[^\s#/][^;{}]*\([^;{}]*\)\s*\n\{.*?^\}", re.S | re.M)
PARAMETER = re.compile(r"struct (\w+)\s*\**\s*(\w+)(?:\[[^\]]*\])?(?=\s*[,)])")
LOCAL = re.compile(r"^\s+(?:for \()?(?:static )?(?:const )?struct (\w+) ([^;]*);", re.M)
WRITE = re.compile(r"(\+\+|--|\bmem(?:cpy|move|set)\(&?|\bsnprintf\()?\(?\b([A-Za-z_]\w*)\)?((?:\[[^\]\n]*\])?(?:(?:->|\.)\w+(?:\[[^\]\n]*\])*)+)\s*(\+\+|--|(?:[-+*/|&^]|<<|>>)?=(?!=))?")
CREATES = re.compile(r"[^(]*_(?:init|new)\(")
WHOLE = re.compile(r"(?:^|[;{}\n])\s*\*(\w+) = ")


def brackets(text):
    """The text without what stands in brackets of any kind."""
    while True:
        less = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", text)
        if less == text:
            return text
        text = less


def fields(body, types, owner):
    """field -> its type; a nested struct has the name OWNER.field."""
    found = {}
    while nested := NESTED.search(body):
        types[f"{owner}.{nested[2]}"] = fields(nested[1], types, f"{owner}.{nested[2]}")
        found[nested[2]] = f"{owner}.{nested[2]}"
        body = body[:nested.start()] + body[nested.end():]
    for declaration in body.split(";"):
        if m := re.match(r"\s*(?:const\s+)?(?:struct|enum)?\s*(\w+)\s+(.*)", brackets(declaration), re.S):
            for one in m[2].split(","):
                if name := re.search(r"(\w+)\s*$", one):
                    found[name[1]] = m[1]
    return found


def variables(function):
    """variable -> its struct"""
    known = {m[2]: m[1] for m in PARAMETER.finditer(function[:function.index("\n{")] + "\n")}
    for m in LOCAL.finditer(function[function.index("\n{"):]):
        for one in brackets(m[2]).split(","):
            if name := re.match(r"\s*\**\s*(\w+)", one):
                known[name[1]] = m[1]
    return known


def writers(folders):
    """(struct, field) -> the files that write it, for the structs that are defined in the folders; and the writes whose struct is unknown."""
    texts = {str(p.relative_to(ROOT)): NOISE.sub(" ", p.read_text()) for room in ROOT.glob("core/*") for p in room.glob("*.[ch]")}
    types, own, found, whole, lost = {}, set(), {}, {}, []
    inside = {p for p in texts if str(Path(p).parent) in folders}
    for path, text in texts.items():
        for m in STRUCT.finditer(text):
            types[m[1]] = fields(m[2], types, m[1])
            if path in inside:
                own.add(m[1])
    for path in sorted(p for p in inside if p.endswith(".c")):
        for function in FUNCTION.findall(texts[path]):
            known = variables(function)
            for m in WRITE.finditer(function):
                if not (m[1] or m[4]):
                    continue
                struct, names = known.get(m[2]), re.findall(r"(?:->|\.)(\w+)", brackets(m[3]))
                for name in names[:-1]:
                    struct = types.get(struct, {}).get(name)
                if struct is None:
                    lost.append(f"{path}: {m[0].strip()}")
                elif struct.split(".")[0] in own:
                    found.setdefault((struct, names[-1]), set()).add(path)
            for name in WHOLE.findall(function) if not CREATES.match(function) else ():
                if known.get(name) in own:
                    whole.setdefault(known[name], set()).add(path)
    for (struct, _), paths in found.items():
        paths |= whole.get(struct, set())
    return found, lost


def shared(folders, values=()):
    """Fields that several files write, but for structs that are values: arguments and results, which no file keeps."""
    found, lost = writers(folders)
    return [f"{struct}.{field}: {', '.join(sorted(paths))}" for (struct, field), paths in sorted(found.items())
            if len(paths) > 1 and struct not in values] + lost


if __name__ == "__main__":
    print("\n".join(shared([folder.rstrip("/") for folder in sys.argv[1:]])))
