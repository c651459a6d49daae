"""``dhcplens check``: a plug-in for monitoring systems."""

import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click

from dhcplens.cli.options import quietly
from dhcplens.tail.plugin import Range, Status, status_line

SERVICE = "DHCP FAILOVER"
UNKNOWN = int(Status.UNKNOWN)


class _Plugin(click.Command):
    """A command whose usage errors are UNKNOWN, on standard output, as plug-ins have it."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            _unknown(error.format_message())


def _range(_context: click.Context, _option: click.Parameter, value: str) -> Range:
    try:
        return Range.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(name="check", cls=_Plugin)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("-H", "--host", metavar="NAME", help="Name of the server in a log of several.")
@click.option(
    "-w",
    "--warning",
    callback=_range,
    default="10:",
    show_default=True,
    metavar="RANGE",
    help="Warn unless the percentage of addresses left to this server lies in it.",
)
@click.option(
    "-c", "--critical", callback=_range, default="2:", show_default=True, metavar="RANGE", help="The same."
)
@click.option(
    "-t",
    "--timeout",
    type=click.FloatRange(min=0.01),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="UNKNOWN after so long.",
)
@click.option("--timezone", metavar="ZONE", help="Zone of the log, as Europe/Berlin; else this machine's.")
@click.option("-v", "--verbose", is_flag=True, help="Say on further lines what each thing was read from.")
@quietly
def command(
    files: tuple[Path, ...],
    host: str | None,
    warning: Range,
    critical: Range,
    timeout: float,
    timezone: str | None,
    verbose: bool,
) -> None:
    """Check one server of a pair by its lease file and the end of its log (FILEs, in any order).

    Without FILE they are looked for in their usual places. OK in normal. WARNING in
    communications-interrupted and partner-down, and for a while in startup, recover, recover-wait and
    recover-done. CRITICAL in every other state, and where these last longer than they should.
    """
    signal.signal(signal.SIGALRM, lambda *_: _unknown(f"no answer within {timeout:g} s"))
    signal.setitimer(signal.ITIMER_REAL, timeout)
    from dhcplens.model.zones import parse_timezone
    from dhcplens.tail.checking import find_files, judge
    from dhcplens.tail.clock import LiveClock, machine_zone
    from dhcplens.tail.health import NothingFoundError, look
    from dhcplens.tail.lines import LineReader

    try:
        zone = machine_zone() if timezone is None else parse_timezone(timezone)
        leases, log = find_files(files)
        reader = LineReader(LiveClock(zone), socket.gethostname())
        now = time.time()
        result = judge(look(leases, log, reader, now, host), warning, critical, now, zone)
    except (OSError, ValueError, NothingFoundError) as error:
        _unknown(str(error))
    click.echo(status_line(SERVICE, result.status, result.text, result.measures))
    if verbose:
        for line in (*result.details, f"lease file: {leases}", f"log: {log}"):
            click.echo(line.replace("|", " "))
    sys.exit(int(result.status))


def _unknown(why: str) -> NoReturn:
    click.echo(status_line(SERVICE, Status.UNKNOWN, why, ()))
    sys.exit(UNKNOWN)
