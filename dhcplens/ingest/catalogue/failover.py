"""Failover: state moves, pool lines, binding updates, the connection (dhcpd's failover.c)."""

from dhcplens.ingest.catalogue.line import Level, Line, Older, Table, notice
from dhcplens.ingest.catalogue.template import Template
from dhcplens.model.states import Subject

ERROR, FATAL = Level.ERROR, Level.FATAL

TRANSITIONS = (
    Line(
        "local-move",
        Table.TRANSITIONS,
        "failover peer {relationship}: I move from {old} to {new}",
        constants={"subject": Subject.LOCAL.value},
        samples=("failover peer dhcp-failover: I move from recover to startup",),
    ),
    Line(
        "partner-move",
        Table.TRANSITIONS,
        "failover peer {relationship}: peer moves from {old} to {new}",
        constants={"subject": Subject.PARTNER.value},
        samples=("failover peer dhcp-failover: peer moves from unknown-state to recover",),
    ),
)

_COUNTS = "total {total}  free {free}  backup {backup}  lts {lts}"
_SAMPLE = {"pool_id": "9d0e008", "network": "10.69/16", "total": 240, "free": 120, "backup": 120, "lts": 0}
_POOL = "pool {pool_id:hex} [{network:any}]"
_MAX_OWN = "  max-own (+/-){max_own}{requesting=  (requesting peer rebalance!)}"
_MAX_MISBAL = "  max-misbal {max_misbal}"


def _pool(
    code: str,
    kind: str,
    template: str,
    level: Level = Level.INFO,
    since: str = "3.1.0",
    until: str | None = None,
) -> Line:
    sample = Template(template).format({**_SAMPLE, "max_own": 24, "max_misbal": 36})
    constants = {"kind": kind}
    return Line(code, Table.POOLS, template, level, since, until, constants=constants, samples=(sample,))


POOLS = (
    # The first while a primary handles a pool request; the second on every check, with lts' sign reversed.
    _pool("pool-answer", "pool", f"{_POOL}  {_COUNTS}", since="3.0.1", until="3.0.7"),
    _pool("pool-check", "pool", f"{_POOL} {_COUNTS}", since="3.0.1", until="3.0.7"),
    _pool("balancing-pool", "balancing", f"balancing {_POOL}  {_COUNTS}{_MAX_OWN}"),
    _pool("balanced-pool", "balanced", f"balanced {_POOL}  {_COUNTS}{_MAX_MISBAL}"),
    _pool("imbalanced-pool", "imbalanced", f"IMBALANCED {_POOL}  {_COUNTS}{_MAX_MISBAL}", ERROR),
)

UPDATES = (
    Line(
        "update-rejected",
        Table.UPDATES,
        "bind update on {ip} from {relationship} rejected: {reason}",
        ERROR,
        constants={"verdict": "rejected"},
        samples=("bind update on 10.69.100.120 from dhcp-failover rejected: unknown IP address",),
    ),
    Line(
        "update-ack-ignored",
        Table.UPDATES,
        "bind update on {ip} got ack from {relationship}: {reason:any}.",
        older=(Older("bind update on {ip} from {relationship}: {reason:any}.", "3.0.7"),),
        constants={"verdict": "ack-ignored"},
        samples=("bind update on 10.69.100.120 got ack from dhcp-failover: xid mismatch.",),
    ),
)


