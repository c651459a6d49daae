"""What the lab needs of the machine, and the one plain sentence that says what is missing."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from dhcplens.replay.backends import BackendUnavailableError

_PLACES = ("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin")
_FAKETIME = ("usr/lib/*/faketime", "usr/lib/faketime", "usr/lib64/faketime", "usr/local/lib/faketime")


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the programs are."""

    dhcpd: str
    ip: str
    unshare: str
    omshell: str
    faketime: str


def find_tools() -> Tools:
    """The programs that the lab runs. Raises BackendUnavailableError on the first thing missing."""
    if sys.platform != "linux":
        raise BackendUnavailableError("The lab needs Linux, because it plays in network namespaces.")
    if os.geteuid() != 0:
        raise BackendUnavailableError("The lab needs root to make network namespaces: use sudo.")
    found = {
        name: _program(name, package)
        for name, package in (
            ("dhcpd", "isc-dhcp-server"),
            ("ip", "iproute2"),
            ("unshare", "util-linux"),
            ("omshell", "isc-dhcp-server"),
        )
    }
    libraries = sorted(path for place in _FAKETIME for path in Path("/").glob(f"{place}/libfaketime.so.1"))
    if not libraries:
        raise _missing("libfaketime", "faketime")
    return Tools(**found, faketime=str(libraries[0]))


def _program(name: str, package: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", ""), *_PLACES])
    found = shutil.which(name, path=path)
    if found is None:
        raise _missing(name, package)
    return found


def _missing(name: str, package: str) -> BackendUnavailableError:
    return BackendUnavailableError(f"The lab needs {name}, which is not installed: apt-get install {package}")
