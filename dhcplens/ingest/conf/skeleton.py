"""The declarations that a pair needs, ready to be filled in (dhcpd.conf(5), DHCP FAILOVER)."""

from dhcplens.model.conf import DhcpdConf, Range
from dhcplens.model.states import Role

MOST_RANGES = 4
_PRIMARY, _SECONDARY = "PRIMARY-ADDRESS", "SECONDARY-ADDRESS"


def skeleton(name: str, ranges: tuple[Range, ...] = ()) -> str:
    """What has to stand on both servers for a relationship.

    It works with every dhcpd from 3.0 on: the ports, which older ones demand, are written out.
    """
    return "\n".join(
        (
            "# on the primary, above all pools:",
            *_declaration(name, Role.PRIMARY, _PRIMARY, _SECONDARY, "mclt 1800;", "split 128;"),
            "",
            "# on the secondary, above all pools (without mclt and split):",
            *_declaration(name, Role.SECONDARY, _SECONDARY, _PRIMARY),
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


def _declaration(name: str, role: Role, own: str, other: str, *more: str) -> tuple[str, ...]:
    lines = (
        f"{role};",
        f"address {own};",
        "port 647;",
        f"peer address {other};",
        "peer port 647;",
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
