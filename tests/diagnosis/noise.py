"""What the harmless rules have to say of a run, told from the files as grep would, and from the clients."""

from tests.diagnosis.incident import END, Expected, Played

_BALANCE_LINES = 20
_LINES = {
    "resync-rejections": r"rejected: incoming update is less critical",
    "xid-mismatch": r"xid mismatch\.",
    "duplicate-uid": r"is duplicate on |has duplicate leases on",
    "lease-owned-by-peer": r": lease owned by peer",
    "static-and-dynamic": r"Dynamic and static leases present for",
    "unreachable-peer-chatter": r"epoll_ctl\(DEL\)|link startup timeout",
}
FOLDED = (*_LINES, "balancing-chatter", "short-leases", "normal-operation")
"""Rules of level info: it counts only whether each is named."""


def noise(played: Played) -> list[Expected]:
    """The folded findings that a run must have."""
    folder = played.folder
    found = [Expected(rule) for rule, pattern in _LINES.items() if folder.count(pattern)]
    if folder.count(r"balanc(?:ing|ed) pool") >= _BALANCE_LINES:
        found.append(Expected("balancing-chatter"))
    names = [server.name for server in played.scenario.servers]
    final = played.doc["final"]
    if all(final[name]["state"] == "normal" and folder.has(name, "messages") for name in names):
        found.append(Expected("normal-operation", end=END))
    if _shortened(played):
        found.append(Expected("short-leases"))
    return found


def _shortened(played: Played) -> bool:
    """Whether a client got mclt where more is configured, and the files to see it are there."""
    primary, secondary = played.scenario.servers
    if not played.folder.has(primary.name, "dhcpd.conf"):
        return False
    text = played.folder.conf(primary.name)
    mclt, lease = (int(text.split(word, 1)[1].split(";")[0]) for word in (" mclt ", "default-lease-time "))
    filed = [one.name for one in (primary, secondary) if played.folder.has(one.name, "dhcpd.leases")]
    got = [
        one for one in played.requests if one.outcome == "bound" and one.lease_time and one.server in filed
    ]
    return lease > mclt and any(0 < (one.lease_time or 0) <= mclt for one in got)
