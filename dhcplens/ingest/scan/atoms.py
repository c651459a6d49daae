"""The small parts that lines are made of, read from bytes by compiled code.

Each reader takes the bytes and a place. All of them stop at a newline at the latest, as no part contains one.
"""

from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes

ZERO, NINE = 48, 57
BLANK, OPEN, CLOSE, DOT, COLON, MINUS, NEWLINE, RETURN = 32, 40, 41, 46, 58, 45, 10, 13
LEFT, RIGHT = 91, 93


@inlined
def digits(data: Bytes, at: int, most: int) -> tuple[int, int]:
    """A number of one to ``most`` digits and the place behind it, or -1."""
    value = 0
    start = at
    while ZERO <= data[at] <= NINE:
        value = value * 10 + (data[at] - ZERO)
        at += 1
        if at - start > most:
            return 0, -1
    return value, at if at > start else -1


@inlined
def number(data: Bytes, at: int) -> tuple[int, int]:
    """A number of up to nine digits, maybe negative, and the place behind it, or -1."""
    if at < 0:
        return 0, -1
    if data[at] == MINUS:
        value, at = digits(data, at + 1, 9)
        return -value, at
    return digits(data, at, 9)


@inlined
def ended(data: Bytes, at: int) -> int:
    """The place of the newline if the line ends here, else -1."""
    if data[at] == RETURN:
        at += 1
    return at if data[at] == NEWLINE else -1


@compiled
def is_address(data: Bytes, at: int, end: int) -> bool:
    """Whether the bytes are an IPv4 address as dhcpd prints it, without leading zeros."""
    for part in range(4):
        if part > 0:
            if data[at] != DOT:
                return False
            at += 1
        start = at
        octet, at = digits(data, at, 3)
        if at < 0 or octet > 255 or (data[start] == ZERO and at > start + 1):
            return False
    return at == end


@compiled
def is_hardware(data: Bytes, at: int, end: int) -> bool:
    """Whether the bytes are a hardware address of six bytes in lower case."""
    for index in range(at, end):
        if (index - at) % 3 == 2:
            if data[index] != COLON:
                return False
        elif not (ZERO <= data[index] <= NINE or 97 <= data[index] <= 102):
            return False
    return end - at == 17


@compiled
def is_text(data: Bytes, at: int, end: int) -> bool:
    """Whether the bytes are printable ASCII and at least one."""
    for index in range(at, end):
        if not 32 <= data[index] < 127:
            return False
    return end > at
