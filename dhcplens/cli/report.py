"""``dhcplens report``: what is wrong with a pair, with the lines that prove it."""

import sys
from pathlib import Path

import click

from dhcplens.cli.options import input_options, limit_options, quietly, standard_input
from dhcplens.cli.progress import reading


@click.command(name="report")
@input_options
@limit_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "md"]),
    default="text",
    help="Form of the report.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours: on a terminal only (auto, and NO_COLOR is honoured), always, never.",
)
@quietly
def command(
    paths: tuple[str, ...],
    servers: dict[str, list[str]],
    timezone: str | None,
    assignments: tuple[str, ...],
    config: Path | None,
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
            report = pair.report(settings)
    except SettingError as error:
        raise click.UsageError(str(error)) from error
    except NothingReadable as error:
        click.echo(str(error), err=True)
        click.echo("nothing readable was found: no log, lease file or configuration of dhcpd", err=True)
        sys.exit(1)
    if form == "json":
        for problem in report.problems:
            click.echo(str(problem), err=True)
        click.echo(report.as_json(), nl=False)
        return
    if form in ("html", "md"):
        text = report.as_html() if form == "html" else report.as_markdown()
        click.echo(text.encode(), nl=False)
        return
    from dhcplens.report.terminal import show

    show(report, color)
