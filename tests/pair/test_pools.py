"""Pool lines as one series."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import Role
from dhcplens.pair import build
from dhcplens.pair.pools import full_network
from tests.pair.making import PEER, banner, conf, heap, move, pool, server


def test_shares_by_role() -> None:
    """free is the primary's and backup the secondary's; the surplus has one sign for both."""
    pair = build(
        heap(
            server("a", pool("10:00:00", 204, 0, 102), conf=conf(Role.PRIMARY)),
            server("b", pool("10:00:00", 204, 0, -102), conf=conf(Role.SECONDARY)),
        )
    )
    assert pair.pool_series[["own", "partners", "surplus"]].to_numpy().tolist() == [
        [204, 0, 102],
        [0, 204, 102],
    ]
    assert set(pair.pool_series["relationship"]) == {PEER}


def test_thresholds_are_reckoned_where_they_are_not_printed() -> None:
    """Of 240 shared addresses 10 and 15 percent, rounded as dhcpd does; a printed one is kept."""
    pair = build(heap(server("a", pool("10:00:00", 120, 120, 0, max_misbal=99))))
    assert pair.pool_series[["max_own", "max_misbal"]].to_numpy().tolist() == [[24, 99]]


def test_a_pool_keeps_its_number_over_restarts() -> None:
    """The pointer changes with each process: pools of a network are numbered as they first appear."""
    pair = build(
        heap(
            server(
                "a",
                pool("10:00:00", 1, 1, 0, pool_id="aa", total=10),
                pool("10:00:00", 1, 1, 0, pool_id="bb", total=20),
                pool("10:01:00", 1, 1, 0, pool_id="bb", total=20),
                banner("11:00:00"),
                move("11:00:00", "normal", "startup"),
                pool("11:01:00", 1, 1, 0, pool_id="cc", total=10),
                pool("11:01:00", 1, 1, 0, pool_id="aa", total=20),
                pool("11:01:00", 1, 1, 0, pool_id="dd", network="10.70.0.0/16"),
            )
        )
    )
    series = pair.pool_series
    assert series["ordinal"].tolist() == [0, 1, 1, 0, 1, 0]
    assert series["run"].tolist() == [0, 0, 0, 1, 1, 1]


def test_each_pool_is_summed_up() -> None:
    """The last line of each pool as each server logged it, and the lowest one with its place."""
    rows = [
        pool("10:00:00", 120, 120, 0),
        pool("10:10:00", 10, 30, 0),
        pool("10:20:00", 100, 60, 0),
        pool("10:20:00", 7, 8, 0, network="10.70.0.0/16"),
    ]
    servers = server("a", *rows, conf=conf(Role.PRIMARY)), server("b", rows[0], conf=conf(Role.SECONDARY))
    pair = build(heap(*servers))
    first, other, second = pair.pools.itertuples()
    assert (first.free, first.backup, first.own, first.lines) == (100, 60, 100, 3)
    assert (first.least, first.least_own, first.least_line, first.line) == (40, 10, 2, 3)
    assert (other.network, other.least) == ("10.70.0.0/16", 15)
    assert (second.server, second.own) == ("b", 120)


def test_relationship_of_a_pool_is_known_from_the_configuration() -> None:
    """With several relationships the configured pool tells whose a pool line is."""
    declared = conf(Role.PRIMARY, peer="one", pools=[("10.69.0.0/16", "two")])
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", "recover-done", "normal", peer="one"),
                move("10:00:00", "recover-done", "normal", peer="two"),
                pool("10:00:01", 1, 1, 0, network="10.69/16"),
                pool("10:00:01", 1, 1, 0, network="somewhere"),
                conf=declared,
            )
        )
    )
    assert pair.pool_series["relationship"].astype(object).where(lambda x: x.notna(), None).tolist() == [
        "two",
        None,
    ]


@pytest.mark.parametrize(
    ("printed", "full"),
    [
        ("10.69/16", "10.69.0.0/16"),
        ("10/8", "10.0.0.0/8"),
        ("192.168.13.0/24", "192.168.13.0/24"),
        ("172.16.1.128/25", "172.16.1.128/25"),
        ("floor-2", "floor-2"),
        ("floor/2", "floor/2"),
        ("1.2.3.4.5/6", "1.2.3.4.5/6"),
    ],
)
def test_networks_are_written_in_full(printed: str, full: str) -> None:
    """3.0 leaves out octets; names of shared networks stay."""
    assert full_network(printed) == full


@settings(deadline=None, max_examples=15)
@given(counts=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=50))
def test_surplus_truncates_as_dhcpd_does(counts: list[tuple[int, int]]) -> None:
    """(free - backup) / 2, toward zero, as C divides."""
    pair = build(heap(server("a", *(pool("10:00:00", free, backup, 0) for free, backup in counts))))
    assert pair.pool_series["surplus"].tolist() == [int((free - backup) / 2) for free, backup in counts]
