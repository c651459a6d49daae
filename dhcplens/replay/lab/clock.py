"""Lab time: the scenario's begin plus ``speed`` times the real seconds since the run began."""

import struct
import time

_SHARED = struct.Struct("@QQ8l")  # libfaketime's ft_shared_s: two counters, a timespec of each clock
_CLOCKS = (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_MONOTONIC_RAW, time.CLOCK_BOOTTIME)


class LabClock:
    """Maps real time (seconds of the epoch) to lab time; one run has one clock."""

    def __init__(self, begin: float, speed: float) -> None:
        self.begin = begin  # epoch seconds that the lab shows at its begin
        self.speed = speed
        self.restart()

    def restart(self) -> None:
        """The lab begins now."""
        self._began = [time.clock_gettime_ns(clock) for clock in _CLOCKS]
        self._started = self._began[0] / 1e9

    def lab(self, real: float | None = None) -> float:
        """Lab seconds since the begin at this real moment (None: now)."""
        return ((time.time() if real is None else real) - self._started) * self.speed

    def real_until(self, at: float) -> float:
        """Real seconds from now until that lab moment; 0 when it has passed."""
        return max(0.0, (at - self.lab()) / self.speed)

    def shared(self) -> bytes:
        """What libfaketime keeps in shared memory: the lab's begin by each of the kernel's clocks.

        A process that finds it counts from there and not from its own start, however late it comes to start.
        """
        return _SHARED.pack(0, 0, *(part for at in self._began for part in divmod(at, 1_000_000_000)))
