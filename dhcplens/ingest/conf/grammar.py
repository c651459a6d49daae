"""Grammar of statements over the signs of their words (dhcpd.conf(5)): what may stand where."""

from dataclasses import dataclass
from functools import lru_cache

from pyparsing import Empty, Opt, ParseException, ParserElement, ZeroOrMore

from dhcplens.ingest.conf.values import (
    ADDRESS,
    ADDRESS6,
    ADDRESS_OR_HOST,
    ANY,
    EXPRESSION,
    HEX,
    HOST,
    IDENT,
    NAME,
    NUMBER,
    STRING,
    comma_list,
    data,
    sign_like,
    word,
    words,
)

BLOCK = "{"
_REST = Opt(ANY)
_block = word(BLOCK)
_NAMED = IDENT | STRING
_STATE = word(
    *[
        "unknown-state",
        "partner-down",
        "normal",
        "communications-interrupted",
        "conflict-done",
        "shutdown",
        "paused",
    ],
    *["resolution-interrupted", "potential-conflict", "recover", "recover-wait", "recover-done", "startup"],
)
_DATE = (
    word("never")
    | (word("epoch") + NUMBER)
    | (NUMBER + NUMBER + word("/") + NUMBER + word("/") + NUMBER)
    + (NUMBER + word(":") + NUMBER + word(":") + NUMBER + Opt(NUMBER))
)
_PERMIT = (
    word("known-clients", "unknown-clients")
    | (word("known", "unknown", "authenticated", "unauthenticated", "all") + word("clients"))
    | words("dynamic bootp clients")
    | (words("members of") + STRING)
    | (word("after") + _DATE)
)
_CLIENTS = word(
    *[
        "bootp",
        "booting",
        "dynamic-bootp",
        "unknown-clients",
        "duplicates",
        "declines",
        "client-updates",
        "leasequery",
    ]
)
_EVENT = word("expiry", "commit", "release", "transmission")
_PRIORITY = Opt(word("fatal", "error", "debug", "info") + word(","))

_EXECUTABLE: dict[str, ParserElement] = {
    "db-time-format": word("default", "local"),
    "if": ((word("(") + EXPRESSION + word(")")) | (~word("(") + EXPRESSION)) + _block,
    "add": STRING,
    "break": Empty(),
    "allow": _CLIENTS,
    "deny": _CLIENTS,
    "ignore": _CLIENTS,
    "on": _EVENT + ZeroOrMore(word("or") + _EVENT) + Opt(_block),
    "switch": word("(") + EXPRESSION + word(")") + _block,
    "case": EXPRESSION + word(":"),
    "set": NAME
    + ((word("=") + EXPRESSION) | (word("(") + Opt(comma_list(NAME) + Opt(word(","))) + word(")") + _block)),
    "unset": NAME,
    "eval": EXPRESSION,
    "return": EXPRESSION,
    "execute": word("(") + STRING + ZeroOrMore(word(",") + EXPRESSION) + word(")"),
    # A log without an expression is dropped by dhcpd, but not refused.
    "log": word("(") + _PRIORITY + ((EXPRESSION + word(")")) | (~EXPRESSION + ANY)),
    "parse-vendor-option": Empty(),
    "zone": HOST + _block,
    "key": (STRING | HOST) + _block,
}
_EXECUTABLE["elsif"] = _EXECUTABLE["if"]
_EXECUTABLE["else"] = _block | (word("if") + _EXECUTABLE["if"])
_EXECUTABLE["define"] = _EXECUTABLE["set"]

