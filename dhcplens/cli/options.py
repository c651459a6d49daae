"""Options that several commands share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import click

from dhcplens.cli.quiet import quietly


def _servers(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not (name and equals and path):
            raise click.BadParameter(f"{value!r} is not of the form NAME=PATH")
        named.setdefault(name, []).append(path)
    return named


def _timezone(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from dhcplens.model.zones import parse_timezone

    try:
        parse_timezone(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return value


def input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command takes that reads a collected pair: ``paths``, ``servers``, ``timezone``."""
    for decorate in (
        click.argument("paths", nargs=-1, type=click.Path(), metavar="PATH..."),
        click.option(
            "--server",
            "servers",
            multiple=True,
            callback=_servers,
            metavar="NAME=PATH",
            help="Say which server a file or folder belongs to; can be repeated.",
        ),
        click.option(
            "--timezone",
            callback=_timezone,
            metavar="ZONE",
            help="Zone of log lines that name none, as Europe/Berlin or UTC+8; else it is inferred.",
        ),
    ):
        command = decorate(command)
    return command


def color_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """When to colour: ``color``."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours: on a terminal only (auto, and NO_COLOR is honoured), always, never.",
    )(command)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Thresholds of the rules: ``assignments`` and ``config``."""
    for decorate in (
        click.option(
            "--set",
            "assignments",
            multiple=True,
            metavar="RULE.THRESHOLD=N",
            help="Set a threshold, as flapping.count=5; can be repeated. dhcplens explain RULE names them.",
        ),
        click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="TOML file with a table of thresholds a rule, at the top or under [tool.dhcplens].",
        ),
    ):
        command = decorate(command)
    return command


def standard_input(paths: tuple[str, ...]) -> BinaryIO | None:
    """Standard input where ``-`` asks for it."""
    if "-" in paths and sys.stdin is None:
        raise click.UsageError("standard input is closed")
    return sys.stdin.buffer if "-" in paths else None


__all__ = ["color_option", "input_options", "limit_options", "quietly", "standard_input"]
