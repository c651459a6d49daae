"""Places in the arrays that the scanner and its callers share."""

from typing import Final

ADDRESS, MAC, UID, HOSTNAME, OPTIONS, EXTRA = range(6)
"""Kinds of words. ``OPTIONS`` and ``EXTRA`` are two runs of statements without a column."""
KINDS: Final = 6

AT, LINES, ROWS, RANGES, FAILED, COUNTED, OUT, STATE_SIZE = range(8)
"""The scanner's state: where it reads; line ends, rows and ranges so far; whether addresses came without a
row; and room to work."""

OFFSET, LINE, STAMP, CODE, SMALL, WIDTH = 0, 1, 2, 8, 8 + KINDS, 9 + KINDS
"""Fields of a row: place and line ends from the slice's begin on, six stamps in seconds (0 for none), a code
of each kind (-1 for none), and ``state | next << 4 | rewind << 8 | reserved << 12 | bootp << 13``."""

BATCH: Final = 64
B_BEFORE, B_BLANKS, B_NUMBER, B_TAIL, B_LINES, B_BEHIND, B_CODE, B_CHANGED = range(8)
B_WORD, B_TAG, B_WIDTH = 8, 8 + KINDS, 8 + 2 * KINDS
"""Fields of a block in a batch: where the blanks before it begin and line ends in them, its address, where
its tail begins and line ends before that, where it ends, the code of its address, whether its tail is another
than the remembered one; and if so, by kind, the number or place of its word (``ABSENT``, or ``KEPT`` for that
of the remembered tail) and the tag of it."""
ABSENT, KEPT = -1, -2

T_START, T_LENGTH, T_LINES, T_FLAGS, T_CODE, T_WIDTH = 0, 1, 2, 3, 3, 16
"""Fields of a remembered tail: where it stands from the slice's begin on, length (0 for none), line ends,
flags, and codes of all kinds but ``ADDRESS``."""
