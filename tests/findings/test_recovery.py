"""Starts, lost databases, recovery and conflicts."""

from dhcplens.model.states import Role
from tests.findings.making import asks, back, findings, interrupted, linked, ranged, restarted, served
from tests.pair.making import at, banner, block, heard, message, move, notice, server, state_block

ALONE = [banner("08:00:00"), move("08:00:00", "recover", "startup"), move("08:00:15", "startup", "recover")]
MCLT = state_block("recover-wait", "09:30:02", "partner-down", "09:30:01", 1800)


def blank(clock: str, *, wait: str | None = None, normal: str | None = None) -> list[dict[str, object]]:
    """A start without a database, in the middle of a pair's life."""
    rows = [
        banner(clock),
        move(clock, "recover", "startup"),
        heard(clock, "unknown-state", "communications-interrupted"),
        move(clock, "startup", "recover"),
    ]
    if wait:
        rows.append(move(wait, "recover", "recover-wait"))
    if normal:
        rows += [move(normal, "recover-wait", "recover-done"), move(normal, "recover-done", "normal")]
    return rows


def survivor(heard_at: str, normal: str) -> list[dict[str, object]]:
    """A server whose partner was away and came back in recover."""
    return [
        *linked(),
        *interrupted("09:00:00"),
        heard(heard_at, "normal", "recover"),
        move(heard_at, "communications-interrupted", "partner-down"),
        heard(normal, "recover", "recover-done"),
        move(normal, "partner-down", "normal"),
    ]


def test_stuck_in_recover() -> None:
    """A pair that waits for its partner for minutes is stuck; one that is on its way is not."""
    found = findings(
        server("a", *ALONE, *asks("08:20:00", 3, "not-responding", detail="recovering")),
        server("b", *ALONE),
    )
    assert (found["stuck-recover"].start, found["stuck-recover"].end) == (at("08:00:00"), None)
    assert found["stuck-recover"].servers == ("a", "b")
    soon = findings(server("a", *ALONE, message("08:01:00", "DISCOVER", "0:1")), server("b", *ALONE))
    assert "stuck-recover" not in soon


def test_a_recovering_process_that_is_stopped_is_not_stuck() -> None:
    """The time between two processes is no time in recover."""
    stopped = [
        *linked(),
        move("09:00:00", "normal", "shutdown"),
        move("09:00:02", "shutdown", "recover"),
        banner("09:40:00"),
        move("09:40:00", "recover", "startup"),
        heard("09:40:01", "partner-down", "partner-down"),
        move("09:40:01", "startup", "recover"),
        move("09:40:02", "recover", "recover-done"),
        move("09:40:02", "recover-done", "normal"),
    ]
    other = [
        *linked(),
        heard("09:00:00", "normal", "shutdown"),
        move("09:00:00", "normal", "partner-down"),
        notice("09:00:02", "peer-disconnected", peer="dhcp-failover"),
        heard("09:40:01", "recover", "recover"),
        heard("09:40:02", "recover", "recover-done"),
        move("09:40:02", "partner-down", "normal"),
    ]
    found = findings(server("a", *other), server("b", *stopped))
    assert "stuck-recover" not in found and "database-lost" not in found
    assert found["peer-down"].servers == ("b",)


def test_a_lost_database_and_its_wait() -> None:
    """A blank start of a known server is a lost database; the wait for mclt ends at a clock time."""
    found = findings(
        server("a", *survivor("09:30:01", "10:00:01")),
        server("b", *linked(), *blank("09:30:00", wait="09:30:02", normal="10:00:00"), MCLT),
    )
    lost = found["database-lost"]
    assert (lost.start, lost.end, lost.servers) == (at("09:30:00"), at("10:00:00"), ("b",))
    assert lost.consequence_of == "peer-down@2026-01-05T09:00:00+00:00"
    wait = found["recover-wait"]
    assert (wait.start, wait.end) == (at("09:30:02"), at("10:00:00"))


