"""The memory of a tail: killed at any moment, the next run neither loses nor repeats what it prints."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dhcplens.tail import ledger
from dhcplens.tail.ledger import Ledger, LedgerError


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the run happens after it."""


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the n-th step that touches the world be the last one; a write is cut in its middle."""
    steps = iter(range(step + 1))
    write, replace = os.write, ledger.replace_durably

    def one(action: Callable[[], Any], half: Callable[[], Any]) -> Any:
        if next(steps) == step:
            half()
            raise Killed
        return action()

    monkeypatch.setattr(
        os, "write", lambda fd, data: one(lambda: write(fd, data), lambda: write(fd, data[:3]))
    )
    monkeypatch.setattr(
        ledger, "replace_durably", lambda path, data: one(lambda: replace(path, data), lambda: None)
    )


@pytest.mark.parametrize("step", range(6))
def test_a_kill_at_any_step_neither_loses_nor_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """A feeder that goes on from the remembered number writes each line once, wherever the first run died."""
    out, state = tmp_path / "out", tmp_path / "state"

    def run() -> None:
        output = os.open(out, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            book = Ledger(state, output)
            done = book.open().get("done", 0)
            for number in range(done, 4):
                book.enter(f"event {number}\n", {"done": number + 1})
        finally:
            os.close(output)

    with monkeypatch.context() as patched:
        killed_at(step, patched)
        with pytest.raises(Killed):
            run()
    run()
    assert out.read_text() == "".join(f"event {number}\n" for number in range(4))


def test_on_a_pipe_the_doubtful_text_is_printed_again(tmp_path: Path) -> None:
    """Where nothing tells how much was written, a repeat is better than a loss."""
    state = tmp_path / "state"
    state.write_text(
        json.dumps({"schema": 1, "memory": {"done": 1}, "unprinted": {"text": "event 0\n", "size": None}})
    )
    reader, writer = os.pipe()
    assert Ledger(state, writer).open() == {"done": 1}
    os.close(writer)
    with os.fdopen(reader) as pipe:
        assert pipe.read() == "event 0\n"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 99}', "\x00"])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: str) -> None:
    """A state file that cannot be understood is never overwritten by guess."""
    state = tmp_path / "state"
    state.write_text(content)
    with pytest.raises(LedgerError):
        Ledger(state, 1).open()