_DECLARATIONS: dict[str, ParserElement] = {
    "include": STRING,
    "host": HOST + _block,
    "group": Opt(_NAMED) + _block,
    "shared-network": (STRING | HOST) + _block,
    "subnet": ADDRESS + word("netmask") + ADDRESS + _block,
    "subnet6": ADDRESS6 + word("/") + NUMBER + _block,
    "class": STRING + _block,
    "vendor-class": STRING + Opt(_block),
    "user-class": STRING + Opt(_block),
    "subclass": STRING + (STRING | HEX) + Opt(_block),
    "hardware": (word("ethernet", "token-ring", "fddi", "infiniband") | NAME) + Opt(HEX),
    "fixed-address": comma_list(ADDRESS_OR_HOST),
    "fixed-address6": comma_list(ADDRESS6),
    "fixed-prefix6": ANY,
    "pool": _block,
    "pool6": _block,
    "range": Opt(word("dynamic-bootp")) + ADDRESS + Opt(ADDRESS),
    "range6": ANY,
    "prefix6": ANY,
    "not": word("authoritative"),
    "authoritative": Empty(),
    "server-identifier": data("I"),
    "failover": word("peer") + _NAMED + ((Opt(word("state")) + _block) | Empty()),
    "server-duid": _REST,
    "lease-id-format": word("octal", "hex"),
    "%": _REST,
}
_SIMPLE_TYPE = (
    word(*["boolean", "ip-address", "ip6-address", "text", "string", "domain-name", "zerolen"])
    | (Opt(word("signed", "unsigned")) + word("integer") + NUMBER)
    | (word("domain-list") + Opt(word("compressed")))
    | (word("encapsulate") + IDENT)
)
_TYPE = Opt(words("array of")) + _SIMPLE_TYPE
DEFINITION = (
    NUMBER + word("=") + Opt(words("array of")) + ((_block + comma_list(_TYPE) + word("}")) | _SIMPLE_TYPE)
)
"""What follows ``option NAME code``."""
SPACE = IDENT + ZeroOrMore(
    ((word("code", "length") + word("width")) | (word("hash") + word("size"))) + NUMBER
)
"""What follows ``option space``."""
_TIDYING: dict[str, ParserElement] = {"dynamic": Empty(), "deleted": Empty()}
_INTERFACE: dict[str, ParserElement] = {"interface": sign_like("[^ ]+", "the name of an interface")}
_OWN: dict[str, dict[str, ParserElement]] = {
    "group": _TIDYING | {"static": Empty()},
    "shared-network": _INTERFACE,
    "subnet": _INTERFACE,
    "host": _TIDYING
    | {
        "group": _NAMED,
        "uid": STRING | HEX,
        "host-identifier": ANY,
    },
    "class": _TIDYING
    | {
        "match": Opt(word("if")) + EXPRESSION,
        "spawn": word("with") + EXPRESSION,
        "lease": word("limit") + NUMBER,
    },
    "pool": {
        "no": words("failover peer"),
        "failover": word("peer") + STRING,
        "allow": _PERMIT,
        "deny": _PERMIT,
    },
    "zone": {
        "primary": comma_list(ADDRESS_OR_HOST),
        "secondary": comma_list(ADDRESS_OR_HOST),
        "primary6": comma_list(ADDRESS6),
        "secondary6": comma_list(ADDRESS6),
        "key": STRING | HOST,
    },
    "key": {"algorithm": HOST, "secret": ANY},
    "peer-state": {
        "my": word("state") + _STATE + Opt(word("at") + _DATE),
        "partner": word("state") + _STATE + Opt(word("at") + _DATE),
        "mclt": NUMBER,
    },
    "peer": {
        "primary": Empty(),
        "secondary": Empty(),
        "address": ADDRESS_OR_HOST,
        "hba": sign_like(" : ".join(["#[ah]"] * 32), "32 hexadecimal bytes with colons between"),
        "load": words("balance max seconds") + NUMBER,
    }
    | dict.fromkeys(
        [
            "port",
            "mclt",
            "split",
            "max-response-delay",
            "max-unacked-updates",
            "max-lease-misbalance",
            "max-lease-ownership",
            "max-balance",
            "min-balance",
            "auto-partner-down",
        ],
        NUMBER,
    ),
}
_SWITCH: dict[str, ParserElement] = {"default": word(":")}
CLOSED_SCOPES = frozenset({"peer", "peer-state", "zone", "key"})
"""Blocks in which nothing but their own statements may stand."""
EXECUTABLE_SCOPES = frozenset({"executable", "switch"})


@lru_cache(maxsize=1 << 12)
def rule(scope: str, keyword: str) -> ParserElement | None:
    """What has to follow a keyword in a kind of block; None where it is no statement there at all."""
    own = _OWN.get(scope, {})
    if keyword in own:
        return own[keyword]
    if scope in CLOSED_SCOPES:
        return None
    if scope == "switch" and keyword in _SWITCH:
        return _SWITCH[keyword]
    if keyword in _EXECUTABLE:
        return _EXECUTABLE[keyword]
    return None if scope in EXECUTABLE_SCOPES else _DECLARATIONS.get(keyword)


def is_keyword(keyword: str) -> bool:
    """Whether statements that begin with this word exist anywhere."""
    return keyword in _EXECUTABLE or keyword in _DECLARATIONS or any(keyword in own for own in _OWN.values())


@dataclass(frozen=True, slots=True)
class Match:
    """How much of a text of signs fits: ``end`` signs; ``expected`` names what is missing, if anything."""

    end: int
    expected: str | None = None


_here = Empty().set_parse_action(lambda _text, place, _found: place)


def match(element: ParserElement, text: str) -> Match:
    """The longest beginning of a text of signs that the element takes."""
    try:
        end: int = (element + _here).parse_string(text)[-1]
        return Match(text.count(" ", 0, end) + (1 if end and text[end - 1] != " " else 0))
    except ParseException as error:
        missing = str(getattr(error.parser_element, "name", "")) or error.msg
        return Match(text.count(" ", 0, error.loc), missing)
    except RecursionError:
        return Match(0, "something less deeply nested")
