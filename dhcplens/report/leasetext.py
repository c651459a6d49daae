"""A table of leases on a terminal."""

from collections.abc import Iterable
from datetime import tzinfo

import pandas as pd
from rich.table import Table
from rich.text import Text

from dhcplens.model.tables import NEVER
from dhcplens.model.zones import zone_name
from dhcplens.report.console import Terminal
from dhcplens.report.leasetable import AT_REST, STATES, LeaseTable
from dhcplens.report.terminal import clean


def show(table: LeaseTable, zone: tzinfo, *, every: bool, colour: str = "auto") -> None:
    """Print pools and leases; addresses that both servers hold at rest only where ``every`` is asked for."""
    console = Terminal(colour)
    if not console.is_terminal:
        console.width = 160
    moment = pd.Timestamp(table.at).tz_convert(zone)
    console.print(
        Text(f"{' beside '.join(map(clean, table.files))} at {moment:%Y-%m-%d %H:%M:%S} {zone_name(zone)}")
    )
    console.print(_pools(table) if len(table.pools) else "nothing is known of any address at that time")
    shown = table.leases if every else table.leases[_in_use(table.leases)]
    if len(shown):
        console.print(_leases(shown, zone))
    if rest := len(table.leases) - len(shown):
        console.print(f"{rest} addresses at rest (free or backup) not listed; --all lists them")


def _in_use(leases: pd.DataFrame) -> pd.Series:
    found = ~leases["state"].isin(AT_REST)
    if "partner_state" in leases:
        found = (found & leases["state"].notna()) | ~leases["partner_state"].isin(AT_REST)
        found &= leases["partner_state"].notna() | ~leases["state"].isin(AT_REST)
    return found


def _pools(table: LeaseTable) -> Table:
    grid = _grid()
    used = [
        state
        for state in STATES
        if any(table.pools[name].any() for name in (state, f"partner_{state}") if name in table.pools)
    ]
    partner = "partner_free" in table.pools
    columns = ["pool", "total", *used, *(["different"] if partner else [])]
    for name in columns:
        grid.add_column(name, justify="left" if name == "pool" else "right")
    for row in table.pools.to_dict("records"):
        counts = [
            f"{row[state]} / {row[f'partner_{state}']}" if partner else str(row[state]) for state in used
        ]
        more = [str(row["different"])] if partner else []
        grid.add_row(Text(clean(str(row["pool"]))), str(row["total"]), *counts, *more)
    return grid


def _leases(leases: pd.DataFrame, zone: tzinfo) -> Table:
    grid = _grid()
    partner = ["partner_state", "partner_ends", "difference"] if "partner_state" in leases else []
    columns = ["ip", "state", "ends", *partner, "mac", "hostname"]
    for name in columns:
        grid.add_column(name.replace("_", " "), overflow="fold")
    for row in leases[columns].astype("object").itertuples(index=False):
        grid.add_row(*(_word(value, zone) for value in row))
    return grid


def _word(value: object, zone: tzinfo) -> Text:
    if isinstance(value, pd.Timestamp) and not pd.isna(value):
        return Text("never" if value == NEVER else f"{value.tz_convert(zone):%Y-%m-%d %H:%M:%S}")
    return Text("" if pd.isna(value) else clean(str(value)))  # type: ignore[call-overload]


def _grid() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")


def problems(table: LeaseTable) -> Iterable[str]:
    """What went wrong while the files were read."""
    return (clean(str(problem)) for problem in table.problems)
