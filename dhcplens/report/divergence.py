"""Where the two lease files differ, as a grid of words."""

from typing import Any

import pandas as pd

from dhcplens.findings.rows import records
from dhcplens.findings.words import clock, number
from dhcplens.model.states import BindingState
from dhcplens.model.tables import NEVER
from dhcplens.pair import PairView
from dhcplens.report.overview import Grid

_ORDER = {"client": 0, "missing-first": 1, "missing-second": 1, "state": 2, "ends": 3}


def divergence(pair: PairView, most: int) -> Grid:
    """The addresses that the two lease files disagree on, two clients for one address first.

    At most ``most`` rows; how many were left out is said. Empty where there are no two lease files.
    """
    if not _compared(pair):
        return Grid((), ())
    names = [server.name for server in pair.servers]
    view, differ = pair.binding_view, differing(pair)
    rows = tuple(_row(one, pair) for one in records(differ.iloc[:most]))
    titles = ["address", "difference", *(title for name in names for title in (name, f"client at {name}"))]
    columns = tuple((title, False) for title in titles)
    agreed = number(len(view), "address")
    if differ.empty:
        return Grid((), (), (f"The two lease files agree on all of {agreed}.",))
    notes = [f"{number(len(differ), 'address')} of {len(view)} differ between the two lease files"]
    if len(differ) > most:
        notes.append(f"{len(differ) - most} more rows are left out here")
    return Grid(columns, rows, tuple(notes))


def differing(pair: PairView) -> pd.DataFrame:
    """The rows of ``binding_view`` that are shown, in order; none where there are no two lease files."""
    view = pair.binding_view
    differ = view[view["difference"] != "none"] if _compared(pair) else view.iloc[:0]
    return differ.iloc[differ["difference"].astype(object).map(_ORDER).argsort(kind="stable").to_numpy()]


def _compared(pair: PairView) -> bool:
    return sum(len(server.leases.bindings) > 0 for server in pair.servers) > 1


def _row(one: Any, pair: PairView) -> tuple[str, ...]:
    names = [server.name for server in pair.servers]
    kinds = {
        "client": "two clients",
        "missing-first": f"not in {names[0]}'s file",
        "missing-second": f"not in {names[1]}'s file",
        "state": "other state",
        "ends": "other end",
    }
    sides = [cell for side in ("first", "second") for cell in _side(one, side, pair.timezone)]
    return (str(one.ip), kinds[str(one.difference)], *sides)


def _side(one: Any, side: str, timezone: str) -> tuple[str, str]:
    state, effective = getattr(one, f"state_{side}"), getattr(one, f"effective_{side}")
    if pd.isna(state):
        return "", ""
    ends = getattr(one, f"ends_{side}")
    words = str(state)
    if state == BindingState.ACTIVE and not pd.isna(ends):
        until = "for ever" if ends == NEVER else f"until {clock(ends.to_pydatetime(warn=False), timezone)}"
        words += f" {until}" + ("" if effective == state else " (over)")
    clients = (getattr(one, f"{name}_{side}") for name in ("mac", "uid"))
    return words, next((str(client) for client in clients if not pd.isna(client)), "")
