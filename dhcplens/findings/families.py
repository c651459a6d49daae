"""Where the rules stand: importing a family registers its rules."""

import importlib

FAMILIES = (
    "link",
    "refusals",
    "recovery",
    "stale",
    "conflicts",
    "pools",
    "clients",
    "duplicates",
    "leases",
    "sequences",
    "configuration",
    "refused",
    "forecast",
    "noise",
)


def load() -> None:
    """Imports every family once."""
    for name in FAMILIES:
        importlib.import_module(f"dhcplens.findings.{name}")
