"""Both lease files' word on each address."""

from typing import Any

import pytest

from dhcplens.pair import PairView, build
from tests.pair.making import at, block, heap, message, server, state_block

IP = "10.69.100.120"
MAC, OTHER = "00:17:c4:12:77:97", "52:54:00:12:34:56"
NOW = message("12:00:00", "DISCOVER", MAC)


def view(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> PairView:
    """A pair at noon; both brought a lease file."""
    made = state_block("normal", "08:00:00", "normal", "08:00:00")
    return build(heap(server("a", NOW, made, *first), server("b", made, *second)))


def active(ends: str = "13:00:00", mac: str = MAC, **columns: Any) -> dict[str, Any]:
    """An active lease."""
    return block(IP, "active", starts="11:00:00", ends=ends, mac=mac, **columns)


def test_the_last_accepted_block_counts() -> None:
    """Later blocks replace earlier ones unless dhcpd would refuse them."""
    refused = {**block(IP, "abandoned"), "accepted": False}
    (row,) = view([block(IP, "free"), active(), refused], [active()]).binding_view.itertuples()
    assert (row.state_first, row.line_first, row.state_second) == ("active", 3, "active")
    assert row.difference == "none"


def test_an_ended_lease_is_expired_whatever_the_block_says() -> None:
    """An active lease whose end has passed is effectively expired."""
    (row,) = view([active(ends="11:30:00")], [active()]).binding_view.itertuples()
    assert (row.state_first, row.effective_first, row.effective_second) == ("active", "expired", "active")


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ([active()], [active()], "none"),
        ([active()], [active(mac=OTHER)], "client"),
        ([active(uid="01:02")], [active(uid="01:03")], "client"),
        ([active(uid="01:02", mac=OTHER)], [active(uid="01:02")], "none"),
        ([active()], [block(IP, "free")], "state"),
        ([active()], [active(ends="14:00:00")], "ends"),
        ([active()], [], "missing-second"),
        ([], [active()], "missing-first"),
        ([block(IP, "free")], [], "none"),
        ([], [block(IP, "backup")], "none"),
    ],
)
def test_differences(first: list[dict[str, Any]], second: list[dict[str, Any]], difference: str) -> None:
    """What differs between the files; an address that is free or backup need not be written."""
    (row,) = view(first, second).binding_view.itertuples()
    assert row.difference == difference


def test_one_lease_file_alone_shows_no_differences() -> None:
    """With one file there is nothing to compare."""
    (row,) = build(heap(server("a", NOW, active()), server("b"))).binding_view.itertuples()
    assert (row.difference, row.line_second) == ("none", 0)


def test_bindings_at_a_time() -> None:
    """Blocks that were written later do not count; the time of writing is reckoned from stamps."""
    pair = view(
        [
            block(IP, "active", starts="09:00:00", cltt="09:00:00", ends="09:30:00", mac=MAC),
            block(IP, "expired", starts="09:00:00", cltt="09:00:00", ends="09:30:00", mac=MAC),
            block(IP, "free", starts="09:00:00", cltt="09:00:00", ends="09:30:00", tstp="09:30:00"),
            block(
                IP, "active", starts="11:00:00", cltt="11:00:00", ends="13:00:00", tstp="19:00:00", mac=OTHER
            ),
        ],
        [],
    )
    states = [
        pair.bindings_at(at(clock))["effective_first"].tolist()
        for clock in ("08:00:00", "09:10:00", "10:00:00", "11:30:00", "13:30:00")
    ]
    assert states == [[], ["active"], ["free"], ["active"], ["expired"]]


def test_history_of_one_address() -> None:
    """All blocks of an address from both files by their reckoned time of writing, which never goes back."""
    pair = view(
        [block(IP, "active", starts="09:00:00", ends="10:00:00"), block("10.69.100.121", "active")],
        [block(IP, "active", starts="09:00:00", ends="10:00:00"), block(IP, "free", ends="10:00:00")],
    )
    history = pair.binding_history(IP)
    assert history["server"].tolist() == ["a", "b", "b"]
    assert history["written"].tolist() == [at("09:00:00"), at("09:00:00"), at("10:00:00")]


def test_addresses_are_in_numerical_order() -> None:
    """Addresses are sorted as numbers, and strange ones stand last."""
    ips = ["10.0.0.10", "10.0.0.9", "x", "9.0.0.1"]
    pair = view([block(ip, "active") for ip in ips], [])
    assert pair.binding_view["ip"].tolist() == ["9.0.0.1", "10.0.0.9", "10.0.0.10", "x"]
