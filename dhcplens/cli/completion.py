"""``dhcplens completion``: what a shell must read to complete commands and options."""

import click

from dhcplens.cli.options import quietly

SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
@quietly
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash: dhcplens completion bash > ~/.local/share/bash-completion/completions/dhcplens
    zsh:  dhcplens completion zsh > a file named _dhcplens in a folder of $fpath
    fish: dhcplens completion fish > ~/.config/fish/completions/dhcplens.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # SHELLS names only those that click knows
    click.echo(found(context.find_root().command, {}, "dhcplens", "_DHCPLENS_COMPLETE").source())
