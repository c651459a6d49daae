"""The clients' side of the wire: UDP sockets that speak as relays and as clients."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address

from dhcplens.replay.clients import NOWHERE, Outgoing, Packet
from dhcplens.replay.lab.namespaces import Namespace
from dhcplens.replay.lab.syslog import SO_TIMESTAMPNS, kernel_stamp
from dhcplens.replay.lab.wire import decode, encode
from dhcplens.replay.scenario import Relay, Scenario

_SERVER_PORT, _CLIENT_PORT = 67, 68
_IP_PKTINFO = 8  # linux/in.h; struct in_pktinfo is an index and two addresses
_LARGEST = 4096


class ClientSockets:
    """One socket a relay (giaddr, port 67) and one for clients that hold an address (port 68)."""

    def __init__(self, scenario: Scenario, namespace: Namespace) -> None:
        self._servers = {server.name: server.address for server in scenario.servers}
        self._relays = {relay.name: relay for relay in scenario.relays}
        with namespace.network():
            self._by_relay = {
                relay.name: _socket(str(relay.address), _SERVER_PORT) for relay in scenario.relays
            }
            self._direct = _socket("0.0.0.0", _CLIENT_PORT)
        self._direct.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)

    @property
    def all(self) -> list[socket.socket]:
        """Every socket, to wait on."""
        return [*self._by_relay.values(), self._direct]

    def send(self, outgoing: Outgoing, relay: str) -> None:
        """Sends a packet on its way; what the network refuses is lost, as on a wire."""
        with contextlib.suppress(OSError):
            if outgoing.to is None:
                self._through(self._relays[relay], outgoing.packet)
            else:
                self._straight(outgoing.packet, outgoing.to)

    def _through(self, relay: Relay, packet: Packet) -> None:
        data = encode(packet, relay.address)
        for name in relay.servers:
            with contextlib.suppress(OSError):
                self._by_relay[relay.name].sendto(data, (str(self._servers[name]), _SERVER_PORT))

    def _straight(self, packet: Packet, server: IPv4Address) -> None:
        source = struct.pack("@I4s4s", 0, packet.ciaddr.packed, NOWHERE.packed)
        self._direct.sendmsg(
            [encode(packet, NOWHERE)],
            [(socket.IPPROTO_IP, _IP_PKTINFO, source)],
            0,
            (str(server), _SERVER_PORT),
        )

    def read(self) -> Iterator[tuple[float | None, Packet, IPv4Address]]:
        """What has come in: when (real seconds), what, and from which server."""
        for one in self.all:
            with contextlib.suppress(BlockingIOError, ConnectionError):
                while True:
                    data, ancillary, _flags, sender = one.recvmsg(_LARGEST, 256)
                    packet = decode(data)
                    if packet is not None:
                        yield kernel_stamp(ancillary), packet, IPv4Address(sender[0])

    def close(self) -> None:
        """Closes them all."""
        for one in self.all:
            one.close()


def _socket(address: str, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    one.bind((address, port))
    one.setblocking(False)
    return one
