"""Where generated mutants are made: sites.py finds what is written, and makes no mutant that cannot build."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "mutants"))
from generated import ROOMS, mutants_of  # noqa: E402
from sites import sites_of  # noqa: E402
from survivors import SURVIVORS  # noqa: E402

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
        ("short", "for (int i = 0; i < a; i++)", "for (int i = 0; i + 1 < a; i++)"),
        ("removed", 'h("if (1 < 2)", i);', ";"),
    ]


def test_the_functions_are_named():
    assert {function for _, function, *_ in sites_of(SOURCE)} == {"f"}


def test_the_wording_of_messages_and_the_size_of_memory_are_left_as_they_are():
    assert list(changed("""void f(int code, char *s)
{
    char *t = malloc(strlen(s) + 1);
    memcpy(t, s, strlen(s) + 1);
    tell(code == 400, code == 401 ? "one" : "two");
    tell(code > 3, "%d", code > 4 ? 4 : code);
    note(code == 5 ? "one" : NULL);
}
""")) == [
        ("removed", "memcpy(t, s, strlen(s) + 1);", ";"),
        ("removed", 'tell(code == 400, code == 401 ? "one" : "two");', ";"),
        ("turned", 'tell(code == 400, code == 401 ? "one" : "two");', 'tell(code != 400, code == 401 ? "one" : "two");'),
        ("constant", 'tell(code == 400, code == 401 ? "one" : "two");', 'tell(code == (400 + 1), code == 401 ? "one" : "two");'),
        ("removed", 'tell(code > 3, "%d", code > 4 ? 4 : code);', ";"),
        ("turned", 'tell(code > 3, "%d", code > 4 ? 4 : code);', 'tell(code >= 3, "%d", code > 4 ? 4 : code);'),
        ("constant", 'tell(code > 3, "%d", code > 4 ? 4 : code);', 'tell(code > (3 + 1), "%d", code > 4 ? 4 : code);'),
        ("removed", 'note(code == 5 ? "one" : NULL);', ";"),
        ("turned", 'note(code == 5 ? "one" : NULL);', 'note(code != 5 ? "one" : NULL);'),
        ("constant", 'note(code == 5 ? "one" : NULL);', 'note(code == (5 + 1) ? "one" : NULL);'),
    ]


def test_what_is_argued_is_a_mutant_of_the_source():
    assert set(SURVIVORS) <= {m["id"] for room in ROOMS for m in mutants_of(room)}
