"""What cannot be known of a pair, said in words: missing files, logs that do not overlap, clocks not
compared.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dhcplens.model.values import Inference
from dhcplens.pair.columns import UNKNOWN_TIME, codes, stamps

if TYPE_CHECKING:
    from dhcplens.pair.view import PairView, Server

_NOT_KNOWN = "not known"
_STEP = 60  # seconds: less is the disorder of a log daemon


def unknowns(pair: "PairView") -> Iterator[Inference]:
    """The skew with its ground, and one statement for each thing that stays open."""
    yield from _partner(pair)
    for server in pair.servers:
        yield from _missing(server)
        yield from _set_back(server)
        if server.role is None:
            why = "neither configuration nor lease file nor log tells"
            yield Inference(f"role of {server.name}", _NOT_KNOWN, why)
    if len(pair.servers) == 2:
        yield _clocks(pair)
        if pair.overlap is None:
            why = "the logs of the two servers cover no common time, or one has no times"
            yield Inference("both sides of the same events", _NOT_KNOWN, why)
    if pair.hba is None:
        yield Inference(
            "which clients are whose", _NOT_KNOWN, "no configuration of the primary with split or hba"
        )


def _partner(pair: "PairView") -> Iterator[Inference]:
    if len(pair.servers) == 1:
        why = (
            f"only files of {pair.servers[0].name} were given: whether its partner was down or the link, "
            "and what the partner's lease file holds, cannot be told"
        )
        yield Inference("the partner", _NOT_KNOWN, why)


def _missing(server: "Server") -> Iterator[Inference]:
    log, leases = server.log, server.leases
    if not any(len(table) for table in (log.messages, log.transitions, log.pools, log.updates, log.notices)):
        why = "no log of it was given: its own moves, its restarts and whom it served are not seen"
        yield Inference(f"log of {server.name}", "missing", why)
    if leases.bindings.empty and leases.failover_states.empty:
        why = "no lease file of it was given: its bindings cannot be compared"
        yield Inference(f"lease file of {server.name}", "missing", why)
    if server.conf is None:
        why = "no configuration of it was given: limits are taken to be dhcpd's defaults"
        yield Inference(f"configuration of {server.name}", "missing", why)


def _set_back(server: "Server") -> Iterator[Inference]:
    """The greatest step by which the stamps of a log go back: its clock was set meanwhile."""
    log = server.log
    steps = [one for table in (log.transitions, log.notices, log.messages) for one in _steps_back(table)]
    if not steps:
        return
    seconds, source, line = max(steps)
    summer = " (unless summer time ended there)" if 3000 < seconds <= 3600 else ""
    why = f"{source}:{line} is stamped before the line above it{summer}: the order around it is not sure"
    yield Inference(f"clock of {server.name}", f"set back by {seconds} s or more", why)


def _steps_back(table: pd.DataFrame) -> Iterator[tuple[int, str, int]]:
    """The greatest step back, in seconds, of each file of a table, with its place."""
    line, source, stamp = table["line"].to_numpy(np.int64), codes(table["source"]), stamps(table["time"])
    if not ((np.diff(line) < 0) & (np.diff(source) == 0)).any():  # tables are sorted by time
        return
    order = np.lexsort((line, source))
    order = order[stamp[order] != UNKNOWN_TIME]
    back = -np.diff(stamp[order]) // 10**9
    back[np.diff(source[order]) != 0] = 0
    place = int(np.argmax(back)) if len(back) else 0
    if len(back) and back[place] >= _STEP:
        row = order[place + 1]
        yield int(back[place]), str(table["source"].iloc[row]), int(line[row])


def _clocks(pair: "PairView") -> Inference:
    first, second = (server.name for server in pair.servers)
    skew = pair.skew
    if skew.seconds is None:
        return Inference("clock skew", _NOT_KNOWN, "nothing that both servers logged; taken to be none")
    ground = f"{skew.count} {skew.how} that both servers logged, spread {skew.spread:g} s"
    if not skew.counts:
        return Inference("clock skew", "none that matters", f"{skew.seconds:g} s by {ground}")
    order = f"ahead of {first}" if skew.seconds > 0 else f"behind {first}"
    return Inference("clock skew", f"{second} is {abs(skew.seconds):g} s {order}", ground)
