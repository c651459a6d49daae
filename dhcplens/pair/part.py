"""A pair seen through one of several relationships of its servers, without what concerns the others."""

from collections.abc import Collection
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.tables import LeaseTables, LogTables
from dhcplens.pair.columns import words
from dhcplens.pair.journal import Journal
from dhcplens.pair.view import PairView, Server

View = TypeVar("View", bound=PairView)

_ELSEWHERE = ""  # an event of another relationship: it shows that the process lives, and no more


def relationships_apart(pair: PairView) -> tuple[tuple[str, ...], ...]:
    """The relationships that have to be looked at one by one, under all of their names.

    Those that both servers name come singly. What is left on both sides may be one relationship under two
    names, and is looked at together; what is left on one side is a relationship with a third server.
    """
    named = [set(server.relationships) for server in pair.servers]
    shared = set.intersection(*named) if named else set()
    left = [name for name in pair.relationships if name not in shared]
    on_both_sides = all(names - shared for names in named)
    alone = (tuple(left),) if on_both_sides and left else tuple((name,) for name in left)
    return (*((name,) for name in pair.relationships if name in shared), *alone)


def part(pair: View, names: Collection[str]) -> View:
    """The pair with one relationship (under these names) only, and only the servers that have it.

    Lines that name no relationship stay. Addresses, and clients that ask for one, belong to the relationship
    whose pool has them in a configuration, those of no pool to the main one.
    """
    series = pair.pool_series
    foreign = series[series["relationship"].notna() & ~series["relationship"].isin(names)]
    places = set(zip(words(foreign["source"]), foreign["line"].tolist(), strict=True))
    spans = _spans(pair, names)
    servers = tuple(
        _server(one, pair, names, places, spans) for one in pair.servers if set(names) & {*one.relationships}
    )
    kept = tuple(name for name in pair.relationships if name in names)
    return replace(
        pair,
        servers=servers,
        relationship=kept[0],
        relationships=kept,
        journals={one.name: _journal(pair.journals[one.name], names, places) for one in servers},
    )


def _server(
    server: Server,
    pair: PairView,
    names: Collection[str],
    pools: set[tuple[str, int]],
    spans: tuple[list[tuple[int, int]], bool],
) -> Server:
    log, leases = server.log, server.leases
    roles = [pair.roles.get((server.name, name)) for name in names]
    counted = zip(words(log.pools["source"]), log.pools["line"].tolist(), strict=True)
    ours = np.array([place not in pools for place in counted], dtype=np.bool_)
    return replace(
        server,
        role=next((role for role in roles if role is not None), None),
        relationships=tuple(name for name in server.relationships if name in names),
        log=LogTables(
            messages=_exchanged(log.messages, *spans),
            transitions=_about(log.transitions, names),
            pools=log.pools[ours].reset_index(drop=True),
            updates=_about(log.updates, names),
            notices=_about(log.notices, names),
            unknown=log.unknown,
        ),
        leases=LeaseTables(
            bindings=leases.bindings[_within(leases.bindings["ip"], *spans)].reset_index(drop=True),
            failover_states=_about(leases.failover_states, names),
        ),
    )


def _about(table: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    named = table["relationship"]
    return table[named.isna() | named.isin(names)].reset_index(drop=True)


def _spans(pair: PairView, names: Collection[str]) -> tuple[list[tuple[int, int]], bool]:
    """First and last addresses of the relationship's pools; for the main one, those of all the others."""
    main = pair.relationship in names
    found = [
        (int(span.low), int(span.high))
        for server in pair.servers
        for pool in (server.conf.pools if server.conf else ())
        if pool.relationship is not None and (pool.relationship in names) is not main
        for span in pool.ranges
    ]
    return found, not main


def _within(addresses: pd.Series, spans: list[tuple[int, int]], wanted: bool) -> NDArray[np.bool_]:
    """Which addresses lie in the spans, or outside of all of them."""
    every = pd.Series(addresses.unique()).dropna()
    numbers = np.array([int(IPv4Address(str(one))) if ":" not in str(one) else -1 for one in every])
    inside = np.zeros(len(numbers), dtype=np.bool_)
    for low, high in spans:
        inside |= (numbers >= low) & (numbers <= high)
    return addresses.isin(every[inside == wanted]).to_numpy()


def _exchanged(messages: pd.DataFrame, spans: list[tuple[int, int]], wanted: bool) -> pd.DataFrame:
    """The messages about these addresses, and those without one that came the same way as such.

    What came a way on which no address was ever named is the main relationship's.
    """
    named = messages["ip"].notna().to_numpy()
    ours = named & _within(messages["ip"], spans, wanted)
    ways = messages["via"]
    known = ways.isin(ways[ours].unique()).to_numpy()
    strange = ~ways.isin(ways[named].unique()).to_numpy()
    return messages[ours | (~named & (known | (strange & (not wanted))))].reset_index(drop=True)


def _journal(journal: Journal, names: Collection[str], pools: set[tuple[str, int]]) -> Journal:
    other = np.array(
        [
            (name is not None and name not in names) or place in pools
            for name, place in zip(
                journal.relationship, zip(journal.source, journal.line.tolist(), strict=True), strict=True
            )
        ],
        dtype=np.bool_,
    )
    nothing = np.full(len(journal), None, dtype=object)
    return replace(
        journal,
        event=np.where(other, _ELSEWHERE, journal.event),
        relationship=np.where(other, nothing, journal.relationship),
        old=np.where(other, nothing, journal.old),
        new=np.where(other, nothing, journal.new),
    )
