"""Which servers make the pair, and what is said where files are missing."""

import pandas as pd
import pytest

from dhcplens.model.states import Role
from dhcplens.pair import PairView, build
from tests.pair.making import banner, conf, heap, heard, message, move, notice, pool, server

FRAMES = (
    "role_signs skew_samples runs states links pool_series pools "
    "exchanges transactions clients handovers served binding_view spans"
)


def columns(pair: PairView) -> dict[str, pd.DataFrame]:
    """All frames of a pair."""
    return {name: getattr(pair, name) for name in FRAMES.split()}


@pytest.mark.parametrize("servers", [(), (server("a"),), (server("a"), server("b"))])
def test_nothing_is_no_error(servers: tuple[object, ...]) -> None:
    """A collection without any rows gives empty frames of the full schemas."""
    full = columns(build(heap(server("a", *_busy()), server("b", *_busy()))))
    for name, frame in columns(build(heap(*servers))).items():  # type: ignore[arg-type]
        assert list(frame.columns) == list(full[name].columns), name
        assert frame.dtypes.astype(str).to_dict() == full[name].dtypes.astype(str).to_dict(), name


def test_one_server_says_what_cannot_be_known() -> None:
    """With one server's log only, the partner, the leases and the configuration are stated as not known."""
    pair = build(heap(server("a", *_busy())))
    subjects = {one.subject for one in pair.inferences}
    assert {"the partner", "lease file of a", "configuration of a", "which clients are whose"} <= subjects
    assert pair.partner("a") is None
    assert pair.overlap is None


def test_of_many_servers_the_pair_that_shares_a_relationship() -> None:
    """Of three servers the two that share a relationship are taken, and the third is named in a problem."""
    third = [message("10:00:00", "DISCOVER", "02:00:00:00:00:01") for _ in range(9)]
    pair = build(
        heap(
            server("a", move("10:00:00", "normal", "startup"), conf=conf(Role.PRIMARY)),
            server("c", *third, move("10:00:00", "normal", "startup", peer="other")),
            server("b", move("10:00:00", "normal", "startup")),
        )
    )
    assert [one.name for one in pair.servers] == ["a", "b"]
    assert any(one.source == "c" and "left out" in one.message for one in pair.problems)


def test_a_partners_name_for_the_relationship_is_not_ones_own() -> None:
    """Where the names differ, each server has its own; a refused CONNECT names the other's."""
    refused = notice("10:00:05", "connect-failed", peer="one", reason="unknown failover relationship name")
    pair = build(
        heap(
            server("a", move("10:00:00", "recover", "startup", peer="one")),
            server("b", move("10:00:00", "recover", "startup", peer="two"), refused),
        )
    )
    assert [one.relationships for one in pair.servers] == [("one",), ("two",)]


def test_named_servers_are_taken() -> None:
    """Servers can be named; a name that is not there is a KeyError."""
    servers = [server(name, move("10:00:00", "normal", "startup")) for name in "abc"]
    assert [one.name for one in build(heap(*servers), servers=("b", "c")).servers] == ["b", "c"]
    with pytest.raises(KeyError):
        build(heap(*servers), servers=("x",))


def test_a_derived_class_can_be_built() -> None:
    """The library's own pair class is filled in the same way."""

    class Mine(PairView):
        """A pair with more to it."""

    assert isinstance(build(heap(server("a")), Mine), Mine)


def test_evidence_gives_the_raw_lines() -> None:
    """Rows turn into evidence with their raw text; rows without a line are left out."""
    pair = build(heap(server("a", *_busy())))
    (first, *_) = pair.evidence(pair.runs)
    assert (first.source, first.line, first.text) == ("a/messages", 1, "a/messages line 1")
    places = [("a/messages", 0), ("a/messages", 2), ("a/messages", 2)]
    assert pair.texts_of(places) == pair.evidence(pair.states, 1)


def test_spans_overlap_and_latest() -> None:
    """Each file's period is known, and the time that both logs cover."""
    pair = build(
        heap(
            server("a", banner("10:00:00"), pool("11:00:00", 1, 1, 0)),
            server("b", banner("10:30:00"), pool("11:30:00", 1, 1, 0)),
        )
    )
    assert [str(time)[11:16] for time in pair.overlap or ()] == ["10:30", "11:00"]
    assert str(pair.latest)[11:16] == "11:30"
    assert pair.spans["rows"].tolist() == [2, 2]


def test_quiet_times_are_found() -> None:
    """A silence is given with the lines on both sides of it, messages counted."""
    pair = build(
        heap(
            server(
                "a",
                banner("10:00:00"),
                message("10:20:00", "DISCOVER", "02:00:00:00:00:01"),
                pool("11:00:00", 1, 1, 0),
            )
        )
    )
    (row,) = pair.quiet(pd.Timedelta("30min")).itertuples()
    assert (row.line, row.end_line) == (2, 3)


def _busy() -> list[dict[str, object]]:
    mac = "00:17:c4:12:77:97"
    return [
        banner("10:00:00"),
        move("10:00:01", "normal", "startup"),
        heard("10:00:02", "normal", "normal"),
        move("10:00:02", "startup", "normal"),
        pool("10:00:03", 100, 140, -20),
        message("10:00:04", "DISCOVER", mac),
        message("10:00:04", "OFFER", mac, ip="10.69.100.1"),
    ]
