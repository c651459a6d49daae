"""``python -m tests.diagnosis``: precision, recall and intervals of every rule over labelled incidents."""

import argparse
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.diagnosis.kinds import kinds
from tests.diagnosis.playing import Judged, in_lab, judge, with_engine
from tests.diagnosis.scoring import score
from tests.diagnosis.table import details, table

TOLD_EACH = 10


def _one(name: str, seed: int, out: str, lab: bool) -> Judged | str:
    try:
        return judge(kinds()[name], seed, Path(out) / f"{name}-{seed}", in_lab if lab else with_engine)
    except Exception:  # one broken incident must not end the measurement
        return f"{name}/{seed}\n{traceback.format_exc()}"


def _all(wanted: Sequence[tuple[str, int]], out: str, jobs: int, lab: bool) -> Iterator[Judged | str]:
    if jobs == 1:
        yield from (_one(name, seed, out, lab) for name, seed in wanted)
        return
    with ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(_one, name, seed, out, lab) for name, seed in wanted]
        try:
            for future in as_completed(futures):
                yield future.result()
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _command(given: argparse.Namespace) -> str:
    """The options that decide what is played."""
    said = [f"--{name} {getattr(given, name)}" for name in ("count", "healthy", "seed")]
    said += [f"--kind {one}" for one in given.kind or ()] + [f"--rule {one}" for one in given.rule or ()]
    return " ".join([*said, *([f"--lab {given.lab}"] if given.lab else [])])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.diagnosis", description=__doc__)
    parser.add_argument("--count", type=int, default=4, help="incidents of each kind (default 4)")
    parser.add_argument("--healthy", type=int, default=0, help="this many more healthy runs")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--kind", action="append", help="only this kind (may be given again)")
    parser.add_argument("--rule", action="append", help="only kinds meant for this rule")
    parser.add_argument("--lab", type=int, metavar="N", help="N incidents with the real daemon instead")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--keep", help="keep the played folders here")
    parser.add_argument("--quiet", action="store_true", help="only the table")
    parser.add_argument(
        "--markdown", action="store_true", help="only the table, with the command that makes it"
    )
    return parser.parse_args()


def _wanted(given: argparse.Namespace) -> list[tuple[str, int]]:
    """Kind and seed of each incident to play."""
    chosen = [
        one
        for one in kinds().values()
        if (not given.kind or one.name in given.kind)
        and (not given.rule or {one.fires, *one.spares} & set(given.rule))
        and (not given.lab or one.lab)
    ]
    wanted = [(one.name, seed) for seed in range(given.seed, given.seed + given.count) for one in chosen]
    if given.lab:
        random.Random(given.seed).shuffle(wanted)
        wanted = wanted[: given.lab]
    well = [one.name for one in chosen if one.name.startswith("healthy")]
    return wanted + [
        (well[number % len(well)], 1000 + given.seed + number) for number in range(given.healthy) if well
    ]


def _judged(given: argparse.Namespace, wanted: Sequence[tuple[str, int]]) -> tuple[list[Judged], int]:
    """What was played until the end or an interruption, and how many incidents could not be played."""
    runs: list[Judged] = []
    broken = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:  # workers may still play
        try:
            for done in _all(wanted, given.keep or temporary, given.jobs, bool(given.lab)):
                if isinstance(done, str):
                    broken += 1
                    print(done, file=sys.stderr)
                else:
                    runs.append(done)
                if sys.stderr.isatty():
                    print(f"\r{len(runs)} of {len(wanted)}", end="", file=sys.stderr)
        except KeyboardInterrupt:
            print(f"interrupted after {len(runs)} of {len(wanted)}", file=sys.stderr)
    return runs, broken


def main() -> int:
    """Plays, judges, prints."""
    given = _arguments()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    runs, broken = _judged(given, _wanted(given))
    scores = score(runs)
    played = f"{len(runs)} incidents of {len({one.kind for one in runs})} kinds"
    if given.markdown:
        print(f"`python -m tests.diagnosis {_command(given)}`: {played}.\n")
    print(table(scores))
    if not given.markdown:
        print(f"\n{played} in {time.monotonic() - began:.0f} s, {broken} broken")
    if not given.quiet:
        print(details(scores, TOLD_EACH), file=sys.stderr if given.markdown else sys.stdout)
    return int(bool(broken))


if __name__ == "__main__":
    raise SystemExit(main())
