"""Grammar of the events: what stands behind ``at TIME``, made into an action."""

from collections.abc import Callable
from functools import partial

import pyparsing as pp

from dhcplens.model.states import Role
from dhcplens.replay.language.conditions import condition_grammar
from dhcplens.replay.language.names import Names
from dhcplens.replay.language.tokens import (
    ADDRESS,
    CLIENTS,
    DURATION,
    KEY,
    MAC,
    PACE,
    QUOTED,
    made,
    refuse,
    value,
)
from dhcplens.replay.scenario import (
    Act,
    Action,
    Arrive,
    ClientAct,
    Crash,
    CutLink,
    DelayLink,
    EmptyLeases,
    End,
    Expect,
    HealLink,
    KeepLeases,
    OperatorShutdown,
    PartnerDown,
    RestoreLeases,
    SetClock,
    Start,
    Stop,
    Stranger,
    Traits,
)

_ON_SERVERS: dict[str, Callable[[tuple[str, ...]], Action]] = {
    "start": Start,
    "stop": Stop,
    "crash": Crash,
    "shut down": OperatorShutdown,
    "empty lease file of": EmptyLeases,
    "keep lease file of": KeepLeases,
    "restore lease file of": RestoreLeases,
}
_LONGEST_NAME = 255  # of an option of DHCP (RFC 2132)
_OF_NEW_CLIENTS = frozenset({"identifiers", "names", "relay", "owner", "hardware", "hostname"})


def event_grammar(names: Names) -> pp.ParserElement:
    """One action; the words decide which, and what follows them must then be right."""
    servers = names.servers("servers")
    way = pp.one_of("ahead behind", as_keyword=True)
    lines = [
        *(made(_words(words) - servers, partial(_on_servers, make)) for words, make in _ON_SERVERS.items()),
        made(
            _words("put") - servers - _words("in partner-down"), lambda t: PartnerDown(_several(t["servers"]))
        ),
        made(
            _words("set clock of")
            - names.server("server")
            - ((KEY("to") - DURATION("off") - way("way")) | KEY("right")),
            lambda t: SetClock(
                str(value(t, "server")), value(t, "off", 0.0) * (-1 if value(t, "way") == "behind" else 1)
            ),
        ),
        made(
            _words("cut link") - pp.Opt(KEY("from") - names.server("server")),
            lambda t: CutLink(str(value(t, "server")) if "server" in t else None),
        ),
        made(_words("heal link"), lambda _: HealLink()),
        made(_words("delay link by") - DURATION("off"), lambda t: DelayLink(value(t, "off"))),
        made(
            _words("stranger at") - ADDRESS("ip") - pp.one_of("appears leaves", as_keyword=True)("verb"),
            lambda t: Stranger(value(t, "ip"), present=value(t, "verb") == "appears"),
        ),
        made(KEY("expect") - condition_grammar(names)("it"), lambda t: Expect(value(t, "it"))),
        made(KEY("end"), lambda _: End()),
        _arrivals(names),
        _acts(names),
    ]
    return pp.MatchFirst(lines).set_name("an event")


def _words(text: str) -> pp.ParserElement:
    first, *rest = text.split()
    element: pp.ParserElement = KEY(first)
    for word in rest:
        element = element - KEY(word)
    return element.suppress()


def _verb(word: str) -> pp.ParserElement:
    """The verb in the plural or in the third person."""
    ending = "es" if word.endswith("sh") else "s"
    verb = pp.Regex(rf"{word}(?:{ending})?(?![\w-])").set_name("what the clients do (arrive, renew, …)")
    return verb.add_parse_action(pp.replace_with(word))


def _on_servers(make: Callable[[tuple[str, ...]], Action], tokens: pp.ParseResults) -> Action:
    return make(_several(tokens["servers"]))


def _several(tokens: pp.ParseResults) -> tuple[str, ...]:
    return tuple(str(token) for token in tokens)


def _arrivals(names: Names) -> pp.ParserElement:
    def role(text: str, loc: int, tokens: pp.ParseResults) -> Role:
        if names.header.same_roles:
            raise refuse(text, loc, "both servers have one role: clients belong to neither")
        return names.header.role_of(tokens[0])

    identified, named = KEY("identifiers")("identifiers"), KEY("names")("names")
    trait = (
        (KEY("with") - ((identified + pp.Opt(KEY("and") - named)) | named))
        | (KEY("through") - names.relay("relay"))
        | (KEY("belonging") - KEY("to") - names.server.copy().add_parse_action(role)("owner"))
        | (KEY("hardware") - MAC("hardware"))
        | (KEY("named") - QUOTED("hostname"))
    )
    line = names.any_clients("clients") + _verb("arrive") - pp.Opt(PACE("pace")) - pp.ZeroOrMore(trait)

    def arrive(text: str, loc: int, tokens: pp.ParseResults) -> Arrive:
        clients: tuple[str, ...] = value(tokens, "clients")
        fresh = [name for name in clients if name not in names.clients]
        given = {word for word in _OF_NEW_CLIENTS if word in tokens}
        if fresh and len(fresh) < len(clients):
            raise refuse(text, loc, f"{fresh[0]} is new and others here are not: write them in two lines")
        if given and not fresh:
            raise refuse(text, loc, "these clients are known already and keep what they are")
        if {"hardware", "hostname"} & given and len(clients) > 1:
            raise refuse(text, loc, "only a single client can be given its hardware or its host name")
        if len(str(value(tokens, "hostname", "")).encode()) > _LONGEST_NAME:
            raise refuse(text, loc, f"a host name has at most {_LONGEST_NAME} bytes")
        names.clients.update(dict.fromkeys(fresh))
        traits = Traits(
            identifiers="identifiers" in given,
            names=bool({"names", "hostname"} & given),
            relay=str(value(tokens, "relay", names.header.relays[0].name)),
            owner=value(tokens, "owner"),
            hardware=value(tokens, "hardware"),
            hostname=value(tokens, "hostname"),
        )
        return Arrive(clients, float(value(tokens, "pace", 0.0)), traits if fresh else None)

    return line.add_parse_action(arrive)


def _acts(names: Names) -> pp.ParserElement:
    simple = [act for act in Act if act not in (Act.ASK, Act.CLAIM)]
    act = (
        (_verb("release")("act") + (KEY("through") - KEY("its") - KEY("relay"))("relayed"))
        | pp.MatchFirst([_verb(one.value)("act") for one in simple])
        | (_verb("ask")("act") - KEY("for") - ADDRESS("ip"))
        | (_verb("claim")("act") - ADDRESS("ip"))
    )
    known = pp.FollowedBy(CLIENTS + act) + names.known_clients("clients")  # a wrong verb is told first
    line = known - act - pp.Opt(PACE("pace"))

    def act_of(tokens: pp.ParseResults) -> ClientAct:
        interval = float(value(tokens, "pace", 0.0))
        clients, address = value(tokens, "clients"), value(tokens, "ip")
        return ClientAct(Act(value(tokens, "act")), clients, interval, address, "relayed" in tokens)

    return made(line, act_of)
