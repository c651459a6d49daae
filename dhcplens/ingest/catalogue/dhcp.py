"""Lines about one DHCP or BOOTP message (dhcpd's dhcp.c, bootp.c, dhcpleasequery.c)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dhcplens.ingest.catalogue.line import Line, Older, Table
from dhcplens.ingest.catalogue.notes import read_suffix, write_suffix
from dhcplens.ingest.catalogue.template import Value
from dhcplens.model.states import MessageType

# Vendors put words such as ' TransID 1a2b' or ' uid 01:…' behind the interface, before or after the suffix.
_VENDOR = (
    r"(?: +(?:TransID|uid|relay|lease-duration|queue) +\S*[^\s:]"
    r"| +\((?:RENEW|REBIND|REBOOT|SELECTING)\))*"
)


@dataclass(frozen=True, eq=False)
class MessageLine(Line):
    """A message line: a head, then maybe ': ' and one of the suffixes of ``notes``."""

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        heads = "|".join(_unnamed(one.pattern, number) for number, one in enumerate(self.templates))
        return re.compile(rf"(?:{heads}){_VENDOR}(?:: +(?P<suffix>.*?))?{_VENDOR}\s*", re.DOTALL)

    @cached_property
    def _names(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (f"{one.name}_{number}", one.name)
            for number, template in enumerate(self.templates)
            for one in template.fields
        )

    def match(self, text: str) -> dict[str, Value] | None:
        """The columns of the row that stand in the line; None when it is another line."""
        found = self._regex.fullmatch(text)
        if found is None:
            return None
        groups = found.groupdict()
        values: dict[str, Value] = dict(self.constants)
        for group, name in self._names:
            if groups[group] is not None:
                values[name] = groups[group]
        if "not_found" in values:
            values["note"] = "not-found" if values.pop("not_found") == "not " else "found"
        if groups["suffix"] is not None:
            note, detail = read_suffix(groups["suffix"])
            values["note"] = note
            if detail is not None:
                values["detail"] = detail
        return values

    def format(self, *, dialect: str = "4.4.3-P1", **fields: object) -> str:
        """The line as ``dialect`` writes it; ``note`` and ``detail`` make the suffix.

        Raises KeyError for a missing field or a note that dhcpd does not have.
        """
        note = fields.pop("note", None)
        detail = fields.pop("detail", None)
        head = self._wording(dialect)
        if any(one.name == "detail" for one in head.fields):
            fields["detail"] = detail
        if any(one.name == "not_found" for one in head.fields):
            fields["not_found"] = "not " if note == "not-found" else ""
            note = None
        text = head.format(fields)
        if note is None or note == self.constants.get("note"):
            return text
        suffix = write_suffix(str(note), None if detail is None else str(detail), dialect)
        return f"{text}: {suffix}"


def _unnamed(pattern: str, number: int) -> str:
    """The pattern with its groups numbered, so that several wordings fit into one expression."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\1_{number}>", pattern)


def _message(
    code: str,
    kind: MessageType,
    template: str,
    sample: str,
    *,
    note: str | None = None,
    since: str = "3.0.1",
    older: tuple[Older, ...] = (),
) -> MessageLine:
    constants: dict[str, Value] = {"type": kind.value}
    if note is not None:
        constants["note"] = note
    return MessageLine(
        code, Table.MESSAGES, template, since=since, older=older, constants=constants, samples=(sample,)
    )


_HOST_AND_VIA = "[({hostname}) ]via {via}"

