"""Grammar of the header: each line fills the Header while it is read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyparsing as pp

from dhcplens.model.states import Role
from dhcplens.replay.header import NUMBER_SETTINGS, TIME_SETTINGS, Header
from dhcplens.replay.language.names import Names
from dhcplens.replay.language.tokens import (
    ADDRESS,
    DURATION,
    KEY,
    NETWORK,
    NUMBER,
    QUOTED,
    WORD,
    refuse,
    token,
    value,
)
from dhcplens.replay.scenario import LogForm

_STAMP = token(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", "a time such as 2026-11-22 07:00:00", datetime.fromisoformat
)
_ZONE = token(r"[\w+/-]+", "a time zone", lambda name: ZoneInfo(name).key)
_ROLE = token(r"[a-z]+", "primary or secondary", Role)
_FORM = token(r"[a-z]+", "a form of log (traditional, iso, journal)", LogForm)


def header_grammar(header: Header, names: Names, beside: Callable[[str], str] | None) -> pp.ParserElement:
    """The lines that may stand before the first event; ``beside`` reads a configuration by its name."""
    only = pp.Opt(KEY("on").suppress() - names.server("only"))

    def line(element: pp.ParserElement, act: Callable[[pp.ParseResults], Any]) -> pp.ParserElement:
        def action(text: str, loc: int, tokens: pp.ParseResults) -> None:
            try:
                act(tokens)
            except ValueError as error:
                raise refuse(text, loc, str(error)) from error

        return (element + pp.StringEnd()).add_parse_action(action)

    def targets(tokens: pp.ParseResults) -> tuple[str, ...]:
        return (str(value(tokens, "only")),) if "only" in tokens else header.names

    def setting(element: pp.ParserElement, convert: Callable[[Any], Any] = str) -> pp.ParserElement:
        return line(
            element + only, lambda t: header.set(targets(t), value(t, "key"), convert(value(t, "it")))
        )

    def relay(tokens: pp.ParseResults) -> None:
        servers = tuple(tokens["servers"]) if "servers" in tokens else None
        header.add_relay(str(value(tokens, "name", "relay")), value(tokens, "ip"), servers)

    def begin(tokens: pp.ParseResults) -> None:
        header.zone = value(tokens, "zone", "UTC")
        header.begin = value(tokens, "it").replace(tzinfo=ZoneInfo(header.zone))

    lines = [
        line(KEY("scenario") - QUOTED("it"), lambda t: setattr(header, "title", value(t, "it"))),
        line(KEY("begin") - _STAMP("it") - pp.Opt(KEY("in") - _ZONE("zone")), begin),
        line(KEY("seed") - NUMBER("it"), lambda t: setattr(header, "seed", value(t, "it"))),
        line(
            KEY("server")
            - WORD("name")
            - KEY("is")
            - _ROLE("role")
            - KEY("at")
            - ADDRESS("ip")
            - pp.Opt(KEY("with") - pp.Regex(r"\S+").set_name("a file name")("file")),
            lambda t: header.add_server(
                str(value(t, "name")), value(t, "role"), value(t, "ip"), _text(beside, value(t, "file"))
            ),
        ),
        line(
            KEY("relay")
            - pp.Opt(~KEY("at") + WORD("name"))
            - KEY("at")
            - ADDRESS("ip")
            - pp.Opt(KEY("reaching") - names.servers("servers")),
            relay,
        ),
        line(KEY("network") - NETWORK("it"), lambda t: header.networks.append(value(t, "it"))),
        line(
            KEY("pool") - ADDRESS("low") - KEY("to") - ADDRESS("high") + only,
            lambda t: header.add_pool(targets(t), value(t, "low"), value(t, "high")),
        ),
        line(
            KEY("log") - _FORM("form") - pp.Opt(KEY("without") - KEY("debug"))("quiet") + only,
            lambda t: header.set_log(targets(t), value(t, "form"), debug="quiet" not in t),
        ),
        line(
            KEY("lease") - DURATION("it") - pp.Opt(KEY("at") - KEY("most") - DURATION("max")) + only,
            lambda t: header.set_lease(targets(t), int(value(t, "it")), int(value(t, "max", value(t, "it")))),
        ),
        line(
            KEY("statement") - QUOTED("it") + only, lambda t: header.add_statement(targets(t), value(t, "it"))
        ),
        setting(KEY("relationship")("key") - QUOTED("it")),
        setting(pp.Combine(KEY("peer") + KEY("address"), " ", adjacent=False)("key") - ADDRESS("it")),
        setting(_either(TIME_SETTINGS)("key") - (DURATION | NUMBER)("it"), int),
        setting(_either(NUMBER_SETTINGS)("key") - NUMBER("it"), int),
    ]
    return pp.MatchFirst(lines).set_name("a line of the header, or at TIME and an event")


def _either(words: frozenset[str]) -> pp.ParserElement:
    """One of these names of statements; longer ones first, words parted by any blank."""
    ordered = sorted(words, key=len, reverse=True)
    return pp.MatchFirst(
        [
            pp.Regex(rf"{word.replace(' ', chr(92) + 's+')}(?![\w-])").add_parse_action(pp.replace_with(word))
            for word in ordered
        ]
    )


def _text(beside: Callable[[str], str] | None, name: str | None) -> str | None:
    if name is None:
        return None
    if beside is None:
        raise ValueError(f"{name}: a scenario without a folder has no files beside it")
    try:
        return beside(name)
    except OSError as error:
        raise ValueError(f"{name}: {error.strerror or error}") from error
