"""Compilation: numba's functions, kept where this user can write.

numba is imported here only; whatever imports this module pays for it.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import njit

from dhcplens.ingest.scan import cache

_Function = TypeVar("_Function", bound=Callable[..., Any])


if "NUMBA_CACHE_DIR" not in os.environ:
    config: Any = numba.config
    config.CACHE_DIR = str(cache.folder())

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
