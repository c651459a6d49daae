"""The declarations that a pair needs, ready to be filled in (dhcpd.conf(5), DHCP FAILOVER)."""

from dhcplens.model.conf import DhcpdConf, FailoverPeer, Range
from dhcplens.model.states import Role

MOST_RANGES = 4
_UNKNOWN_PRIMARY = "PRIMARY-ADDRESS"
_UNKNOWN_SECONDARY = "SECONDARY-ADDRESS"


def skeleton(name: str, known: FailoverPeer | None = None, ranges: tuple[Range, ...] = ()) -> str:
    """What has to stand on both servers for a relationship; what is known of it is filled in.

    It works with every dhcpd from 3.0 on: the ports, which older ones demand, are written out.
    """
    primary, secondary = _ends(known)
    mclt = known.mclt if known is not None and known.mclt else 1800
    split = known.split if known is not None and known.split is not None else 128
    return "\n".join(
        (
            "# on the primary, above all pools:",
            *_declaration(name, Role.PRIMARY, primary, secondary, (f"mclt {mclt};", f"split {split};")),
            "",
            "# on the secondary, above all pools (without mclt and split):",
            *_declaration(name, Role.SECONDARY, secondary, primary, ()),
            "",
            "# on both, in each pool that the two serve together:",
            "pool {",
            f'  failover peer "{name}";',
            *(f"  range {one.low} {one.high};" for one in ranges),
            *(() if ranges else ("  range FIRST-ADDRESS LAST-ADDRESS;",)),
            "  deny dynamic bootp clients;  # dhcpd before 3.1.0 demands it",
            "}",
        )
    )


def _ends(known: FailoverPeer | None) -> tuple[tuple[str, int], tuple[str, int]]:
    if known is None:
        return (_UNKNOWN_PRIMARY, 647), (_UNKNOWN_SECONDARY, 647)
    is_primary = known.role is Role.PRIMARY
    own, other = (known.address, known.port), (known.peer_address, known.peer_port)
    primary, secondary = (own, other) if is_primary else (other, own)
    return (
        (primary[0] or _UNKNOWN_PRIMARY, primary[1]),
        (secondary[0] or _UNKNOWN_SECONDARY, secondary[1]),
    )


def _declaration(
    name: str, role: Role, own: tuple[str, int], other: tuple[str, int], more: tuple[str, ...]
) -> tuple[str, ...]:
    lines = (
        f"{role};",
        f"address {own[0]};",
        f"port {own[1]};",
        f"peer address {other[0]};",
        f"peer port {other[1]};",
        "max-response-delay 60;",
        "max-unacked-updates 10;",
        "load balance max seconds 3;",
        *more,
    )
    return (f'failover peer "{name}" {{', *(f"  {line}" for line in lines), "}")


def missing_declaration(name: str, conf: DhcpdConf) -> str:
    """What to write where a name is used without a declaration: an existing name, or the whole skeleton."""
    names = [peer.name for peer in conf.peers]
    if len(names) == 1 and names[0] != name:
        return f'Write failover peer "{names[0]}"; (that is the declared name), or declare:\n{skeleton(name)}'
    loose = [one for pool in conf.pools if pool.relationship in (None, name) for one in pool.ranges]
    return skeleton(name, ranges=tuple(loose[:MOST_RANGES]))
