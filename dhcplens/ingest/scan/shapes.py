"""The parts of a line that the scanner takes apart: tag, kind of message, counts; compiled."""

from dhcplens.ingest.scan.atoms import (
    BLANK,
    CLOSE,
    COLON,
    DOT,
    LEFT,
    NINE,
    RIGHT,
    ZERO,
    Bytes,
    address,
    digits,
    number,
    stands,
)
from dhcplens.ingest.scan.compiled import inlined
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
    Counts,
)
from dhcplens.ingest.scan.stamps import dated, traditional
from dhcplens.ingest.scan.words import (
    W_DAEMON,
    W_DHCPACK_ON,
    W_DHCPACK_TO,
    W_DHCPD,
    W_DHCPDECLINE_OF,
    W_DHCPDISCOVER_FROM,
    W_DHCPINFORM_FROM,
    W_DHCPNAK_ON,
    W_DHCPOFFER_ON,
    W_DHCPRELEASE_OF,
    W_DHCPREQUEST_FOR,
    W_DOT,
    W_KERN,
    W_LEASE,
    W_LOCAL,
    W_SYSLOG,
    W_UNAVAILABLE,
    W_UNKNOWN_LEASE,
    W_USER,
    Word,
)


@inlined
def header(data: Bytes, at: int, end: int, state: Counts) -> tuple[int, int, int]:
    """Stamp, form and the place behind the blank after the stamp, or -1."""
    if at >= end:
        return 0, 0, -1
    if ZERO <= data[at] <= NINE:
        return dated(data, at, end)
    return traditional(data, at, end, state)


@inlined
def facility(data: Bytes, at: int, end: int) -> bool:
    """Whether the place where a host should stand begins like a syslog facility: 'daemon.info'."""
    if data[at] == 60 or stands(data, at, end, W_KERN) > 0 or stands(data, at, end, W_USER) > 0:
        return True
    if stands(data, at, end, W_DAEMON) > 0 or stands(data, at, end, W_SYSLOG) > 0:
        return True
    return stands(data, at, end, W_LOCAL) > 0 and at + 6 < end and data[at + 6] == DOT


@inlined
def program(data: Bytes, at: int, end: int) -> tuple[int, int, int]:
    """1 for dhcpd, 0 for another program, -1 for an odd tag; its pid or -1; the place of the message."""
    start = at
    while at < end and 32 < data[at] < 127 and data[at] != COLON and data[at] != LEFT and data[at] != RIGHT:
        at += 1
    if at == start or at >= end:
        return -1, -1, at
    ours = 0
    behind = stands(data, start, at, W_DHCPD)
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
        pid, at = digits(data, at + 1, end, 9)
        if at < 0 or at >= end or data[at] != RIGHT:
            return -1, -1, at
        at += 1
    if at + 1 >= end or data[at] != COLON or data[at + 1] != BLANK:
        return -1, -1, at
    return ours, pid, at + 2


@inlined
def blanks(data: Bytes, at: int, end: int) -> int:
    """The place behind one blank or more; -1 if there is none."""
    start = at
    while 0 <= at < end and data[at] == BLANK:
        at += 1
    return at if at > start else -1


@inlined
def counted(data: Bytes, at: int, end: int, word: Word) -> tuple[int, int]:
    """The number behind blanks and ``word`` (which ends with a blank)."""
    return number(data, stands(data, blanks(data, at, end), end, word), end)


@inlined
def kind_of(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Type of a DHCP message and the place behind its opening words; -1 for another one."""
    if at + 14 > end or data[at] != 68 or data[at + 1] != 72 or data[at + 2] != 67 or data[at + 3] != 80:
        return 0, -1
    letter = data[at + 4]
    if letter == 65:
        place = stands(data, at, end, W_DHCPACK_ON)
        return ACK, place if place > 0 else stands(data, at, end, W_DHCPACK_TO)
    if letter == 82:
        if data[at + 6] == 81:
            return REQUEST, stands(data, at, end, W_DHCPREQUEST_FOR)
        return RELEASE, stands(data, at, end, W_DHCPRELEASE_OF)
    if letter == 68:
        if data[at + 5] == 73:
            return DISCOVER, stands(data, at, end, W_DHCPDISCOVER_FROM)
        return DECLINE, stands(data, at, end, W_DHCPDECLINE_OF)
    if letter == 79:
        return OFFER, stands(data, at, end, W_DHCPOFFER_ON)
    if letter == 78:
        return NAK, stands(data, at, end, W_DHCPNAK_ON)
    if letter == 73:
        return INFORM, stands(data, at, end, W_DHCPINFORM_FROM)
    return 0, -1


@inlined
def nested_via(data: Bytes, at: int, end: int) -> bool:
    """Whether ') via' stands in the rest: then a host name may reach that far."""
    for index in range(at, end - 4):  # noqa: SIM110 - no generators in compiled code
        if data[index] == CLOSE and data[index + 1] == BLANK:
            return True
    return False


@inlined
def named_lease(data: Bytes, at: int, end: int, asked: int) -> int:
    """UNAVAILABLE or UNKNOWN_LEASE if the suffix says so of the address ``asked``; else 0."""
    place = stands(data, at, end, W_LEASE)
    if place > 0:
        value, place = address(data, place, end)
        if place > 0 and value == asked and stands(data, place, end, W_UNAVAILABLE) == end:
            return UNAVAILABLE
        return 0
    place = stands(data, at, end, W_UNKNOWN_LEASE)
    if place > 0:
        value, place = address(data, place, end)
        if place > 0 and value == asked and stands(data, place, end, W_DOT) == end:
            return UNKNOWN_LEASE
    return 0
