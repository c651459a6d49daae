"""A ``failover peer "NAME" { … }`` declaration to its values (dhcpd.conf(5), DHCP FAILOVER)."""

from collections.abc import Callable

from dhcplens.ingest.conf.tree import Statement
from dhcplens.model.conf import FailoverPeer
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import Role

HBA_BYTES = 32
_NUMBERS = {
    ("port",): "port",
    ("peer", "port"): "peer_port",
    ("mclt",): "mclt",
    ("max-response-delay",): "max_response_delay",
    ("max-unacked-updates",): "max_unacked_updates",
    ("load", "balance", "max", "seconds"): "load_balance_max_seconds",
    ("max-lease-misbalance",): "max_lease_misbalance",
    ("max-lease-ownership",): "max_lease_ownership",
    ("max-balance",): "max_balance",
    ("min-balance",): "min_balance",
    ("auto-partner-down",): "auto_partner_down",
}
# Zero stands for the default in these: dhcpd fills the default in where it finds 0.
_ZERO_IS_DEFAULT = frozenset(
    {
        "port",
        "peer_port",
        "max_response_delay",
        "max_unacked_updates",
        "max_lease_misbalance",
        "max_lease_ownership",
        "max_balance",
        "min_balance",
    }
)
_FOR_BOTH = frozenset({"address", "port", "max-response-delay", "max-unacked-updates"})


def words_of(statement: Statement) -> tuple[str, ...]:
    """Lower-case words; a ``peer`` in front stays only where it changes the meaning, and only once."""
    words = tuple(word.lower() for word in statement.words)
    bare = words
    while bare[:1] == ("peer",):
        bare = bare[1:]
    return ("peer", *bare) if bare != words and bare[:1] and bare[0] in _FOR_BOTH else bare


def read_peer(statement: Statement) -> FailoverPeer:
    """The values of a declaration; of repeated statements the last counts, of addresses the first."""
    values: dict[str, object] = {}
    for child in statement.children or ():
        words = words_of(child)
        if words in {("primary",), ("secondary",)}:
            values["role"] = Role(words[0])
        elif words[:1] == ("address",):
            values.setdefault("address", "".join(words[1:]))
        elif words[:2] == ("peer", "address"):
            values.setdefault("peer_address", "".join(words[2:]))
        elif words[:1] == ("hba",) and (hba := _hba(words[1:])) is not None:
            values["hba"], values["split"] = hba, None
        elif words[:1] == ("split",) and len(words) == 2 and (split := decimal(words[1])) is not None:
            if 0 <= split <= 256:
                values["hba"], values["split"] = split_buckets(split), split
        elif (name := _NUMBERS.get(words[:-1])) and (value := decimal(words[-1])) is not None:
            if value or name not in _ZERO_IS_DEFAULT:
                values[name] = value
            else:
                values.pop(name, None)
    make: Callable[..., FailoverPeer] = FailoverPeer
    base = {"role": Role.PRIMARY, "address": None, "peer_address": None}
    return make(name=statement.value(2), line=statement.line, source=statement.source, **(base | values))


def decimal(word: str) -> int | None:
    """A decimal number as dhcpd takes it here, with or without a minus sign."""
    digits = word.removeprefix("-")
    return int(word) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def _hba(words: tuple[str, ...]) -> bytes | None:
    digits = [word for word in words if word != ":"]
    try:
        hba = bytes(int(word, 16) for word in digits)
    except ValueError:
        return None
    return hba if len(hba) == HBA_BYTES else None
