"""Who is primary and who secondary."""

import pytest

from dhcplens.model.states import Role
from dhcplens.pair import build
from tests.pair.making import PEER, conf, heap, move, notice, pool, server, state_block


def names(pair):  # type: ignore[no-untyped-def]
    """Names of the primary and of the secondary."""
    return tuple(one.name if one else None for one in (pair.primary, pair.secondary))


def test_configuration_tells_the_roles() -> None:
    """The configurations say who is who, and the primary stands first."""
    pair = build(heap(server("a", conf=conf(Role.SECONDARY)), server("b", conf=conf(Role.PRIMARY))))
    assert names(pair) == ("b", "a")
    assert [one.name for one in pair.servers] == ["b", "a"]
    assert pair.relationship == PEER


def test_one_configuration_tells_both_roles() -> None:
    """The server without a configuration is the other half, and that is stated as an inference."""
    pair = build(
        heap(server("a", conf=conf(Role.SECONDARY)), server("b", move("10:00:00", "normal", "startup")))
    )
    assert names(pair) == ("b", "a")
    assert any(one.subject == "role of b" and "a is the secondary" in one.why for one in pair.inferences)


def test_mclt_marks_the_secondary() -> None:
    """Without configurations the lease file with mclt is the secondary's."""
    pair = build(
        heap(
            server("a", state_block("normal", "10:00:00", "normal", "10:00:00", mclt=1800)),
            server("b", state_block("normal", "10:00:00", "normal", "10:00:00")),
        )
    )
    assert names(pair) == ("b", "a")


@pytest.mark.parametrize(
    ("kind", "free", "backup", "lts", "role"),
    [
        ("balancing", 240, 0, 120, Role.PRIMARY),
        ("balancing", 240, 0, -120, Role.SECONDARY),
        ("balanced", 100, 140, -20, Role.PRIMARY),
        ("pool", 240, 0, -120, Role.PRIMARY),
        ("pool", 240, 0, 120, Role.SECONDARY),
    ],
)
def test_sign_of_lts_tells_the_role(kind: str, free: int, backup: int, lts: int, role: Role) -> None:
    """lts is positive for an owner of more than half in 3.1 and newer, and for one who lacks in 3.0."""
    lines = server(
        "a", pool("10:00:00", free, backup, lts, kind=kind), move("10:00:00", "recover-done", "normal")
    )
    pair = build(heap(lines))
    assert pair.servers[0].role is role


def test_primary_of_3_0_prints_both_signs() -> None:
    """A 3.0 primary that answers a pool request prints lts with the other sign too, and stays primary."""
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", "recover-done", "normal"),
                pool("10:00:00", 240, 0, -120, kind="pool"),
                pool("10:00:01", 240, 0, 120, kind="pool"),
                pool("10:00:02", 240, 0, 120, kind="pool"),
            )
        )
    )
    assert pair.servers[0].role is Role.PRIMARY


def test_refused_connect_tells_the_role() -> None:
    """Only a secondary receives CONNECT, only a primary has its CONNECT rejected."""
    pair = build(
        heap(
            server("a", notice("10:00:00", "connect-failed", peer=PEER, reason="time offset too large")),
            server("b", notice("10:00:00", "connect-rejected", peer=PEER, reason="time mismatch")),
        )
    )
    assert names(pair) == ("b", "a")


def test_two_primaries_stay_visible() -> None:
    """Servers that both claim to be primary keep their claims; the pair has none, and a problem says so."""
    pair = build(heap(server("a", conf=conf(Role.PRIMARY)), server("b", conf=conf(Role.PRIMARY))))
    assert names(pair) == (None, None)
    assert [one.role for one in pair.servers] == [Role.PRIMARY, Role.PRIMARY]
    assert any("both claim to be primary" in one.message for one in pair.problems)


def test_contradicting_signs_are_reported() -> None:
    """A lease file that contradicts the configuration is a problem with its line; the latter counts."""
    pair = build(
        heap(
            server(
                "a",
                state_block("normal", "10:00:00", "normal", "10:00:00", mclt=1800),
                conf=conf(Role.PRIMARY),
            )
        )
    )
    assert pair.servers[0].role is Role.PRIMARY
    (problem,) = pair.problems
    assert (problem.source, problem.line) == ("a/dhcpd.leases", 1)


def test_unknown_roles_are_stated() -> None:
    """Where nothing tells, roles are None and the report can say so."""
    pair = build(heap(server("b", move("10:00:00", "normal", "startup")), server("a")))
    assert names(pair) == (None, None)
    assert [one.name for one in pair.servers] == ["a", "b"]
    assert {"role of a", "role of b"} <= {one.subject for one in pair.inferences if one.value == "not known"}


def test_roles_differ_by_relationship() -> None:
    """A server may be primary of one relationship and secondary of another."""
    pair = build(
        heap(
            server(
                "a",
                notice("10:00:00", "connect-rejected", peer="one", reason="x"),
                notice("10:00:00", "connect-failed", peer="two", reason="x"),
                move("10:00:01", "startup", "recover", peer="two"),
            ),
            server("b"),
        )
    )
    assert pair.roles["a", "one"] is Role.PRIMARY
    assert pair.roles["a", "two"] is Role.SECONDARY
    assert pair.relationships == ("one", "two")
