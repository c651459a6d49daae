"""The words of the scenario language: small pyparsing elements with values and plain refusals."""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pyparsing as pp

from dhcplens.model.states import BindingState, FailoverState
from dhcplens.replay.scenario import Bound

KEY = pp.Keyword
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def refuse(text: str, loc: int, message: str) -> pp.ParseFatalException:
    """An error at this place (0-based) that no other reading of the line can repair."""
    return pp.ParseFatalException(text, loc, message)


class Name(str):
    """A name that knows where in its line it stands (0-based)."""

    __slots__ = ("loc",)
    loc: int


def _name(_text: str, loc: int, tokens: pp.ParseResults) -> Name:
    name = Name(tokens[0])
    name.loc = loc
    return name


def token(pattern: str, name: str, make: Callable[[str], Any] | None = None) -> pp.ParserElement:
    """What matches the pattern, made into a value; where that raises ValueError the place is refused."""
    element = pp.Regex(pattern).set_name(name)
    if make is None:
        return element

    def action(text: str, loc: int, tokens: pp.ParseResults) -> list[Any]:
        try:
            return [make(tokens[0])]
        except (ValueError, KeyError) as error:
            raise refuse(text, loc, f"{tokens[0]} is not {name}") from error

    return element.add_parse_action(action)


def _seconds(text: str) -> float:
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([dhms])", text))


DURATION = token(r"(?:\d+(?:\.\d+)?[dhms])+(?![\w.])", "a duration such as 90s or 1h30m", _seconds)
NUMBER = token(r"\d+(?![\w.])", "a number", int)
ADDRESS = token(r"\d+\.\d+\.\d+\.\d+(?![\w./])", "an IPv4 address", IPv4Address)
NETWORK = token(r"\d+\.\d+\.\d+\.\d+/\d+", "a network such as 10.20.0.0/16", IPv4Network)
MAC = token(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![\w:])", "a hardware address such as 00:16:3e:00:00:01")
QUOTED = pp.QuotedString('"', esc_char="\\").set_name("a text in double quotes")
STATE = token(r"[a-z-]+", "a failover state", FailoverState)
BINDING = token(r"[a-z]+", "a binding state", BindingState)
BOUND = pp.MatchFirst(
    [pp.Regex(bound.value.replace(" ", r"\s+")).add_parse_action(pp.replace_with(bound)) for bound in Bound]
).set_name("at least, at most or exactly")
WORD = pp.Regex(r"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*").set_name("a name").add_parse_action(_name)
CLIENT = (
    pp.Regex(r"[A-Za-z][\w-]{0,62}(?:\.\.[A-Za-z][\w-]{0,62})?(?![\w-])")
    .set_name("a client")
    .add_parse_action(_name)
)
CLIENTS = pp.Group(pp.DelimitedList(CLIENT))
_PER = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def _interval(text: str, loc: int, tokens: pp.ParseResults) -> float:
    if not tokens[0]:
        raise refuse(text, loc, "a pace cannot be 0")
    return float(_PER[tokens[1]] / tokens[0])


PACE = (NUMBER + (KEY("a") | KEY("an")).suppress() - pp.one_of(list(_PER), as_keyword=True)).add_parse_action(
    _interval
) | (KEY("every").suppress() - DURATION)


def made(element: pp.ParserElement, make: Callable[[pp.ParseResults], Any]) -> pp.ParserElement:
    """The element, which gives the one thing that ``make`` makes of its tokens."""
    return element.add_parse_action(lambda tokens: [make(tokens)])


def value(tokens: pp.ParseResults, name: str, default: Any = None) -> Any:
    """The single value under this name; pyparsing wraps it when its element was made of parts."""
    found: Any = tokens[name] if name in tokens else default  # noqa: SIM401 (its get has no type)
    while isinstance(found, pp.ParseResults):
        found = found[0]
    return found
