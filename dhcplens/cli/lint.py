"""``dhcplens lint``: what is wrong in a dhcpd.conf, and what does not fit between two."""

import json
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dhcplens.cli.options import color_option, quietly

if TYPE_CHECKING:
    from rich.console import Console

    from dhcplens.ingest.conf import ParsedConf, Place, Remark

WIDTH = 80


@click.command(name="lint")
@click.argument(
    "confs",
    nargs=-1,
    required=True,
    metavar="CONF [CONF]",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--dhcpd-version",
    "version",
    default="4.4.3",
    metavar="VERSION",
    help="Version of dhcpd that shall read it: 3.0.5 and others refuse other things (default 4.4.3).",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the answer."
)
@color_option
@quietly
def command(confs: tuple[Path, ...], version: str, form: str, color: str) -> None:
    """Tell what is wrong in one dhcpd.conf, or what does not fit between those of two servers.

    Exit code: 0 when nothing is wrong (remarks of severity info do not count), 1 when something is, 2 on
    wrong usage.
    """
    if len(confs) > 2:
        raise click.UsageError("one configuration, or the two of a pair")
    from dhcplens.ingest.conf import lint, lint_pair, read_conf_file, view
    from dhcplens.model.states import Severity

    try:
        parsed = [read_conf_file(path) for path in confs]
        remarks = [one for conf in parsed for one in lint(conf, version)]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--dhcpd-version") from error
    except OSError as error:
        raise click.UsageError(str(error)) from error
    if len(parsed) == 2:
        remarks += lint_pair(view(parsed[0]), view(parsed[1]))
    remarks.sort(key=lambda one: -one.severity.rank)
    if form == "json":
        click.echo(json.dumps(_as_object(confs, remarks), indent=2))
    else:
        _show(confs, parsed, remarks, color)
    if any(one.severity is not Severity.INFO for one in remarks):
        sys.exit(1)


def _as_object(confs: Iterable[Path], remarks: Iterable["Remark"]) -> dict[str, object]:
    return {
        "schema": 1,
        "files": [str(path) for path in confs],
        "remarks": [
            {
                "name": one.name,
                "severity": one.severity,
                "message": one.message,
                "here": _place(one.here),
                "there": _place(one.there),
                "why": one.why,
                "write": one.write,
            }
            for one in remarks
        ],
    }


def _place(place: "Place | None") -> dict[str, object] | None:
    if place is None:
        return None
    return {"source": place.source, "line": place.line, "column": place.column}


def _show(confs: tuple[Path, ...], parsed: list["ParsedConf"], remarks: list["Remark"], colour: str) -> None:
    from dhcplens.report.console import Terminal

    console = Terminal(colour)
    if console.width > WIDTH or not console.is_terminal:
        console.width = WIDTH
    for one in remarks:
        _show_remark(console, parsed, one)
    files = " and ".join(str(path) for path in confs)
    counts = [
        f"{found} {name}" for name in ("critical", "warning", "info") if (found := _count(remarks, name))
    ]
    console.print(_wrapped(0, f"{files}: {', '.join(counts) or 'nothing wrong'}"))


def _count(remarks: Iterable["Remark"], severity: str) -> int:
    return sum(one.severity == severity for one in remarks)


def _show_remark(console: "Console", parsed: list["ParsedConf"], one: "Remark") -> None:
    from rich.text import Text

    style = {"critical": "bold red", "warning": "yellow"}.get(one.severity, "cyan")
    headline = Text(_wrapped(0, f"{one.severity}: {one.message} [{one.name}]"))
    headline.stylize(style, 0, len(one.severity) + 1)
    console.print(headline)
    for place in one.places:
        console.print(_wrapped(2, str(place)), style="dim")
        text = next((found for conf in parsed if (found := _line(conf, place)) is not None), None)
        if text is not None:
            console.print(_wrapped(6, text.strip()[: WIDTH - 10]))
    if one.why:
        console.print(_wrapped(2, f"Why: {one.why}"))
    if "\n" in one.write:
        console.print("  Write:")
        console.print(textwrap.indent(_printable(one.write), " " * 4))
    elif one.write:
        console.print(_wrapped(2, one.write))
    console.print()


def _wrapped(left: int, text: str) -> str:
    """Text in lines of the width that this command keeps to, each indented; no long word is broken."""
    indent = " " * left
    return textwrap.fill(
        _printable(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line(conf: "ParsedConf", place: "Place") -> str | None:
    return None if place.line is None else conf.line_text(place.source, place.line)


def _printable(text: str) -> str:
    """Text of a file without what would steer a terminal."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
