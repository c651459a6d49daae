"""``dhcplens explain``: the page of a rule."""

import click

from dhcplens.cli.options import quietly


@click.command(name="explain")
@click.argument("name", required=False)
@quietly
def command(name: str | None) -> None:
    """Print the page of a rule: what it means, how it is recognised, what to do.

    Without NAME: list all rules.
    """
    from dhcplens.findings.explain import index, page

    if name is None:
        click.echo(index(), nl=False)
        return
    text = page(name)
    if text is None:
        raise click.UsageError(f"there is no rule {name!r}; dhcplens explain lists all")
    click.echo(text, nl=False)
