"""Several failover relationships between servers: each is looked at by itself, and told of once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dhcplens.findings import diagnose
from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import Role
from dhcplens.model.values import Finding
from dhcplens.pair import PairView, build, part, relationships_apart
from tests.findings.making import Row, back, findings, interrupted, linked, ranged, restarted, served
from tests.pair.making import PEER, at, block, heap, heard, message, move, notice, pool, server

VOICE = "voice"


def of_voice(rows: Sequence[Row]) -> list[Row]:
    """The same lines about the other relationship; lines that name none stay as they are."""
    return [{**row, "relationship": VOICE} if row.get("relationship") == PEER else dict(row) for row in rows]


def both(rows: Sequence[Row]) -> list[Row]:
    """Lines about both relationships, those that name none once."""
    return [*rows, *(row for row in of_voice(rows) if row.get("relationship") == VOICE)]


def crossed(role: Role) -> DhcpdConf:
    """A configuration in which a server has this role of one relationship and the other role of the other."""
    own = ranged(role)
    other = ranged(
        Role.SECONDARY if role is Role.PRIMARY else Role.PRIMARY,
        "10.70.0.1",
        "10.70.0.240",
        relationship=VOICE,
    )
    return replace(
        own,
        peers=(*own.peers, *(replace(peer, name=VOICE) for peer in other.peers)),
        pools=(*own.pools, *(replace(one, network="10.70.0.0/16") for one in other.pools)),
    )


def every(*servers: Any) -> list[Finding]:
    """All findings above info."""
    return [one for one in diagnose(build(heap(*servers))) if one.severity.rank]


def view(pair: PairView, name: str) -> PairView:
    """The pair with this relationship only."""
    return part(pair, [name])


def test_a_cut_in_one_relationship_leaves_the_other_normal() -> None:
    """The finding names its relationship, and the state of the other one is not mixed into it."""
    found = findings(
        server("a", *both(linked()), *interrupted("09:00:00"), *back("09:20:00"), *served("08:30:00", 60)),
        server("b", *both(linked()), *interrupted("09:00:15"), *back("09:20:01"), *served("08:30:00", 60)),
    )
    assert found["link-down"].title.endswith(f"[{PEER}]")
    assert (found["link-down"].start, found["link-down"].servers) == (at("09:00:00"), ("a", "b"))
    assert "stuck-communications-interrupted" not in found


def test_each_relationship_has_its_own_normal_operation() -> None:
    """One has been normal all the time, the other since its link came back."""
    lost = (*both(linked()), *interrupted("09:00:00"), *back("09:20:00"))
    found = diagnose(build(heap(server("a", *lost), server("b", *lost))))
    normal = {one.title: one.start for one in found if one.name == "normal-operation"}
    assert normal == {
        f"both normal since 2026-01-05 08:00:00 [{VOICE}]": at("08:00:00"),
        f"both normal since 2026-01-05 09:20:00 [{PEER}]": at("09:20:00"),
    }


def test_a_crash_hits_all_relationships_and_is_one_finding() -> None:
    """A server that dies is down once, with the lines of every relationship as evidence."""
    found = every(
        server("a", *both([*linked(), *interrupted("09:00:00"), *back("09:10:02", "normal")])),
        server("b", *both(linked()), *both(restarted("09:10:00"))),
    )
    assert [one.name for one in found] == ["peer-down"]
    lines = {one.line for one in found[0].evidence if one.source == "a/messages"}
    assert "[" not in found[0].title and len(lines) >= 4


def test_a_server_may_be_primary_of_one_and_secondary_of_the_other() -> None:
    """Roles, pools and addresses are those of the relationship looked at."""
    rows = [
        *both(linked()),
        pool("09:00:00", 100, 60, 20),
        pool("09:00:00", 50, 70, 10, network="10.70.0.0/16", pool_id="bb"),
    ]
    blocks = [block("10.69.0.9", "active"), block("10.70.0.9", "active"), block("10.99.0.9", "active")]
    pair = build(
        heap(
            server("a", *rows, *blocks, conf=crossed(Role.PRIMARY)),
            server("b", *rows, conf=crossed(Role.SECONDARY)),
        )
    )
    seen = {name: view(pair, name) for name in (PEER, VOICE)}
    assert {name: one.primary and one.primary.name for name, one in seen.items()} == {PEER: "a", VOICE: "b"}
    assert {name: sorted(set(one.pool_series["network"])) for name, one in seen.items()} == {
        PEER: ["10.69.0.0/16"],
        VOICE: ["10.70.0.0/16"],
    }
    addresses = {name: sorted(one.server("a").leases.bindings["ip"]) for name, one in seen.items()}
    main, other = (PEER, VOICE) if pair.relationship == PEER else (VOICE, PEER)
    assert len(addresses[main]) == 2 and "10.99.0.9" in addresses[main]
    assert addresses[other] == ["10.70.0.9" if other == VOICE else "10.69.0.9"]


def test_a_relationship_with_a_third_server_is_judged_from_one_side() -> None:
    """Of a relationship that the other server does not have, nobody is said to have been silent in it."""
    found = every(
        server("hub", *both(linked()), *of_voice(interrupted("09:00:00")), *served("09:00:00", 30)),
        server("a", *linked(), *served("09:00:00", 30)),
    )
    assert {one.name for one in found} >= {"peer-down"}
    assert all(one.servers == ("hub",) and one.title.endswith(f"[{VOICE}]") for one in found)


def test_two_names_for_one_relationship_are_looked_at_together() -> None:
    """Where both servers have a name that the other lacks, these may be one relationship."""
    pair = build(
        heap(
            server("a", *linked(), move("08:00:00", "normal", "startup", peer="north")),
            server("b", *linked(), move("08:00:00", "normal", "startup", peer="nord")),
        )
    )
    assert relationships_apart(pair) == ((PEER,), ("nord", "north"))


def test_a_pair_with_one_relationship_is_not_taken_apart() -> None:
    """The usual pair, also where the servers do not agree on the name."""
    for other in (PEER, VOICE):
        refused = notice(
            "08:00:05", "connect-failed", peer=other, reason="unknown failover relationship name"
        )
        pair = build(
            heap(
                server("a", *linked(), heard("08:01:00", "normal", "normal")),
                server("b", move("08:00:00", "normal", "startup", peer=other), refused),
            )
        )
        assert len(relationships_apart(pair)) == 1


def test_clients_belong_to_the_relationship_of_the_way_they_come() -> None:
    """A DISCOVER names no address: the relay that it came through was the way to addresses of one pool."""
    here, there = "02:00:00:00:00:01", "02:00:00:00:00:02"
    rows = [
        message("09:00:00", "DISCOVER", here),
        message("09:00:00", "ACK", here, ip="10.69.0.9"),
        {**message("09:00:01", "DISCOVER", there), "via": "10.70.10.11"},
        {**message("09:00:01", "ACK", there, ip="10.70.0.9"), "via": "10.70.10.11"},
    ]
    pair = build(
        heap(server("a", *both(linked()), *rows, conf=crossed(Role.PRIMARY)), server("b", *linked()))
    )
    heard_of = {name: list(view(pair, name).server("a").log.messages["mac"]) for name in (PEER, VOICE)}
    assert heard_of == {PEER: [here, here], VOICE: [there, there]}
