"""``dhcplens tail``: follow growing logs and say what happens."""

from pathlib import Path

import click

from dhcplens.cli.options import color_option, quietly


@click.command(name="tail")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--journal", is_flag=True, help="Follow systemd's journal (journalctl -f -o json).")
@click.option(
    "--since",
    metavar="TIME",
    help="Begin there: 2026-11-22 10:00, yesterday, '2 hours ago'; else with what comes from now on.",
)
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Zone of log lines that name none, as Europe/Berlin or UTC+8; else that of this machine.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "ndjson"]), default="text", help="Form of the events."
)
@color_option
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), help="Remember here where to go on."
)
@click.option(
    "--exec",
    "program",
    metavar="COMMAND",
    help="Run this for each finding that arises or clears, with the event as JSON on its standard input.",
)
@click.option(
    "--exec-timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="End that command after so long.",
)
@click.option(
    "--textfile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep a file for Prometheus' textfile collector.",
)
@click.option("--listen", metavar="[ADDRESS:]PORT", help="Serve /metrics; on loopback without an address.")
@quietly
def command(
    files: tuple[Path, ...],
    journal: bool,
    since: str | None,
    timezone: str | None,
    form: str,
    color: str,
    state: Path | None,
    program: str | None,
    exec_timeout: float,
    textfile: Path | None,
    listen: str | None,
) -> None:
    """Follow logs (- is standard input) and lease files; print moves, pool changes and findings.

    Findings come of what the logs say; they arise and clear, some of them as time passes without a line. Of
    a lease file the failover states are printed that it records, where they change; dhcplens report compares
    the leases themselves.

    FILE is /var/log/messages or /var/log/syslog where none is given. Ends with Ctrl-C, or with the end of
    standard input.
    """
    from dhcplens.tail.setup import SetupError, Wishes, follow

    wishes = Wishes(
        files=files if files or journal else _default(),
        journal=journal,
        since=since,
        timezone=timezone,
        ndjson=form == "ndjson",
        color=color,
        state=state,
        program=program,
        exec_timeout=exec_timeout,
        textfile=textfile,
        listen=listen,
    )
    try:
        follow(wishes, lambda text: click.echo(f"dhcplens tail: {text}", err=True))
    except SetupError as error:
        raise click.UsageError(str(error)) from error


def _default() -> tuple[Path, ...]:
    from dhcplens.tail.checking import LOGS

    found = next((path for path in LOGS if path.exists()), None)
    if found is None:
        names = " nor ".join(map(str, LOGS))
        raise click.UsageError(f"neither {names} is there: name a FILE, or follow the --journal")
    return (found,)
