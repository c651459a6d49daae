"""The lease files against each other, and the configurations."""

from typing import Any

from dhcplens.model.states import Role
from tests.findings.making import findings, interrupted, linked, ranged, served
from tests.pair.making import at, block, message, notice, server, state_block

ONE, OTHER = "00:16:3e:00:00:01", "00:16:3e:00:00:02"
LATER = served("12:00:00", 2)
STATE = state_block("normal", "08:00:00", "normal", "08:00:00", 1800)


def rejected(clock: str, ip: str, reason: str) -> dict[str, Any]:
    """A refused update."""
    return {
        "table": "updates",
        "time": at(clock),
        "ip": ip,
        "relationship": "dhcp-failover",
        "verdict": "rejected",
        "reason": reason,
    }


def pair_of(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> dict[str, Any]:
    """What is found in a normal pair with these rows in addition."""
    return dict(
        findings(
            server("a", *linked(), *LATER, *first, conf=ranged(Role.PRIMARY)),
            server("b", *linked(), *second, conf=ranged(Role.SECONDARY)),
        )
    )


def test_one_address_active_for_two_clients() -> None:
    """Two active leases that overlap, for different clients, are a duplicate; for one client they are not."""
    lease = {"starts": "11:00:00", "ends": "14:00:00", "cltt": "11:00:00"}
    first = [block("10.69.0.9", "active", mac=ONE, **lease), STATE]
    found = pair_of(first, [block("10.69.0.9", "active", mac=OTHER, **lease), STATE])
    assert found["duplicate-binding"].servers == ("a", "b")
    assert "duplicate-binding" not in pair_of(first, [block("10.69.0.9", "active", mac=ONE, **lease), STATE])


def test_one_address_acknowledged_to_two_clients() -> None:
    """Both logs give one address away within the shortest lease; after a release it is ordinary."""
    ack = [message("09:00:00", "ACK", ONE, ip="10.69.0.9")]
    again = [message("09:02:00", "ACK", OTHER, ip="10.69.0.9")]
    found = pair_of(ack, again)["duplicate-binding"]
    assert found.start == at("09:02:00")
    released = [message("09:01:00", "RELEASE", ONE, ip="10.69.0.9")]
    assert "duplicate-binding" not in pair_of([*ack, *released], again)


def test_files_that_disagree() -> None:
    """Three addresses that one file holds active and the other free differ; two are tolerated."""
    lease = {"starts": "08:30:00", "ends": "15:00:00", "cltt": "08:30:00"}
    active = [block(f"10.69.0.{host}", "active", mac=ONE, **lease) for host in (1, 2, 3)]
    free = [block(f"10.69.0.{host}", "free", starts="08:10:00", ends="08:20:00") for host in (1, 2, 3)]
    assert "diverged-bindings" in pair_of([*active, STATE], [*free, STATE])
    assert "diverged-bindings" not in pair_of([*active[:2], STATE], [*free, STATE])
    assert "diverged-bindings" not in pair_of([*active, STATE], [*active, STATE])


def test_updates_refused_for_good() -> None:
    """A contradiction in normal operation is a conflict; right after a return it belongs to the resync."""
    wrong = "10.69.0.1: invalid state transition: active to free"
    steady = [rejected(f"10:00:0{second}", f"10.69.0.{second}", wrong) for second in range(4)]
    assert "binding-update-conflict" in pair_of(steady, [])
    soon = [rejected(f"08:00:0{second}", f"10.69.0.{second}", wrong) for second in range(4)]
    found = pair_of(soon, [])
    assert "binding-update-conflict" not in found and "resync-rejections" in found


def test_hundreds_of_duels_are_harmless() -> None:
    """'less critical' is folded into one line of information, however often it stands."""
    duels = [
        rejected(
            f"08:00:{number % 60:02}",
            f"10.69.1.{number}",
            "incoming update is less critical than outgoing update",
        )
        for number in range(200)
    ]
    found = pair_of(duels, [])
    assert found["resync-rejections"].figures["count"] == "200"
    assert len(found["resync-rejections"].evidence) <= 12
    assert {one.severity for one in found.values()} == {"info"}


def test_updates_that_pile_up() -> None:
    """Unfinished updates in normal operation are a backlog; a few are not."""
    told = [notice(f"10:0{minute}:00", "update-request-superseded") for minute in range(6)]
    assert "update-backlog" in pair_of(told, [])
    assert "update-backlog" not in pair_of(told[:2], [])


def test_grants_beyond_mclt() -> None:
    """A first grant of two hours with mclt 30 min breaks the rule; of 30 minutes it keeps it."""
    long = block("10.69.0.1", "active", starts="09:00:00", ends="11:00:00", tstp="12:00:00")
    kept = block("10.69.0.1", "active", starts="09:00:00", ends="09:30:00", tstp="15:15:00")
    assert "mclt-violation" in pair_of([long, STATE], [])
    assert "mclt-violation" not in pair_of([kept, STATE], [])
    renewed = block(
        "10.69.0.1", "active", starts="09:00:00", ends="15:00:00", tstp="18:00:00", tsfp="15:15:00"
    )
    assert "mclt-violation" not in pair_of([renewed, STATE], [])


def test_ended_leases_that_never_become_free() -> None:
    """Three leases that ended hours ago wait too long; those that ended lately may wait."""
    old = [block(f"10.69.0.{host}", "expired", starts="08:10:00", ends="08:40:00") for host in (1, 2, 3)]
    assert "expired-never-freed" in pair_of([*old, STATE], [])
    young = [block(f"10.69.0.{host}", "expired", starts="11:10:00", ends="11:50:00") for host in (1, 2, 3)]
    assert "expired-never-freed" not in pair_of([*young, STATE], [])


def test_a_damaged_lease_file() -> None:
    """dhcpd's complaint names the file; a last block cut short is ordinary."""
    bad = notice("08:00:00", "corrupt-lease-file", level="error")
    assert "lease-file-damaged" in pair_of([bad], [])
    cut = {**block("10.69.0.2", "active"), "accepted": False}
    good = block("10.69.0.1", "free")
    assert "lease-file-damaged" not in pair_of([good, cut], [])
    assert "lease-file-damaged" in pair_of([cut, good], [])


def test_failover_without_pools() -> None:
    """A declaration to which no pool refers is no failover."""
    found = findings(
        server("a", *linked(), conf=ranged(Role.PRIMARY, relationship=None)),
        server("b", *linked(), conf=ranged(Role.SECONDARY)),
    )
    assert found["failover-not-configured"].servers == ("a",)
    assert "failover-not-configured" not in pair_of([], [])


def test_configurations_that_do_not_fit() -> None:
    """Ranges or lease times that differ are named with their addresses; equal ones are not."""

    def against(other: Any) -> dict[str, Any]:
        return dict(
            findings(server("a", *linked(), conf=ranged(Role.PRIMARY)), server("b", *linked(), conf=other))
        )

    shorter = against(ranged(Role.SECONDARY, high="10.69.0.200"))["configuration-mismatch"]
    assert "40 addresses from 10.69.0.201 to 10.69.0.240" in shorter.title
    assert "lease times" in against(ranged(Role.SECONDARY, lease=60))["configuration-mismatch"].title
    assert "configuration-mismatch" not in against(ranged(Role.SECONDARY))


def test_updates_for_addresses_the_partner_does_not_have() -> None:
    """Without configurations, the refusals themselves show that the ranges differ."""
    foreign = [rejected(f"10:00:0{second}", f"10.69.0.{second}", "unknown IP address") for second in range(4)]
    found = findings(server("a", *linked(), *foreign), server("b", *linked()))
    assert "configuration-mismatch" in found and "binding-update-conflict" not in found


def test_what_is_only_noise() -> None:
    """Each kind of harmless line is folded into one finding of severity info."""
    rows = [
        {**rejected("09:00:00", "10.69.0.1", "xid mismatch"), "verdict": "ack-ignored"},
        notice("09:00:01", "duplicate-uid", level="error", ip="10.69.0.1", mac=ONE, network="10.69/16"),
        notice("09:00:02", "static-and-dynamic", level="error", ip="10.69.0.1"),
        notice("09:00:03", "epoll-bad-descriptor", level="error", number=1069, descriptor=11),
        message("09:00:04", "REQUEST", ONE, ip="10.69.0.9", note="lease-owned-by-peer"),
    ]
    found = pair_of(rows, [])
    assert {
        "xid-mismatch",
        "duplicate-uid",
        "static-and-dynamic",
        "unreachable-peer-chatter",
        "lease-owned-by-peer",
        "normal-operation",
    } <= set(found)
    assert {one.severity for one in found.values()} == {"info"}


def test_short_leases_are_explained() -> None:
    """Leases of mclt although more is configured are explained once, with the figures."""
    lease = block("10.69.0.9", "active", mac=ONE, starts="09:00:00", ends="09:30:00", tstp="15:15:00")
    found = pair_of([lease, STATE], [])["short-leases"]
    assert found.title == "1 lease of 30 min because of mclt, although 6 h is configured"


def test_a_pair_in_trouble_is_not_called_normal() -> None:
    """normal-operation is said only where both are normal at the end."""
    found = findings(server("a", *linked(), *interrupted("09:00:00")), server("b", *linked()))
    assert "normal-operation" not in found
