"""Framing: one physical line → its header (stamp, host, program, process) and what the program said.

Known: RFC 3164 (with and without pid, year, fraction, <PRI>, facility words, Solaris ids), RFC 3339 stamps,
RFC 5424, journald's short, short-full, short-iso, short-unix and json, and lines without any header, as
``dhcpd -d`` writes them.
"""

import json
import re
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple


class Form(IntEnum):
    """What a stamp says: see the column ``form`` of a piece's tables."""

    NONE = 0
    YEARLESS = 1
    LOCAL = 2
    UTC = 3


class Framed(NamedTuple):
    """One line taken out of its frame. ``stamp`` is in ns since 1970 of whatever clock ``form`` names.

    ``program`` is None when the line has no program name in front.
    """

    stamp: int
    form: Form
    host: str | None
    program: str | None
    pid: int | None
    message: str


YEAR = 2000
"""Where yearless stamps are placed; a leap year, so that 29 February exists."""

_MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(" "), start=1)}
_SECOND = 1_000_000_000
_LATEST = 8_000_000_000  # in the year 2223; later stamps would not fit into 64 bits of nanoseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TAG = r"(?P<program>[^\s:\[\]]+)(?:\[(?P<pid>\d+)\])?"
_FACILITY = r"(?:<?(?:kern|user|daemon|syslog|local\d)\.[a-z]+>? )?"
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?"
    r"(?:(?P<bsd>[A-Z][a-z]{2} {1,2}\d{1,2}(?: \d{4})?) (?P<clock>\d\d:\d\d:\d\d)(?:[.,](?P<part>\d{1,9}))?"
    r"|(?P<weekday>[A-Z][a-z]{2} )?(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<isopart>\d{1,9}))?"
    r"(?P<zone> ?Z| ?[+-]\d\d:?\d\d)?(?(weekday)(?P<named> [A-Z]{3,5})?)"
    r"|(?P<unix>[1-4]?\d{9})\.(?P<unixpart>\d{6}))"
    r":? (?P<rest>.*)",
    re.DOTALL,
)
_HEAD = re.compile(
    rf"{_FACILITY}(?:(?P<host>\S*[^\s:]) )?{_FACILITY}{_TAG}: ?(?P<message>.*)",
    re.DOTALL,
)
_RFC5424 = re.compile(
    r"(?:<\d{1,3}>)?\d{1,2} "
    r"(?:-|(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<part>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d))"
    r" (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ "
    r'(?:-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+)(?: \ufeff?(?P<message>.*))?',
    re.DOTALL,
)
_REPEAT = re.compile(r"(?:(?P<host>\S+) )?(?P<message>last message repeated \d+ times.*)", re.DOTALL)
_SOLARIS_ID = re.compile(r"\[ID \d+ [a-z0-9]+\.[a-z]+\] ?")
INSIDE = re.compile(r"(?:^|\s)dhcpd(?:\[\d+\])?: ")
"""Where dhcpd's own words begin in a message that another program passes on."""
_PRI = re.compile(r"^<\d{1,3}>")


def frame(line: str) -> Framed:
    """Take one line (without its newline) apart; a line without a known header is all message."""
    head, colon, message = line.partition(": ")
    known = _framed_alike(head + colon) if colon and line[0] not in "<{:" else None
    if known is not None and not message.startswith("[ID "):
        return Framed(*known[:-1], message)
    return _frame(line)


@lru_cache(maxsize=1024)
def _framed_alike(head: str) -> Framed | None:
    """The frame of all lines that begin so, if a program's name is the end of it: many share their second."""
    framed = _frame(head)
    return framed if framed.program is not None and not framed.message else None


def _frame(line: str) -> Framed:
    if line.startswith("{"):
        return _journal(line) or Framed(0, Form.NONE, None, None, None, line)
    found = _SYSLOG.match(line)
    if found is not None:
        return _syslog(found)
    modern = _RFC5424.fullmatch(line)
    if modern is not None:
        return _rfc5424(modern)
    return Framed(
        0, Form.NONE, None, None, None, _PRI.sub("", line, count=1) if line.startswith("<") else line
    )


