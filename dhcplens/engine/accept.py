"""Which binding updates of the peer are taken, as tables (dhcpd's failover.c, *_transition_check)."""

from enum import Enum
from typing import Final

from dhcplens.engine.dialect import Dialect
from dhcplens.engine.leases import ABANDONED, ACTIVE, BACKUP, EXPIRED, FREE, OVER, RELEASED, RESET, Lease
from dhcplens.model.states import BindingState, Role

SKEW = 65
"""Seconds by which the clocks may differ when the peer says that a lease has expired."""


class Rule(Enum):
    """When a state is taken over from the peer."""

    YES = "always"
    NO = "never"
    POTENTIAL_OVER = "once the potential expiry in the update is over"
    ENDED_ABOUT = "once my own lease is over, give or take the skew"
    ENDED = "once my own lease is over"


YES, NO = Rule.YES, Rule.NO
_Row = dict[BindingState, Rule]
_ALL: Final[_Row] = dict.fromkeys(BindingState, YES)
_AFTER_POTENTIAL: Final[_Row] = {
    **_ALL,
    FREE: Rule.POTENTIAL_OVER,
    BACKUP: Rule.POTENTIAL_OVER,
}

NORMAL: Final[dict[BindingState, _Row]] = {
    FREE: _ALL,
    ABANDONED: _ALL,
    BACKUP: _ALL,
    RELEASED: _ALL,
    EXPIRED: _AFTER_POTENTIAL,
    RESET: _AFTER_POTENTIAL,
}
"""In normal, for what is not active: my state, then the state in the update."""

NORMAL_ACTIVE: Final[dict[Role, _Row]] = {
    Role.PRIMARY: {
        **dict.fromkeys(BindingState, NO),
        ACTIVE: YES,
        RELEASED: YES,
        ABANDONED: YES,
    },
    Role.SECONDARY: {**_AFTER_POTENTIAL, EXPIRED: Rule.ENDED_ABOUT},
}
"""In normal, for what I hold active, by my role."""

OTHERWISE_ACTIVE: Final[_Row] = {**_ALL, FREE: NO, BACKUP: NO, EXPIRED: Rule.ENDED_ABOUT}
"""In every state but normal, for what I hold active; everything else is taken."""

NORMAL_ACTIVE_3_0: Final[dict[Role, _Row]] = {
    Role.PRIMARY: {**NORMAL_ACTIVE[Role.PRIMARY], ABANDONED: NO},
    Role.SECONDARY: NORMAL_ACTIVE[Role.SECONDARY],
}
OTHERWISE_ACTIVE_3_0: Final[_Row] = {
    **dict.fromkeys(BindingState, NO),
    ACTIVE: YES,
    **dict.fromkeys(OVER, Rule.ENDED),
}


def rule(mine: BindingState, theirs: BindingState, role: Role, normal: bool, dialect: Dialect) -> Rule:
    """The rule for an update from ``mine`` to ``theirs``; ``normal``: I am in failover state normal."""
    if mine is theirs:
        return YES
    if mine is ACTIVE:
        if normal:
            return (NORMAL_ACTIVE if dialect.exact_acks else NORMAL_ACTIVE_3_0)[role][theirs]
        return (OTHERWISE_ACTIVE if dialect.exact_acks else OTHERWISE_ACTIVE_3_0)[theirs]
    return NORMAL[mine][theirs] if normal else YES


def taken(
    lease: Lease, theirs: BindingState, potential: int, role: Role, normal: bool, now: int, dialect: Dialect
) -> bool:
    """Whether the update is taken; ``potential`` is the potential expiry that it carries (0: none)."""
    found = rule(lease.state, theirs, role, normal, dialect)
    if found is YES or found is NO:
        return found is YES
    if found is Rule.POTENTIAL_OVER:
        return potential <= now
    return lease.ends - (SKEW if found is Rule.ENDED_ABOUT else 0) <= now


def mine_is_better(lease: Lease, theirs: BindingState, cltt: int, role: Role) -> bool:
    """Which of two updates that crossed wins: mine (still without ack) or the incoming one."""
    mine = lease.desired
    if mine is ACTIVE and theirs is ACTIVE and cltt != lease.cltt:
        return cltt < lease.cltt
    if theirs is ACTIVE and mine is not ACTIVE:
        return False
    if mine is ACTIVE and theirs is EXPIRED:
        return False
    return role is Role.PRIMARY
