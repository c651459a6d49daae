"""What the place of a file tells of its server: folder names, the names of collected files, sosreports."""

import re
from collections.abc import Iterable
from typing import Final

_GENERIC: Final = re.compile(
    r"archives?|backup|bak|collected|conf|configs?|configuration|current|data|db|default|dhcp3?|dhcpd|etc|files?|fs"
    r"|general|home|host|isc|isc-dhcp|journal|leases?|lib|local|logs?|messages|mnt|network|old|opt|private|root|run"
    r"|server|service|sos_commands|state|sys|syslog|systemd|tmp|usr|var|varlog"
)
_PACKED: Final = re.compile(r"(?:\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|zip))+$", re.IGNORECASE)
_OUR_NAMES: Final = re.compile(
    r"(?:^|[-_.@])(?:var[-_.]log[-_.])?(?:isc-)?"
    r"(?:dhcpd?6?[-_.]?(?:server)?[-_.]?(?:conf|config|leases?|log|failover)?|messages|syslog|daemon|journal(?:ctl)?|leases?|conf)"
    r"(?:\.(?:log|txt|json|conf|leases))?(?:[-_.]\d+|~|\.bak|\.old)*$",
    re.IGNORECASE,
)
_SOSREPORT: Final = re.compile(r"sosreport-(?P<host>.+?)-(?:\d+-)?20\d\d[-\d]*(?:-[a-z]+)?", re.IGNORECASE)


def folders(path: str) -> list[str]:
    """The folders (and archives) that a file lies in, outermost first."""
    return [part for part in re.split(r"[/!]", path)[:-1] if part not in ("", ".", "..")]


def site(path: str) -> str:
    """The folder that stands for one machine: the file's own, without ``var/log`` and the like at its end."""
    parts = re.split(r"([/!])", path)[:-2]
    while parts and (parts[-1] in ("", ".") or is_generic(parts[-1])):
        parts = parts[:-2]
    return "".join(parts)


def is_generic(name: str) -> bool:
    """Whether a folder's name says nothing of whose files it holds."""
    return _GENERIC.fullmatch(_PACKED.sub("", name).lower()) is not None


def named_in(path: str, servers: Iterable[str]) -> str | None:
    """The one server whose name stands in the path; the part nearest to the file decides."""
    known = {short(server).lower(): server for server in servers}
    file = re.split(r"[/!]", path)[-1]
    for part in (file, *reversed(folders(path))):
        if is_generic(part):
            continue
        met = [server for name, server in known.items() if _stands_in(name, part.lower())]
        longest = [one for one in met if not any(one != other and one in other for other in met)]
        if len(longest) == 1:
            return longest[0]
    return None


def _stands_in(name: str, part: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", part) is not None


def place_name(path: str) -> str | None:
    """A name for the server of a file of which only the place is known: from its name, or its folder."""
    file = _PACKED.sub("", re.split(r"[/!]", path)[-1])
    prefix = _OUR_NAMES.sub("", file)
    if prefix and prefix != file and not is_generic(prefix) and not prefix.isdigit():
        return prefix
    for folder in reversed(folders(path)):
        found = _SOSREPORT.fullmatch(_PACKED.sub("", folder))
        if found is not None:
            return found["host"]
        if not is_generic(folder):
            return _PACKED.sub("", folder)
    return None


def short(host: str) -> str:
    """A host's name without its domain; an address stays whole."""
    return host if is_address(host) else host.partition(".")[0]


def is_address(host: str) -> bool:
    """Whether a log wrote an address where a host's name should be."""
    return ":" in host or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", host) is not None
