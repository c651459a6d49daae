"""Files that were read, before it is known whose they are."""

from dataclasses import dataclass

from dhcplens.ingest.conf import ParsedConf
from dhcplens.ingest.leases import LeasePiece
from dhcplens.ingest.reader import LogPiece
from dhcplens.model.conf import DhcpdConf


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log; ``mtime`` in POSIX seconds."""

    path: str
    mtime: float | None
    piece: LogPiece


@dataclass(frozen=True, slots=True)
class LeaseFile:
    """A lease file."""

    path: str
    mtime: float | None
    piece: LeasePiece


@dataclass(frozen=True, slots=True)
class ConfFile:
    """A configuration and what it means."""

    path: str
    mtime: float | None
    parsed: ParsedConf
    conf: DhcpdConf


@dataclass(frozen=True, slots=True)
class Gathered:
    """All files of one collection.

    ``asked`` maps paths to the servers that the user named for them, ``hostnames`` folders of whole machines
    to the host name in their ``etc/hostname``; ``included`` are files that a configuration includes.
    """

    logs: tuple[LogFile, ...]
    leases: tuple[LeaseFile, ...]
    confs: tuple[ConfFile, ...]
    asked: dict[str, str]
    hostnames: dict[str, str]
    included: frozenset[str] = frozenset()
