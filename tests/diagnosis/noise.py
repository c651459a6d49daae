"""What the harmless rules have to say of a run, told from the collected files as grep would tell it."""

import re

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
FORECASTS = ("taking-over", "waiting-leases", "runs-dry")
"""Clock times that stand under their cause; ``tests/findings/test_forecast.py`` holds them."""


def noise(played: Played) -> tuple[list[Expected], frozenset[str]]:
    """The folded findings that a run must have, and those that it may have."""
    folder = played.folder
    found = [Expected(rule) for rule, pattern in _LINES.items() if folder.count(pattern)]
    maybe = {"resync-rejections"} if folder.count(r"rejected: .*invalid state transition") else set()
    if folder.count(r"balanc(?:ing|ed) pool") >= _BALANCE_LINES:
        found.append(Expected("balancing-chatter"))
    names = [server.name for server in played.scenario.servers]
    if all(played.doc["final"][name]["state"] == "normal" and folder.has(name, "messages") for name in names):
        if all(_last_move(played, name) == "normal" for name in names):
            found.append(Expected("normal-operation", end=END))
        else:
            maybe.add("normal-operation")
    shortened = _shortened(played)
    if shortened:
        found.append(Expected("short-leases"))
    elif shortened is None:
        maybe.add("short-leases")
    return found, frozenset(maybe)


def _last_move(played: Played, server: str) -> str | None:
    """The state that a server's collected log names last as its own."""
    told = re.findall(r"I move from \S+ to (\S+)", played.folder.text(server))
    return told[-1] if told else None


def _shortened(played: Played) -> bool | None:
    """Whether a lease of at most mclt is filed where more is configured; None: the files do not tell."""
    primary, _ = played.scenario.servers
    if not played.folder.has(primary.name, "dhcpd.conf"):
        return None
    text = played.folder.conf(primary.name)
    mclt, lease = (int(text.split(word, 1)[1].split(";")[0]) for word in (" mclt ", "default-lease-time "))
    folder = played.folder
    filed = [one.name for one in played.scenario.servers if folder.has(one.name, "dhcpd.leases")]
    return lease > mclt and any(
        0 < folder.when(block, "ends") - folder.when(block, "starts") <= mclt
        for name in filed
        for block in folder.blocks(name)
        if "\n  binding state active;" in block and "\n  ends " in block and "\n  starts " in block
    )
