"""Commands end without a word when their reader goes away or the user presses Ctrl-C.

They end with one line, not a traceback, where their output cannot be written.
"""

import functools
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
T = TypeVar("T")

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def quietly(command: Callable[P, T]) -> Callable[P, T]:
    """A command that ends quietly on a broken pipe (exit code 0) and on Ctrl-C (130).

    A disk that is full, and the like, is told in one line (exit code 1).
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:  # closed by the caller, as with >&-
                setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (it stays open until the end)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # an old terminal may not have every letter
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            _forget_output()
            sys.exit(0)
        except OSError as error:
            _forget_output()
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return run


def _forget_output() -> None:
    """Let what could not be written go, or the flush at exit complains again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
