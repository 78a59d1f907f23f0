"""Where a C source can be broken: sites of generated mutants, found in the bodies of its functions.

A site is (operator, function, start, end, text): the text from start to end is replaced. The operators:
  turned     a comparison gets or loses its equality (< and <=, > and >=), == and != change places
  short      a for loop that counts up to a bound ends one round early; one round more would read past an end, which is for the sanitizers
  constant   an integer is one more
  negated    the condition of an if or while is negated, unless turning its only comparison does the same
  removed    a call or an assignment is left out
What no test should see is left as it is: how much memory is asked for and copied with a string's last zero, and when it is given back
(the sanitizers see those); the wording of messages and reasons, and what is printed in them.
"""
import re

TOKEN = re.compile(r"""(?P<skip>/\*.*?\*/|//[^\n]*|^[ \t]*\#(?:[^\n\\]|\\\n|\\.)*|'(?:[^'\\\n]|\\.)*'|\s+)
|(?P<text>"(?:[^"\\\n]|\\.)*")
|(?P<word>[A-Za-z_]\w*)|(?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
|(?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""", re.VERBOSE | re.DOTALL | re.MULTILINE)
TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
KEYWORDS = set("auto break case const continue default do else enum extern for goto if inline int long register return short signed "
               "sizeof static struct switch typedef union unsigned void volatile while char float double bool".split())
ASSIGNS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"}
FREES = re.compile(r"(?:free(?:_const|_items|_if_unused)?|release_memory|\w+_(?:free|del)|\w+_free_\w+)\Z")
ASKS = {"malloc", "calloc", "realloc", "nt_grow", "nt_reserve"}


def tokens_of(text):
    """(kind, text, start, end); what is of kind skip, as comments and directives, is left out."""
    return [(m.lastgroup, m.group(), m.start(), m.end()) for m in TOKEN.finditer(text) if m.lastgroup != "skip"]


def closing(tokens, at):
    """The index of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i][1] in "([{") - (tokens[i][1] in ")]}")
        if depth == 0:
            return i
    raise ValueError("a bracket is not closed")


def bodies_of(tokens):
    """The bodies of functions: (name, index of '{', index of '}')."""
    i = 0
    while i < len(tokens):
        if tokens[i][1] != "{":
            i += 1
            continue
        end = closing(tokens, i)
        if i > 0 and tokens[i - 1][1] == ")":
            depth, k = 0, i - 1
            while k >= 0:
                depth += (tokens[k][1] == ")") - (tokens[k][1] == "(")
                if depth == 0:
                    break
                k -= 1
            yield tokens[k - 1][1], i, end
        i = end + 1


def wordings(tokens, begin, end):
    """The indexes of tokens that choose or fill the text of a message: A ? "text" : "text", and arguments after a text."""
    found = set()
    for i in range(begin, end):
        if tokens[i][0] != "text":
            continue
        if tokens[i - 1][1] == "?" and tokens[i + 1][1] == ":" and tokens[i + 2][0] == "text":
            found.update(range(expression_start(tokens, i - 1), i))
        last = expression_end(tokens, i)
        if tokens[last][1] == ")":
            found.update(range(i, last))
    return found


def expression_start(tokens, i):
    """The first token of the expression, on the same level of brackets, that ends before token i."""
    depth, k = 0, i - 1
    while depth > 0 or tokens[k][1] not in ("(", "[", "{", "}", ",", ";", "=", "?", ":", "return"):
        depth += (tokens[k][1] in ")]}") - (tokens[k][1] in "([{")
        k -= 1
    return k + 1


def expression_end(tokens, i):
    """The index of the bracket or semicolon that ends what token i is an argument or a part of."""
    while tokens[i][1] not in (")", "]", "}", ";"):
        i = closing(tokens, i) + 1 if tokens[i][1] in ("(", "[", "{") else i + 1
    return i


def sizes(tokens, begin, end):
    """The indexes of tokens that say how much memory is asked for, or that a string ends with a zero: strlen(s) + 1."""
    found = set()
    for i in range(begin, end):
        if tokens[i][1] in ASKS and tokens[i + 1][1] == "(":
            found.update(range(i, closing(tokens, i + 1)))
        if tokens[i][1] == "strlen" and [t[1] for t in tokens[closing(tokens, i + 1) + 1:][:2]] == ["+", "1"]:
            found.add(closing(tokens, i + 1) + 2)
    return found


def condition_sites(tokens, i, name, text):
    end = closing(tokens, i + 1)
    inner = [t[1] for t in tokens[i + 2:end]]
    alone = sum(t in TURNED for t in inner) == 1 and "&&" not in inner and "||" not in inner
    if not alone or inner[0] == "!":
        start, stop = tokens[i + 1][3], tokens[end][2]
        yield "negated", name, start, stop, f"!({text[start:stop]})"


def heads_of(tokens, begin, end):
    """The indexes of the ')' that end the head of an if, while, for or switch: a statement follows."""
    return {closing(tokens, i + 1) for i in range(begin, end) if tokens[i][1] in ("if", "while", "for", "switch") and tokens[i + 1][1] == "("}


def removed_site(tokens, i, end, name):
    """A statement that begins at token i: up to its ';' if it is a call or an assignment."""
    if tokens[i][0] != "word" or tokens[i][1] in KEYWORDS or FREES.match(tokens[i][1]):
        return None
    second = tokens[i + 1][1]
    if second not in ("(", "[", ".", "->") and second not in ASSIGNS:
        return None
    k = i
    while k < end and tokens[k][1] != ";":
        k = closing(tokens, k) + 1 if tokens[k][1] in "([{" else k + 1
        if k < end and tokens[k][1] in ("{", "}", ")", ":", "else"):
            return None
    return ("removed", name, tokens[i][2], tokens[k][2], "") if k < end else None


def heads_of_loops(tokens, begin, end):
    """The indexes of all tokens in the heads of for loops."""
    return {k for i in range(begin, end) if tokens[i][1] == "for" for k in range(i, closing(tokens, i + 1))}


def sites_of(text):
    """All sites of a source text, in order."""
    tokens = tokens_of(text)
    for name, begin, end in bodies_of(tokens):
        heads, loops = heads_of(tokens, begin, end), heads_of_loops(tokens, begin, end)
        left = wordings(tokens, begin, end) | sizes(tokens, begin, end)
        for i in range(begin + 1, end):
            kind, word, start, stop = tokens[i]
            before = tokens[i - 1][1]
            if i in left:
                continue
            if word == "<" and i in loops:
                yield "short", name, start, stop, "+ 1 <"
            elif kind == "sign" and word in TURNED:
                yield "turned", name, start, stop, TURNED[word]
            elif kind == "number" and before != "[":
                yield "constant", name, start, stop, f"({word} + 1)"
            elif word in ("if", "while") and tokens[i + 1][1] == "(":
                yield from condition_sites(tokens, i, name, text)
            if before in (";", "{", "}", "else") or i - 1 in heads:
                site = removed_site(tokens, i, end, name)
                if site is not None:
                    yield site
