"""What the readers of lease files give."""

import mmap
from dataclasses import dataclass

import pandas as pd

from dhcplens.model.values import Problem

Data = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class LeasePiece:
    """What one lease file, or one part of it, says; frames as in ``model.tables``, without ``server``.

    Rows are in file order. ``lines`` counts the lines that were read.
    """

    source: str
    bindings: pd.DataFrame
    failover_states: pd.DataFrame
    v6_bindings: pd.DataFrame
    declarations: pd.DataFrame
    problems: tuple[Problem, ...]
    lines: int
