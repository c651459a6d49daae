"""The commands; each file is one command, imported only when it is run."""

import importlib

import click

import dhcplens

_COMMANDS = {
    "check": "Check one server of a pair, as a monitoring plug-in.",
    "completion": "Print the completion script of a shell.",
    "explain": "Say what a finding means and what to do.",
    "leases": "Show the leases of a moment, with the partner's beside them.",
    "lint": "Tell what is wrong in one dhcpd.conf, or between two.",
    "replay": "Play a scenario with the engine or with real dhcpd.",
    "report": "Diagnose a pair from collected files, folders and archives.",
    "tail": "Follow logs: moves, pool changes and findings as they arise.",
}


class _LazyGroup(click.Group):
    """Imports a command's module (``dhcplens.cli.NAME``, attribute ``command``) when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"dhcplens.cli.{cmd_name}").command
        return command


@click.group(cls=_LazyGroup)
@click.version_option(dhcplens.__version__, prog_name="dhcplens")
def main() -> None:
    """Health of ISC dhcpd failover pairs."""
