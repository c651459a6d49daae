"""What dhcpd adds behind a DHCP message: the kinds of suffix, and the text of each.

The kinds are the values of the column ``note``; what a suffix names (a peer, a network, a reason) is the
column ``detail``. The wordings are those of dhcpd's dhcp.c, bootp.c and dhcpleasequery.c.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dhcplens.ingest.catalogue.line import release
from dhcplens.ingest.catalogue.template import Template

OTHER = "other"
"""The note of a suffix that no entry knows; ``detail`` is its text."""


@dataclass(frozen=True)
class Note:
    """One kind of suffix in one wording; ``detail`` is a template over the fields of ``template``."""

    note: str
    template: str
    detail: str = ""
    level: str = "info"
    since: str = "3.0.1"
    until: str | None = None

    def written_by(self, dialect: str) -> bool:
        """Whether a release writes this wording."""
        asked = release(dialect)
        return release(self.since) <= asked and (self.until is None or asked <= release(self.until))

    @cached_property
    def text(self) -> Template:
        """The suffix behind ': '."""
        return Template(self.template)

    @cached_property
    def named(self) -> Template:
        """How the fields of the suffix make up ``detail``."""
        return Template(self.detail)


NOTES: tuple[Note, ...] = (
    Note("load-balanced-to-peer", "load balance to peer {peer:any}", "{peer:text}", "debug"),
    Note(
        "load-balance-cancelled",
        "cancel load balance to peer {peer:any} - no free leases",
        "{peer:text}",
        "debug",
        since="3.0.2",
    ),
    Note("peer-holds-all-free-leases", "peer holds all free leases", level="error"),
    Note("no-free-leases", "network {network:any}: no free leases", "{network:text}", "error"),
    Note("not-responding", "not responding[ ({reason:text})]", "[{reason:text}]"),
    Note("unknown-client", "unknown client"),
    Note("booting-disallowed", "booting disallowed"),
    Note("bootp-disallowed", "bootp disallowed"),
    Note(
        "no-available-billing",
        "no available billing: lease limit reached in all matching classes (last: '{cls:text}')",
        "{cls:text}",
        since="4.3.0",
    ),
    Note(
        "no-available-billing",
        "no available billing: lease limit reached in all matching classes",
        since="3.1.1",
        until="4.2.8",
    ),
    Note("no-available-billing", "no available billing", until="3.1.0"),
    Note(
        "min-secs",
        "configured min-secs value ({least:int}) is greater than secs field ({secs:int}).  message dropped.",
        "{secs:int} < {least:int}",
        since="3.0.7",
    ),
    Note("min-secs", "{secs:int} secs < {least:int}", "{secs:int} < {least:int}", until="3.0.6"),
    Note("no-temporary-lease", "can't allocate temporary lease structure: {reason:text}", "{reason:text}"),
    Note("database-update-failed", "database update failed"),
    Note("lease-owned-by-peer", "lease owned by peer", level="debug"),
    Note("lease-in-transition", "lease in transition state {state:word}", "{state:text}", "debug"),
    Note("lease-reset", "lease reset by administrator", level="debug"),
    Note("not-our-server-id", "not our server id", level="debug", since="4.2.5"),
    Note("wrong-network", "wrong network."),
    Note("not-authoritative", "ignored (not authoritative)."),
    Note("not-authoritative", "not authoritative for subnet {subnet:word}", "{subnet:text}"),
    Note("unknown-subnet", "ignored (unknown subnet)."),
    Note(
        "unknown-subnet", "unknown subnet for {kind:any} address {address:word}", "{kind:any} {address:word}"
    ),
    Note("unknown-subnet", "unknown subnet for address {address:word}", "{address:text}", since="3.0.4"),
    Note("unknown-subnet", "unknown subnet {address:word}", "{address:text}", until="3.0.3"),
    Note("lease-unavailable", "lease {address:word} unavailable.", "{address:text}"),
    Note("unknown-lease", "unknown lease {address:word}.", "{address:text}"),
    Note("unknown-network-segment", "unknown network segment"),
    Note("unknown-packet-type", "unknown packet type"),
    Note("abandoned", "abandoned"),
    Note("not-found", "not found"),
    Note("ignored", "ignored"),
    Note("null-source", "ignored (null source address)."),
    Note("invalid-subnet-selection", "ignored (invalid subnet selection option).", since="4.3.0"),
    Note("network-unknown", "network unknown"),
    Note("no-dynamic-leases", "BOOTP from dynamic client and no dynamic leases", since="3.0.3"),
    Note(
        "no-dynamic-leases", "BOOTP from unknown client and no dynamic leases", since="3.0.2", until="3.0.2"
    ),
    Note("no-dynamic-leases", "no available leases", until="3.0.1"),
    Note(
        "no-source-address",
        "Interface {interface:any} appears to have no IPv4 addresses,"
        " and so dhcpd cannot select a source address.",
        "{interface:text}",
        "error",
        since="4.0.1",
    ),
    Note("missing-giaddr", "missing giaddr, ciaddr is {address:word}, no reply sent", "{address:text}"),
    Note("leasequery-not-allowed", "LEASEQUERY not allowed, query ignored"),
    Note("out-of-memory", "out of memory, no reply sent", level="error"),
    Note("hardware-too-long", "hardware length too long, no reply sent"),
    Note("vendor-class-failed", "error adding vendor class identifier, no reply sent", level="error"),
    Note("option-failed", "error adding option, no reply sent"),
)
"""Every suffix that stands behind ': '; where a note has several wordings, the newest comes first."""

IN_HEAD = ("found", "not-found", "specified-requested-address")
"""Notes that the message's own template holds instead of a suffix."""


def kinds() -> tuple[str, ...]:
    """All values of the column ``note``."""
    return tuple(dict.fromkeys((*(one.note for one in NOTES), *IN_HEAD, OTHER)))


@lru_cache(maxsize=4096)  # few suffixes, many lines; bounded because clients can influence the text
def read_suffix(text: str) -> tuple[str, str | None]:
    """The note and the detail of the text behind ': '."""
    for note in NOTES:
        fields = note.text.match(text)
        if fields is not None:
            return note.note, note.named.format(fields).strip() or None
    return OTHER, text


def write_suffix(note: str, detail: str | None, dialect: str) -> str:
    """The text behind ': ' as ``dialect`` words it, else in the newest wording that can hold it.

    Raises KeyError for a note or a detail that no wording takes.
    """
    if note == OTHER:
        return detail or ""
    wordings = [one for one in NOTES if one.note == note and (detail is None or one.detail)]
    for one in sorted(wordings, key=lambda one: not one.written_by(dialect)):
        fields = {} if detail is None else one.named.match(detail)
        with suppress(KeyError):
            if fields is not None:
                return one.text.format(fields)
    raise KeyError(f"no suffix {note!r} with detail {detail!r}")
