"""``dhcplens leases``: the table of leases at a moment."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from dhcplens.cli.options import color_option, quietly

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="leases")
@click.argument("file", type=_FILE)
@click.argument("partner_file", type=_FILE, required=False)
@click.option(
    "--at",
    metavar="TIME",
    help="As of that time: 2026-11-22 10:00, yesterday, '2 hours ago'; else of now.",
)
@click.option(
    "--timezone", default="UTC", metavar="ZONE", help="Zone of TIME and of the table (default UTC)."
)
@click.option("--conf", type=_FILE, help="A dhcpd.conf: its pools arrange the addresses.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json", "parquet"]),
    default="text",
    help="Form of the table.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--all", "every", is_flag=True, help="In text, list free and backup addresses too.")
@color_option
@quietly
def command(
    file: Path,
    partner_file: Path | None,
    at: str | None,
    timezone: str,
    conf: Path | None,
    form: str,
    output: Path | None,
    every: bool,
    color: str,
) -> None:
    """Show the leases of a lease FILE, with those of the partner's file beside them.

    A lease whose end has passed is expired, whatever its block says. Exit code: 0, 1 when a file holds no
    leases, 2 on wrong usage.
    """
    from dhcplens.model.zones import parse_timezone
    from dhcplens.report.leasetable import LeasesError, lease_table
    from dhcplens.report.leasetext import problems, show
    from dhcplens.tail.since import parse_moment

    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("a terminal cannot show parquet: give --output, or redirect")
    if form == "text" and output is not None:
        raise click.UsageError("--output is for csv, json and parquet")
    try:
        zone = parse_timezone(timezone)
        now = datetime.now(UTC)
        moment = now if at is None else parse_moment(at, zone, now)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    paths = [file] if partner_file is None else [file, partner_file]
    try:
        table = lease_table(paths, moment, past=at is not None, conf=conf)
        for problem in problems(table):
            click.echo(problem, err=True)
        if form == "text":
            show(table, zone, every=every, colour=color)
            return
        with ExitStack() as stack:
            out = sys.stdout.buffer if output is None else stack.enter_context(output.open("wb"))
            if form == "parquet":
                table.write_parquet(out)
            else:
                text = table.as_csv() if form == "csv" else table.as_json()
                out.write(text.encode("utf-8", "backslashreplace"))
            out.flush()
    except BrokenPipeError:
        raise
    except (LeasesError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
