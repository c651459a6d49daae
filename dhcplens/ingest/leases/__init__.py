"""Lease files, dhcpd.leases(5) and dhcpd6.leases: reading whole histories, and printing them back."""

from dhcplens.ingest.leases.piece import Data, LeasePiece
from dhcplens.ingest.leases.reader import LeaseReader
from dhcplens.ingest.scan import cache

__all__ = ["LeasePiece", "LeaseReader", "read_leases"]

_SLICE = 1 << 20
_LARGE = 12 << 20
"""From so many bytes on compiled code is worth its loading."""
_LARGEST = 64 << 20
"""From so many bytes on it is worth its compiling, which takes some twenty seconds, once."""


def read_leases(data: Data, source: str) -> LeasePiece:
    """Everything that a lease file says, block by block; damage becomes ``problems``, never an exception."""
    if len(data) >= _LARGEST or (len(data) >= _LARGE and cache.holds("leases")):
        from dhcplens.ingest.leases.fast import read_fast

        return read_fast(data, source)
    reader = LeaseReader(source)
    for start in range(0, len(data), _SLICE):
        reader.feed(data[start : start + _SLICE])
    return reader.finish()
