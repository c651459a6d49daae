"""Dhcpd's words as arrays: compiled code compares those fastest."""

import numpy as np
import numpy.typing as npt

Word = npt.NDArray[np.uint8]


def _word(text: bytes) -> Word:
    return np.frombuffer(text, np.uint8).copy()


W_CLOSE = _word(b")")
W_FROM = _word(b" from ")
W_TO = _word(b" to ")
W_CLOSE_BLANK = _word(b") ")
W_VIA = _word(b"via ")
W_FOUND = _word(b" (found)")
W_NOT_FOUND = _word(b" (not found)")
W_POOL = _word(b"pool ")
W_BALANCING_POOL = _word(b"balancing pool ")
W_BALANCED_POOL = _word(b"balanced pool ")
W_IMBALANCED_POOL = _word(b"IMBALANCED pool ")
W_TOTAL = _word(b"total ")
W_FREE = _word(b"free ")
W_BACKUP = _word(b"backup ")
W_LTS = _word(b"lts ")
W_MAX_OWN = _word(b"max-own (+/-)")
W_REQUESTING_PEER_REBALANCE = _word(b"(requesting peer rebalance!)")
W_MAX_MISBAL = _word(b"max-misbal ")
W_BIND_UPDATE_ON = _word(b"bind update on ")
W_REJECTED = _word(b" rejected: ")
W_DHCPD = _word(b"dhcpd")
W_DHCPACK_ON = _word(b"DHCPACK on ")
W_DHCPREQUEST_FOR = _word(b"DHCPREQUEST for ")
W_DHCPRELEASE_OF = _word(b"DHCPRELEASE of ")
W_DHCPDISCOVER_FROM = _word(b"DHCPDISCOVER from ")
W_DHCPDECLINE_OF = _word(b"DHCPDECLINE of ")
W_DHCPOFFER_ON = _word(b"DHCPOFFER on ")
W_DHCPNAK_ON = _word(b"DHCPNAK on ")
W_DHCPINFORM_FROM = _word(b"DHCPINFORM from ")
W_LEASE = _word(b"lease ")
W_UNAVAILABLE = _word(b" unavailable.")
W_UNKNOWN_LEASE = _word(b"unknown lease ")
W_DOT = _word(b".")
W_DHCPACK_TO = _word(b"DHCPACK to ")
W_BLANK = _word(b" ")
W_OPEN = _word(b" (")
W_KERN = _word(b"kern.")
W_USER = _word(b"user.")
W_DAEMON = _word(b"daemon.")
W_SYSLOG = _word(b"syslog.")
W_LOCAL = _word(b"local")
