"""The syslog of one server: takes what dhcpd says to /dev/log and writes it with the lab's time.

The kernel stamps every message as it is sent, so that a busy reader does not make the log late.
"""

import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from dhcplens.replay.lab.clock import LabClock
from dhcplens.replay.layout import LogWriter

SO_TIMESTAMPNS = 35  # asm-generic/socket.h
_TIMESPEC = struct.Struct("@qq")
_MESSAGE = re.compile(
    rb"<(\d+)>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?([^:\[]+)(?:\[(\d+)\])?: ?(.*)", re.DOTALL
)
_LARGEST = 65536


def kernel_stamp(ancillary: list[tuple[int, int, bytes]]) -> float | None:
    """Real seconds of the epoch at which the kernel saw the datagram."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            return float(seconds) + float(nanoseconds) / 1e9
    return None


def _bind(one: socket.socket, path: Path) -> None:
    """By way of its folder's descriptor: a name of a socket is no longer than 107 bytes (unix(7))."""
    folder = os.open(path.parent, os.O_DIRECTORY)
    try:
        one.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


class Syslog:
    """The socket of one server; ``offset`` is what its clock is off by."""

    def __init__(self, path: Path, writer: LogWriter, clock: LabClock) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        _bind(self.socket, path)
        self.socket.setblocking(False)
        self.offset = 0.0
        self._writer = writer
        self._clock = clock

    def read(self) -> Iterator[tuple[float, str]]:
        """Writes down what has come, and gives back each line with its lab moment."""
        with contextlib.suppress(BlockingIOError):
            while True:
                data, ancillary, _flags, _from = self.socket.recvmsg(_LARGEST, socket.CMSG_SPACE(16))
                if found := _MESSAGE.fullmatch(data.rstrip(b"\n\0")):
                    at = self._clock.lab(kernel_stamp(ancillary))
                    text = found[4].decode(errors="replace")
                    pid = int(found[3]) if found[3] else None
                    self._writer.write(at + self.offset, int(found[1]) & 7, found[2].decode(), pid, text)
                    yield at, text

    def close(self) -> None:
        """No more messages are taken."""
        self.socket.close()
