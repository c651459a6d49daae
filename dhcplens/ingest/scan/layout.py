"""Where the scanner keeps what it finds: columns of its arrays, kinds, and special values."""

from typing import Final

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

# What ``state`` counts.
AT, END, LINES, ROWS, POOLS, UPDATES, SLOW, DHCPD, OTHER, AFTER = range(10)
# What it remembers of the lines before: a day and its bytes, a whole stamp and its first sixteen bytes,
# and dhcpd's tag ('host dhcpd[7]: ').
DATE, DATE_REST, DATE_WIDTH, DAY, HEAD, HEAD_REST, HEAD_WIDTH, STAMP = range(10, 18)
TAG_AT, TAG_WIDTH, TAG_HOST, TAG_PID, STATES = range(18, 23)
# Kinds of interned words.
IP, MAC, HOST, HOSTNAME, VIA, SERVER, SUFFIX, WORD, KINDS = range(9)
# Suffixes that are not interned.
FOUND, NOT_FOUND, UNAVAILABLE, UNKNOWN_LEASE = -2, -3, -4, -5
# Types of messages, in the order of ``TYPES``.
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(8)
TYPES: Final = ("DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM")
# Columns of ``sides``, the rows of pools and updates, int64 each.
(S_STAMP, S_FORM, S_LINE, S_HOST, S_PID, S_KIND, S_NAME, S_WHAT, S_TOTAL, S_FREE, S_BACKUP, S_LTS) = range(12)
S_MOST, S_ASKS, SIDES = 12, 13, 14
BALANCING, BALANCED, IMBALANCED, POOL = range(4)
POOL_KINDS: Final = ("balancing", "balanced", "imbalanced", "pool")
# Columns of ``slow``: its place, and what stood between it and the slow line before.
L_START, L_END, L_DHCPD, L_OTHER, L_AFTER, SLOWS = range(6)

DONE, FULL = 0, 1
LONGEST = 1024  # longer lines are left to the plain reader
BEHIND = 64  # so many bytes behind the last line that is scanned can be read; more than any look ahead
