"""The failover state machine as tables: state x cause -> move (failover draft; dhcpd's failover.c).

Nothing is done here. ``relationship.py`` looks the tables up and carries out what they say.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from dhcplens.engine.dialect import Dialect
from dhcplens.model.states import FailoverState, Role

UNKNOWN, STARTUP, NORMAL = FailoverState.UNKNOWN, FailoverState.STARTUP, FailoverState.NORMAL
INTERRUPTED, PARTNER_DOWN = FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN
CONFLICT, CONFLICT_DONE = FailoverState.POTENTIAL_CONFLICT, FailoverState.CONFLICT_DONE
RESOLUTION_INTERRUPTED = FailoverState.RESOLUTION_INTERRUPTED
RECOVER, RECOVER_WAIT, RECOVER_DONE = (
    FailoverState.RECOVER,
    FailoverState.RECOVER_WAIT,
    FailoverState.RECOVER_DONE,
)
PAUSED, SHUTDOWN = FailoverState.PAUSED, FailoverState.SHUTDOWN

States = Mapping[FailoverState, FailoverState]


class Also(Enum):
    """What goes with hearing a state, besides or instead of a move."""

    CHECK_POOLS = "looks at its pools"
    FLUSH = "sends its pending updates"
    SAY_FULL_UPDATE = "wants a full update"
    ASK_ALL = "asks for all bindings"
    ASK_AFTER_CONFLICT = "asks for changed bindings"
    ASK = "asks for changed bindings, whatever it does itself"


class Reaction(NamedTuple):
    """What a server does when it hears its partner's state.

    ``from_startup`` replaces ``move`` while the server is still starting.
    """

    move: FailoverState | None = None
    also: tuple[Also, ...] = ()
    from_startup: FailoverState | None = None


class Refusal(NamedTuple):
    """A state that the partner must not be in: the line that says so, and the move (None: dhcpd exits)."""

    code: str
    move: FailoverState | None = SHUTDOWN


class RefusedMoveError(Exception):
    """The partner's move is illegal for a server in state ``me``; ``refusal`` says what follows."""

    def __init__(self, me: FailoverState, old: FailoverState, new: FailoverState, refusal: Refusal) -> None:
        super().__init__(f"partner moves from {old} to {new} while local state is {me}")
        self.me, self.old, self.new, self.refusal = me, old, new, refusal


ON_DISCONNECT: Final[States] = {
    NORMAL: INTERRUPTED,
    CONFLICT: RESOLUTION_INTERRUPTED,
    UNKNOWN: RESOLUTION_INTERRUPTED,
}
"""Moves on losing the link, and after 15 s alone in startup; every other state stays."""

IGNORES_REPEATED: Final = frozenset({UNKNOWN, NORMAL, CONFLICT, RECOVER_DONE, SHUTDOWN, PAUSED, RECOVER_WAIT})
"""States in which a partner's state that is no news is passed over in silence."""

_TO = {state: Reaction(state) for state in FailoverState}
_INVALID = Refusal("invalid-state-transition")
_FATAL = Refusal("conflict-done-illegal-move", None)
_STAY = Reaction()

