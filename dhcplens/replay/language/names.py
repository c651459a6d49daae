"""The names that a scenario has declared so far, and pyparsing elements that accept only those."""

import re
from collections.abc import Iterable

import pyparsing as pp

from dhcplens.replay.header import Header
from dhcplens.replay.language.tokens import CLIENT, CLIENTS, KEY, WORD, Name, refuse

_MOST_CLIENTS = 20_000  # a bound on what one line may ask for
EVERYONE = "everyone"


class Names:
    """Servers, relays and clients; filled as the lines are read."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.clients: dict[str, None] = {}
        self.server = WORD.copy().add_parse_action(self._check_server).set_name("a server")
        several = pp.DelimitedList(self.server, delim=KEY("and"))
        both = KEY("both").add_parse_action(lambda: list(header.names))
        self.servers = pp.Group(both | several)
        self.relay = WORD.copy().add_parse_action(self._check_relay).set_name("a relay")
        self.client = CLIENT.copy().add_parse_action(self._check_client).set_name("a client")
        self.known_clients = CLIENTS.copy().add_parse_action(self._known).set_name("clients")
        self.any_clients = CLIENTS.copy().add_parse_action(self._any).set_name("clients")

    def _check_server(self, text: str, loc: int, tokens: pp.ParseResults) -> None:
        if tokens[0] not in self.header.names:
            raise refuse(text, loc, f"no server is called {tokens[0]}")

    def _check_relay(self, text: str, loc: int, tokens: pp.ParseResults) -> None:
        if tokens[0] not in {relay.name for relay in self.header.relays}:
            raise refuse(text, loc, f"no relay is called {tokens[0]}")

    def _check_client(self, text: str, loc: int, tokens: pp.ParseResults) -> None:
        if tokens[0] not in self.clients:
            raise refuse(text, loc, f"no client is called {tokens[0]}")

    def _known(self, text: str, _loc: int, tokens: pp.ParseResults) -> list[tuple[str, ...]]:
        names = self._expand(text, tokens[0])
        for name, loc in names.items():
            if name not in self.clients:
                raise refuse(text, loc, f"no client is called {name}")
        return [tuple(names)]

    def _any(self, text: str, _loc: int, tokens: pp.ParseResults) -> list[tuple[str, ...]]:
        return [tuple(self._expand(text, tokens[0]))]

    def _expand(self, text: str, groups: Iterable[Name]) -> dict[str, int]:
        """The single names that a list of clients stands for, and where in the line each comes from."""
        names: dict[str, int] = {}
        for group in groups:
            found = self.clients if group == EVERYONE else _span(text, group)
            names.update(dict.fromkeys(found, group.loc))
        return names


def _span(text: str, group: Name) -> list[str]:
    """``pc1..pc3`` is pc1, pc2 and pc3."""
    first, dots, last = group.partition("..")
    if not dots:
        return [str(group)]
    low, high = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
    if low is None or high is None or low[1] != high[1] or int(low[2]) > int(high[2]):
        raise refuse(text, group.loc, f"{group} is not a row of clients such as pc1..pc20")
    if int(high[2]) - int(low[2]) >= _MOST_CLIENTS:
        raise refuse(text, group.loc, f"more than {_MOST_CLIENTS} clients in one row")
    width = len(low[2])
    return [f"{low[1]}{number:0{width}d}" for number in range(int(low[2]), int(high[2]) + 1)]
