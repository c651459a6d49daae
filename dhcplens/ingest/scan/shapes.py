"""The parts of a line that the scanner takes apart: tag, kind of message, counts; compiled."""

from dhcplens.ingest.leases.wide import eight
from dhcplens.ingest.scan.atoms import BLANK, COLON, DOT, LEFT, NINE, RIGHT, ZERO, digits, number
from dhcplens.ingest.scan.compiled import inlined
from dhcplens.ingest.scan.eights import Bytes, same
from dhcplens.ingest.scan.layout import (
    ACK,
    DECLINE,
    DISCOVER,
    INFORM,
    NAK,
    OFFER,
    RELEASE,
    REQUEST,
    UNAVAILABLE,
    UNKNOWN_LEASE,
)
from dhcplens.ingest.scan.words import (
    N_ACK,
    N_DECLINE,
    N_DISCOVER,
    N_INFORM,
    N_NAK,
    N_OFFER,
    N_RELEASE,
    N_REQUEST,
    W_ASE_OF,
    W_DAEMON,
    W_DHCPD,
    W_DOT,
    W_EST_FOR,
    W_INE_OF,
    W_KERN,
    W_LEASE,
    W_LOCAL,
    W_ON,
    W_OVER_FROM,
    W_R_ON,
    W_RM_FROM,
    W_SYSLOG,
    W_TO_IT,
    W_UNAVAILABLE,
    W_UNKNOWN_LEASE,
    W_USER,
    Word,
    stands,
)


@inlined
def facility(data: Bytes, at: int) -> bool:
    """Whether the place where a host should stand begins like a syslog facility: 'daemon.info'."""
    if data[at] == 60 or stands(data, at, W_KERN) > 0 or stands(data, at, W_USER) > 0:
        return True
    if stands(data, at, W_DAEMON) > 0 or stands(data, at, W_SYSLOG) > 0:
        return True
    return stands(data, at, W_LOCAL) > 0 and data[at + 6] == DOT


@inlined
def program(data: Bytes, at: int) -> tuple[int, int, int]:
    """1 for dhcpd, 0 for another program, -1 for an odd tag; its pid or -1; the place of the message."""
    start = at
    while 32 < data[at] < 127 and data[at] != COLON and data[at] != LEFT and data[at] != RIGHT:
        at += 1
    if at == start:
        return -1, -1, at
    ours = 0
    behind = stands(data, start, W_DHCPD)
    if behind > 0:
        while behind < at and ZERO <= data[behind] <= NINE:
            behind += 1
        if behind != at:
            return -1, -1, at
        ours = 1
    else:
        for index in range(start, at - 3):
            if data[index] == 100 and data[index + 1] == 104 and data[index + 2] == 99:
                return -1, -1, at
    pid = -1
    if data[at] == LEFT:
        pid, at = digits(data, at + 1, 9)
        if at < 0 or data[at] != RIGHT:
            return -1, -1, at
        at += 1
    if data[at] != COLON or data[at + 1] != BLANK:
        return -1, -1, at
    return ours, pid, at + 2


@inlined
def blanks(data: Bytes, at: int) -> int:
    """The place behind one blank or more; -1 if there is none."""
    start = at
    while at >= 0 and data[at] == BLANK:
        at += 1
    return at if at > start else -1


@inlined
def counted(data: Bytes, at: int, word: Word) -> tuple[int, int]:
    """The number behind blanks and ``word`` (which ends with a blank)."""
    return number(data, stands(data, blanks(data, at), word))


@inlined
def kind_of(data: Bytes, at: int) -> tuple[int, int]:
    """Type of a DHCP message and the place behind its opening words; -1 for another one."""
    first = eight(data, at)
    at += 8
    if first == N_ACK:
        place = stands(data, at, W_ON)
        return ACK, place if place > 0 else stands(data, at, W_TO_IT)
    if first == N_REQUEST:
        return REQUEST, stands(data, at, W_EST_FOR)
    if first == N_DISCOVER:
        return DISCOVER, stands(data, at, W_OVER_FROM)
    if first == N_OFFER:
        return OFFER, stands(data, at, W_R_ON)
    if first == N_INFORM:
        return INFORM, stands(data, at, W_RM_FROM)
    if first == N_RELEASE:
        return RELEASE, stands(data, at, W_ASE_OF)
    if first == N_NAK:
        return NAK, stands(data, at, W_ON)
    if first == N_DECLINE:
        return DECLINE, stands(data, at, W_INE_OF)
    return 0, -1


@inlined
def named_lease(data: Bytes, at: int, end: int, asked: int, length: int) -> int:
    """UNAVAILABLE or UNKNOWN_LEASE if the suffix says so of the very address asked for; else 0."""
    place = stands(data, at, W_LEASE)
    if place > 0:
        same_one = same(data, place, asked, length)
        return UNAVAILABLE if same_one and stands(data, place + length, W_UNAVAILABLE) == end else 0
    place = stands(data, at, W_UNKNOWN_LEASE)
    if place > 0:
        same_one = same(data, place, asked, length)
        return UNKNOWN_LEASE if same_one and stands(data, place + length, W_DOT) == end else 0
    return 0
