"""Exchanges at one server, transactions of the pair, clients against the split."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import Role
from dhcplens.pair import PairView, build
from tests.pair.making import at, block, conf, heap, heard, message, move, server

MINE = "00:17:c4:12:77:97"  # bucket 88 by its client identifier, 190 by its hardware address
OTHER = "52:54:00:12:34:56"  # bucket 156
IP, SID = "10.69.100.120", "10.69.10.30"


def acquire(clock: str, mac: str = MINE, ip: str = IP, **columns: Any) -> list[dict[str, Any]]:
    """DISCOVER, OFFER, REQUEST, ACK within a second."""
    return [
        message(clock, "DISCOVER", mac, **columns),
        message(clock, "OFFER", mac, ip=ip),
        message(clock, "REQUEST", mac, ip=ip, server_id=SID),
        message(clock, "ACK", mac, ip=ip, hostname="demo"),
    ]


def one_sided(*rows: dict[str, Any]) -> PairView:
    """A pair of which only one server brought a log."""
    return build(heap(server("a", *rows)))


def summary(pair: PairView) -> list[tuple[str, str, int]]:
    """Kind, outcome and retries of each transaction."""
    frame = pair.transactions
    return list(zip(frame["kind"], frame["outcome"], frame["retries"], strict=True))


def test_four_messages_are_one_transaction() -> None:
    """DISCOVER to ACK is one acquire with the address, the host name and the lines that begin and end it."""
    (row,) = one_sided(*acquire("10:00:00")).transactions.itertuples()
    assert (row.kind, row.outcome, row.ip, row.server_id) == ("acquire", "acked", IP, SID)
    assert (row.offered_by, row.acked_by, row.hostname) == ("a", "a", "demo")
    assert (row.line, row.end_line, row.retries) == (1, 4, 0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("10:00:00", "DISCOVER"), ("10:00:04", "DISCOVER"), ("10:00:12", "DISCOVER")],
            [("acquire", "unanswered", 2)],
        ),
        ([("10:00:00", "DISCOVER"), ("10:05:00", "DISCOVER")], [("acquire", "unanswered", 0)] * 2),
        ([("10:00:00", "DISCOVER"), ("10:00:01", "OFFER")], [("acquire", "offered", 0)]),
        ([("10:00:00", "REQUEST"), ("10:00:00", "ACK")], [("renew", "acked", 0)]),
        ([("10:00:00", "REQUEST"), ("10:00:00", "NAK")], [("renew", "nak", 0)]),
        ([("10:00:00", "RELEASE")], [("release", "released", 0)]),
        ([("10:00:00", "DECLINE")], [("decline", "declined", 0)]),
        ([("10:00:00", "BOOTREQUEST"), ("10:00:00", "BOOTREPLY")], [("bootp", "acked", 0)]),
        ([("10:00:00", "LEASEQUERY")], []),
        (
            [("10:00:00", "REQUEST"), ("10:00:00", "NAK"), ("10:00:00", "DISCOVER")],
            [("renew", "nak", 0), ("acquire", "unanswered", 0)],
        ),
    ],
)
def test_kinds_and_outcomes(rows: list[tuple[str, str]], expected: list[tuple[str, str, int]]) -> None:
    """What a client does and what comes of it."""
    made = [message(clock, kind, MINE, ip=IP) for clock, kind in rows]
    assert sorted(summary(one_sided(*made))) == sorted(expected)


def test_a_release_that_is_not_found_releases_nothing() -> None:
    """DHCPRELEASE … (not found) is no release."""
    pair = one_sided(message("10:00:00", "RELEASE", MINE, ip=IP, note="not-found"))
    assert summary(pair) == [("release", "unanswered", 0)]


def test_inform_is_answered_by_address() -> None:
    """An INFORM line names no hardware address; its ACK is found by the address and is no lease."""
    pair = one_sided(
        message("10:00:00", "INFORM", ip=IP),
        message("10:00:00", "ACK", MINE, ip=IP),
    )
    assert summary(pair) == [("inform", "informed", 0)]
    assert pair.served["acks"].tolist() == [0]


def test_both_servers_views_are_one_transaction() -> None:
    """A DISCOVER that both servers see is one transaction, answered by the one whose client it is."""
    balanced = message("10:00:00", "DISCOVER", MINE, note="load-balanced-to-peer")
    pair = build(heap(server("a", *acquire("10:00:00")), server("b", balanced)))
    (row,) = pair.transactions.itertuples()
    assert (row.acked_by, row.note_second) == ("a", "load-balanced-to-peer")
    assert (row.seen_first, row.seen_second) == (at("10:00:00"), at("10:00:00"))


def test_both_may_acknowledge() -> None:
    """A rebinding client's broadcast is acknowledged by both servers."""
    rows = [message("10:00:00", "REQUEST", MINE, ip=IP), message("10:00:00", "ACK", MINE, ip=IP)]
    pair = build(heap(server("a", *rows), server("b", *rows)))
    assert pair.transactions["acked_by"].tolist() == ["both"]
    assert pair.served["renewals"].tolist() == [1, 1]


