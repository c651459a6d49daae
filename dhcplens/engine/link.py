"""The connection between the servers: who connects, what is refused, how long silence may last.

The rules are those of dhcpd's failover.c; the message layout is the draft's, without its bytes.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from dhcplens.engine import balance, updates
from dhcplens.engine.events import Close, Dial, Send
from dhcplens.engine.messages import (
    DUPLICATE_CONNECTION,
    HBA_CONFLICT,
    INVALID_PARTNER,
    REASONS,
    TIME_MISMATCH,
    BindAck,
    BindUpdate,
    Connect,
    ConnectAck,
    Contact,
    Disconnect,
    Message,
    PoolRequest,
    PoolResponse,
    State,
    UpdateDone,
    UpdateRequest,
)

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship

ACCEPT_SECONDS = 15
RECONNECT_SECONDS = 5
RETRY_SECONDS = 90
MOST_SKEW = 60


def dial(rel: "Relationship") -> None:
    """Try to connect, unless the peer has connected meanwhile."""
    if rel.link is None:
        rel.server.out.append(Dial(rel.name))


def dial_failed(rel: "Relationship", reason: str | None, unreachable: bool) -> None:
    """An attempt to connect failed: at once (with dhcpd's words for it), or refused, or unreachable."""
    if reason is not None:
        rel.log("failover-peer-error", reason=reason)
        rel.timer("reconnect", rel.server.now + RETRY_SECONDS)
        return
    if unreachable:
        rel.lose_link()
    rel.timer("reconnect", rel.server.now + RECONNECT_SECONDS)


def opened(rel: "Relationship", link: int) -> None:
    """A connection stands; the primary speaks first."""
    rel.half_open.add(link)
    rel.timer("link", rel.server.now + ACCEPT_SECONDS)
    if rel.primary:
        _send(rel, link, _connect(rel))


def _connect(rel: "Relationship") -> Connect:
    conf = rel.conf
    hba = rel.hba or b""
    return Connect(rel.name, conf.max_unacked_updates, conf.max_response_delay, rel.mclt, hba, rel.server.now)


def _send(rel: "Relationship", link: int, message: Message) -> None:
    if link == rel.link:
        rel.send(message)
    else:
        rel.server.out.append(Send(link, message))


def close(rel: "Relationship", link: int) -> None:
    """Close a connection from this side."""
    rel.server.out.append(Close(link))
    closed(rel, link)


def closed(rel: "Relationship", link: int) -> None:
    """A connection has ended; connect again soon."""
    rel.half_open.discard(link)
    if rel.link == link:
        rel.lose_link()
    if rel.server.running:
        rel.timer("reconnect", rel.server.now + RECONNECT_SECONDS)


def accept_timeout(rel: "Relationship") -> None:
    """Connections that were not accepted in time are closed."""
    for link in sorted(rel.half_open):
        rel.server.log("link-startup-timeout")
        close(rel, link)


def received(rel: "Relationship", link: int, message: Message) -> None:
    """A message came over a connection of this relationship."""
    kind = type(message)
    if (handle := _WHEN_LINKED.get(kind)) is not None:
        handle(rel, message)
    elif (handshake := _HANDSHAKE.get(kind)) is not None:
        handshake(rel, link, message)
    if rel.link == link:
        _hear(rel)


def _hear(rel: "Relationship") -> None:
    """The peer lives: the time of silence starts anew."""
    due = rel.server.now + rel.conf.max_response_delay
    if not rel.silence_due:
        rel.timer("silence", due)
    rel.silence_due = due


def _connected(rel: "Relationship", link: int, message: Connect) -> None:
    """The primary introduces itself."""
    now = rel.server.now
    if message.relationship not in rel.server.relationships:
        _refuse(rel, link, message.relationship, INVALID_PARTNER, "unknown failover relationship name")
    elif abs(now - message.time) > MOST_SKEW:
        _refuse(rel, link, message.relationship, TIME_MISMATCH, "time offset too large")
    elif len(message.hba) != 32:
        _refuse(rel, link, message.relationship, HBA_CONFLICT, "invalid HBA")
    else:
        rel.server.relationships[message.relationship].assign(message.hba)
        if rel.link is not None:
            _send(rel, link, _connect_ack(rel, DUPLICATE_CONNECTION))
            close(rel, link)
            return
        _establish(rel, link, message)
        rel.mclt = message.mclt
        rel.send(_connect_ack(rel, 0))
        rel.tell_state()


def _refuse(rel: "Relationship", link: int, name: str, reason: int, words: str) -> None:
    rel.server.log("connect-failed", relationship=name, reason=words)
    _send(rel, link, _connect_ack(rel, reason))
    rel.server.log("link-refused", reason=words)
    close(rel, link)


def _connect_ack(rel: "Relationship", reason: int) -> ConnectAck:
    conf = rel.conf
    return ConnectAck(rel.name, conf.max_unacked_updates, conf.max_response_delay, rel.server.now, reason)


def _accepted(rel: "Relationship", link: int, message: ConnectAck) -> None:
    """The secondary answers."""
    rel.half_open.discard(link)
    if message.reason:
        rel.log("connect-rejected", reason=REASONS.get(message.reason, ""))
        close(rel, link)
    elif message.relationship != rel.name:
        words = f"remote failover relationship name {message.relationship} does not match"
        _disagree(rel, link, INVALID_PARTNER, words)
    elif rel.link is not None:
        _disagree(rel, link, DUPLICATE_CONNECTION, "already connected")
    elif abs(rel.server.now - message.time) > MOST_SKEW:
        _disagree(rel, link, TIME_MISMATCH, "time offset too large")
    else:
        _establish(rel, link, message)
        rel.tell_state()


def _disconnected(rel: "Relationship", link: int, message: Disconnect) -> None:
    """The peer closes the connection."""
    if message.reason:
        rel.log("disconnect-reason", reason=REASONS.get(message.reason, ""))
    close(rel, link)


def _disagree(rel: "Relationship", link: int, reason: int, words: str) -> None:
    rel.log("connectack-failed", reason=words)
    _send(rel, link, Disconnect(reason))
    if link == rel.link:
        rel.closing = True
    else:
        close(rel, link)


def _establish(rel: "Relationship", link: int, message: Connect | ConnectAck) -> None:
    rel.half_open.discard(link)
    rel.link = link
    rel.peer_unacked = message.max_unacked
    rel.peer_delay = message.receive_timer
    rel.contact_due = rel.server.now + rel.peer_delay // 3
    rel.timer("contact", rel.contact_due)


def contact(rel: "Relationship") -> None:
    """The contact timer: say that we live, unless something was sent meanwhile."""
    if rel.link is None:
        return
    if rel.contact_due <= rel.server.now:
        rel.send(Contact())
    rel.timer("contact", rel.contact_due)


def silence(rel: "Relationship") -> None:
    """The silence timer: give the connection up, unless something was heard meanwhile."""
    if rel.link is None:
        return
    if rel.silence_due > rel.server.now:
        rel.timer("silence", rel.silence_due)
        return
    rel.log("peer-timeout")
    close(rel, rel.link)


def _responded(rel: "Relationship", message: PoolResponse) -> None:
    """The peer has given addresses away."""
    rel.server.log("pool-response", count=message.addresses)


_HANDSHAKE: Final[dict[type, Callable[["Relationship", int, Any], None]]] = {
    Connect: _connected,
    ConnectAck: _accepted,
    Disconnect: _disconnected,
}
_WHEN_LINKED: Final[dict[type, Callable[["Relationship", Any], None]]] = {
    BindUpdate: updates.received,
    BindAck: updates.acked,
    UpdateRequest: updates.requested,
    State: lambda rel, message: rel.peer_state(message),
    UpdateDone: lambda rel, _: rel.update_done(),
    PoolRequest: lambda rel, _: balance.requested(rel),
    PoolResponse: _responded,
}
"""What a message of the peer sets off; a CONTACT only shows that it lives."""
