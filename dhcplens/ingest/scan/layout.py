"""Where the scanner keeps what it finds: columns of its arrays, kinds, and special values."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Cells = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]

# What ``state`` counts: of the block, of the whole stretch, ...
AT, END, SLOW = range(3)
LINES, POOLS, UPDATES, DHCPD, OTHER, AFTER, KEPT = range(3, 10)
# ... and what it remembers of the lines before: a day and its bytes, a whole stamp and its first sixteen
# bytes, and dhcpd's tag ('host dhcpd[7]: ').
DATE, DATE_REST, DATE_WIDTH, DAY, HEAD, HEAD_REST, HEAD_WIDTH, STAMP = range(10, 18)
TAG_AT, TAG_WIDTH, TAG_HOST, TAG_PID = range(18, 22)
# Whether there was a message that left no row, but maybe new words.
STRAY, STATES = 22, 23
# Kinds of interned words. Of plain numbers, each would have all that works with it compiled for itself.
KINDS = 9
_numbers: Any = np.arange(KINDS)
IP, MAC, HOSTNAME, HOST, VIA, SERVER, SUFFIX, TARGET, WORD = _numbers
# Suffixes that are not interned.
FOUND, NOT_FOUND, UNAVAILABLE, UNKNOWN_LEASE = -2, -3, -4, -5
SPECIAL = 5  # indices below 0, the missing one among them
# Types of messages, in the order of ``TYPES``.
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(8)
TYPES: Final = ("DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM")
# Cells of all rows, each kind of cell in a row of its array; stamps stand beside them.
LINE, FORM, R_HOST = range(3)
# Cells of messages: the words are indices, or -1.
R_IP, R_MAC, R_HOSTNAME, R_VIA, R_SERVER, R_SUFFIX, R_TYPE, R_CELLS = range(3, 11)
# Cells of pools and updates.
S_PID, S_KIND, S_NAME, S_WHAT, S_TOTAL, S_FREE, S_BACKUP, S_LTS, S_MOST, S_ASKS, S_CELLS = range(3, 14)
BALANCING, BALANCED, IMBALANCED, POOL = range(4)
POOL_KINDS: Final = ("balancing", "balanced", "imbalanced", "pool")
# Columns of ``slow``: its place, the lines before it and whose the last of them was.
L_START, L_END, L_DHCPD, L_OTHER, L_AFTER, SLOWS = range(6)

DONE, FULL = 0, 1
LONGEST = 1024  # longer lines are left to the plain reader
BEHIND = 64  # so many bytes behind the last line that is scanned can be read; more than any look ahead
