"""``dhcplens replay``: a scenario played by the real daemon or by the embedded engine."""

import sys
from pathlib import Path

import click

from dhcplens.cli.options import quietly
from dhcplens.replay.backends import DEFAULT_SPEED, FASTEST, NAMES

_Folder = click.Path(file_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--with", "player", type=click.Choice(NAMES), default="engine", show_default=True, help="Who plays it."
)
@click.option("--out", type=_Folder, required=True, help="Folder to write into.")
@click.option(
    "--speed",
    type=click.FloatRange(1, FASTEST),
    default=DEFAULT_SPEED,
    show_default=True,
    help="Lab seconds in a second, with dhcpd.",
)
@click.option("--seed", type=int, help="Other clients than those of the scenario's own seed.")
@click.option("--dialect", metavar="VERSION", help="Version of dhcpd that the engine speaks as.")
@click.option("--compare", "recorded", type=_Folder, help="Hold the run against the one in this folder.")
@quietly
def command(
    scenario: Path,
    player: str,
    out: Path,
    speed: float,
    seed: int | None,
    dialect: str | None,
    recorded: Path | None,
) -> None:
    """Play SCENARIO and write both servers' folders and truth.json.

    Exit code: 0 when every expect line held, 1 when one did not or the play could not be made, 2 on a mistake
    in the scenario or wrong usage.
    """
    from dhcplens.replay.backends import BackendUnavailableError, Manner, play
    from dhcplens.replay.language import read
    from dhcplens.replay.scenario import ScenarioError

    try:
        script = read(scenario)
    except (ScenarioError, UnicodeDecodeError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    try:
        manner = Manner(script.seed if seed is None else seed, speed, dialect, recorded)
        truth = play(player, script, out, manner)
    except BackendUnavailableError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (OSError, ValueError) as error:
        if recorded is None:
            raise
        raise click.BadParameter(str(error), param_hint="--compare") from error
    for one in truth.expectations:
        click.echo(f"{'held  ' if one.checked.held else 'FAILED'} {one.event.text} ({one.checked.seen})")
    for problem in truth.problems:
        click.echo(f"{script.source}: {problem}", err=True)
    if recorded is not None:
        _compare(recorded, out)
    sys.exit(0 if truth.held else 1)


def _compare(recorded: Path, played: Path) -> None:
    """Says for each thing compared how much agrees, and lists what does not."""
    from dhcplens.replay.compare import compare

    try:
        comparison = compare(recorded, played)
    except (OSError, ValueError) as error:
        raise click.BadParameter(str(error), param_hint="--compare") from error
    for measure in comparison.measures:
        click.echo(f"{measure.share:7.2%} {measure.name}: {measure.agreed} of {measure.total}")
        for difference in measure.differences:
            click.echo(f"        {difference}")
