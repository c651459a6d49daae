"""Records the fixtures again with the real daemon, as root: ``python -m dhcplens.replay.record fixtures``.

Names of fixtures may follow, to record only those.

Each folder of fixtures holds ``NAME.scenario``; what the lab leaves is put beside it, packed in the ways in
which people send such files.
"""

import gzip
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from dhcplens.replay.backends import Manner, play
from dhcplens.replay.language import read
from dhcplens.replay.scenario import Scenario

_LONG = 100_000  # bytes; a longer log is compressed
_EPOCH = 0  # stamps inside of archives, so that the same recording packs to the same bytes


def record(scenario_file: Path) -> bool:
    """Plays one scenario with the real daemon into its own folder; whether all its expectations held.

    When one did not hold, the folder is left as it was.
    """
    scenario = read(scenario_file)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        truth = play("dhcpd", scenario, out, Manner(scenario.seed))
        for one in truth.expectations:
            if not one.checked.held:
                print(f"{scenario_file}: {one.event.text}: saw {one.checked.seen}", file=sys.stderr)
        if truth.held and not truth.problems:
            settle(scenario, out, scenario_file.parent, truth.player)
        return truth.held and not truth.problems


def settle(scenario: Scenario, out: Path, folder: Path, player: str) -> None:
    """Moves what a run of that player left into the fixture's folder, packed in that fixture's way."""
    name = folder.name
    pack, words = _PACKING.get(name, (_compress_long, ""))
    pack(scenario, out)
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.suffix != ".scenario":
            old.unlink()
    for new in out.iterdir():
        shutil.move(new, folder / new.name)
    (folder / "README").write_text(
        f"{scenario.title}. Recorded with `dhcplens replay {name}.scenario --with dhcpd` ({player})"
        f"{words}; truth.json says what really happened.\n"
    )


def _compress_long(scenario: Scenario, out: Path) -> None:
    for server in scenario.servers:
        log = out / server.name / "messages"
        if log.stat().st_size > _LONG:
            _gzip(log, log.with_name("messages.gz"))


def _gzip(plain: Path, packed: Path) -> None:
    with packed.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=_EPOCH) as stream:
        stream.write(plain.read_bytes())
    plain.unlink()


def _log_host(scenario: Scenario, out: Path) -> None:
    """One file with both servers' lines, in order of their stamps (traditional form, one month)."""
    logs = [out / server.name / "messages" for server in scenario.servers]
    lines = [line for log in logs for line in log.read_text().splitlines(keepends=True)]
    lines.sort(key=lambda line: line[:15])
    (out / "loghost").mkdir()
    (out / "loghost" / "dhcp.log").write_text("".join(lines))
    for log in logs:
        log.unlink()


def _archive(scenario: Scenario, out: Path) -> None:
    """Both servers' folders in one tar.gz."""
    with (
        (out / "collected.tar.gz").open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=_EPOCH) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for server in scenario.servers:
            archive.add(out / server.name, server.name, filter=_without_stamp)
    for server in scenario.servers:
        shutil.rmtree(out / server.name)


def _without_stamp(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = _EPOCH
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def _rotate(scenario: Scenario, out: Path) -> None:
    """Each log in three parts as logrotate leaves them: messages.2.gz is the oldest."""
    for server in scenario.servers:
        log = out / server.name / "messages"
        lines = log.read_text().splitlines(keepends=True)
        third = len(lines) // 3
        old, middle, new = lines[:third], lines[third : 2 * third], lines[2 * third :]
        oldest = log.with_name("messages.2")
        oldest.write_text("".join(old))
        _gzip(oldest, log.with_name("messages.2.gz"))
        log.with_name("messages.1").write_text("".join(middle))
        log.write_text("".join(new))


_PACKING: dict[str, tuple[Callable[[Scenario, Path], None], str]] = {
    "link-flapping": (_log_host, ", both logs merged into one file as on a log host"),
    "exhausted-both": (_archive, ", packed into one archive"),
    "lab-day": (_rotate, ", the logs rotated"),
}


def main(arguments: Sequence[str]) -> int:
    """Records the named fixtures of a folder, or all of them without names."""
    folder, *names = arguments
    files = sorted(Path(folder).glob("*/*.scenario"))
    wanted = [file for file in files if not names or file.stem in names]
    failed = [file.stem for file in wanted if not record(file)]
    print(f"{len(wanted) - len(failed)} of {len(wanted)} recorded", *(f"failed: {name}" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