def test_the_end_of_a_wait_is_reckoned() -> None:
    """Where the log ends before the wait does, the clock time is the start of the recovery plus mclt."""
    found = findings(
        server("a", *survivor("09:30:01", "10:00:01")[:-2]),
        server("b", *linked(), *blank("09:30:00", wait="09:30:02"), MCLT),
    )
    assert found["recover-wait"].end is None
    assert "2026-01-05 10:00:00" in found["recover-wait"].title


def test_a_return_after_partner_down_lost_nothing() -> None:
    """A server sent to recover by its partner's partner-down still has its database."""
    found = findings(
        server(
            "a",
            *linked(),
            *interrupted("09:00:00"),
            move("09:10:00", "communications-interrupted", "partner-down"),
            heard("09:30:01", "normal", "recover"),
            heard("09:30:03", "recover", "recover-done"),
            move("09:30:03", "partner-down", "normal"),
        ),
        server(
            "b",
            *linked(),
            banner("09:30:00"),
            move("09:30:00", "normal", "startup"),
            heard("09:30:01", "normal", "partner-down"),
            move("09:30:01", "startup", "recover"),
            move("09:30:02", "recover", "recover-done"),
            move("09:30:03", "recover-done", "normal"),
        ),
    )
    assert "database-lost" not in found and "partner-down-with-living-peer" not in found
    assert found["peer-down"].servers == ("b",)


def test_both_databases_lost() -> None:
    """Two blank starts after normal operation are one finding; of a new pair they are its beginning."""
    again = [
        banner("10:00:00"),
        move("10:00:00", "recover", "startup"),
        heard("10:00:01", "unknown-state", "recover"),
        move("10:00:01", "startup", "recover"),
        move("10:00:02", "recover", "recover-done"),
        move("10:00:02", "recover-done", "normal"),
    ]
    found = findings(server("a", *linked(), *again), server("b", *linked(), *again))
    assert found["both-databases-lost"].start == at("10:00:00")
    assert "database-lost" not in found
    new = findings(server("a", *again), server("b", *again))
    assert not {"both-databases-lost", "database-lost"} & set(new)
    rotated = findings(server("a", *again), server("b", *linked(), *again))  # b had seen a as normal
    assert rotated["both-databases-lost"].servers == ("a", "b")


def test_an_old_lease_file() -> None:
    """A start from another state than the last recorded one means an old file; from the same one not."""
    partner = server("b", *linked(), *interrupted("09:00:00"), *back("09:10:01"))
    before = [*linked(), *interrupted("09:00:00")]
    old = findings(
        server(
            "a",
            *before,
            banner("09:10:00"),
            move("09:10:00", "normal", "startup"),
            heard("09:10:01", "normal", "normal"),
            move("09:10:01", "startup", "normal"),
        ),
        partner,
    )
    assert "communications-interrupted" in old["stale-database-restored"].title
    same = findings(
        server(
            "a",
            *before,
            banner("09:10:00"),
            move("09:10:00", "communications-interrupted", "startup"),
            heard("09:10:01", "normal", "communications-interrupted"),
            move("09:10:01", "startup", "communications-interrupted"),
            move("09:10:01", "communications-interrupted", "normal"),
        ),
        partner,
    )
    assert "stale-database-restored" not in same


def test_a_state_that_was_not_recorded() -> None:
    """dhcpd's own word is enough."""
    bad = notice("09:00:00", "state-not-recorded", peer="dhcp-failover", level="error")
    assert "state-not-recorded" in findings(server("a", *linked(), bad), server("b", *linked()))


def conflict(start: str, end: str, old: str = "partner-down") -> list[dict[str, object]]:
    """A server goes through a conflict and its resolution."""
    return [
        heard(start, "normal", "partner-down"),
        move(start, old, "potential-conflict"),
        move(end, "potential-conflict", "normal"),
    ]