def test_skewed_clocks_are_brought_together() -> None:
    """The second server's lines are shifted by the skew before they are compared."""
    pair = build(
        heap(
            server("a", move("09:00:00", "recover-done", "normal"), *acquire("10:00:00")),
            server("b", heard("09:00:40", "recover-done", "normal"), message("10:00:40", "DISCOVER", MINE)),
        )
    )
    assert len(pair.transactions) == 1


def test_hash_and_owner() -> None:
    """The owner is by the hash of the client identifier from a lease file, else of the hardware address."""
    uid = "01:" + MINE
    pair = build(
        heap(
            server(
                "a",
                *acquire("10:00:00"),
                *acquire("10:01:00", OTHER, "10.69.100.1"),
                block(IP, "active", mac=MINE, uid=uid),
                conf=conf(Role.PRIMARY, split=128),
            ),
            server("b", conf=conf(Role.SECONDARY)),
        )
    )
    clients = pair.clients.set_index("mac")
    assert clients.loc[MINE, ["bucket", "owner", "uid"]].tolist() == [88, "a", uid]
    assert clients.loc[OTHER, ["bucket", "owner"]].tolist() == [156, "b"]
    assert pair.transactions["key"].tolist() == ["uid", "mac"]
    counts = pair.served[["clients", "hashed", "expected"]]
    assert counts.to_numpy().tolist() == [[2, 1, 128], [0, 1, 128]]
    assert (pair.transactions["owner"] == pair.transactions["acked_by"]).tolist() == [True, False]


def test_without_a_split_nobody_owns() -> None:
    """Without the primary's configuration the bucket is known and the owner is not."""
    clients = one_sided(*acquire("10:00:00")).clients
    assert clients["bucket"].notna().all()
    assert clients["owner"].isna().all()


def test_handovers() -> None:
    """A client that the other server acknowledges is a handover, with its time, origin and address."""
    renewal = [message("10:20:00", "REQUEST", MINE, ip=IP), message("10:20:00", "ACK", MINE, ip=IP)]
    pair = build(
        heap(
            server("a", *acquire("10:00:00"), *acquire("10:00:01", OTHER), *acquire("10:30:00")),
            server("b", *renewal),
        )
    )
    moved = pair.handovers
    assert moved[["mac", "origin", "server", "kind"]].to_numpy().tolist() == [
        [MINE, "a", "b", "renew"],
        [MINE, "b", "a", "acquire"],
    ]
    assert moved["time"].tolist() == [at("10:20:00"), at("10:30:00")]


KINDS = ("DISCOVER", "OFFER", "REQUEST", "ACK", "NAK", "RELEASE", "DECLINE", "INFORM", "BOOTREQUEST")
LINES = st.lists(
    st.tuples(
        st.integers(0, 3000), st.sampled_from(KINDS), st.sampled_from([MINE, OTHER, None]), st.booleans()
    ),
    max_size=40,
)


def rows_of(lines: list[tuple[int, str, str | None, bool]]) -> list[dict[str, Any]]:
    """Message rows in order of time."""
    return [
        message(
            f"10:{second // 60:02}:{second % 60:02}", kind, mac, ip=IP, server_id=SID if selects else None
        )
        for second, kind, mac, selects in sorted(lines, key=lambda line: line[0])
    ]


@settings(deadline=None, max_examples=40)
@given(first=LINES, second=LINES)
def test_no_line_is_lost_or_counted_twice(
    first: list[tuple[int, str, str | None, bool]], second: list[tuple[int, str, str | None, bool]]
) -> None:
    """Each line of a client is in one exchange, each exchange in one transaction."""
    pair = build(heap(server("a", *rows_of(first)), server("b", *rows_of(second))))
    given = Counter(kind for _, kind, mac, _ in (*first, *second) if mac)
    found = pair.exchanges
    assert int(found["discovers"].sum()) == given["DISCOVER"]
    assert int(found["offers"].sum()) == given["OFFER"]
    assert int(found["requests"].sum()) == given["REQUEST"] + given["BOOTREQUEST"]
    assert int(found["naks"].sum()) == given["NAK"]
    transactions = pair.transactions
    sides = int(transactions["seen_first"].notna().sum() + transactions["seen_second"].notna().sum())
    assert sides == len(found)
    assert transactions["start"].is_monotonic_increasing
    assert (transactions["start"] <= transactions["end"]).all()


@settings(deadline=None, max_examples=25)
@given(lines=LINES)
def test_other_clients_change_nothing(lines: list[tuple[int, str, str | None, bool]]) -> None:
    """What is found of one client does not depend on who else is there."""
    known = [line for line in lines if line[2] is not None and line[1] not in ("INFORM", "ACK")]
    alone = one_sided(*rows_of([line for line in known if line[2] == MINE])).exchanges
    among = one_sided(*rows_of(known)).exchanges
    columns = ["start", "end", "kind", "outcome", "retries"]
    mine = among[among["mac"] == MINE][columns].astype(str)
    assert mine.to_numpy().tolist() == alone[columns].astype(str).to_numpy().tolist()
