"""Scenarios out of a seed, for fresh truth: the same seed always gives the same text."""

import random
from collections.abc import Iterator

_HEADER = """\
# Made from seed {seed}.
scenario "Made from seed {seed}"
begin 2026-04-07 08:00:00 in UTC
seed {seed}
server ada is primary at 10.66.0.2
server bob is secondary at 10.66.0.3
relay at 10.66.0.1
network 10.66.0.0/16
pool 10.66.3.1 to 10.66.3.{size}
mclt {mclt}m
lease {lease}m
split {split}
log iso
{ping}
at 0s start both"""


def invent(seed: int, *, minutes: int = 70) -> str:
    """The text of a scenario of an hour: a pair, some clients, a fault or two, and time to get well again.

    Of some seeds a shorter run has everything too; of others it cannot be read, as events come after its end.
    """
    source = random.Random(f"scenario/{seed}")
    header = _HEADER.format(
        seed=seed,
        size=source.choice((30, 60, 120)),
        mclt=source.choice((5, 10, 20)),
        lease=source.choice((20, 60, 120)),
        split=source.choice((96, 128, 160)),
        ping=source.choice(('statement "ping-check off;"', "")),
    )
    events = sorted((*_clients(source), *_faults(source)))
    return "\n".join((header, *(f"at {_time(at)} {text}" for at, text in events), f"at {minutes}m end", ""))


def _clients(source: random.Random) -> Iterator[tuple[int, str]]:
    """Three crowds that arrive, and what some of them do later."""
    for number, at in enumerate((120, source.randrange(600, 1500), source.randrange(2100, 3000))):
        count = source.randrange(6, 14)
        names = f"c{number}x1..c{number}x{count}"
        traits = source.choice((" with identifiers", " with names", " with identifiers and names", ""))
        yield at, f"{names} arrive {source.randrange(6, 20)} a minute{traits}"
        one = f"c{number}x{source.randrange(1, count + 1)}"
        act = source.choice(("releases", "declines", "reboots", "rebinds", "vanishes"))
        yield at + source.randrange(180, 600), f"{one} {act}"


def _faults(source: random.Random) -> Iterator[tuple[int, str]]:
    """One or two faults, each over before the next; the last one ends well before the scenario does."""
    at = source.randrange(400, 900)
    for _ in range(source.randrange(1, 3)):
        server = source.choice(("ada", "bob"))
        lasts = source.choice((90, 300, 700))
        kind = source.choice(("crash", "stop", "cut", "partner-down", "lost"))
        if kind == "cut":
            yield at, "cut link"
            yield at + lasts, "heal link"
        else:
            yield at, f"{'stop' if kind == 'stop' else 'crash'} {server}"
            if kind == "partner-down":
                yield at + 40, f"put {'bob' if server == 'ada' else 'ada'} in partner-down"
            if kind == "lost":
                yield at + 45, f"empty lease file of {server}"
            yield at + lasts, f"start {server}"
        at += lasts + source.randrange(600, 900)


def _time(seconds: int) -> str:
    return f"{seconds // 60}m{seconds % 60}s"
