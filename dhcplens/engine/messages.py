"""Messages between the two servers, as the failover draft and dhcpd's failover.c have them."""

from typing import NamedTuple

from dhcplens.model.states import BindingState, FailoverState


class Connect(NamedTuple):
    """The primary's first word. ``time`` is its clock in seconds since 1970."""

    relationship: str
    max_unacked: int
    receive_timer: int
    mclt: int
    hba: bytes
    time: int


class ConnectAck(NamedTuple):
    """The secondary's answer; ``reason`` other than 0 refuses (see REASONS)."""

    relationship: str
    max_unacked: int
    receive_timer: int
    time: int
    reason: int = 0


class State(NamedTuple):
    """The sender's failover state; ``startup`` says that it is still starting."""

    state: FailoverState
    startup: bool


class BindUpdate(NamedTuple):
    """One binding. Times in seconds since 1970; ``cltt`` 0 where it is not sent."""

    xid: int
    ip: int
    state: BindingState
    uid: bytes
    hardware: bytes
    starts: int
    ends: int
    potential: int
    cltt: int


class BindAck(NamedTuple):
    """Answer to one BindUpdate; ``potential`` and ``state`` as 3.0.x repeats them."""

    xid: int
    ip: int
    reason: int = 0
    message: str = ""
    potential: int = 0
    state: BindingState | None = None


class UpdateRequest(NamedTuple):
    """The sender wants the receiver's changed bindings, or all of them."""

    everything: bool
    xid: int


class UpdateDone(NamedTuple):
    """The last binding of a request was acknowledged."""


class PoolRequest(NamedTuple):
    """The sender lacks free addresses."""


class PoolResponse(NamedTuple):
    """How many addresses were given away."""

    addresses: int


class Contact(NamedTuple):
    """Keeps the connection alive."""


class Disconnect(NamedTuple):
    """The sender closes the connection."""

    reason: int = 0


Message = (
    Connect
    | ConnectAck
    | State
    | BindUpdate
    | BindAck
    | UpdateRequest
    | UpdateDone
    | PoolRequest
    | PoolResponse
    | Contact
    | Disconnect
)

ILLEGAL_IP, FATAL_CONFLICT, MISSING_BINDING, TIME_MISMATCH, MISC_REJECT = 1, 2, 3, 4, 6
DUPLICATE_CONNECTION, INVALID_PARTNER, LESS_CRITICAL, HBA_CONFLICT = 7, 8, 16, 18

REASONS = {
    1: "Illegal IP address (not part of any address pool).",
    2: "Fatal conflict exists: address in use by other client.",
    3: "Missing binding information.",
    4: "Connection rejected, time mismatch too great.",
    5: "Connection rejected, invalid MCLT.",
    6: "Connection rejected, unknown reason.",
    7: "Connection rejected, duplicate connection.",
    8: "Connection rejected, invalid failover partner.",
    15: "Outdated binding information.",
    16: "Less critical binding information.",
    18: "Hash bucket assignment conflict.",
}
"""Reject reasons in dhcpd's printed words."""
