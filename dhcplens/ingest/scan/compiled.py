"""Compilation: numba's functions, kept where this user can write.

numba is imported here only; whatever imports this module pays for it.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit

_INGEST = Path(__file__).parent.parent
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _cache_folder() -> Path:
    """A folder for compiled code below the platform's cache, or below the temporary files."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path("~/.cache").expanduser()
    user = getattr(os, "getuid", int)()
    for place in (base / "dhcplens", Path(tempfile.gettempdir()) / f"dhcplens-{user}"):
        folder = place / _edition()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == user:  # nobody else's code
            return folder
    return Path(tempfile.mkdtemp(prefix="dhcplens-"))


def _edition() -> str:
    """Changes with any source of compiled code; numba itself looks only at the outermost function's file."""
    sources = sorted(file for room in ("scan", "leases") for file in (_INGEST / room).glob("*.py"))
    stats = [(source.name, source.stat().st_mtime_ns, source.stat().st_size) for source in sources]
    return hashlib.sha256(repr(stats).encode()).hexdigest()[:16]


if "NUMBA_CACHE_DIR" not in os.environ:
    config: Any = numba.config
    config.CACHE_DIR = str(_cache_folder())

# Nothing in here makes or keeps an array, so counting references to them would only cost time.
_OPTIONS: Any = {"nogil": True, "boundscheck": False, "_nrt": False}


def compiled(function: _Function) -> _Function:
    """Compile at the first call, run without the interpreter's lock, keep the machine code."""
    done: Any = njit(cache=True, **_OPTIONS)(function)
    return cast("_Function", done)


def inlined(function: _Function) -> _Function:
    """The same for a small function that only compiled ones call."""
    done: Any = njit(forceinline=True, **_OPTIONS)(function)
    return cast("_Function", done)
