"""Every format string of dhcpd's log calls, to be filled with arguments.

``formats.tsv`` beside this file has one a line: ``line`` or ``parse`` (then file and line number go in
front), the kinds of its arguments, the format as it stands in the source of releases 3.0.1 to 4.4.3.
Formats of nothing but variables are left out: the assembled lines that come of them have their own tests.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dhcplens.model.states import BindingState, FailoverState

CONVERSION = re.compile(r"%(?:\.\*s|[-+ #0]*\d*(?:\.\d+)?l?[a-zA-Z%])")


@dataclass(frozen=True)
class Format:
    """One format string; ``kinds`` has a kind for each of its arguments."""

    parse: bool
    kinds: tuple[str, ...]
    text: str

    def instance(self, rng: random.Random) -> str:
        """A line that dhcpd could log with this format."""
        given = iter([ARGUMENTS[kind](rng) for kind in self.kinds])
        text = CONVERSION.sub(lambda found: "%" if found[0] == "%%" else next(given), self.text)
        for escape, byte in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\")):
            text = text.replace(escape, byte)
        return f"/etc/dhcp/dhcpd.conf line {rng.randint(1, 9999)}: {text}" if self.parse else text


def formats() -> list[Format]:
    """All of them."""
    rows = (row.split("\t") for row in Path(__file__).with_suffix(".tsv").read_text().splitlines())
    return [
        Format(kind == "parse", tuple(kinds.split(",") if kinds else ()), text) for kind, kinds, text in rows
    ]


def _one_of(*words: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(words)


def _address(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(256)) for _ in range(4))


def _bytes(rng: random.Random) -> str:
    return rng.randbytes(rng.choice((1, 6, 6, 7, 16, 20))).hex(":")


ARGUMENTS: dict[str, Callable[[random.Random], str]] = {
    "address": _address,
    "mac": _bytes,
    "bytes": _bytes,
    "int": lambda rng: str(rng.choice((0, 1, -1, 2**31, 2**32 - 1, rng.randrange(10**6)))),
    "hex": lambda rng: f"{rng.randrange(2**48):x}",
    "char": lambda rng: chr(rng.randint(33, 126)),
    "errno": _one_of("No space left on device", "Permission denied", "Success", "Unknown error: 0"),
    "result": _one_of("no more", "not found", "address in use", "host unreachable", "unexpected error"),
    "failover-state": _one_of(*FailoverState),
    "binding-state": _one_of(*BindingState),
    "name": _one_of("dhcp-failover", "a", "two words", "x.y", 'q"q'),
    "nrr": _one_of("", " (startup)", " (recovering)", " (peer demands: resolving conflicts)", " (shut down)"),
    "head": _one_of(
        "DHCPDISCOVER from 00:17:c4:12:77:97 via eth0",
        "DHCPDISCOVER from <no identifier> (two words) via 10.0.0.1",
        "DHCPREQUEST for 10.0.0.7 from 00:17:c4:12:77:97 (a) via b) via eth0",
        "DHCPREQUEST for 10.0.0.7 (10.0.0.1) from 00:17:c4:12:77:97 via eth0",
        "DHCPINFORM from 10.0.0.7 via 10.0.0.1",
        "DHCPDECLINE of 10.0.0.7 from 00:17:c4:12:77:97 via eth0",
        "BOOTREQUEST from 00:17:c4:12:77:97 via eth0",
        "DHCPLEASEQUERY from 10.0.0.1 for IP 10.0.0.7",
    ),
    "text": _one_of(
        "laptop",
        "two words",
        "a) via eth9 (b",
        "x: y",
        "[brackets]",
        "{braces}",
        '"quoted"',
        "it's",
        "füße",
        "名前",
        "Hostname Unsuitable for Printing",
        "line 7: bad",
        "#011",
        "-",
    ),
}