ON_PEER: Final[Mapping[FailoverState, Mapping[FailoverState, Reaction | Refusal]]] = {
    NORMAL: {
        NORMAL: Reaction(also=(Also.CHECK_POOLS,)),
        PARTNER_DOWN: Reaction(CONFLICT, from_startup=RECOVER),
        CONFLICT: _INVALID,
        RESOLUTION_INTERRUPTED: _INVALID,
        CONFLICT_DONE: _INVALID,
        RECOVER: _TO[PARTNER_DOWN],
        SHUTDOWN: _TO[PARTNER_DOWN],
        PAUSED: _TO[INTERRUPTED],
    },
    RECOVER: {
        RECOVER: Reaction(also=(Also.SAY_FULL_UPDATE, Also.ASK_ALL)),
        CONFLICT: _TO[CONFLICT],
        RESOLUTION_INTERRUPTED: _TO[CONFLICT],
        CONFLICT_DONE: _TO[CONFLICT],
        NORMAL: _TO[CONFLICT],
        PARTNER_DOWN: Reaction(also=(Also.ASK_ALL,)),
        INTERRUPTED: Reaction(also=(Also.ASK_ALL,)),
        SHUTDOWN: _TO[PARTNER_DOWN],
    },
    CONFLICT: {
        NORMAL: Refusal("moves-to-normal-in-conflict"),
        CONFLICT_DONE: Reaction(also=(Also.ASK_AFTER_CONFLICT,)),
        RECOVER: _TO[RECOVER],
        SHUTDOWN: _TO[PARTNER_DOWN],
    },
    CONFLICT_DONE: {
        **dict.fromkeys(FailoverState, _FATAL),
        NORMAL: _TO[NORMAL],
        SHUTDOWN: _TO[SHUTDOWN],
        CONFLICT: _STAY,
        RESOLUTION_INTERRUPTED: _STAY,
    },
    PARTNER_DOWN: {
        RECOVER_DONE: _TO[NORMAL],
        NORMAL: _TO[CONFLICT],
        CONFLICT: _TO[CONFLICT],
        PARTNER_DOWN: _TO[CONFLICT],
        INTERRUPTED: _TO[CONFLICT],
        RESOLUTION_INTERRUPTED: _TO[CONFLICT],
        CONFLICT_DONE: _TO[CONFLICT],
    },
    INTERRUPTED: {
        RECOVER: _TO[PARTNER_DOWN],
        NORMAL: Reaction(NORMAL, (Also.FLUSH,)),
        INTERRUPTED: Reaction(NORMAL, (Also.FLUSH,)),
        RECOVER_DONE: Reaction(NORMAL, (Also.FLUSH,)),
        RECOVER_WAIT: Reaction(NORMAL, (Also.FLUSH,)),
        CONFLICT: _TO[CONFLICT],
        PARTNER_DOWN: _TO[CONFLICT],
        RESOLUTION_INTERRUPTED: _TO[CONFLICT],
        CONFLICT_DONE: _TO[CONFLICT],
        SHUTDOWN: _TO[PARTNER_DOWN],
    },
    RESOLUTION_INTERRUPTED: {
        NORMAL: _TO[CONFLICT],
        RECOVER: _TO[CONFLICT],
        CONFLICT: _TO[CONFLICT],
        PARTNER_DOWN: _TO[CONFLICT],
        INTERRUPTED: _TO[CONFLICT],
        RESOLUTION_INTERRUPTED: _TO[CONFLICT],
        CONFLICT_DONE: _TO[CONFLICT],
        RECOVER_DONE: _TO[CONFLICT],
        RECOVER_WAIT: _TO[CONFLICT],
        SHUTDOWN: _TO[PARTNER_DOWN],
    },
    RECOVER_DONE: {
        RECOVER_DONE: _TO[NORMAL],
        NORMAL: _TO[NORMAL],
        SHUTDOWN: _TO[PARTNER_DOWN],
    },
}
"""What a server in the first state does when it hears that its partner is in the second (3.1.0 and newer).

A pair that is not listed means: nothing. In partner-down a partner that is still starting is not listened to.
"""

_ASK = Reaction(also=(Also.ASK,))
ON_PEER_3_0: Final[Mapping[FailoverState, Mapping[FailoverState, Reaction | Refusal]]] = {
    **ON_PEER,
    NORMAL: {
        **ON_PEER[NORMAL],
        CONFLICT: _TO[SHUTDOWN],
        RESOLUTION_INTERRUPTED: _TO[SHUTDOWN],
    },
    RECOVER: {**ON_PEER[RECOVER], PARTNER_DOWN: _ASK, INTERRUPTED: _ASK},
    CONFLICT: {**ON_PEER[CONFLICT], NORMAL: Reaction(also=(Also.ASK_AFTER_CONFLICT,))},
}
"""The same for 3.0.x, which has no conflict-done."""

ON_UPDATE_DONE: Final[Mapping[tuple[FailoverState, Role, bool], FailoverState | Refusal | None]] = {
    (CONFLICT, Role.SECONDARY, True): NORMAL,
    (CONFLICT, Role.PRIMARY, True): Refusal("secondary-conflict-done"),
    (CONFLICT, Role.PRIMARY, False): CONFLICT_DONE,
    (CONFLICT, Role.SECONDARY, False): Refusal("spurious-update-done", CONFLICT),
    (CONFLICT_DONE, Role.PRIMARY, True): Refusal("spurious-update-done", CONFLICT_DONE),
    (CONFLICT_DONE, Role.PRIMARY, False): Refusal("spurious-update-done", CONFLICT_DONE),
    (CONFLICT_DONE, Role.SECONDARY, True): Refusal("spurious-update-done", CONFLICT_DONE),
    (CONFLICT_DONE, Role.SECONDARY, False): Refusal("spurious-update-done", CONFLICT_DONE),
}
"""Moves when the partner has sent all that was asked for: by state, role, partner in conflict-done.

In recover the move is to recover-wait or recover-done: see ``after_recovery``.
"""


def heard(
    me: FailoverState, old: FailoverState, new: FailoverState, startup: bool, dialect: Dialect
) -> Reaction:
    """The reaction of a server in state ``me`` to its partner's move from ``old`` to ``new``.

    ``startup``: the partner says that it is still starting. Raises RefusedMoveError for an illegal move.
    """
    if me is PARTNER_DOWN and startup:
        return _STAY
    table = ON_PEER if dialect.conflict_done else ON_PEER_3_0
    reaction = table.get(me, {}).get(new, _STAY)
    if isinstance(reaction, Refusal):
        raise RefusedMoveError(me, old, new, reaction)
    if Also.ASK_AFTER_CONFLICT in reaction.also and old is not CONFLICT:
        if not dialect.conflict_done:
            return _STAY
        raise RefusedMoveError(me, old, new, Refusal("unexpected-conflict-done", me))
    return reaction


def after_recovery(partner: FailoverState, waited: bool) -> FailoverState:
    """Where recover leads once the partner has sent everything; ``waited``: MCLT has passed since."""
    return RECOVER_DONE if waited or partner in (RECOVER, RECOVER_DONE) else RECOVER_WAIT
