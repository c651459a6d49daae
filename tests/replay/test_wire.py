"""DHCP on the wire, as the lab speaks it."""

from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import MessageType
from dhcplens.replay.clients import NOWHERE, Packet
from dhcplens.replay.lab.wire import decode, encode

ADDRESSES = st.integers(1, 2**32 - 1).map(IPv4Address)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([MessageType.DISCOVER, MessageType.REQUEST, MessageType.RELEASE]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
    ADDRESSES,
    ADDRESSES,
    ADDRESSES,
)
def test_what_is_written_can_be_read(
    kind: MessageType, xid: int, secs: int, ciaddr: IPv4Address, server: IPv4Address, giaddr: IPv4Address
) -> None:
    """Turned into a reply by its first byte, a message reads back with the fields it was written with."""
    packet = Packet(kind, xid, b"\x00\x16\x3e\x01\x02\x03", secs, ciaddr=ciaddr, server_id=server)
    data = encode(packet, giaddr)
    assert decode(b"\x02" + data[1:]) == packet
    assert data[24:28] == giaddr.packed


def test_a_client_is_no_server() -> None:
    """Requests, and what is no DHCP at all, are not taken for answers."""
    request = encode(Packet(MessageType.DISCOVER, 1, b"\0" * 6), NOWHERE)
    assert decode(request) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_garbage_is_nothing(data: bytes, framed: bool) -> None:
    """Any bytes give a packet or None, never an error."""
    if framed:
        data = b"\x02" + encode(Packet(MessageType.DISCOVER, 1, b"\0" * 6), NOWHERE)[1:240] + data
    assert decode(data) is None or framed
