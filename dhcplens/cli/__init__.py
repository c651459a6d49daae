"""The commands; each file is one command, imported only when it is run."""

import importlib

import click

import dhcplens

_COMMANDS: tuple[str, ...] = ("explain", "report", "replay", "lint", "tail", "check", "leases", "completion")


class _LazyGroup(click.Group):
    """Imports a command's module (``dhcplens.cli.NAME``, attribute ``command``) when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"dhcplens.cli.{cmd_name}").command
        return command


@click.group(cls=_LazyGroup)
@click.version_option(dhcplens.__version__, prog_name="dhcplens")
def main() -> None:
    """Health of ISC dhcpd failover pairs."""
