"""The status line under the events on a terminal: both servers' states, pools, rates."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from dhcplens.tail.events import Event, printable, state_style
from dhcplens.tail.watch import Watch

_REFRESH: Final = 0.5
_RATE_OVER: Final = 60.0
_STYLES: Final = {"32": "green", "33": "yellow", "1;31": "bold red"}
_SERVERS: Final = 4


class Screen:
    """Prints events above a line that is drawn anew twice a second."""

    def __init__(self, watch: Watch, *, colour: bool) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, no_color=not colour)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._watch = watch
        self._drawn = 0.0
        self._counts: deque[tuple[float, int]] = deque()
        self._live.start()

    def write(self, text: str) -> None:
        """Print events, whole lines."""
        if text:
            self._live.console.print(Text.from_ansi(text.removesuffix("\n")), soft_wrap=True)

    def events(self, events: Sequence[Event]) -> None:
        """Draw soon."""
        if events:
            self._drawn = 0.0

    def tick(self, watch: Watch) -> None:
        """Draw the line where it is due."""
        now = time.monotonic()
        if now - self._drawn >= _REFRESH:
            self._drawn = now
            self._counts.append((now, watch.total))
            while now - self._counts[0][0] > _RATE_OVER:
                self._counts.popleft()
            self._live.update(self._line(), refresh=True)

    def close(self) -> None:
        """Take the line away."""
        self._live.stop()

    def _line(self) -> Text:
        parts = [*self._states(), *self._pools()]
        since, count = self._counts[0]
        passed = self._counts[-1][0] - since
        rate = (self._counts[-1][1] - count) / passed if passed else 0.0
        parts.append(Text(f"{rate:.1f}/s", style="dim"))
        if self._watch.findings:
            parts.append(Text(f"{len(self._watch.findings)} open", style="bold yellow"))
        return Text("  ", overflow="ellipsis", no_wrap=True).join(parts)

    def _states(self) -> list[Text]:
        found = []
        for (_, server), stand in list(self._watch.stands.items())[:_SERVERS]:
            if stand.state is not None:
                style = _STYLES.get(state_style(stand.state), "")
                name, state = printable(server), printable(stand.state)
                found.append(Text.assemble((f"{name} ", "bold"), (state, style)))
        return found or [Text("no state heard of yet", style="dim")]

    def _pools(self) -> list[Text]:
        last: dict[str, str] = {}
        for (_, network, _), pool in self._watch.pools.items():
            last.pop(network, None)
            last[network] = f"{printable(network)} {pool['free']}/{pool['backup']} of {pool['total']}"
        *others, newest = [*last.values()] or [""]
        if not newest:
            return []
        more = f" +{len(others)} pools" if others else ""
        return [Text(f"{newest}{more}", style="cyan")]
