"""dhcpd.conf: statements with positions, a typed view of what failover needs, and what is wrong with it."""

from pathlib import Path

from dhcplens.ingest.conf.files import read_conf_text, text_beside
from dhcplens.ingest.conf.lint import lint
from dhcplens.ingest.conf.mismatch import lint_pair
from dhcplens.ingest.conf.reader import ConfReader
from dhcplens.ingest.conf.refusals import refusals
from dhcplens.ingest.conf.remarks import Place, Remark
from dhcplens.ingest.conf.tree import ConfProblem, Loader, ParsedConf, Statement
from dhcplens.ingest.conf.view import view

__all__ = [
    "ConfProblem",
    "Loader",
    "ParsedConf",
    "Place",
    "Remark",
    "Statement",
    "lint",
    "lint_pair",
    "parse_conf",
    "read_conf_file",
    "refusals",
    "view",
]


def parse_conf(text: str, source: str, include: Loader | None = None) -> ParsedConf:
    """Read a dhcpd.conf (dhcpd.conf(5)).

    ``source`` names the file in problems and positions. ``include`` is asked for each included file with the
    path as written, and answers with the found file's name and text, or None. Never raises on bad input: what
    could not be read is told in ``problems`` with file, line and column, and the rest is read all the same.
    """
    reader = ConfReader(include)
    statements = reader.read(text, source)
    return ParsedConf(source, tuple(statements), tuple(reader.problems), tuple(reader.texts))


def read_conf_file(path: Path) -> ParsedConf:
    """Read a dhcpd.conf with the files that it includes, from the file system.

    Raises OSError when the file itself cannot be read; an included one that cannot is a problem.
    """
    return parse_conf(read_conf_text(path), str(path), text_beside(path))
