"""Where compiled code is kept, and whether there is any; this needs no numba."""

import hashlib
import os
import tempfile
from pathlib import Path

_INGEST = Path(__file__).parent.parent


def folder() -> Path:
    """A folder for compiled code below the platform's cache, or below the temporary files."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path("~/.cache").expanduser()
    user = getattr(os, "getuid", int)()
    for place in (base / "dhcplens", Path(tempfile.gettempdir()) / f"dhcplens-{user}"):
        found = place / _edition()
        try:
            found.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(found, os.W_OK) and found.stat().st_uid == user:  # nobody else's code
            return found
    return Path(tempfile.mkdtemp(prefix="dhcplens-"))


def _edition() -> str:
    """Changes with any source of compiled code; numba itself looks only at the outermost function's file."""
    sources = sorted(file for room in ("scan", "leases") for file in (_INGEST / room).glob("*.py"))
    stats = [(source.name, source.stat().st_mtime_ns, source.stat().st_size) for source in sources]
    return hashlib.sha256(repr(stats).encode()).hexdigest()[:16]


def holds(room: str) -> bool:
    """Whether code of this room (a package of ingest) was compiled before, by this user and as it is now."""
    place = Path(os.environ.get("NUMBA_CACHE_DIR") or folder())
    return any(place.glob(f"{room}_*/*.nbi"))
