"""Judges one statement in its place: whether dhcpd would take it, and what is wrong where it would not.

The rules are those of dhcpd.conf(5), dhcp-options(5) and dhcp-eval(5) as dhcpd 4.4.3-P1 applies them.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address

from dhcplens.ingest.conf.grammar import (
    BLOCK,
    CLOSED_SCOPES,
    DEFINITION,
    EXECUTABLE_SCOPES,
    SPACE,
    Match,
    is_keyword,
    match,
    rule,
)
from dhcplens.ingest.conf.lexer import is_string, string_value
from dhcplens.ingest.conf.options import PARAMETERS, OptionSpaces
from dhcplens.ingest.conf.values import EXPRESSION, data
from dhcplens.ingest.conf.words import sign, signs

ROOT = "root"
UNKNOWN = "unknown"
_SCOPES = {
    "subnet6": "subnet",
    "pool6": "pool",
    "subclass": "class",
    "vendor-class": "class",
    "user-class": "class",
}
_OWN_SCOPES = frozenset(
    {"host", "group", "shared-network", "subnet", "pool", "class", "zone", "key", "switch"}
)
_ONLY_IN = {
    "pool": {"subnet", "shared-network"},
    "pool6": {"subnet"},
    "range": {"subnet", "pool"},
    "range6": {"subnet", "pool"},
    "prefix6": {"subnet", "pool"},
    "hardware": {"host"},
    "fixed-address": {"host"},
    "fixed-address6": {"host"},
    "fixed-prefix6": {"host"},
    "failover": {ROOT, "shared-network", "pool"},
}
_NOT_IN = {
    "host": {"host", "class"},
    "group": {"class"},
    "shared-network": {"shared-network", "host", "subnet", "class"},
    "subnet": {"host", "subnet", "class"},
    "subnet6": {"host", "subnet", "class"},
    "class": {"class"},
    "subclass": {"class"},
    "vendor-class": {"class"},
    "user-class": {"class"},
    "authoritative": {"host"},
}
_EXPRESSIONS = frozenset({"if", "elsif", "else", "set", "log", "match", "switch", "case", "eval", "spawn"})
_CLASSES = frozenset({"class", "subclass", "vendor-class", "user-class"})
_NAMES_DECIDE = _EXPRESSIONS | _CLASSES | {"key", "allow", "deny", "subnet"}
MOST_SHAPES = 1 << 16
LONGEST_SHAPE = 100  # words
_OPTION_STATEMENTS = frozenset({"option", "supersede", "default", "prepend", "append", "send"})
_NO_SEMICOLON = frozenset({"no", "case", "default"})
_DASHES = frozenset("\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")
_QUOTES = frozenset("\u201c\u201d\u201e\u00ab\u00bb")
_BEFORE_OPTION = frozenset({"option", "exists", "config-option"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which word of the statement."""

    word: int
    cause: str
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The first ``length`` words are one statement (with its block, where it has one and they are all)."""

    length: int
    fault: Fault | None = None
    ends_itself: bool = False


def scope_of(words: tuple[str, ...], outer: str) -> str:
    """The kind of block that a statement opens."""
    keyword = words[0].lower() if words else ""
    if outer == UNKNOWN or not words:
        return UNKNOWN
    if keyword == "failover":
        return "peer-state" if words[-1].lower() == "state" and len(words) > 3 else "peer"
    if keyword in _SCOPES or keyword in _OWN_SCOPES:
        return _SCOPES.get(keyword, keyword)
    return "executable" if is_keyword(keyword) else UNKNOWN


class Judge:
    """Knows what the file has defined so far: option spaces, options, classes and keys."""

    def __init__(self) -> None:
        self._spaces = OptionSpaces()
        self._classes: set[str] = set()
        self._keys: set[str] = set()
        self._accepted: set[tuple[str, bool, str, str]] = set()

    def judge(self, words: tuple[str, ...], scope: str, block: bool) -> Judgement:
        """Judges the words before a ``;`` or (``block``) before a ``{``."""
        if scope == UNKNOWN:
            return Judgement(len(words))
        shape = _shape(words, scope, block)
        if shape in self._accepted:
            return Judgement(len(words))
        judgement = self._judge(words, scope, block)
        if shape is not None and judgement == Judgement(len(words)) and len(self._accepted) < MOST_SHAPES:
            self._accepted.add(shape)
        return judgement

    def _judge(self, words: tuple[str, ...], scope: str, block: bool) -> Judgement:
        skip = 0
        if scope == "peer":
            while skip < len(words) - 1 and words[skip].lower() == "peer":
                skip += 1
        keyword = words[skip].lower()
        if keyword in _OPTION_STATEMENTS and scope not in CLOSED_SCOPES and not _is_label(words, scope):
            return self._option(words, scope, block)
        if _forbidden(keyword, scope):
            return Judgement(len(words), _misplaced(keyword, scope))
        found = _follow(scope, keyword, words[skip + 1 :], block)
        if found is None:
            fault = _no_statement(words, scope)
            return Judgement(2 if fault.cause == "bare-peer" and len(words) > 2 else len(words), fault)
        judgement = _conclude(words, skip + 1, found, block, keyword, scope)
        if judgement.fault is not None:
            return judgement
        return self._remember(words, judgement, scope)

    def begins_statement(self, word: str, scope: str) -> bool:
        """Whether a word can be the first of a statement in a kind of block."""
        keyword = word.lower()
        if scope in CLOSED_SCOPES:
            return rule(scope, keyword) is not None or keyword == "peer"
        return is_keyword(keyword) or keyword in PARAMETERS or keyword in _OPTION_STATEMENTS

    def _option(self, words: tuple[str, ...], scope: str, block: bool) -> Judgement:
        if len(words) > 1 and words[0].lower() == "option" and words[1].lower() == "space":
            if scope != ROOT:
                return Judgement(
                    len(words), Fault(0, "misplaced", "option spaces are defined outside of blocks")
                )
            found = _take("space", words[2:], block)
            self._spaces.add_space(words[2] if len(words) > 2 else "")
            return _conclude(words, 2, found, block, "option", scope)
        name_end, fault = self._option_name(words, 1)
        if fault is not None:
            return Judgement(len(words), fault)
        space, name = ("dhcp", words[1]) if name_end == 2 else (words[1], words[3])
        if len(words) > name_end and words[name_end].lower() == "code" and words[0].lower() == "option":
            if scope != ROOT:
                fault = Fault(0, "misplaced", "options are defined outside of blocks")
                return Judgement(len(words), fault)
            found = _take("definition", words[name_end + 1 :], block)
            self._accepted.clear()
            self._spaces.define(space, name, words[name_end + 3 :])
            return _conclude(words, name_end + 1, found, block, "option", scope)
        kind = self._spaces.kind(space, name)
        if kind is None:
            message = f"dhcpd knows no option {name}" + (f" in space {space}" if name_end > 2 else "")
            return Judgement(len(words), Fault(1, "unknown-option", message))
        return _conclude(
            words, name_end, _take("data:" + kind, words[name_end:], block), block, "option", scope
        )

    def _option_name(self, words: tuple[str, ...], at: int) -> tuple[int, Fault | None]:
        """Where the name of an option ends that begins at a word, and what is wrong with it."""
        if at >= len(words) or not _is_identifier(words[at]):
            return at, Fault(min(at, len(words) - 1), "option-name", "the name of an option is expected here")
        if at + 1 < len(words) and words[at + 1] == ".":
            if at + 2 >= len(words) or not _is_identifier(words[at + 2]):
                return at, Fault(at + 1, "option-name", "the name of an option is expected after the dot")
            if not self._spaces.has_space(words[at]):
                return at, Fault(at, "unknown-option-space", f"there is no option space {words[at]}")
            return at + 3, None
        return at + 1, None

    def _remember(self, words: tuple[str, ...], judgement: Judgement, scope: str) -> Judgement:
        keyword = words[0].lower()
        if keyword == "class":
            self._classes.add(string_value(words[1]))
        elif keyword in ("subclass", "vendor-class", "user-class"):
            if string_value(words[1]) not in self._classes:
                fault = Fault(1, "unknown-class", f"no class {words[1]} is declared before this")
                return Judgement(judgement.length, fault)
        elif scope == "zone" and keyword == "key" and _dotted(words) not in self._keys:
            fault = Fault(1, "unknown-key", f"no key {words[1]} is declared before this")
            return Judgement(judgement.length, fault)
        elif keyword == "key" and scope != "zone":
            self._keys.add(_dotted(words))
        elif keyword in ("allow", "deny") and scope == "pool" and words[1].lower() == "members":
            if string_value(words[3]) not in self._classes:
                fault = Fault(3, "unknown-class", f"no class {words[3]} is declared before this")
                return Judgement(judgement.length, fault)
        elif keyword == "subnet" and (fault_ := _subnet_fault(words)) is not None:
            return Judgement(judgement.length, fault_)
        elif keyword in _EXPRESSIONS:
            return Judgement(judgement.length, self._unknown_options(words), judgement.ends_itself)
        return judgement

    def _unknown_options(self, words: tuple[str, ...]) -> Fault | None:
        for index, word in enumerate(words[:-1]):
            if word.lower() not in _BEFORE_OPTION:
                continue
            end, fault = self._option_name(words, index + 1)
            if fault is not None:
                return fault
            space, name = ("dhcp", words[end - 1]) if end == index + 2 else (words[index + 1], words[end - 1])
            if self._spaces.kind(space, name) is None:
                return Fault(index + 1, "unknown-option", f"dhcpd knows no option {name}")
        return None


def _dotted(words: tuple[str, ...]) -> str:
    return "".join(map(string_value, words[1:])).lower().rstrip(".")


def _shape(words: tuple[str, ...], scope: str, block: bool) -> tuple[str, bool, str, str] | None:
    """What two statements have in common that are taken or refused together; None where names decide."""
    keyword = words[0].lower()
    if keyword in _NAMES_DECIDE or len(words) > LONGEST_SHAPE:
        return None
    if keyword not in _OPTION_STATEMENTS:
        return scope, block, "", signs(words)
    if len(words) < 3 or words[2] == "." or words[1].lower() == "space" or words[2].lower() == "code":
        return None
    return scope, block, words[1].lower(), signs(words)


def _forbidden(keyword: str, scope: str) -> bool:
    if scope in EXECUTABLE_SCOPES or scope in CLOSED_SCOPES:
        return False  # there the grammar itself knows what may stand
    return scope in _NOT_IN.get(keyword, ()) or scope not in _ONLY_IN.get(keyword, (scope,))


def _is_identifier(word: str) -> bool:
    first = sign(word)[0]
    return first.isalpha() or first == "@" or sign(word) in ("#h", "#H")


def _is_label(words: tuple[str, ...], scope: str) -> bool:
    return scope == "switch" and words[0].lower() == "default" and words[1:2] == (":",)


def _follow(scope: str, keyword: str, rest: tuple[str, ...], block: bool) -> Match | None:
    if rule(scope, keyword) is not None:
        return _take(f"{scope} {keyword}", rest, block)
    if scope in CLOSED_SCOPES:
        return None
    if keyword in PARAMETERS:
        return _take("data:" + PARAMETERS[keyword], rest, block)
    if sign(keyword) not in ("@", "#h", "#H"):
        return None
    # An expression is a statement too, mostly the call of a function that the file defined.
    found = _take("expression", (keyword, *rest), block)
    if found.expected is not None or (found.end == 1 and rest):
        return None
    return Match(found.end - 1)


def _take(name: str, rest: tuple[str, ...], block: bool) -> Match:
    text = signs(rest)
    if block:
        text = f"{text} {BLOCK}" if text else BLOCK
    return _remembered(name, text) if len(text) < 200 else _judge_text(name, text)


def _judge_text(name: str, text: str) -> Match:
    if name.startswith("data:"):
        return match(data(name.removeprefix("data:")), text)
    fixed = {"space": SPACE, "definition": DEFINITION, "expression": EXPRESSION}.get(name)
    if fixed is not None:
        return match(fixed, text)
    scope, _, keyword = name.partition(" ")
    element = rule(scope, keyword)
    assert element is not None  # asked before
    return match(element, text)


_remembered = lru_cache(maxsize=1 << 14)(_judge_text)


def _conclude(
    words: tuple[str, ...], start: int, found: Match, block: bool, keyword: str, scope: str
) -> Judgement:
    """What the match of the words from ``start`` on means for the statement."""
    total = len(words) - start + block
    end = start + found.end
    if found.expected is not None:
        return Judgement(len(words), _unexpected(words, end, found.expected, keyword, scope))
    if found.end == total:
        return Judgement(len(words), ends_itself=keyword in _NO_SEMICOLON and scope in ("pool", "switch"))
    if end == len(words):
        fault = Fault(end, "block-unexpected", f"no block may follow this {keyword} statement")
        return Judgement(len(words), fault)
    if keyword in _NO_SEMICOLON and scope in ("pool", "switch"):
        return Judgement(end, ends_itself=True)
    message = f"semicolon expected before {_quoted(words[end])}"
    return Judgement(end, Fault(end, "semicolon-missing", message))


def _unexpected(words: tuple[str, ...], at: int, expected: str, keyword: str, scope: str) -> Fault:
    found = f", not {_quoted(words[at])}" if at < len(words) else ""
    message = f"{expected} expected in this {keyword} statement{found}"
    return Fault(at, _cause(expected, keyword, scope), _with_typography(message, words))


def _cause(expected: str, keyword: str, scope: str) -> str:
    if keyword == "failover" and expected == "peer":
        return "peer-word-missing"
    if scope == "pool" and keyword == "failover":
        return "pool-name-unquoted"
    if scope == "pool" and keyword == "no":
        return "no-failover-peer"
    if keyword == "failover":
        return "peer-name-missing"
    if scope == "peer":
        if keyword == "hba":
            return "hba-length"
        if keyword == "address":
            return "address-expected"
        return "number-expected" if expected == "a number" else "load-balance-words"
    return "syntax"


def _no_statement(words: tuple[str, ...], scope: str) -> Fault:
    keyword = words[0].lower()
    if scope == "peer":
        message = f"{_quoted(words[0])} is no statement of a failover peer declaration"
        return Fault(0, "invalid-peer-statement", _with_typography(message, words))
    if keyword == "peer":
        name = string_value(words[1]) if len(words) > 1 else ""
        message = f"peer {_quoted(words[1]) if name else ''} alone is no statement of dhcpd.conf"
        return Fault(0, "bare-peer", message, name)
    if is_keyword(keyword) or keyword in PARAMETERS:
        return _misplaced(keyword, scope)
    message = f"dhcpd knows no statement {_quoted(words[0])}"
    return Fault(0, "unknown-statement", _with_typography(message, words))


def _misplaced(keyword: str, scope: str) -> Fault:
    if keyword == "failover":
        message = "failover peers are declared outside of blocks or in a shared-network, and named in pools"
        return Fault(0, "peer-misplaced", message)
    place = "outside of a block" if scope == ROOT else f"in a {scope} block"
    return Fault(0, "misplaced", f"a {keyword} statement may not stand {place}")


def _with_typography(message: str, words: tuple[str, ...]) -> str:
    letters = set("".join(words))
    if letters & _DASHES:
        return message + "; there is a typographic dash in it where a plain - belongs"
    if letters & _QUOTES:
        return message + '; there are typographic quotes in it where plain " belong'
    return message


def _subnet_fault(words: tuple[str, ...]) -> Fault | None:
    address, _, mask = "".join(words[1:]).lower().partition("netmask")
    try:
        if not int(IPv4Address(address)) & ~int(IPv4Address(mask)) & 0xFFFFFFFF:
            return None
    except AddressValueError:
        return None
    return Fault(1, "subnet-mask", f"{address} is no network with the netmask {mask}")


def _quoted(word: str) -> str:
    if is_string(word):
        return word if len(word) < 40 else word[:36] + '…"'
    return f'"{word}"' if len(word) < 40 else f'"{word[:36]}…"'
