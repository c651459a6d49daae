"""DHCP messages on the wire (RFC 2131, RFC 2132): from Packet to bytes and back."""

import struct
from ipaddress import IPv4Address

from dhcplens.model.states import MessageType
from dhcplens.replay.clients import NOWHERE, Packet

_FIXED = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")
_COOKIE = b"\x63\x82\x53\x63"
_KINDS = {
    MessageType.DISCOVER: 1,
    MessageType.OFFER: 2,
    MessageType.REQUEST: 3,
    MessageType.DECLINE: 4,
    MessageType.ACK: 5,
    MessageType.NAK: 6,
    MessageType.RELEASE: 7,
    MessageType.INFORM: 8,
}
_NAMES = {number: kind for kind, number in _KINDS.items()}
_HOST, _REQUESTED, _LEASE, _KIND, _SERVER, _WANTED, _T1, _T2, _IDENTIFIER, _END = (
    12,
    50,
    51,
    53,
    54,
    55,
    58,
    59,
    61,
    255,
)
_BOOTREQUEST, _BOOTREPLY, _ETHERNET = 1, 2, 1


def encode(packet: Packet, giaddr: IPv4Address) -> bytes:
    """The bytes of a client's message; ``giaddr`` is the relay's address, or 0.0.0.0 for none."""
    hops = 0 if giaddr == NOWHERE else 1
    fixed = _FIXED.pack(
        _BOOTREQUEST, _ETHERNET, 6, hops, packet.xid, packet.secs, 0,
        packet.ciaddr.packed, NOWHERE.packed, NOWHERE.packed, giaddr.packed,
        packet.chaddr.ljust(16, b"\0"), b"", b"",
    )  # fmt: skip
    options: list[tuple[int, bytes]] = [(_KIND, bytes([_KINDS[packet.kind]]))]
    if packet.identifier:
        options.append((_IDENTIFIER, packet.identifier))
    if packet.hostname:
        options.append((_HOST, packet.hostname.encode()))
    if packet.requested is not None:
        options.append((_REQUESTED, packet.requested.packed))
    if packet.server_id is not None:
        options.append((_SERVER, packet.server_id.packed))
    options.append((_WANTED, bytes([1, 3, 6, 15, _LEASE, _T1, _T2])))
    body = b"".join(bytes([code, len(data)]) + data for code, data in options)
    return (fixed + _COOKIE + body + bytes([_END])).ljust(300, b"\0")


def decode(data: bytes) -> Packet | None:
    """A server's message; None for what is none."""
    if len(data) < _FIXED.size + 4 or data[0] != _BOOTREPLY or data[_FIXED.size : _FIXED.size + 4] != _COOKIE:
        return None
    fields = _FIXED.unpack_from(data)
    options = _options(data[_FIXED.size + 4 :])
    kind = _NAMES.get(int.from_bytes(options.get(_KIND, b"")))
    if kind is None:
        return None
    server = options.get(_SERVER)
    return Packet(
        kind=kind,
        xid=fields[4],
        chaddr=fields[11][:6],
        secs=fields[5],
        ciaddr=IPv4Address(fields[7]),
        yiaddr=IPv4Address(fields[8]),
        server_id=IPv4Address(server) if server and len(server) == 4 else None,
        lease_time=_seconds(options.get(_LEASE)),
        renewal=_seconds(options.get(_T1)),
        rebinding=_seconds(options.get(_T2)),
    )


def _options(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    place = 0
    while place < len(data) and data[place] != _END:
        if data[place] == 0:
            place += 1
            continue
        length = data[place + 1] if place + 1 < len(data) else 0
        found[data[place]] = data[place + 2 : place + 2 + length]
        place += 2 + length
    return found


def _seconds(data: bytes | None) -> int | None:
    return int.from_bytes(data, "big") if data and len(data) == 4 else None
