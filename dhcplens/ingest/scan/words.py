"""Dhcpd's words as numbers, which compiled code compares fastest."""

from typing import NamedTuple

import numpy as np

from dhcplens.ingest.leases.wide import eight, mask, number
from dhcplens.ingest.scan.compiled import inlined
from dhcplens.ingest.scan.eights import Bytes


class Word(NamedTuple):
    """Up to sixteen bytes: as eight and eight are loaded, the bits of them that count, how many they are."""

    first: np.uint64
    first_mask: np.uint64
    second: np.uint64
    second_mask: np.uint64
    length: int


def _word(text: str) -> Word:
    first, second = text[:8], text[8:]
    return Word(number(first), mask(first), number(second), mask(second), len(text))


@inlined
def stands(data: Bytes, at: int, word: Word) -> int:
    """The place behind ``word`` if it stands at ``at``, else -1; -1 stays -1."""
    if at < 0 or (eight(data, at) ^ word.first) & word.first_mask:
        return -1
    if (eight(data, at + 8) ^ word.second) & word.second_mask:
        return -1
    return at + word.length


W_CLOSE = _word(")")
W_FROM = _word(" from ")
W_TO = _word(" to ")
W_CLOSE_BLANK = _word(") ")
W_VIA = _word("via ")
W_FOUND = _word(" (found)")
W_NOT_FOUND = _word(" (not found)")
W_POOL = _word("pool ")
W_BALANCING_POOL = _word("balancing pool ")
W_BALANCED_POOL = _word("balanced pool ")
W_IMBALANCED_POOL = _word("IMBALANCED pool ")
W_TOTAL = _word("total ")
W_FREE = _word("free ")
W_BACKUP = _word("backup ")
W_LTS = _word("lts ")
W_MAX_OWN = _word("max-own (+/-)")
W_REQUESTING_PEER = _word("(requesting peer")
W_REBALANCE = _word(" rebalance!)")
W_MAX_MISBAL = _word("max-misbal ")
W_BIND_UPDATE_ON = _word("bind update on ")
W_REJECTED = _word(" rejected: ")
W_DHCPD = _word("dhcpd")
N_DHCP = np.uint32(int.from_bytes(b"DHCP", "little"))
# A message begins with eight bytes that tell its type, and goes on with these.
N_ACK, N_NAK, N_OFFER = number("DHCPACK "), number("DHCPNAK "), number("DHCPOFFE")
N_REQUEST, N_DISCOVER, N_DECLINE = number("DHCPREQU"), number("DHCPDISC"), number("DHCPDECL")
N_RELEASE, N_INFORM = number("DHCPRELE"), number("DHCPINFO")
W_ON = _word("on ")
W_TO_IT = _word("to ")
W_R_ON = _word("R on ")
W_EST_FOR = _word("EST for ")
W_OVER_FROM = _word("OVER from ")
W_INE_OF = _word("INE of ")
W_ASE_OF = _word("ASE of ")
W_RM_FROM = _word("RM from ")
W_LEASE = _word("lease ")
W_UNAVAILABLE = _word(" unavailable.")
W_UNKNOWN_LEASE = _word("unknown lease ")
W_DOT = _word(".")
W_BLANK = _word(" ")
W_OPEN = _word(" (")
W_KERN = _word("kern.")
W_USER = _word("user.")
W_DAEMON = _word("daemon.")
W_SYSLOG = _word("syslog.")
W_LOCAL = _word("local")
