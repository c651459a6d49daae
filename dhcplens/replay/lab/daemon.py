"""One dhcpd of the lab: its files, its start with the lab's time, its end, and the operator's words."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

from dhcplens.model.states import FailoverState
from dhcplens.replay.header import OMAPI_PORT, failover_peer
from dhcplens.replay.lab.clock import LabClock
from dhcplens.replay.lab.namespaces import Namespace, die_with_parent, share_memory
from dhcplens.replay.lab.needs import Tools
from dhcplens.replay.scenario import Server

_USUAL_PLACES = ("/etc/dhcp", "/var/lib/dhcp")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SHUTDOWN = 2  # of the control object (omapi(3))
_SHARED = "lab"  # name of libfaketime's semaphore and shared memory
_FAKE_FORM = "%Y-%m-%d %H:%M:%S.%f"
_LAST_WORDS = 200  # letters
_BOILERPLATE = "If you think you have received this message due to a bug"
_PATIENCE = 5.0  # real seconds to wait for a process to end


class DaemonError(RuntimeError):
    """A dhcpd did not do as it was told."""


class Daemon:
    """A server's dhcpd; ``folder`` holds its dhcpd.conf and dhcpd.leases, ``socket`` takes its syslog."""

    def __init__(
        self, server: Server, namespace: Namespace, tools: Tools, clock: LabClock, folder: Path, socket: Path
    ) -> None:
        self.server = server
        self._namespace = namespace
        self._tools = tools
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving = False  # it was told to end
        self._folder = folder
        self._scratch = Path(tempfile.mkdtemp(prefix="server-", dir=socket.parent))
        home = self._scratch / "dhcp"
        home.mkdir()
        self._own_devices(socket, home)
        self._home = namespace.path(home)
        self.leases = self._home / "dhcpd.leases"
        self.leases.write_text("")
        (self._home / "dhcpd.conf").write_text(server.conf)
        self._kept: bytes | None = None
        self._errors = self._scratch / "stderr"
        self._fake_time = self._scratch / "faketime"
        self.set_clock(0.0)
        self._places = [place if Path(place).is_dir() else str(home) for place in _USUAL_PLACES]

    def _own_devices(self, socket: Path, home: Path) -> None:
        """A /dev of its own in which /dev/log is our socket, and Debian's usual places for dhcpd's files.

        The files are kept in memory, seen only in this namespace: dhcpd waits for the disk with every lease,
        and a real disk does not let it do so sixty times as often.
        """
        devices = self._scratch / "dev"
        (devices / "shm").mkdir(parents=True)
        (devices / "log").symlink_to(socket)
        binds = [f"mount -t tmpfs tmpfs {place}" for place in (home, devices / "shm")]
        for name in _DEVICES:
            (devices / name).touch()
            binds.append(f"mount --bind /dev/{name} {devices}/{name}")
        binds.append(f"mount --rbind {devices} /dev")
        binds += [f"if test -d {place}; then mount --bind {home} {place}; fi" for place in _USUAL_PLACES]
        self._namespace.run(["sh", "-ec", "\n".join(binds)])

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts dhcpd at the lab's present time. Raises DaemonError when it runs already."""
        if self.running:
            raise DaemonError(f"{self.server.name} runs already")
        self._leaving = False
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [self._tools.dhcpd],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                preexec_fn=self._become_dhcpd,
            )

    def _become_dhcpd(self) -> NoReturn:
        """In the child: enter the namespaces, lay out the time, and turn into dhcpd."""
        die_with_parent()
        self._namespace.enter()
        share_memory(_SHARED, self._clock.shared())
        etc, var = self._places
        command = ["dhcpd", "-4", "-f", "-cf", f"{etc}/dhcpd.conf", "-lf", f"{var}/dhcpd.leases"]
        command += ["-pf", f"{var}/dhcpd.pid", "eth0"]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "TZ": "UTC",
            "LD_PRELOAD": self._tools.faketime,
            "FAKETIME_TIMESTAMP_FILE": str(self._fake_time),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_RESET": "1",
            "FAKETIME_SHARED": f"/{_SHARED} /{_SHARED}",
        }
        os.execve(self._tools.dhcpd, command, environment)

    def set_clock(self, offset: float) -> None:
        """The clock shows lab time plus ``offset`` from now on, also to a process that runs.

        The file has the time at the lab's begin; libfaketime reads it at every look at the clock.
        """
        moment = dt.datetime.fromtimestamp(self._clock.begin + offset, dt.UTC)
        fresh = self._fake_time.with_suffix(".new")
        fresh.write_text(f"@{moment:{_FAKE_FORM}} x{self._clock.speed:g}\n")
        fresh.replace(self._fake_time)

    def freeze(self) -> None:
        """Stands still, so that a run can end without either server seeing the other one go."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """Ends it, and leaves its files in the folder."""
        self.crash()
        for name in ("dhcpd.conf", "dhcpd.leases"):
            shutil.copyfile(self._home / name, self._folder / name)

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        self._end(signal.SIGTERM)

    def crash(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or not self.running:
            return
        self._leaving = True
        self._process.send_signal(number)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def unexpected_end(self) -> str | None:
        """The last words of a process that ended although nobody told it to; told once."""
        if self._process is None or self._process.poll() is None or self._leaving:
            return None
        self._leaving = True
        said = self._errors.read_text(errors="replace").partition(_BOILERPLATE)[0]
        return f"{self.server.name} ended by itself: {' '.join(said.split())[-_LAST_WORDS:]}"

    # --- the lease file ------------------------------------------------------------------------------

    def empty_leases(self) -> None:
        """An empty lease file, and no backup of it."""
        self.leases.write_bytes(b"")
        Path(f"{self.leases}~").unlink(missing_ok=True)

    def keep_leases(self) -> None:
        """Puts a copy aside."""
        self._kept = self.leases.read_bytes()

    def restore_leases(self) -> None:
        """Puts the copy back. Raises DaemonError when there is none."""
        if self._kept is None:
            raise DaemonError(f"no lease file of {self.server.name} was kept")
        self.leases.write_bytes(self._kept)

    # --- the operator --------------------------------------------------------------------------------

    def partner_down(self) -> None:
        """Sets local-state to partner-down over OMAPI (dhcpd(8))."""
        peer = failover_peer(self.server.conf)
        name = peer.name if peer else ""
        state = FailoverState.PARTNER_DOWN.omapi
        self._omapi("new failover-state", f'set name = "{name}"', "open", f"set local-state = {state}")

    def operator_shutdown(self) -> None:
        """Sets the control object's state to shutdown over OMAPI (dhcpd(8)); dhcpd hangs up on us then."""
        self._leaving = True
        self._omapi("new control", "open", f"set state = {_SHUTDOWN}", hangs_up=True)

    def _omapi(self, *commands: str, hangs_up: bool = False) -> None:
        script = ["server 127.0.0.1", f"port {OMAPI_PORT}", "connect", *commands, "update"]
        said = self._namespace.run([self._tools.omshell], "\n".join(script) + "\n")
        bad = [line for line in said.splitlines() if "can't" in line or "not connected" in line]
        if bad and not (hangs_up and "connection reset" in bad[0]):
            raise DaemonError(f"{self.server.name} over OMAPI: {bad[0].lstrip('> ')}")
