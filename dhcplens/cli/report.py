"""``dhcplens report``: what is wrong with a pair, with the lines that prove it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dhcplens.cli.options import color_option, input_options, limit_options, quietly, standard_input
from dhcplens.cli.progress import reading

if TYPE_CHECKING:
    from dhcplens.report import Report


@click.command(name="report")
@input_options
@limit_options
@click.option(
    "--since",
    metavar="TIME",
    help="Show what touches the time from then on: 2026-11-22 10:00, yesterday, '2 hours ago'.",
)
@click.option("--until", metavar="TIME", help="Show what touches the time until then.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "md"]),
    default="text",
    help="Form of the report.",
)
@color_option
@quietly
def command(
    paths: tuple[str, ...],
    servers: dict[str, list[str]],
    timezone: str | None,
    assignments: tuple[str, ...],
    config: Path | None,
    since: str | None,
    until: str | None,
    form: str,
    color: str,
) -> None:
    """Diagnose a failover pair from collected files, folders and archives (- is standard input).

    Exit code: 0 when the report could be made, 2 on wrong usage, 1 when nothing readable was found.
    """
    if not paths and not servers:
        raise click.UsageError("nothing to read: give files, folders or archives, or - for standard input")
    from dhcplens.api import NothingReadable, read
    from dhcplens.findings.limits import SettingError, merged, parse_settings, read_settings

    try:
        settings = merged(read_settings(config) if config else {}, parse_settings(assignments))
        with reading() as progress:
            pair = read(
                *paths, servers=servers, timezone=timezone, progress=progress, stdin=standard_input(paths)
            )
            report = _within(pair.report(settings), since, until)
    except SettingError as error:
        raise click.UsageError(str(error)) from error
    except NothingReadable as error:
        click.echo(str(error), err=True)
        click.echo("nothing readable was found: no log, lease file or configuration of dhcpd", err=True)
        sys.exit(1)
    if form in ("html", "md"):
        text = report.as_html() if form == "html" else report.as_markdown()
        click.echo(text.encode(), nl=False)
        return
    from dhcplens.report.terminal import clean, show

    if form == "text":
        show(report, color)
        return
    for problem in report.problems:
        click.echo(clean(str(problem)), err=True)
    click.echo(report.as_json(), nl=False)


def _within(report: "Report", since: str | None, until: str | None) -> "Report":
    """The report of the time between two moments, which are in the zone of the logs."""
    from dhcplens.findings.words import zone
    from dhcplens.tail.since import parse_moment

    now = datetime.now(UTC)
    try:
        begin, end = (
            None if one is None else parse_moment(one, zone(report.pair.timezone), now)
            for one in (since, until)
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if begin and end and begin > end:
        raise click.UsageError("--since is later than --until")
    return report.within(begin, end)
