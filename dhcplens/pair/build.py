"""From a collection to a pair: which two servers, which relationship, which roles."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.states import Role
from dhcplens.model.values import Problem
from dhcplens.pair.columns import categorical, words
from dhcplens.pair.journal import Journal, journal
from dhcplens.pair.roles import Roles, Sign, conf_signs, decide, lease_signs, log_signs
from dhcplens.pair.view import PairView, Server

if TYPE_CHECKING:
    from dhcplens.ingest.collect import Collection, ServerFiles

View = TypeVar("View", bound=PairView)


@overload
def build(collection: "Collection", *, servers: Sequence[str] | None = None) -> PairView: ...
@overload
def build(collection: "Collection", into: type[View], *, servers: Sequence[str] | None = None) -> View: ...
def build(
    collection: "Collection", into: type[PairView] = PairView, *, servers: Sequence[str] | None = None
) -> PairView:
    """The pair of servers in a collection, as a ``PairView`` or a class derived from it.

    ``servers`` names the one or two servers that are meant. Without it, of more than two servers the two are
    taken that share a relationship and wrote most about it; the others are named in a problem.
    Raises KeyError for a name that the collection does not have.
    """
    chosen, left_out = _chosen(collection.servers, servers)
    weights = _weights(chosen)
    relationships = tuple(sorted(weights, key=lambda name: (-weights[name], name)))
    main = relationships[0] if relationships else None
    journals = {one.name: journal(one.name, one.log) for one in chosen}
    signs = _signs(chosen, journals, main if len(relationships) == 1 else None)
    roles = decide(signs, [one.name for one in chosen])
    made = [_server(one, main, roles, _named(one)) for one in chosen]
    made.sort(key=lambda one: ([Role.PRIMARY, Role.SECONDARY, None].index(one.role), one.name))
    return into(
        servers=tuple(made),
        relationship=main,
        relationships=relationships,
        roles=roles.of,
        signs=tuple(signs),
        inputs=collection.inputs,
        found=(*collection.inferences, *roles.inferences),
        problems=(*collection.problems, *roles.problems, *left_out),
        texts=collection.texts,
        timezone=collection.timezone,
        journals={one.name: journals[one.name] for one in made},
    )


def _chosen(
    every: Sequence["ServerFiles"], wanted: Sequence[str] | None
) -> tuple[list["ServerFiles"], list[Problem]]:
    if wanted is not None:
        by_name = {one.name: one for one in every}
        return [by_name[name] for name in wanted], []
    if len(every) <= 2:
        return list(every), []
    weights = {one.name: _weights([one]) for one in every}

    def shared(two: tuple["ServerFiles", "ServerFiles"]) -> tuple[int, int]:
        one, other = (weights[server.name] for server in two)
        common = set(one) & set(other)
        return sum(one[name] + other[name] for name in common), sum(one.values()) + sum(other.values())

    best = max(combinations(every, 2), key=shared)
    names = ", ".join(one.name for one in every if one not in best)
    problem = Problem(
        names,
        f"more than two servers: the pair {best[0].name} and {best[1].name} is taken, which wrote most of a "
        f"relationship they share; {names} left out (give one pair's files alone to see another pair)",
    )
    return list(best), [problem]


def _weights(servers: Sequence["ServerFiles"]) -> dict[str, int]:
    """How much is written of each relationship: configured ones count even when nothing was logged.

    A refused CONNECT has the sender's name for it, which counts only where nothing else does.
    """
    found: dict[str, int] = {}
    for one in servers:
        for peer in one.conf.peers if one.conf else ():
            found[peer.name] = found.get(peer.name, 0) + 1
        _count(found, one.log.transitions)
        _count(found, one.log.updates)
        _count(found, one.log.notices, words(one.log.notices["code"]) != "connect-failed")
        _count(found, one.leases.failover_states)
    if not found:
        for one in servers:
            _count(found, one.log.notices)
    return found


def _count(
    found: dict[str, int], rows: pd.DataFrame, chosen: NDArray[np.bool_] | slice = slice(None)
) -> None:
    """Add how many of these rows name each relationship."""
    named = categorical(rows["relationship"])
    numbers = named.codes[chosen]
    for number, count in enumerate(np.bincount(numbers[numbers >= 0]).tolist()):
        if count:
            name = named.categories[number]
            found[name] = found.get(name, 0) + count


def _named(server: "ServerFiles") -> tuple[str, ...]:
    return tuple(sorted(_weights([server])))


def _signs(servers: Sequence["ServerFiles"], journals: Mapping[str, Journal], only: str | None) -> list[Sign]:
    return [
        sign
        for one in servers
        for sign in (
            *conf_signs(one.name, one.conf),
            *lease_signs(one.name, one.leases.failover_states),
            *log_signs(journals[one.name], one.log.pools, only),
        )
    ]


def _server(files: "ServerFiles", main: str | None, roles: Roles, relationships: tuple[str, ...]) -> Server:
    own = {name: role for (server, name), role in roles.of.items() if server == files.name}
    known = [own[main]] if main in own else list(own.values())
    return Server(
        name=files.name,
        role=known[0] if len(known) == 1 else None,
        log=files.log,
        leases=files.leases,
        conf=files.conf,
        conf_problems=tuple(files.conf_problems),
        relationships=relationships,
    )
