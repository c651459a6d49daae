"""One server's failover lines in the order in which they were written."""

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.states import FailoverState, Subject
from dhcplens.model.tables import LogTables
from dhcplens.pair.columns import UNKNOWN_TIME, stamps, words

MOVE = "i-move"
PARTNER_MOVE = "peer-moves"
POOL = "pool-line"
UPDATE = "update-line"


@dataclass(frozen=True)
class Journal:
    """Moves, notices, pool lines and refused updates of one server, by time and then by line.

    ``event`` is MOVE, PARTNER_MOVE, POOL, UPDATE or the code of a notice; ``new`` the state of a move,
    ``fatal`` marks notices with which a process dies, ``args`` is the JSON text of a notice. ``seen`` holds
    the sorted times of the message lines, which are not events here.
    """

    server: str
    event: NDArray[np.object_]
    stamp: NDArray[np.int64]
    source: NDArray[np.object_]
    line: NDArray[np.int64]
    pid: NDArray[np.float64]
    relationship: NDArray[np.object_]
    old: NDArray[np.object_]
    new: NDArray[np.object_]
    seen: NDArray[np.int64]
    fatal: NDArray[np.bool_]
    args: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.event)

    def where(self, *events: str) -> NDArray[np.bool_]:
        """Which entries are one of these events."""
        wanted = np.zeros(len(self._numbers), dtype=np.bool_)
        wanted[[self._numbers[event] for event in events if event in self._numbers]] = True
        return wanted[self._codes]

    @cached_property
    def relationships(self) -> tuple[str, ...]:
        """Names of the relationships that it names, sorted."""
        return tuple(sorted({name for name in self.relationship if name is not None}))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {event: number for number, event in enumerate(dict.fromkeys(self.event))}

    @cached_property
    def _codes(self) -> NDArray[np.int64]:
        return np.array([self._numbers[event] for event in self.event], dtype=np.int64)

    @cached_property
    def startups(self) -> NDArray[np.bool_]:
        """Which entries are moves to startup."""
        named: NDArray[np.bool_] = self.new == FailoverState.STARTUP.value
        return self.where(MOVE) & named

    def version(self, entry: int) -> str | None:
        """The version that the banner at this entry names."""
        named = json.loads(self.args[entry] or "{}").get("version")
        return None if named is None else str(named)

    @cached_property
    def first(self) -> int:
        """Time of the first line, UNKNOWN_TIME without any."""
        return self._extreme(0)

    @cached_property
    def last(self) -> int:
        """Time of the last line, UNKNOWN_TIME without any."""
        return self._extreme(-1)

    def _extreme(self, end: int) -> int:
        known = [int(one[end]) for one in (self.stamp[self.stamp != UNKNOWN_TIME], self.seen) if len(one)]
        return (min if end == 0 else max)(known, default=UNKNOWN_TIME)


def journal(server: str, log: LogTables) -> Journal:
    """The journal of one server's log."""
    moves, notices, pools, updates = log.transitions, log.notices, log.pools, log.updates
    tables = (moves, notices, pools, updates)
    sizes = [len(table) for table in tables]
    blank = [np.full(size, None, dtype=object) for size in sizes]
    event = np.concatenate(
        [
            np.where(words(moves["subject"]) == Subject.LOCAL.value, MOVE, PARTNER_MOVE).astype(object),
            words(notices["code"]),
            np.full(len(pools), POOL, dtype=object),
            np.full(len(updates), UPDATE, dtype=object),
        ]
    )
    stamp = np.concatenate([stamps(table["time"]) for table in tables])
    line = np.concatenate([table["line"].to_numpy(dtype=np.int64) for table in tables])
    source = np.concatenate([words(table["source"]) for table in tables])
    order = np.lexsort((line, _source_ranks(source, stamp), stamp))
    seen = stamps(log.messages["time"])
    return Journal(
        server=server,
        event=event[order],
        stamp=stamp[order],
        source=source[order],
        line=line[order],
        pid=np.concatenate([table["pid"].to_numpy(dtype=np.float64, na_value=np.nan) for table in tables])[
            order
        ],
        relationship=np.concatenate([words(table["relationship"]) for table in tables])[order],
        old=np.concatenate([words(moves["old"]), *blank[1:]])[order],
        new=np.concatenate([words(moves["new"]), *blank[1:]])[order],
        seen=np.sort(seen[seen != UNKNOWN_TIME]),
        fatal=np.concatenate([blank[0], words(notices["level"]), *blank[2:]])[order] == "fatal",
        args=np.concatenate([blank[0], words(notices["args"]), *blank[2:]])[order],
    )


def _source_ranks(source: NDArray[np.object_], stamp: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of each row's file, files in the order of their first times: lines of one second keep file
    order.
    """
    codes, names = pd.factorize(source)
    begins = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(begins, codes, stamp)
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[np.argsort(begins, kind="stable")] = np.arange(len(names))
    return ranks[codes]
