"""Commands end without a word when their reader goes away or the user presses Ctrl-C."""

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def quietly(command: Callable[P, T]) -> Callable[P, T]:
    """A command that ends quietly on a broken pipe (exit code 0) and on Ctrl-C (130)."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the flush at exit complains again
            sys.exit(0)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return run
