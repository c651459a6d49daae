"""Network, host-name and mount namespaces without names: each lives as long as the process that holds it.

The holders are killed by the kernel when this process ends, however it ends, so that nothing can be left
behind, and two runs at once cannot meet.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from dhcplens.replay.backends import BackendUnavailableError

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_SHARED = Path("/dev/shm")
_NEWNS, _NEWUTS, _NEWNET = 0x00020000, 0x04000000, 0x40000000
_KINDS = {"net": _NEWNET, "uts": _NEWUTS, "mnt": _NEWNS}


def die_with_parent() -> None:
    """In a child before exec: be killed when the parent ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def share_memory(name: str, content: bytes) -> None:
    """Makes shared memory of this name, and a semaphore of this name that is free (sem_overview(7))."""
    (_SHARED / f"sem.{name}").unlink(missing_ok=True)
    _LIBC.sem_open(f"/{name}".encode(), os.O_CREAT, 0o600, 1)
    (_SHARED / name).write_bytes(content)


def _setns(path: str, kind: int) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if _LIBC.setns(descriptor, kind) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
    finally:
        os.close(descriptor)


class Namespace:
    """One set of namespaces; ``close`` ends it."""

    def __init__(self, unshare: str) -> None:
        self._holder = subprocess.Popen(
            [
                unshare,
                "--net",
                "--uts",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "echo; exec sleep 1000000",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
        assert self._holder.stdout is not None
        ready = self._holder.stdout.readline()  # it writes a line when it stands in its namespaces
        self._holder.stdout.close()
        if not ready:
            self.close()
            raise BackendUnavailableError(
                "The lab may not make namespaces here: run it as root of the machine itself."
            )

    @property
    def pid(self) -> int:
        """Process id of the holder; ``ip link … netns PID`` takes it."""
        return self._holder.pid

    def path(self, inside: Path) -> Path:
        """The way from outside to a file as it is seen inside."""
        return Path(f"/proc/{self.pid}/root{inside}")

    def enter(self) -> None:
        """In a child before exec: move into the network, host-name and mount namespaces."""
        for name, kind in _KINDS.items():
            _setns(f"/proc/{self.pid}/ns/{name}", kind)

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """This thread's sockets and /proc/sys/net belong to the namespace inside of the block."""
        _setns(f"/proc/{self.pid}/ns/net", _NEWNET)
        try:
            yield
        finally:
            _setns(f"/proc/{os.getpid()}/ns/net", _NEWNET)

    def run(self, command: Sequence[str], text: str = "") -> str:
        """Runs a command inside, gives it ``text``, and gives back what it printed.

        Raises RuntimeError with its error output when it fails.
        """
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            preexec_fn=self._child,
            check=False,
            timeout=30,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _child(self) -> None:
        die_with_parent()
        self.enter()

    def sysctl(self, name: str, value: int) -> None:
        """Sets ``net.…`` of this namespace; a kernel without that knob is left as it is."""
        with self.network(), contextlib.suppress(FileNotFoundError):
            Path("/proc/sys", *name.split(".")).write_text(str(value))

    def close(self) -> None:
        """Ends the holder; the kernel removes the namespaces with the last process in them."""
        self._holder.kill()
        self._holder.wait()
