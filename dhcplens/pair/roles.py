"""Who is primary and who secondary, from every sign there is.

Grounds in order of weight: the configuration; ``mclt`` in the state blocks of the lease file, which only a
secondary writes (dhcpd's db.c); the sign of ``lts`` in pool lines, which each server prints from its own
point of view; lines and moves that only one role makes (dhcpd's failover.c).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import FailoverState, Role
from dhcplens.model.values import Inference, Problem
from dhcplens.pair.columns import words
from dhcplens.pair.journal import MOVE, Journal

GROUNDS = ("configuration", "mclt", "lts", "says")
_PRIMARY, _SECONDARY = Role.PRIMARY, Role.SECONDARY
_SAYS = {
    "connect-rejected": (_PRIMARY, "only a primary sends CONNECT"),
    "connectack-failed": (_PRIMARY, "only a primary gets CONNECTACK"),
    "taking-leases": (_PRIMARY, "only a primary takes leases back"),
    "lease-imbalance": (_PRIMARY, "only a primary answers pool requests in 3.0"),
    "secondary-conflict-done": (_PRIMARY, "only a primary hears of a secondary in conflict-done"),
    "connect-failed": (_SECONDARY, "only a secondary receives CONNECT"),
    "spurious-update-done": (_SECONDARY, "only a secondary calls an update-done message spurious"),
}
_MAKES = {
    (FailoverState.POTENTIAL_CONFLICT.value, FailoverState.CONFLICT_DONE.value): _PRIMARY,
    (FailoverState.CONFLICT_DONE.value, FailoverState.NORMAL.value): _PRIMARY,
    (FailoverState.POTENTIAL_CONFLICT.value, FailoverState.NORMAL.value): _SECONDARY,
}


@dataclass(frozen=True)
class Sign:
    """One thing that tells a role; ``count`` is how many lines say it."""

    server: str
    relationship: str
    role: Role
    ground: str
    why: str
    source: str | None
    line: int
    count: int = 1


@dataclass(frozen=True)
class Roles:
    """Role of each server in each relationship it takes part in, and how that was found."""

    of: Mapping[tuple[str, str], Role]
    inferences: tuple[Inference, ...]
    problems: tuple[Problem, ...]


def conf_signs(server: str, conf: DhcpdConf | None) -> Iterator[Sign]:
    """What a configuration declares."""
    for peer in conf.peers if conf else ():
        why = f'{peer.role.value}; in failover peer "{peer.name}"'
        yield Sign(
            server, peer.name, peer.role, "configuration", why, conf.source if conf else None, peer.line
        )


def lease_signs(server: str, blocks: pd.DataFrame) -> Iterator[Sign]:
    """What the last state block of each relationship tells."""
    if blocks.empty:
        return
    last = blocks.drop_duplicates("relationship", keep="last")
    for name, mclt, source, line in zip(
        words(last["relationship"]), last["mclt"].isna(), words(last["source"]), last["line"], strict=True
    ):
        role = _PRIMARY if mclt else _SECONDARY
        why = "its lease file has no mclt" if mclt else "its lease file has mclt, as only a secondary's has"
        if name is not None:
            yield Sign(server, name, role, "mclt", why, source, int(line))


def log_signs(journal: Journal, pools: pd.DataFrame, only: str | None) -> Iterator[Sign]:
    """What a log tells; ``only`` is the relationship of lines that name none."""
    for code, (role, why) in _SAYS.items():
        yield from _said(journal, journal.where(code), role, why, only)
    moves = journal.where(MOVE)
    for (old, new), role in _MAKES.items():
        made = moves & (journal.old == old) & (journal.new == new)
        yield from _said(journal, made, role, f"only a {role.value} moves from {old} to {new}", only)
    yield from _lts_signs(journal.server, pools, only)


def _said(
    journal: Journal, chosen: NDArray[np.bool_], role: Role, why: str, only: str | None
) -> Iterator[Sign]:
    entries = np.flatnonzero(chosen)
    if not len(entries):
        return
    last = int(entries[-1])
    name = journal.relationship[last] or only
    if name is not None:
        source, line = journal.source[last], int(journal.line[last])
        yield Sign(journal.server, name, role, "says", why, source, line, len(entries))


def _lts_signs(server: str, pools: pd.DataFrame, only: str | None) -> Iterator[Sign]:
    """lts of 3.1 and newer is positive for an owner of more than half; 3.0 prints what a server lacks.

    In 3.0 a primary also prints the newer sign, when it answers a pool request: there only the other sign
    proves.
    """
    if pools.empty:
        return
    numbers = (pools[one].to_numpy(np.float64, na_value=np.nan) for one in ("free", "backup", "lts"))
    free, backup, lts = numbers
    same = np.nan_to_num(np.sign(free - backup) * np.sign(lts))
    old = words(pools["kind"]) == "pool"
    named = words(pools["relationship"], only)
    for name in dict.fromkeys(named[named != None]):  # noqa: E711
        mine = named == name
        older, newer = mine & old, mine & ~old
        turned = bool((same[older] < 0).any())
        for chosen, role in (
            (newer & (same > 0), _PRIMARY),
            (newer & (same < 0), _SECONDARY),
            (older & (same < 0), _PRIMARY),
            (older & (same > 0), _PRIMARY if turned else _SECONDARY),
        ):
            rows = np.flatnonzero(chosen)
            if len(rows):
                row = pools.iloc[int(rows[-1])]
                why = f"lts {row['lts']} with free {row['free']} and backup {row['backup']}"
                yield Sign(server, name, role, "lts", why, str(row["source"]), int(row["line"]), len(rows))


def decide(signs: Sequence[Sign], servers: Sequence[str]) -> Roles:
    """The role of each server: by its own heaviest sign, else as the other half of its partner."""
    of: dict[tuple[str, str], Role] = {}
    grounds: dict[tuple[str, str], Sign] = {}
    problems: list[Problem] = []
    for key in dict.fromkeys((sign.server, sign.relationship) for sign in signs):
        own = [sign for sign in signs if (sign.server, sign.relationship) == key]
        best = _heaviest(own)
        of[key], grounds[key] = best.role, best
        problems += _contradictions(best, own)
    inferences = [
        Inference(f"role of {server}", of[server, name].value, _because(grounds[server, name]))
        for server, name in of
    ]
    if len(servers) == 2:
        for name in dict.fromkeys(sign.relationship for sign in signs):
            known = [server for server in servers if (server, name) in of]
            if len(known) == 1:
                (other,) = (server for server in servers if server != known[0])
                if any(server == other for server, _ in of):
                    continue
                of[other, name] = of[known[0], name].partner
                why = f"{known[0]} is the {of[known[0], name].value} of {name}"
                inferences.append(Inference(f"role of {other}", of[other, name].value, why))
            elif len(known) == 2 and len({of[server, name] for server in known}) == 1:
                problems += _same_role(name, [grounds[server, name] for server in known])
    return Roles(of, tuple(inferences), tuple(problems))


def _heaviest(own: Sequence[Sign]) -> Sign:
    """The sign that counts: of the heaviest ground, with most lines behind it."""
    ground = min((sign.ground for sign in own), key=GROUNDS.index)
    of_ground = [sign for sign in own if sign.ground == ground]
    votes = {role: sum(sign.count for sign in of_ground if sign.role is role) for role in Role}
    return max(of_ground, key=lambda sign: (votes[sign.role], sign.count))


def _because(sign: Sign) -> str:
    return f"{sign.ground}: {sign.why}"


def _contradictions(best: Sign, own: Sequence[Sign]) -> Iterator[Problem]:
    for ground in GROUNDS:
        rest = [sign for sign in own if sign.ground == ground]
        if ground != best.ground and rest and (other := _heaviest(rest)).role is not best.role:
            yield Problem(
                other.source or "",
                f"{best.server} is {best.role.value} of {best.relationship} by {best.ground}, "
                f"but {other.role.value} by this: {other.why}",
                other.line or None,
            )


def _same_role(relationship: str, best: Sequence[Sign]) -> Iterator[Problem]:
    names = " and ".join(sign.server for sign in best)
    for sign in best:
        yield Problem(
            sign.source or "",
            f"{names} both claim to be {sign.role.value} of {relationship}; "
            f"{sign.server} by {sign.ground}: {sign.why}",
            sign.line or None,
        )
