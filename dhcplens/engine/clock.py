"""A server's clock: the world's time, off by something and going astray."""

from dataclasses import dataclass

_MILLION = 1_000_000


@dataclass
class Clock:
    """``offset`` in microseconds; ``drift`` in microseconds a second, from the world's moment ``since``."""

    offset: int = 0
    drift: int = 0
    since: int = 0

    def local(self, world: int) -> int:
        """What the clock shows at that moment of the world."""
        return world + self.offset + (world - self.since) * self.drift // _MILLION

    def world(self, local: int) -> int:
        """The first moment of the world at which the clock shows that time."""
        guess = local - self.offset
        if self.drift:
            guess = self.since + (guess - self.since) * _MILLION // (_MILLION + self.drift)
            while self.local(guess) < local:
                guess += 1
        return guess

    def step(self, world: int, offset: int) -> None:
        """From that moment on the clock is off by ``offset``."""
        self.offset, self.since = offset, world
