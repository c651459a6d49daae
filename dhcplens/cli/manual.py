"""Manual pages made from the commands: ``python -m dhcplens.cli.manual FOLDER`` writes one for each.

The pages are in the man(7) macros: ``dhcplens.1``, ``dhcplens-report.1`` and so on.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import dhcplens
from dhcplens.cli import main

_VERBATIM = "\b"


def pages() -> Iterator[tuple[str, str]]:
    """File name and text of each page, the program's own first."""
    root = click.Context(main, info_name="dhcplens")
    commands = [(name, main.get_command(root, name)) for name in main.list_commands(root)]
    known = [(name, command) for name, command in commands if command is not None and not command.hidden]
    names = [f"dhcplens-{name}" for name, _ in known]
    table = [(f"dhcplens {name}", command.get_short_help_str(100)) for name, command in known]
    yield "dhcplens.1", _page("dhcplens", main, root, names, [("COMMANDS", table)])
    for name, command in known:
        context = click.Context(command, info_name=f"dhcplens {name}")
        others = ["dhcplens", *(other for other in names if other != f"dhcplens-{name}")]
        yield f"dhcplens-{name}.1", _page(f"dhcplens-{name}", command, context, others, [])


def _page(
    title: str,
    command: click.Command,
    context: click.Context,
    others: list[str],
    tables: list[tuple[str, list[tuple[str, str]]]],
) -> str:
    options = [
        found
        for one in command.get_params(context)
        if isinstance(one, click.Option) and (found := one.get_help_record(context))
    ]
    lines = [
        f'.TH {title.upper()} 1 "" "dhcplens {dhcplens.__version__}" "User Commands"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(command.get_short_help_str(200).rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_text(context.info_name or title)}",
        _text(" ".join(command.collect_usage_pieces(context))),
        ".SH DESCRIPTION",
        *_paragraphs(command.help or ""),
    ]
    for heading, rows in (*tables, ("OPTIONS", options)):
        lines += [f".SH {heading}", *(line for row in rows for line in _item(*row))]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{_text(other)}\\fR(1)" for other in others)]
    return "\n".join(lines) + "\n"


def _item(term: str, meaning: str) -> list[str]:
    return [".TP", f".B {_text(term)}", _text(meaning)]


def _paragraphs(text: str) -> Iterator[str]:
    """A command's help: paragraphs are filled, but for those that click's mark keeps as they are."""
    for paragraph in re.split(r"\n\s*\n", re.sub(r"[ \t]+\n", "\n", text).strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == _VERBATIM or paragraph.startswith(_VERBATIM):
            yield from (".PP", ".nf", *map(_text, (line for line in lines if line.strip(_VERBATIM))), ".fi")
        else:
            yield from (".PP", _text(" ".join(lines)))


def _text(text: str) -> str:
    """Words as roff reads them: backslashes, hyphens, and what would be a request at a line's begin."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{shown}" if shown.startswith(".") else shown


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / name).write_text(text)
