"""Frames: every way in which a log puts a header before dhcpd's words."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.ingest.framing import Form, frame, is_dhcpd

SAYS = "DHCPDISCOVER from 00:17:c4:12:77:97 via eth0"


def ns(*when: int, micro: int = 0) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 10**9 + micro * 1000  # type: ignore[arg-type, misc]


EARLIER = ns(2000, 7, 9, 11, 2, 29)
YEARLESS = ns(2000, 7, 10, 11, 2, 29)
LOCAL = ns(2024, 7, 10, 11, 2, 29)

FRAMES = {
    f"Jul 10 11:02:29 dhcp1 dhcpd: {SAYS}": (YEARLESS, Form.YEARLESS, "dhcp1", None),
    f"Jul 10 11:02:29 dhcp1 dhcpd[77]: {SAYS}": (YEARLESS, Form.YEARLESS, "dhcp1", 77),
    f"Jul  9 11:02:29 (none) dhcpd3: {SAYS}": (EARLIER, Form.YEARLESS, "(none)", None),
    f"Jul 9 11:02:29 10.69.10.30 dhcpd: {SAYS}": (
        ns(2000, 7, 9, 11, 2, 29),
        Form.YEARLESS,
        "10.69.10.30",
        None,
    ),
    f"Jul 10 11:02:29 [h]x dhcpd[77]: {SAYS}": (YEARLESS, Form.YEARLESS, "[h]x", 77),
    f"Jul 10 11:02:29 \x1b[31mh dhcpd[77]: {SAYS}": (YEARLESS, Form.YEARLESS, "\x1b[31mh", 77),
    f"Feb 29 11:02:29 h dhcpd: {SAYS}": (ns(2000, 2, 29, 11, 2, 29), Form.YEARLESS, "h", None),
    f"<30>Jul 10 11:02:29 h.example.org /usr/sbin/dhcpd[1]: {SAYS}": (
        YEARLESS,
        Form.YEARLESS,
        "h.example.org",
        1,
    ),
    f"Jul 10 11:02:29.250 h dhcpd[77]: {SAYS}": (YEARLESS + 250_000_000, Form.YEARLESS, "h", 77),
    f"Jul 10 2024 11:02:29 h dhcpd: {SAYS}": (LOCAL, Form.LOCAL, "h", None),
    f"Jul 10 11:02:29 h dhcpd[77]: [ID 702911 daemon.info] {SAYS}": (YEARLESS, Form.YEARLESS, "h", 77),
    f"Jul 10 11:02:29 h daemon.info dhcpd: {SAYS}": (YEARLESS, Form.YEARLESS, "h", None),
    f"Jul 10 11:02:29 dhcpd: {SAYS}": (YEARLESS, Form.YEARLESS, None, None),
    f"2024-07-10T11:02:29.123456+08:00 h dhcpd[77]: {SAYS}": (
        ns(2024, 7, 10, 3, 2, 29, micro=123456),
        Form.UTC,
        "h",
        77,
    ),
    f"2024-07-10T11:02:29Z HOST isc-dhcp-server: {SAYS}": (LOCAL, Form.UTC, "HOST", None),
    f"2024-07-10T11:02:29 HOST dhcpd: {SAYS}": (LOCAL, Form.LOCAL, "HOST", None),
    f"2024-07-10T11:02:29-0330 h dhcpd[77]: {SAYS}": (ns(2024, 7, 10, 14, 32, 29), Form.UTC, "h", 77),
    f"Wed 2024-07-10 11:02:29 UTC h dhcpd[77]: {SAYS}": (LOCAL, Form.UTC, "h", 77),
    f"Wed 2024-07-10 11:02:29 CST h dhcpd[77]: {SAYS}": (LOCAL, Form.LOCAL, "h", 77),
    f"1720609349.250000 h dhcpd[77]: {SAYS}": (LOCAL + 250_000_000, Form.UTC, "h", 77),
    f"<30>1 2024-07-10T11:02:29.5+08:00 h dhcpd 77 - - {SAYS}": (
        ns(2024, 7, 10, 3, 2, 29) + 500_000_000,
        Form.UTC,
        "h",
        77,
    ),
    f'<30>1 2024-07-10T11:02:29Z h dhcpd - id1 [a@1 b="x\\]y"][c d=""] \ufeff{SAYS}': (
        LOCAL,
        Form.UTC,
        "h",
        None,
    ),
    f"1 2024-07-10T11:02:29Z h dhcpd 77 - - {SAYS}": (LOCAL, Form.UTC, "h", 77),
    f"<30>1 - - dhcpd - - - {SAYS}": (0, Form.NONE, None, None),
    f"Zzz 10 11:02:29 h dhcpd: {SAYS}": (0, Form.NONE, "h", None),
    f"Feb 31 11:02:29 h dhcpd: {SAYS}": (0, Form.NONE, "h", None),
}


@pytest.mark.parametrize(("line", "expected"), FRAMES.items(), ids=[line[:44] for line in FRAMES])
def test_header_and_message_come_apart(line: str, expected: tuple[int, Form, str | None, int | None]) -> None:
    """Each known frame gives stamp, form, host and pid, a program that is dhcpd, and the bare message."""
    framed = frame(line)
    assert (framed.stamp, framed.form, framed.host, framed.pid) == expected
    assert framed.program is not None
    assert is_dhcpd(framed.program)
    assert framed.message == SAYS


@pytest.mark.parametrize("message", [SAYS, list(SAYS.encode())], ids=["text", "bytes"])
def test_journal_objects_are_read(message: object) -> None:
    """journalctl -o json gives microseconds since 1970; its message may be an array of bytes."""
    fields = {"MESSAGE": message, "_HOSTNAME": "h", "SYSLOG_IDENTIFIER": "dhcpd", "_PID": "77"}
    framed = frame(json.dumps({**fields, "__REALTIME_TIMESTAMP": "1720609349250000"}))
    assert framed == (LOCAL + 250_000_000, Form.UTC, "h", "dhcpd", 77, SAYS)


def test_the_journal_prefers_the_time_at_which_the_line_was_written() -> None:
    """_SOURCE_REALTIME_TIMESTAMP is dhcpd's clock, __REALTIME_TIMESTAMP the journal's."""
    stamps = {"_SOURCE_REALTIME_TIMESTAMP": "1000000", "__REALTIME_TIMESTAMP": "2000000"}
    assert frame(json.dumps({"MESSAGE": SAYS, "SYSLOG_IDENTIFIER": "dhcpd", **stamps})).stamp == 10**9


def test_a_line_without_header_is_all_message() -> None:
    """What dhcpd -d writes has neither stamp nor program."""
    assert frame(SAYS) == (0, Form.NONE, None, None, None, SAYS)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("dhcpd", True),
        ("dhcpd3", True),
        ("/usr/sbin/dhcpd", True),
        ("isc-dhcp-server", True),
        ("dhclient", False),
        ("dhcpcd", False),
        ("sshd(pam_unix)", False),
    ],
)
def test_names_of_the_program(name: str, ours: bool) -> None:
    """dhcpd logs under several names; clients and other daemons are not among them."""
    assert is_dhcpd(name) is ours


HEADS = st.sampled_from(
    (
        "Jul 10 11:02:29 ",
        "Jul 10 2024 11:02:29.5: ",
        "2024-07-10T11:02:29+08:00 ",
        "Wed 2024-07-10 11:02:29 UTC ",
        "1720609349.000001 ",
        "",
    )
)
PARTS = st.sampled_from(
    (
        "h ",
        "10.0.0.1 ",
        "daemon.info ",
        "dhcpd: ",
        "dhcpd[7]: ",
        "dhcpd:",
        "[ID 7 daemon.info] ",
        "x: ",
        ": ",
        "[",
        "]",
    )
)
REST = st.just("last message repeated 2 times") | st.text(alphabet="dhcp.:[] \n\0", max_size=12)


@given(HEADS, st.lists(PARTS, max_size=5), REST)
def test_a_priority_in_front_changes_nothing(head: str, parts: list[str], rest: str) -> None:
    """A line with a stamp is framed in the same way with <PRI> before it, whatever its message looks like."""
    line = head + "".join(parts) + rest
    assert frame(f"<30>{line}") == frame(line)


@given(st.text() | st.text(alphabet='{}[]"<>0123456789: -TZdhcpdJul\ufeff\0'))
def test_no_text_is_an_error(line: str) -> None:
    """Any text whatever is framed somehow."""
    assert isinstance(frame(line).message, str)


@given(
    st.dictionaries(
        st.sampled_from(["MESSAGE", "_PID", "_HOSTNAME", "__REALTIME_TIMESTAMP"]),
        st.none() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_no_journal_object_is_an_error(entry: dict[str, object]) -> None:
    """Fields of a wrong kind do no harm."""
    assert isinstance(frame(json.dumps(entry)).message, str)