_UPDATE_ROUNDS = (
    notice(
        "requesting-full-update",
        "failover peer {relationship}: requesting full update from peer",
        sample="failover peer dhcp-failover: requesting full update from peer",
    ),
    notice(
        "update-completed",
        "failover peer {relationship}: peer update completed.",
        sample="failover peer dhcp-failover: peer update completed.",
    ),
    notice(
        "sent-update-request-all",
        "Sent update request all message to {relationship}",
        sample="Sent update request all message to dhcp-failover",
    ),
    notice(
        "sent-update-request",
        "Sent update request message to {relationship}",
        sample="Sent update request message to dhcp-failover",
    ),
    notice(
        "update-request-failed",
        "Failed to send update request all message to {relationship}: {reason}",
        ERROR,
        "Failed to send update request all message to dhcp-failover: not connected",
        since="4.2.8",
    ),
    notice(
        "sent-update-done",
        "Sent update done message to {relationship}",
        sample="Sent update done message to dhcp-failover",
    ),
    notice(
        "update-request-all",
        "Update request all from {relationship}: {pending:text}",
        sample="Update request all from dhcp-failover: nothing pending",
    ),
    notice(
        "update-request",
        "Update request from {relationship}: {pending:text}",
        sample="Update request from dhcp-failover: sending update",
    ),
    notice(
        "update-request-superseded",
        "Received update request while old update still flying!  Silently discarding old request.",
        since="3.1.0",
    ),
    notice(
        "sending-updates",
        "Sending updates to {relationship}.",
        sample="Sending updates to dhcp-failover.",
        since="3.0.5",
    ),
    notice("spurious-update-done", "Spurious update-done message.", ERROR, since="3.1.0"),
    notice(
        "unknown-ip-flags",
        "Unknown IP-flags set in BNDUPD ({flags:hex}).",
        sample="Unknown IP-flags set in BNDUPD (0x4).",
        since="3.1.0",
    ),
    notice(
        "affinity-not-committed",
        "can't commit lease {ip} for {kind:any} affinity",
        ERROR,
        "can't commit lease 10.69.100.120 for mac addr affinity",
        since="3.1.0",
    ),
)

_STATES = (
    notice(
        "both-normal",
        "failover peer {relationship}: Both servers normal",
        sample="failover peer dhcp-failover: Both servers normal",
        since="4.3.0",
    ),
    notice("both-recover-done", "Both servers have entered recover-done!", ERROR, since="3.1.0"),
    notice(
        "state-not-recorded",
        "Unable to record current failover state for {relationship}",
        ERROR,
        "Unable to record current failover state for dhcp-failover",
    ),
    notice(
        "invalid-state",
        "failover peer {relationship}: Invalid state: {number}",
        ERROR,
        "failover peer dhcp-failover: Invalid state: 13",
        since="3.1.0",
    ),
    notice(
        "invalid-state-transition",
        "Peer {relationship}: Invalid state transition {old} to {new}.",
        ERROR,
        "Peer dhcp-failover: Invalid state transition normal to conflict-done.",
        since="3.1.0",
    ),
    notice(
        "moves-to-normal-in-conflict",
        "Peer {relationship} moves to normal during conflict resolution - panic, shutting down.",
        ERROR,
        "Peer dhcp-failover moves to normal during conflict resolution - panic, shutting down.",
        since="3.1.0",
    ),
    notice(
        "unexpected-conflict-done",
        "Peer {relationship}: Unexpected move to conflict-done.",
        ERROR,
        "Peer dhcp-failover: Unexpected move to conflict-done.",
        since="3.1.0",
    ),
    notice(
        "conflict-done-illegal-move",
        "Peer {relationship}: Invalid attempt to move from {old} to {new}"
        " while local state is conflict-done.",
        FATAL,
        "Peer dhcp-failover: Invalid attempt to move from normal to recover"
        " while local state is conflict-done.",
        since="3.1.0",
    ),
    notice(
        "secondary-conflict-done",
        "Secondary is in conflict_done state after conflict resolution, this is illegal.",
        ERROR,
        since="3.1.0",
    ),
    notice(
        "failover-ignored",
        "{relationship}: ignored[ ({reason:nrr})]",
        sample="dhcp-failover: ignored (peer demands: recovering)",
    ),
)

_BALANCE = (
    notice("pool-response", "pool response: {count} leases", sample="pool response: 1 leases"),
    notice(
        "pool-request-refused",
        "peer {relationship}: Got POOLREQ, answering negatively!  Peer may be out of leases or database"
        " inconsistent.",
        sample="peer dhcp-failover: Got POOLREQ, answering negatively!  Peer may be out of leases or database"
        " inconsistent.",
        since="3.1.0",
    ),
    notice(
        "lease-imbalance",
        "lease imbalance - lts = {lts}",
        sample="lease imbalance - lts = 12",
        until="3.0.7",
    ),
    notice(
        "taking-leases",
        "Taking {count} leases from secondary.",
        sample="Taking 12 leases from secondary.",
        until="3.0.7",
    ),
    notice(
        "take-failed", "failed to take {count} leases.", sample="failed to take 12 leases.", until="3.0.7"
    ),
    notice(
        "giveaway-not-committed",
        "can't commit lease {ip} on giveaway",
        ERROR,
        "can't commit lease 10.69.100.120 on giveaway",
    ),
    notice(
        "load-balance-cancelled",
        "cancel load balance to peer {relationship} - no free leases",
        Level.DEBUG,
        "cancel load balance to peer dhcp-failover - no free leases",
        since="3.0.2",
        until="3.0.3",
    ),
)

