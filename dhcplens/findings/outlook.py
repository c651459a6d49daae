"""Clock times of a server without its partner: what it does by itself, and at an operator's word."""

from datetime import timedelta

import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.words import clock, duration
from dhcplens.model.states import FailoverState


def outlook(case: Case, survivor: str, start: pd.Timestamp, end: pd.Timestamp | None) -> str:
    """From when on a server that lost its partner then may give its partner's half (dhcpd's failover.c).

    ``end`` None: the interruption lasts.
    """
    zone, partner = case.pair.timezone, case.other(survivor)
    own = [one for one in case.stays if one.server == survivor and one.start is not None]
    own = [
        one for one in own if one.begin >= start - timedelta(minutes=1) and (end is None or one.begin < end)
    ]
    taken = [one for one in own if one.state is FailoverState.PARTNER_DOWN]
    if taken:
        return f"in partner-down since {clock(taken[0].start, zone)}, {_half(case, partner, taken[0].begin)}"
    if end is not None:
        return f"over since {clock(end, zone)}, so nothing is left to wait for"
    when = by_itself(case, survivor)
    if when is not None:
        return f"goes into partner-down by itself at {clock(when, zone)}, {_half(case, partner, when)}"
    return f"put into partner-down at {clock(case.until, zone)}, {_half(case, partner, case.until)}"


def by_itself(case: Case, server: str) -> pd.Timestamp | None:
    """When auto-partner-down (dhcpd.conf(5)) acts on a server that is interrupted at the end of the logs."""
    alone = case.stays_in(FailoverState.COMMUNICATIONS_INTERRUPTED, server=server)
    peer = case.peer(server)
    if not alone or alone[-1].end is not None or alone[-1].start is None:
        return None
    seconds = peer.auto_partner_down if peer else 0
    return alone[-1].start + timedelta(seconds=seconds) if seconds else None


def _half(case: Case, partner: str, when: pd.Timestamp) -> str:
    mclt = case.pair.mclt
    if not mclt:
        return f"{partner}'s half from mclt after that on"
    usable = clock(when + timedelta(seconds=mclt), case.pair.timezone)
    return f"{partner}'s half from {usable} on (mclt is {duration(mclt)})"
