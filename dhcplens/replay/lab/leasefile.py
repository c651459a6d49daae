"""The last word of a lease file on each address, for the ``expect`` lines of a running lab."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path

from dhcplens.model.states import BindingState

_BLOCK = re.compile(r"^lease (\S+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_STATE = re.compile(r"^ +binding state (\w+);", re.MULTILINE)


def last_bindings(path: Path) -> Mapping[IPv4Address, BindingState]:
    """Binding state of each address that has a block; a block that is being written is left out."""
    found: dict[IPv4Address, BindingState] = {}
    for address, body in _BLOCK.findall(path.read_text(encoding="utf-8", errors="replace")):
        if state := _STATE.search(body):
            found[IPv4Address(address)] = BindingState(state[1])
    return found
