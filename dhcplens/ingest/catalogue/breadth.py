"""Everything else that dhcpd can log: some 1,300 lines that are only noticed.

``formats.tsv`` was made of the log calls in dhcpd's source (releases 3.0.1, 3.0.5, 3.1.3, 4.1.1, 4.2.8, 4.3.6
and 4.4.3), as facts about what it prints: code, level, first release, last release (empty: the last one that
there is), template. A code is made of the line's own words, a field's name of the argument that stands there.
It is read only when a line turns up that no entry written by hand knows.
"""

from collections.abc import Iterator
from pathlib import Path

from dhcplens.ingest.catalogue.line import Level, Line, Table


def lines() -> Iterator[Line]:
    """The entries of ``formats.tsv``."""
    for row in Path(__file__).with_name("formats.tsv").read_text().splitlines():
        code, level, since, until, template = row.split("\t")
        yield Line(code, Table.NOTICES, template, Level(level), since, until or None, rare=True)
