"""What service a server gives in each failover state (dhcpd's failover.c, set_service_state)."""

from enum import Enum
from typing import Final

from dhcplens.engine.dialect import Dialect
from dhcplens.model.states import FailoverState


class Service(Enum):
    """How a server treats clients of a failover pool."""

    COOPERATING = "answers its share of the clients"
    NOT_COOPERATING = "answers everybody, gives only its own addresses"
    PARTNER_DOWN = "answers everybody, gives the partner's addresses too once it has waited"
    STARTUP = "does not answer yet"
    NOT_RESPONDING = "does not answer"

    @property
    def answers(self) -> bool:
        """Whether clients get answers."""
        return self is not _SILENT and self is not _STARTING


_SILENT, _STARTING = Service.NOT_RESPONDING, Service.STARTUP

SERVICE: Final[dict[FailoverState, tuple[Service, str]]] = {
    FailoverState.UNKNOWN: (_SILENT, "my state unknown"),
    FailoverState.STARTUP: (Service.STARTUP, "startup"),
    FailoverState.NORMAL: (Service.COOPERATING, ""),
    FailoverState.COMMUNICATIONS_INTERRUPTED: (Service.NOT_COOPERATING, ""),
    FailoverState.PARTNER_DOWN: (Service.PARTNER_DOWN, ""),
    FailoverState.POTENTIAL_CONFLICT: (_SILENT, "resolving conflicts"),
    FailoverState.RECOVER: (_SILENT, "recovering"),
    FailoverState.PAUSED: (_SILENT, "paused"),
    FailoverState.SHUTDOWN: (_SILENT, "shut down"),
    FailoverState.RECOVER_DONE: (_SILENT, "recover done"),
    FailoverState.RESOLUTION_INTERRUPTED: (_SILENT, "resolving conflicts"),
    FailoverState.CONFLICT_DONE: (_SILENT, "resolving conflicts"),
    FailoverState.RECOVER_WAIT: (_SILENT, "recover wait"),
}
"""Service by the server's own state, and the reason that it logs when it does not answer."""

DEMANDS: Final[dict[FailoverState, str]] = {
    FailoverState.PARTNER_DOWN: "recovering",
    FailoverState.POTENTIAL_CONFLICT: "resolving conflicts",
    FailoverState.CONFLICT_DONE: "resolving conflicts",
    FailoverState.RESOLUTION_INTERRUPTED: "resolving conflicts",
}
"""States of the partner, as last heard, that silence a server which would answer."""


def service(me: FailoverState, partner: FailoverState, dialect: Dialect) -> tuple[Service, str]:
    """The service a server gives, and the reason for not answering ("" where it answers)."""
    mine, reason = SERVICE[me]
    if mine is _SILENT:
        return mine, reason
    demand = DEMANDS.get(partner)
    if demand is None or (not dialect.conflict_done and partner is FailoverState.RESOLUTION_INTERRUPTED):
        return mine, reason
    return _SILENT, f"peer demands: {demand}" if dialect.conflict_done else demand
