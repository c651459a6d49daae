"""Small incidents for rules that no drawn one fires or spares: what fires a rule, and what nearly does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from dhcplens.ingest.conf import ConfProblem
from dhcplens.model.states import Role, Severity
from tests.findings.making import interrupted, linked, ranged, served
from tests.pair.making import PEER, Files, at, block, message, move, notice, pool, server, state_block

Row = dict[str, Any]
Case = Callable[[], tuple[Files, ...]]

MAC: Final = "00:16:3e:00:00:07"
NORMAL: Final = state_block("normal", "08:00:00", "normal", "08:00:00")
DOWN: Final = move("09:10:00", "communications-interrupted", "partner-down")
PARTNER_DOWN: Final = state_block("partner-down", "09:10:00", "normal", "08:00:00")


def together(*rows: Row) -> Case:
    """Both servers are normal, and one has these rows."""
    return lambda: (
        server("a", *linked(), *rows, NORMAL, conf=ranged(Role.PRIMARY)),
        server("b", *linked(), *served("12:00:00", 2), NORMAL, conf=ranged(Role.SECONDARY)),
    )


def alone(*rows: Row) -> Case:
    """A server loses its partner at nine, and has these rows."""
    return lambda: (
        server(
            "a", *linked(), *interrupted("09:00:00"), *rows, *served("09:30:00", 1), conf=ranged(Role.PRIMARY)
        ),
    )


def configured(severity: Severity) -> Case:
    """A configuration of which this is said."""
    problem = ConfProblem("a.conf", "a semicolon is missing", 3, severity=severity)
    return lambda: (replace(server("a", *linked(), conf=ranged(Role.PRIMARY)), conf_problems=(problem,)),)


def told(verdict: str, reason: str) -> Row:
    """A line on a binding update."""
    row = {"table": "updates", "time": at("08:10:00"), "ip": "10.69.0.5", "relationship": PEER}
    return {**row, "verdict": verdict, "reason": reason}


def lives(*states: str) -> list[Row]:
    """The blocks of one address, a minute apart."""
    return [
        block("10.69.0.5", state, mac=MAC, starts=f"08:{10 + place}:00", ends=f"08:{11 + place}:00")
        for place, state in enumerate(states)
    ]


def arrivals(count: int) -> list[Row]:
    """A new client a minute."""
    return [
        message(f"09:{minute:02}:00", kind, f"00:16:3e:00:02:{minute:02x}", ip=f"10.69.0.{100 + minute}")
        for minute in range(1, count + 1)
        for kind in ("DISCOVER", "OFFER", "REQUEST", "ACK")
    ]


def balances(count: int) -> list[Row]:
    """Looks at the balance, one a minute."""
    return [pool(f"10:{minute:02}:00", 100, 100, 0) for minute in range(count)]


ACK: Final = message("10:00:00", "ACK", MAC, ip="10.69.0.5")
LATER: Final = block("10.69.0.9", "active", starts="11:00:00", ends="15:00:00", cltt="11:00:00")
WRITTEN: Final = block("10.69.0.5", "active", mac=MAC, starts="10:00:00", ends="10:30:00", cltt="10:00:00")
ENDED: Final = block("10.69.0.1", "expired", mac=MAC, starts="08:00:00", ends="09:01:00")
FREED: Final = block("10.69.0.1", "free", mac=MAC, starts="08:00:00", ends="09:01:00")
REFUSED: Final = "incoming update is less critical than outgoing update"

FIRES: Final[Mapping[str, Case]] = {
    "taking-over": alone(DOWN),
    "waiting-leases": alone(ENDED),
    "runs-dry": alone(pool("08:59:00", 30, 30, 0), *arrivals(20)),
    "resync-rejections": together(told("rejected", REFUSED)),
    "balancing-chatter": together(*balances(20)),
}
"""What fires a rule, for those that no kind of ``tests.diagnosis`` is meant for."""

SPARES: Final[Mapping[str, Case]] = {
    "configuration-refused": configured(Severity.WARNING),
    "impossible-sequence": together(*lives("active", "expired", "free", "backup")),
    "lease-not-in-file": together(ACK, WRITTEN, LATER),
    "taking-over": alone(),
    "waiting-leases": alone(DOWN, FREED, PARTNER_DOWN),
    "runs-dry": alone(pool("08:59:00", 30, 30, 0), *arrivals(2)),
    "normal-operation": alone(),
    "resync-rejections": together(told("rejected", "unknown IP address")),
    "balancing-chatter": together(*balances(8)),
    "xid-mismatch": together(told("ack-ignored", "no such lease")),
    "duplicate-uid": together(notice("08:10:00", "static-and-dynamic", ip="10.69.0.5")),
    "lease-owned-by-peer": together(message("08:10:00", "DISCOVER", MAC, note="load-balanced-to-peer")),
    "static-and-dynamic": together(notice("08:10:00", "duplicate-uid", mac=MAC, ip="10.69.0.5")),
    "unreachable-peer-chatter": together(notice("08:10:00", "link-refused", reason="no matching state")),
}
"""What nearly fires a rule, for those that no kind of ``tests.diagnosis`` spares."""