def _syslog(found: re.Match[str]) -> Framed:
    stamp, form = _stamp(found)
    rest = found["rest"]
    head = _HEAD.fullmatch(rest)
    if head is None or head["message"] is None:
        repeat = _REPEAT.fullmatch(rest)
        if repeat is not None:
            return Framed(stamp, form, repeat["host"], None, None, repeat["message"])
        return Framed(stamp, form, None, None, None, rest)
    message = head["message"]
    if message.startswith("[ID "):
        message = _SOLARIS_ID.sub("", message, count=1)
    pid = head["pid"]
    return Framed(stamp, form, head["host"], head["program"], int(pid) if pid else None, message)


def _stamp(found: re.Match[str]) -> tuple[int, Form]:
    if found["bsd"]:
        day, form = _bsd_day(found["bsd"])
        return (0, Form.NONE) if form is Form.NONE else (day + _clock(found["clock"], found["part"]), form)
    if found["iso"]:
        zone = "Z" if found["named"] == " UTC" else found["zone"]
        return _iso(found["iso"], found["isopart"], zone)
    return int(found["unix"]) * _SECOND + int(found["unixpart"]) * 1000, Form.UTC


@lru_cache(maxsize=1024)
def _bsd_day(text: str) -> tuple[int, Form]:
    month, day, *year = text.split()
    try:
        when = datetime(int(year[0]) if year else YEAR, _MONTHS[month], int(day), tzinfo=UTC)
    except (KeyError, ValueError):
        return 0, Form.NONE
    if not 1970 <= when.year <= 2200:
        return 0, Form.NONE
    return (when - _EPOCH).days * 86400 * _SECOND, Form.LOCAL if year else Form.YEARLESS


@lru_cache(maxsize=1024)
def _iso_day(text: str) -> int | None:
    try:
        when = datetime(int(text[:4]), int(text[5:7]), int(text[8:]), tzinfo=UTC)
    except ValueError:
        return None
    return (when - _EPOCH).days * 86400 * _SECOND if 1970 <= when.year <= 2200 else None


def _clock(text: str, part: str | None) -> int:
    seconds = int(text[:2]) * 3600 + int(text[3:5]) * 60 + int(text[6:8])
    return seconds * _SECOND + (int(part.ljust(9, "0")) if part else 0)


def _iso(text: str, part: str | None, zone: str | None) -> tuple[int, Form]:
    day = _iso_day(text[:10])
    if day is None:
        return 0, Form.NONE
    stamp = day + _clock(text[11:], part)
    if zone is None:
        return stamp, Form.LOCAL
    return stamp - _offset(zone), Form.UTC


@lru_cache(maxsize=256)
def _offset(zone: str) -> int:
    zone = zone.strip().replace(":", "")
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[3:5]) * 60) * _SECOND


def _rfc5424(found: re.Match[str]) -> Framed:
    stamp, form = _iso(found["iso"], found["part"], found["zone"]) if found["iso"] else (0, Form.NONE)
    host = found["host"] if found["host"] != "-" else None
    pid = int(found["pid"]) if found["pid"].isdecimal() else None
    return Framed(stamp, form, host, found["program"], pid, found["message"] or "")


def _journal(line: str) -> Framed | None:
    """One object of ``journalctl -o json``; MESSAGE may be an array of byte values."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or "MESSAGE" not in entry:
        return None
    program = entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM")
    host = entry.get("_HOSTNAME")
    stamp = _number(entry.get("_SOURCE_REALTIME_TIMESTAMP")) or _number(entry.get("__REALTIME_TIMESTAMP"))
    return Framed(
        (stamp or 0) * 1000,
        Form.UTC if stamp else Form.NONE,
        host if isinstance(host, str) else None,
        program if isinstance(program, str) else "",
        _number(entry.get("_PID")) or _number(entry.get("SYSLOG_PID")),
        _journal_text(entry["MESSAGE"]),
    )


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 17:
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < _LATEST * 1_000_000 else None


def _journal_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, int) and 0 <= one < 256 for one in value):
        return decode(bytes(value))
    return ""


def decode(raw: bytes) -> str:
    """A line as text: UTF-8, else Latin-1, so that no byte is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


_PROGRAM = re.compile(r"(?:.*/)?(?:(?:isc-)?dhcpd\d*|isc-dhcp-server\d*)")


@lru_cache(maxsize=1024)
def is_dhcpd(program: str) -> bool:
    """Whether a program's name is one of those under which dhcpd logs."""
    return _PROGRAM.fullmatch(program) is not None
