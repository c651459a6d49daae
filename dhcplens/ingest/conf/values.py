"""Grammar of values and expressions over the signs of words (dhcp-eval(5), dhcp-options(5)).

Whether an expression is of the type that its place asks for (boolean, data, numeric) is not judged here.
"""

import re
from functools import lru_cache

from pyparsing import Empty, Forward, Opt, ParserElement, Regex, ZeroOrMore

from dhcplens.ingest.conf.options import ANYTHING

_IDENT = r"(?:[a-z@][^ ]*|#[hH])"
_NUMBER = r"#[a-d-]"
_HOST = rf"(?:{_IDENT}|{_NUMBER})(?: \. (?:{_IDENT}|{_NUMBER}))*(?: \.)?"


def sign_like(pattern: str, name: str) -> ParserElement:
    """One or more whole signs that fit a regular expression; ``name`` is what messages call it."""
    return Regex(rf"(?:{pattern})(?![^ ])").set_name(name)


def word(*alternatives: str) -> ParserElement:
    """One of these keywords or punctuation marks."""
    return sign_like("|".join(map(re.escape, alternatives)), " or ".join(alternatives))


def words(text: str) -> ParserElement:
    """Keywords that follow one another."""
    first, *others = text.split()
    found = word(first)
    for other in others:
        found = found + word(other)
    return found


def comma_list(element: ParserElement) -> ParserElement:
    """The element once or more, with commas between."""
    return element + ZeroOrMore(word(",") + element)


def call(name: ParserElement, *arguments: ParserElement) -> ParserElement:
    """A function's name with its arguments in parentheses."""
    found = name + word("(")
    for index, argument in enumerate(arguments):
        found = found + (word(",") + argument if index else argument)
    return found + word(")")


ANY = sign_like(r"[^ ]+(?: [^ ]+)*", "anything")
STRING = sign_like('"', "a string in quotes")
IDENT = sign_like(_IDENT, "a name")
NUMBER = sign_like(_NUMBER, "a number")
HEX = sign_like(r"#[ah](?: : #[ah])*", "hexadecimal bytes with colons between")
HOST = sign_like(_HOST, "a host name")
ADDRESS = sign_like(r"#[ab] \. #[ab] \. #[ab] \. #[ab]", "an IPv4 address")
ADDRESS6 = sign_like(r"(?:#[a-dhH]|:|\.|@|add)(?: (?:#[a-dhH]|:|\.|@|add))*", "an IPv6 address")
ADDRESS_OR_HOST = (ADDRESS | (~sign_like(r"#[a-d-] \. #[a-d-]", "an address") + HOST)).set_name(
    "an IPv4 address or a host name"
)
NAME = sign_like("@|#[hH]", "a name that is no keyword")
OPTION_NAME = sign_like(rf"{_IDENT}(?: \. {_IDENT})?", "the name of an option")

EXPRESSION = Forward()
_OPERAND = Forward()

_CONSTANTS = word(
    *[
        "static",
        "known",
        "hardware",
        "leased-address",
        "client-state",
        "filename",
        "server-name",
        "lease-time",
        "null",
    ],
    *[
        "host-decl-name",
        "formerr",
        "noerror",
        "notauth",
        "notimp",
        "notzone",
        "nxdomain",
        "nxrrset",
        "refused",
        "servfail",
    ],
    *["yxdomain", "yxrrset", "booting", "reboot", "select", "request", "bound", "renew", "rebind"],
)
_OPERATOR = sign_like(r"=|! =|~ =|~ ~|and|or|[-+/*%&|^]|#-", "an operator")


def _atoms() -> ParserElement:
    one = EXPRESSION
    return (
        STRING
        | call(word("substring"), one, one, one)
        | call(word("suffix", "reverse", "v6relay", "packet"), one, one)
        | call(word("extract-int", "encode-int"), one, NUMBER)
        | call(word("lcase", "ucase"), one)
        | call(word("binary-to-ascii"), one, one, one, one)
        | (word("concat", "pick", "pick-first-value") + word("(") + comma_list(one) + word(")"))
        | (word("option", "config-option", "exists") + OPTION_NAME)
        | call(word("defined"), NAME)
        | call(word("gethostbyname"), STRING)
        | (words("gethostname ( )"))
        | (word("check") + STRING)
        | _CONSTANTS
        | (word("(") + one + word(")"))
        | HEX
        | NUMBER
        | (NAME + Opt(word("(") + comma_list(one) + word(")")))
    )


_OPERAND <<= (word("not") + _OPERAND) | _atoms()
EXPRESSION.set_name("an expression")
_OPERAND.set_name("an expression")
EXPRESSION <<= _OPERAND + ZeroOrMore(_OPERATOR + _OPERAND)

_ONE_VALUE: dict[str, ParserElement] = {
    "I": ADDRESS_OR_HOST,
    "6": ADDRESS6,
    "L": sign_like("#[a-dhH-]", "a number"),
    "S": sign_like("#[abchH-]", "a number up to 65535"),
    "B": sign_like("#[abh-]", "a number up to 255"),
    "T": sign_like("#[a-dhH-]|infinite", "a number of seconds"),
    "f": sign_like("true|on|false|off|ignore", "true, false, on or off"),
    "t": (STRING | IDENT).set_name("text"),
    "X": (STRING | HEX).set_name("a string or hexadecimal bytes"),
    "d": HOST,
    "D": comma_list(STRING),
    "k": (STRING | HOST).set_name("the name of a key"),
    "U": IDENT,
    "N": IDENT,
    "Z": Empty(),
}
_ONE_VALUE |= {"l": _ONE_VALUE["L"], "s": _ONE_VALUE["S"], "b": _ONE_VALUE["B"]}


@lru_cache(maxsize=256)
def data(kind: str) -> ParserElement:
    """The value of an option or parameter of a type (see :mod:`dhcplens.ingest.conf.options`)."""
    if kind == ANYTHING:
        return Opt(ANY)
    whole: ParserElement = Empty()
    last: ParserElement | None = None
    parts: list[ParserElement] = []
    for letter in kind:
        if letter in "ao" and last is not None:
            parts[-1] = comma_list(last) if letter == "a" else Opt(last)
        elif letter in _ONE_VALUE:
            last = _ONE_VALUE[letter]
            parts.append(last)
    for part in parts:
        whole = whole + part
    if kind.endswith("A"):
        whole = comma_list(whole)
    computed = word("=") + EXPRESSION
    return Opt(computed) if kind == "Z" else whole | computed