_CONNECTION = (
    notice(
        "peer-disconnected", "peer {relationship}: disconnected", sample="peer dhcp-failover: disconnected"
    ),
    notice(
        "peer-timeout",
        "timeout waiting for failover peer {relationship}",
        ERROR,
        "timeout waiting for failover peer dhcp-failover",
    ),
    notice(
        "connect-failed",
        "Failover CONNECT from {relationship}: {reason}",
        ERROR,
        "Failover CONNECT from dhcp-failover: time offset too large",
    ),
    notice(
        "connect-rejected",
        "Failover CONNECT to {relationship} rejected: {reason}",
        ERROR,
        "Failover CONNECT to dhcp-failover rejected: Connection rejected, time mismatch too great.",
    ),
    notice(
        "connectack-failed",
        "Failover CONNECTACK from {relationship}: {reason}",
        ERROR,
        "Failover CONNECTACK from dhcp-failover: already connected",
    ),
    notice(
        "disconnect-reason",
        "Failover DISCONNECT from {relationship}: {reason}",
        ERROR,
        "Failover DISCONNECT from dhcp-failover: No traffic within sufficient time.",
    ),
    notice(
        "link-refused", "failover: disconnect: {reason}", sample="failover: disconnect: time offset too large"
    ),
    notice("link-startup-timeout", "failover: link startup timeout"),
    notice("listener-no-state", "failover: listener: no matching state"),
    notice("connect-no-state", "failover: connect: no matching state."),
    notice("listener-failure", "failover: listener: picayune failure."),
    notice(
        "message-length-wait",
        "message length wait: {reason}",
        sample="message length wait: unexpected error",
    ),
    notice("put-message-failed", "dhcp_failover_put_message: something went wrong."),
    notice(
        "no-local-address",
        "failover peer {relationship}: no local address.",
        FATAL,
        "failover peer dhcp-failover: no local address.",
    ),
    notice(
        "local-address-unresolved",
        "failover peer {relationship}: 'address' parameter fails to resolve to an IPv4 address",
        ERROR,
        "failover peer dhcp-failover: 'address' parameter fails to resolve to an IPv4 address",
        since="3.0.7",
    ),
    notice(
        "failover-peer-error",
        "failover peer {relationship}: {reason}",
        ERROR,
        "failover peer dhcp-failover: address not available",
    ),
    notice(
        "incompatible-versions",
        "WARNING: failover as of versions 3.1.0 and on are not reverse compatible with versions 3.0.x.",
        ERROR,
        since="3.1.1",
    ),
    notice("protocol-error", "FAILOVER: {reason}", ERROR, "FAILOVER: message overflow"),
    notice(
        "epoll-bad-descriptor",
        "socket.c:{number}: epoll_ctl(DEL), {descriptor:int}: Bad file descriptor",
        ERROR,
        "socket.c:1069: epoll_ctl(DEL), 11: Bad file descriptor",
        since="4.2.0",
    ),
)

_CONFIGURATION = (
    notice(
        "no-referring-pools",
        "ERROR: Failover peer, {relationship}, has no referring pools. You must refer to each peer in"
        " at least one pool declaration.",
        ERROR,
        "ERROR: Failover peer, dhcp-failover, has no referring pools. You must refer to each peer in"
        " at least one pool declaration.",
        since="4.3.0",
    ),
    notice(
        "load-balancing-disabled",
        "WARNING: load balancing will be disabled for failover peer, {relationship}, because its load balance"
        " max secs is 0",
        sample="WARNING: load balancing will be disabled for failover peer, dhcp-failover, because its load"
        " balance max secs is 0",
        since="4.4.0",
    ),
    notice("failover-check-failed", "Failover configuration sanity check failed", FATAL, since="4.3.0"),
)

NOTICES = (*_UPDATE_ROUNDS, *_STATES, *_BALANCE, *_CONNECTION, *_CONFIGURATION)
LINES = (*TRANSITIONS, *POOLS, *UPDATES, *NOTICES)
