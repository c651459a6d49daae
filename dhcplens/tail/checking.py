"""From how a server stands to the result of a monitoring check."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from dhcplens.model.states import FailoverState
from dhcplens.tail.events import printable
from dhcplens.tail.health import Health, Left, Standing
from dhcplens.tail.leasefile import is_lease_file
from dhcplens.tail.plugin import Measure, Range, Status, worst

LEASES: Final = (
    Path("/var/lib/dhcp/dhcpd.leases"),
    Path("/var/lib/dhcpd/dhcpd.leases"),
    Path("/var/db/dhcpd/dhcpd.leases"),
    Path("/var/db/dhcpd.leases"),
)
LOGS: Final = (Path("/var/log/messages"), Path("/var/log/syslog"))

_MCLT: Final = 3600
_PATIENCE: Final = {
    FailoverState.STARTUP: 120,
    FailoverState.RECOVER: 900,
    FailoverState.RECOVER_DONE: 900,
}
"""Seconds for which a server may be in a state without answering; recover-wait lasts for mclt."""

_GRACE: Final = 300
_SERVING: Final = {
    FailoverState.NORMAL: Status.OK,
    FailoverState.COMMUNICATIONS_INTERRUPTED: Status.WARNING,
    FailoverState.PARTNER_DOWN: Status.WARNING,
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a plug-in says."""

    status: Status
    text: str
    measures: tuple[Measure, ...]
    details: tuple[str, ...]


def find_files(files: Sequence[Path]) -> tuple[Path | None, Path | None]:
    """The lease file and the log among these, or in their usual places. Raises FileNotFoundError."""
    if not files:
        leases = next((path for path in LEASES if path.exists()), None)
        log = next((path for path in LOGS if path.exists()), None)
        if leases is None and log is None:
            raise FileNotFoundError(f"neither {LEASES[0]} nor {LOGS[0]} is there; name the files")
        return leases, log
    for path in files:
        if not path.is_file():
            code = errno.EISDIR if path.is_dir() else errno.ENOENT
            raise FileNotFoundError(f"{path}: {os.strerror(code)}")
    filed = [path for path in files if is_lease_file(path)]
    logs = [path for path in files if path not in filed]
    if len(filed) > 1 or len(logs) > 1:
        raise ValueError("one lease file and one log, those of one server")
    return next(iter(filed), None), next(iter(logs), None)


def judge(health: Health, warning: Range, critical: Range, now: float, zone: tzinfo) -> Result:
    """Status, text and measures; the thresholds are of the percentage of own addresses left."""
    states = [(one, state_status(one, now)) for one in health.standings]
    left = [(one, _measure(one, warning, critical)) for one in health.left]
    measures = [measure for _, measure in left]
    measures += [_age(one, now, len(states) > 1) for one, _ in states if one.since is not None]
    texts = [_state_text(one, zone) for one, _ in states]
    texts += [_left_text(one) for one, measure in left if measure.status is not Status.OK or len(left) == 1]
    details = [f"state of {one.relationship}: from the {one.witness}, {one.role}" for one, _ in states]
    details += [_left_text(one) for one in health.left]
    if health.last is not None:
        details.append(f"last line of failover in the log: {_clock(health.last, zone)}")
    return Result(
        worst([*(status for _, status in states), *(measure.status for measure in measures)]),
        ", ".join(texts),
        tuple(measures),
        tuple(printable(detail) for detail in details),
    )


def state_status(one: Standing, now: float) -> Status:
    """What a state means: serving in full, serving with less, not answering for a while, not answering."""
    found = next((state for state in FailoverState if state == one.state), FailoverState.UNKNOWN)
    if found in _SERVING:
        return _SERVING[found]
    if found is FailoverState.RECOVER_WAIT:
        patience = (_MCLT if one.mclt is None else one.mclt) + _GRACE
    elif found in _PATIENCE:
        patience = _PATIENCE[found]
    else:
        return Status.CRITICAL
    lasts = 0.0 if one.since is None else now - one.since
    return Status.WARNING if lasts <= patience else Status.CRITICAL


def _measure(one: Left, warning: Range, critical: Range) -> Measure:
    label = f"own {one.network}".strip()
    return Measure(label, round(one.percent, 2), "%", warning, critical, 0, 100)


def _age(one: Standing, now: float, several: bool) -> Measure:
    label = f"since {one.relationship}" if several else "since"
    return Measure(label, max(0, round(now - (one.since or 0))), "s", low=0)


def _state_text(one: Standing, zone: tzinfo) -> str:
    since = f" since {_clock(one.since, zone)}" if one.since is not None else ""
    partner = f" (partner {one.partner})" if one.partner and one.partner != one.state else ""
    return f"{one.relationship} {one.state}{since}{partner}"


def _left_text(one: Left) -> str:
    where = f" in {one.network}" if one.network else ""
    return f"{one.own} of {one.total} addresses left to give{where}"


def _clock(seconds: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S}"
