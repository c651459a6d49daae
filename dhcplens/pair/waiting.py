"""Addresses that a server without its partner may not give yet, and from when on it may."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dhcplens.model.states import BindingState, FailoverState, Role, Subject
from dhcplens.model.tables import NEVER, concat, frame
from dhcplens.pair.schemas import WAITING

_ENDED = [BindingState.EXPIRED, BindingState.RELEASED, BindingState.RESET]
_ALONE = (FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN)
_HALVES = {Role.PRIMARY: BindingState.BACKUP, Role.SECONDARY: BindingState.FREE}
_OWN = {Role.PRIMARY: BindingState.FREE, Role.SECONDARY: BindingState.BACKUP}


def waiting_frame(
    servers: Iterable[tuple[str, Role | None, pd.DataFrame]],
    states: pd.DataFrame,
    mclt: int | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """WAITING of each (name, role, ``bindings``) at the end of the files; ``mclt`` in seconds.

    In partner-down an ended lease becomes free mclt after the begin of that state or at its own end, and the
    partner's half may be given mclt after that begin or after its tsfp, whatever is later (dhcpd's failover.c
    and mdb.c). In other states an ended lease waits for the partner's word.
    """
    return concat(WAITING, [_of(*server, states, mclt, until) for server in servers])


def _of(
    name: str,
    role: Role | None,
    bindings: pd.DataFrame,
    states: pd.DataFrame,
    mclt: int | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    state, since = present(states, name)
    last = bindings[bindings["accepted"]].drop_duplicates("ip", keep="last")
    ended = last["state"].isin(_ENDED)
    half = pd.Series(False, index=last.index)
    if state in _ALONE:
        passed = (last["state"] == BindingState.ACTIVE) & (last["ends"] <= until) & (last["ends"] != NEVER)
        own = last["rewind_state"] == (_OWN.get(role) if role else None)
        returns = own & (state is FailoverState.COMMUNICATIONS_INTERRUPTED)  # straight to its own half
        ended |= passed & ~returns
        half |= (last["state"] == _HALVES[role]) if role else False
    last, ended = last[ended | half], ended[ended | half]
    names = ("ip", "state", "mac", "ends", "tsfp", "source", "line")
    columns: dict[str, object] = {one: last[one].reset_index(drop=True) for one in names}
    why = np.where(ended, "ended", "half").astype(object)
    found = frame(WAITING, {**columns, "server": [name] * len(last), "why": why})
    if state is FailoverState.PARTNER_DOWN and mclt and not pd.isna(since):
        usable = since + pd.Timedelta(seconds=mclt)
        sent = found["tsfp"].where(found["tsfp"] != NEVER)
        later = _no_earlier(sent + pd.Timedelta(seconds=mclt), usable)
        over = _no_earlier(found["ends"].where(found["ends"] != NEVER), usable)
        found["free_at"] = over.where(found["why"] == "ended", later)
    return found


def _no_earlier(times: pd.Series, than: pd.Timestamp) -> pd.Series:
    """The times, with that moment for earlier and missing ones."""
    return times.where(times > than, than)


def present(states: pd.DataFrame, server: str) -> tuple[FailoverState | None, pd.Timestamp]:
    """A server's own state at the end of its files, and since when it counts; None and NaT where not known.

    A start in between does not end a state: dhcpd takes it from its lease file with its old begin.
    """
    own = states[(states["server"] == server) & (states["subject"] == Subject.LOCAL.value)]
    own = own[own["state"] != FailoverState.STARTUP.value]
    if not len(own) or not pd.isna(own["end"].iloc[-1]):
        return None, pd.NaT  # type: ignore[return-value]
    last = own["state"].iloc[-1]
    changes = np.flatnonzero((own["state"] != last).to_numpy())
    return FailoverState(last), own["start"].iloc[changes[-1] + 1 if len(changes) else 0]
