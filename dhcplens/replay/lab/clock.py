"""Lab time: the scenario's begin plus ``speed`` times the real seconds since the run began."""

import time


class LabClock:
    """Maps real time (seconds of the epoch) to lab time; one run has one clock."""

    def __init__(self, begin: float, speed: float) -> None:
        self.begin = begin  # epoch seconds that the lab shows at its begin
        self.speed = speed
        self._started = time.time()

    def restart(self) -> None:
        """The lab begins now."""
        self._started = time.time()

    def lab(self, real: float | None = None) -> float:
        """Lab seconds since the begin at this real moment (None: now)."""
        return ((time.time() if real is None else real) - self._started) * self.speed

    def real_until(self, at: float) -> float:
        """Real seconds from now until that lab moment; 0 when it has passed."""
        return max(0.0, (at - self.lab()) / self.speed)
