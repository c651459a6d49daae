"""One cause, one incident: findings that another finding explains are put under it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dhcplens.model.values import Finding

SETTLING = timedelta(minutes=5)
"""How long after its end a cause still explains what begins: resynchronising takes its time."""

AFTERMATH = timedelta(days=1)
"""The same for a lost database: until the leases that were forgotten have ended."""

_REFUSALS = ("clock-skew", "relationship-name-mismatch", "role-conflict", "incompatible-versions")
_CUTS = ("peer-down", "link-down")
_LOSSES = ("both-databases-lost", "database-lost", "stale-database-restored")

CAUSES: dict[str, tuple[str, ...]] = {
    "link-down": (*_REFUSALS, "peer-address-unusable", "flapping"),
    "silent-link": (*_REFUSALS, "link-down"),
    "stuck-communications-interrupted": (*_REFUSALS, "peer-address-unusable", "never-reconnects", *_CUTS),
    "never-reconnects": (*_REFUSALS, "peer-address-unusable", *_CUTS),
    "stuck-recover": (*_REFUSALS, "peer-address-unusable", *_LOSSES, *_CUTS),
    "survivor-starved": ("stuck-communications-interrupted", "never-reconnects", *_REFUSALS, *_CUTS),
    "pool-exhausted": ("survivor-starved", *_CUTS),
    "partner-down-with-living-peer": ("link-down",),
    "potential-conflict": ("partner-down-with-living-peer", "stale-database-restored", *_CUTS),
    "conflict-shutdown": ("potential-conflict",),
    "database-lost": ("peer-down", "lease-file-damaged"),
    "both-databases-lost": ("peer-down",),
    "stale-database-restored": ("peer-down",),
    "recover-wait": (*_LOSSES, *_CUTS),
    "duplicate-binding": (
        "partner-down-with-living-peer",
        "both-databases-lost",
        "stale-database-restored",
        "potential-conflict",
        "database-lost",
    ),
    "diverged-bindings": (*_LOSSES, "partner-down-with-living-peer", "binding-update-conflict", *_CUTS),
    "diverged-pool-counts": ("configuration-mismatch", *_LOSSES, "stale-database-restored"),
    "binding-update-conflict": (*_LOSSES, "configuration-mismatch", "potential-conflict"),
    "pool-imbalance": ("pool-request-refused", "configuration-mismatch"),
    "pool-request-refused": ("configuration-mismatch", "pool-exhausted"),
    "update-backlog": ("flapping", *_CUTS),
    "load-balanced-into-a-hole": ("silent-link",),
    "unanswered-clients": (
        "load-balanced-into-a-hole",
        "survivor-starved",
        "pool-exhausted",
        "stuck-recover",
        "recover-wait",
        "conflict-shutdown",
        "potential-conflict",
        "partner-down-with-living-peer",
        *_CUTS,
    ),
    "expired-never-freed": ("stuck-communications-interrupted", *_CUTS),
    "abandoned-leases": _LOSSES,
    "nak-storm": (*_LOSSES, "configuration-mismatch", "conflict-shutdown"),
    "resync-rejections": (*_LOSSES, "potential-conflict", *_CUTS),
    "unreachable-peer-chatter": _CUTS,
    "lease-owned-by-peer": _CUTS,
    "short-leases": _CUTS,
    "taking-over": ("partner-down-with-living-peer", *_CUTS),
    "waiting-leases": _CUTS,
    "runs-dry": ("pool-imbalance", *_CUTS),
    "lease-not-in-file": ("lease-file-damaged", "impossible-sequence"),
    "impossible-sequence": ("lease-file-damaged",),
}
"""Which findings can explain a finding, the likeliest first; they must also overlap it in time."""


_OWN = ("pool-exhausted",)
"""What is not over when its cause is was no mere consequence of it."""


def key(finding: Finding) -> str:
    """What ``consequence_of`` names: the rule and the start of its interval."""
    return f"{finding.name}@{finding.start.isoformat() if finding.start else '-'}"


def grouped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with their causes named: the gravest incident first, of those the ones that last.

    Each is followed by its consequences.
    """
    named = [replace(one, consequence_of=_root(one, findings)) for one in findings]
    below: dict[str, list[Finding]] = {}
    for one in named:
        if one.consequence_of:
            below.setdefault(one.consequence_of, []).append(one)
    heads = [one for one in named if one.consequence_of is None]
    ordered: list[Finding] = []
    for head in sorted(heads, key=lambda one: _rank(one, below.get(key(one), ()))):
        ordered += [head, *sorted(below.pop(key(head), ()), key=_rank)]  # two heads may share a key
    return tuple(ordered)


def _rank(finding: Finding, consequences: Iterable[Finding] = ()) -> tuple[int, bool, float, str]:
    every = (finding, *consequences)
    gravest = max(one.severity.rank for one in every)
    over = all(one.end is not None for one in every if one.severity.rank == gravest)
    return (-gravest, over, finding.start.timestamp() if finding.start else 0.0, finding.code)


def _root(finding: Finding, findings: Sequence[Finding]) -> str | None:
    """Key of the first cause of a finding, following causes of causes."""
    cause, seen = finding, {key(finding)}
    while (above := _cause(cause, findings)) is not None and key(above) not in seen:
        cause = above
        seen.add(key(above))
    return None if cause is finding else key(cause)


def _cause(finding: Finding, findings: Sequence[Finding]) -> Finding | None:
    for name in CAUSES.get(finding.name, ()):
        candidates = [one for one in findings if one.name == name and _explains(one, finding)]
        if candidates:
            return max(candidates, key=lambda one: one.start.timestamp() if one.start else 0.0)
    return None


def _explains(cause: Finding, finding: Finding) -> bool:
    """Whether the finding begins while the cause lasts or soon after (a lost database: long after)."""
    if finding.name in _OWN and finding.end is None and cause.end is not None:
        return False
    if cause.start is None or finding.start is None:
        return True
    late = AFTERMATH if cause.name in _LOSSES else SETTLING
    begun: datetime = cause.start - timedelta(minutes=1)
    return begun <= finding.start and (cause.end is None or finding.start <= cause.end + late)