def test_partner_down_on_both_and_its_conflict() -> None:
    """Both take over everything while the other lives: the cut is the cause, the rest follows from it."""
    rows = [
        *linked(),
        *interrupted("09:00:00"),
        move("09:10:00", "communications-interrupted", "partner-down"),
        *served("09:11:00", 20),
        *conflict("09:40:00", "09:40:30"),
    ]
    found = findings(server("a", *rows), server("b", *rows))
    living = found["partner-down-with-living-peer"]
    assert (living.start, living.end, living.servers) == (at("09:10:00"), at("09:40:00"), ("a", "b"))
    settled = found["potential-conflict"]
    assert (settled.start, settled.end) == (at("09:40:00"), at("09:40:30"))
    assert living.consequence_of == settled.consequence_of == "link-down@2026-01-05T09:00:00+00:00"


def test_partner_down_on_a_dead_partner() -> None:
    """Taking over from a server that does not run is what partner-down is for."""
    found = findings(
        server(
            "a",
            *linked(),
            *interrupted("09:00:00"),
            move("09:10:00", "communications-interrupted", "partner-down"),
            *served("09:11:00", 20),
        ),
        server("b", *linked()),
    )
    assert "partner-down-with-living-peer" not in found


def test_a_conflict_that_fails() -> None:
    """A move to shutdown out of a conflict is a failed one; the operator's shutdown is not."""
    failed = [
        *linked(),
        move("09:00:00", "normal", "potential-conflict"),
        notice("09:00:05", "moves-to-normal-in-conflict", peer="dhcp-failover", level="error"),
        move("09:00:05", "potential-conflict", "shutdown"),
    ]
    found = findings(server("a", *failed), server("b", *linked()))
    assert found["conflict-shutdown"].end is None
    meant = [*linked(), move("09:00:00", "normal", "shutdown"), move("09:00:02", "shutdown", "recover")]
    assert "conflict-shutdown" not in findings(server("a", *meant), server("b", *linked()))


def test_leases_that_an_old_file_forgot() -> None:
    """An acknowledged lease that is in no block of the server's file, after a start, shows an old copy."""
    pools = ranged(Role.SECONDARY)
    ack = message("08:30:00", "ACK", "00:16:3e:00:00:01", ip="10.69.0.9")
    other = block("10.69.0.8", "active", starts="08:10:00", ends="08:40:00")
    kept = block("10.69.0.9", "active", starts="08:30:00", ends="09:00:00")
    partner = server("a", *linked(), *interrupted("09:00:00"), *back("09:10:01", "normal"))

    def of(*blocks: dict[str, object]) -> dict[str, object]:
        return dict(
            findings(partner, server("b", *linked(), ack, *restarted("09:10:00"), *blocks, conf=pools))
        )

    assert "10.69.0.9" in of(other)["stale-database-restored"].title  # type: ignore[attr-defined]
    assert "stale-database-restored" not in of(other, kept)


def test_renewals_that_an_old_file_forgot() -> None:
    """A file that still stands as it was read lacks several renewals; one or two may have reached no file."""
    pools = ranged(Role.SECONDARY)
    acks = [message(f"09:5{n}:00", "ACK", f"00:16:3e:00:00:0{n}", ip=f"10.69.0.{n}") for n in range(3)]
    blocks = [block(f"10.69.0.{n}", "active", starts="08:10:00", ends="12:10:00") for n in range(3)]
    partner = server("a", *linked(), *interrupted("10:00:00"), *back("10:10:01", "normal"))
    read = notice("10:10:00", "wrote-leases", count=3)

    def of(*rows: dict[str, object]) -> dict[str, object]:
        begun = (*linked(), *rows, *restarted("10:10:00"))
        return dict(findings(partner, server("b", *begun, *blocks, conf=pools)))

    assert "stale-database-restored" in of(*acks, read)
    assert "stale-database-restored" not in of(*acks[:2], read)
    assert "stale-database-restored" not in of(*acks, notice("10:30:00", "wrote-leases", count=3))