_PLAIN: Mapping[str, tuple[MessageType, str, str]] = {
    "discover": (
        MessageType.DISCOVER,
        f"DHCPDISCOVER from [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPDISCOVER from 00:17:c4:12:77:97 via 10.69.10.11: network 10.69/16: no free leases",
    ),
    "request": (
        MessageType.REQUEST,
        f"DHCPREQUEST for {{ip}}[ ({{server_id}})] from [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPREQUEST for 10.69.9.9 (10.69.10.30) from 00:17:c4:12:77:97 (laptop) via eth0: wrong network.",
    ),
    "offer": (
        MessageType.OFFER,
        f"DHCPOFFER on {{ip}} to [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPOFFER on 10.69.100.120 to 00:17:c4:12:77:97 (laptop) via 10.69.10.11",
    ),
    "ack": (
        MessageType.ACK,
        f"DHCPACK on {{ip}} to [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPACK on 10.69.100.120 to 00:17:c4:12:77:97 (laptop) via eth0",
    ),
    "nak": (
        MessageType.NAK,
        f"DHCPNAK on {{ip}} to [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPNAK on 10.69.100.120 to 00:17:c4:12:77:97 via 10.69.10.11",
    ),
    "release": (
        MessageType.RELEASE,
        f"DHCPRELEASE of {{ip}} from [{{mac}} ]{_HOST_AND_VIA} ({{not_found:not}}found)",
        "DHCPRELEASE of 10.69.100.120 from 00:17:c4:12:77:97 (laptop) via 10.69.10.11 (found)",
    ),
    "decline": (
        MessageType.DECLINE,
        f"DHCPDECLINE of {{ip}} from [{{mac}} ]{_HOST_AND_VIA}",
        "DHCPDECLINE of 10.69.100.120 from 00:17:c4:12:77:97 via 10.69.10.11: abandoned",
    ),
    "inform": (
        MessageType.INFORM,
        "DHCPINFORM from {ip} via {via}",
        "DHCPINFORM from 10.69.100.9 via eth0: not authoritative for subnet 10.69.0.0",
    ),
    "bootrequest": (
        MessageType.BOOTREQUEST,
        "BOOTREQUEST from [{mac} ]via {via}",
        "BOOTREQUEST from 00:17:c4:12:77:97 via eth0: BOOTP from dynamic client and no dynamic leases",
    ),
    "bootreply-dynamic": (
        MessageType.BOOTREPLY,
        f"BOOTREPLY on {{ip}} to [{{mac}} ]{_HOST_AND_VIA}",
        "BOOTREPLY on 10.69.100.120 to 00:17:c4:12:77:97 via eth0",
    ),
    "bootreply-static": (
        MessageType.BOOTREPLY,
        "BOOTREPLY for {ip} to {hostname:any} ([{mac}]) via {via}",
        "BOOTREPLY for 10.69.100.9 to printer (00:17:c4:12:77:97) via eth0",
    ),
    "other-type": (
        MessageType.OTHER,
        "type {number} from [{mac} ]via {via}",
        "type 17 from 00:17:c4:12:77:97 via eth0: unknown packet type",
    ),
}
_ASKED = "[ for IP {ip}][ for MAC address {mac}][ for client-id {detail:any}]"
_DROPPED = (
    MessageType.OFFER,
    MessageType.DECLINE,
    MessageType.ACK,
    MessageType.NAK,
    MessageType.RELEASE,
    MessageType.LEASEUNASSIGNED,
    MessageType.LEASEUNKNOWN,
    MessageType.LEASEACTIVE,
)

MESSAGES: tuple[MessageLine, ...] = (
    *(_message(code, kind, template, sample) for code, (kind, template, sample) in _PLAIN.items()),
    _message(
        "inform-ack",
        MessageType.ACK,
        "DHCPACK to {ip} ([{mac}]) via[ {via}]",
        "DHCPACK to 10.69.100.9 (00:17:c4:12:77:97) via eth0",
        since="3.0.1",
        older=(Older("DHCPACK to {ip}", "3.0.3"),),
    ),
    _message(
        "release-with-requested-address",
        MessageType.RELEASE,
        "DHCPRELEASE from [{mac} ]specified requested-address.",
        "DHCPRELEASE from 00:17:c4:12:77:97 specified requested-address.",
        note="specified-requested-address",
    ),
    _message(
        "leasequery",
        MessageType.LEASEQUERY,
        f"DHCPLEASEQUERY from {{via}}{_ASKED}",
        "DHCPLEASEQUERY from 10.69.10.11: LEASEQUERY not allowed, query ignored",
        since="3.1.0",
    ),
    *(
        _message(
            f"leasequery-{kind.removeprefix('LEASE').lower()}",
            kind,
            f"DHCP{kind} to {{via}}{_ASKED} ({{count}} associated IPs)",
            f"DHCP{kind} to 10.69.10.11 for IP 10.69.100.120 (0 associated IPs)",
            since="3.1.0",
        )
        for kind in (MessageType.LEASEACTIVE, MessageType.LEASEUNASSIGNED, MessageType.LEASEUNKNOWN)
    ),
    *(
        _message(
            f"{kind.lower()}-dropped",
            kind,
            f"DHCP{kind} from [{{mac}} ]via {{via}}",
            f"DHCP{kind} from 00:17:c4:12:77:97 via eth0: unknown network segment",
        )
        for kind in _DROPPED
    ),
)
