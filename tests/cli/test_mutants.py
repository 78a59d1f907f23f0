"""Where generated mutants are made: sites.py finds what is written, and makes no mutant that cannot build."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "mutants"))
from sites import sites_of  # noqa: E402

SOURCE = """#include <x.h>
/* if (a < b) stays: a comment */
struct s { int field[3]; };
static int table[] = {1, 2};
int f(int a, char *s)
{
    int b = 0, c = (int)g(7);
    if (a < 3 && s != NULL)
        b += 2;
    else if (a == b)
        s[0] = 'x';
    for (int i = 0; i < a; i++)
        h("if (1 < 2)", i);
    free(s);
    return b;
}
"""


def broken(source):
    return [(operator, source[:start] + new + source[end:]) for operator, _, start, end, new in sites_of(source)]


def changed(source):
    """What each mutant changes: its line before, without blanks, and after."""
    lines = source.splitlines()
    for operator, text in broken(source):
        after = text.splitlines()
        yield operator, *next((a.strip(), b.strip()) for a, b in zip(lines, after) if a != b)


def test_sites():
    assert list(changed(SOURCE)) == [
        ("constant", "int b = 0, c = (int)g(7);", "int b = (0 + 1), c = (int)g(7);"),
        ("constant", "int b = 0, c = (int)g(7);", "int b = 0, c = (int)g((7 + 1));"),
        ("negated", "if (a < 3 && s != NULL)", "if (!(a < 3 && s != NULL))"),
        ("turned", "if (a < 3 && s != NULL)", "if (a <= 3 && s != NULL)"),
        ("constant", "if (a < 3 && s != NULL)", "if (a < (3 + 1) && s != NULL)"),
        ("turned", "if (a < 3 && s != NULL)", "if (a < 3 && s == NULL)"),
        ("removed", "b += 2;", ";"),
        ("constant", "b += 2;", "b += (2 + 1);"),
        ("turned", "else if (a == b)", "else if (a != b)"),
        ("removed", "s[0] = 'x';", ";"),
        ("constant", "for (int i = 0; i < a; i++)", "for (int i = (0 + 1); i < a; i++)"),
        ("turned", "for (int i = 0; i < a; i++)", "for (int i = 0; i <= a; i++)"),
        ("removed", 'h("if (1 < 2)", i);', ";"),
    ]


def test_the_functions_are_named():
    assert {function for _, function, *_ in sites_of(SOURCE)} == {"f"}
