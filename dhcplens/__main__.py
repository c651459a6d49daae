"""``python -m dhcplens``."""

from dhcplens.cli import main

main(prog_name="dhcplens")
