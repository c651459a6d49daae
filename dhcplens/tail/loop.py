"""The loop of a tail: read what is there, print what it means, ask the rules, remember."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from dhcplens.tail.events import Event
from dhcplens.tail.judge import Judge, JudgeError
from dhcplens.tail.ledger import Ledger
from dhcplens.tail.pace import Pace
from dhcplens.tail.sources import Source
from dhcplens.tail.watch import Watch

POLL: Final = 0.02
"""Seconds between two looks at the sources."""

SOON: Final = 0.004
"""The same while the answer to a pressing question is awaited."""

SAVE: Final = 10.0
"""Seconds after which positions are saved where nothing was printed."""


class Sink(Protocol):
    """Is told of events once they are printed, and now and then of how things stand."""

    def events(self, events: Sequence[Event]) -> None:
        """New events."""

    def tick(self, watch: Watch) -> None:
        """Called at every look at the sources."""

    def close(self) -> None:
        """The tail ends."""


class Tail:
    """Follows sources until all have ended, or for ever.

    ``render`` makes the text of events, ``silent`` tells that history is remembered without events,
    ``tell`` prints words for the user.
    """

    def __init__(
        self,
        watch: Watch,
        sources: Sequence[Source],
        judge: Judge,
        ledger: Ledger,
        render: Callable[[Event], str],
        sinks: Sequence[Sink] = (),
        tell: Callable[[str], None] = lambda _: None,
        *,
        silent: bool = True,
    ) -> None:
        self._watch = watch
        self._sources = sources
        self._judge = judge
        self._ledger = ledger
        self._render = render
        self._sinks = sinks
        self._tell = tell
        self._silent = silent
        self._last_saved = time.monotonic()
        self._pace = Pace(self._last_saved)

    def run(self) -> None:
        """Until all sources have ended."""
        try:
            if self._watch.unjudged:  # when the last run ended
                self._pace.line(time.monotonic(), telling=True, urgent=False)
            self._read()
            self._enter((), always=True)  # from here on nothing is lost
            while True:
                moved = self._read()
                self._ask_where_due()
                self._take_answer(wait=False)
                for sink in self._sinks:
                    sink.tick(self._watch)
                if all(source.ended for source in self._sources):
                    break
                if not moved:
                    time.sleep(SOON if self._judge.hurried else POLL)
            self._last_words()
        finally:
            self._judge.close()
            for source in self._sources:
                source.close()
            for sink in self._sinks:
                sink.close()

    def _read(self) -> bool:
        moved = False
        before = self._watch.telling
        for source in self._sources:
            for data, old in source.read():
                moved = True
                silent = old and self._silent
                if source.leases:
                    events = self._watch.take_leases(source.name, data, history=silent)
                else:
                    written = source.written()
                    events = self._watch.take(source.name, data, history=silent, written=written)
                self._enter(events)
                if self._watch.full:
                    self._ask_now()
        if moved:
            now = time.monotonic()
            telling = self._watch.telling > before
            self._pace.line(now, telling=telling, urgent=telling and bool(self._watch.urgent))
            self._enter((), always=now - self._last_saved > SAVE)
        return moved

    def _ask_where_due(self) -> None:
        now = time.monotonic()
        if self._pace.hurry(now) and not self._judge.hurried:
            self._pace.hurried()
            self._judge.ask(self._watch.hurry(time.time()))
        elif not self._judge.busy and (self._pace.all(now) or self._lasts(now)):
            self._pace.asked(now)
            self._judge.ask(self._watch.to_judge(time.time(), may_wait=self._pace.may_wait(now)))

    def _lasts(self, now: float) -> bool:
        return self._pace.clock(now) and self._watch.overdue(time.time())

    def _ask_now(self) -> None:
        """All rules, as of the last line, before anything else is read."""
        while self._judge.busy:
            self._take_answer(wait=True)
        self._pace.asked(time.monotonic())
        self._judge.ask(self._watch.to_judge())
        self._take_answer(wait=True)

    def _take_answer(self, *, wait: bool) -> None:
        try:
            answer = self._judge.answer(wait)
        except JudgeError as error:
            self._tell(str(error))
            self._pace.failed()
            return
        if answer is None:
            return
        if answer.findings is None:
            self._pace.again()
        elif answer.rules is None:
            self._pace.answered(time.monotonic())
        self._enter(self._watch.judged(answer))

    def _last_words(self) -> None:
        """The rules look once more at the end of all sources."""
        while self._judge.busy:
            self._take_answer(wait=True)
        if self._pace.news:
            self._ask_now()
        self._enter((), always=True)

    def _enter(self, events: Iterable[Event], *, always: bool = False) -> None:
        told = list(events)
        if not told and not always:
            return
        text = "".join(self._render(event) + "\n" for event in told)
        self._ledger.enter(text, self._memory() if self._ledger.remembers else {})
        self._last_saved = time.monotonic()
        for sink in self._sinks:
            sink.events(told)

    def _memory(self) -> Mapping[str, Any]:
        positions = {source.name: source.position() for source in self._sources}
        return {"watch": self._watch.memory(), "positions": positions}
