"""A slow failover link: a tunnel device in the hub whose packets this process hands on late."""

import contextlib
import fcntl
import os
import struct
import time
from collections import deque

from dhcplens.replay.backends import BackendUnavailableError
from dhcplens.replay.lab.namespaces import Namespace

DEVICE = "slow0"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_LARGEST = 65536


class SlowLine:
    """Packets that the hub routes into ``slow0`` come out of it ``delay`` real seconds later, in order."""

    def __init__(self, hub: Namespace) -> None:
        try:
            with hub.network():
                self._file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
                fcntl.ioctl(
                    self._file, _TUNSETIFF, struct.pack("16sH", DEVICE.encode(), _IFF_TUN | _IFF_NO_PI)
                )
        except OSError as error:
            raise BackendUnavailableError(
                "The lab needs /dev/net/tun to delay a link: modprobe tun"
            ) from error
        self.delay = 0.0
        self._waiting: deque[tuple[float, bytes]] = deque()

    def fileno(self) -> int:
        """For a selector."""
        return self._file

    def take_in(self) -> None:
        """Takes what has come; it waits from now on."""
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self._file, _LARGEST):
                self._waiting.append((time.time() + self.delay, packet))

    def hand_on(self) -> float | None:
        """Lets go what has waited long enough; real seconds until the next, None when nothing waits."""
        while self._waiting and self._waiting[0][0] <= time.time():
            with contextlib.suppress(OSError):
                os.write(self._file, self._waiting.popleft()[1])
        return max(0.0, self._waiting[0][0] - time.time()) if self._waiting else None

    def close(self) -> None:
        """The device goes with its file."""
        os.close(self._file)
