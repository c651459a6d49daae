"""Servers that logs name: short and full names of one machine are one; lines without a host have a place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dhcplens.ingest.gathered import Gathered, LogFile
from dhcplens.ingest.places import is_address, named_in, place_name, short, site
from dhcplens.model.values import Inference

_NOBODY: Final = frozenset(("localhost", "localhost.localdomain", "(none)", "-", "unknown"))
_UNNAMED: Final = "server"

Names = dict[str | None, str]


@dataclass(frozen=True, slots=True)
class Hosts:
    """For each log the server of each of its hosts (None: lines without one), and the grounds."""

    of: Mapping[str, Names]
    inferences: tuple[Inference, ...]

    @property
    def servers(self) -> list[str]:
        """All servers, in order of name."""
        return sorted({server for names in self.of.values() for server in names.values()})


def find_hosts(gathered: Gathered) -> Hosts:
    """The server of every line of every log."""
    counts = {log.path: _count(log) for log in gathered.logs}
    total: Counter[str] = Counter()
    for log in gathered.logs:
        if log.path not in gathered.asked:
            total.update({host: rows for host, rows in counts[log.path].items() if host is not None})
    known = _merge_addresses(gathered.logs, _group(total))
    inferences = [
        _told_one(server, [host for host in known if known[host] == server]) for server in _joined(known)
    ]
    names: dict[str, Names] = {}
    for log in gathered.logs:
        asked = gathered.asked.get(log.path)
        hosts = [host for host in counts[log.path] if host is not None]
        names[log.path] = {host: asked or known[host] for host in hosts}
    for log in gathered.logs:
        if None in counts[log.path]:
            server, why = _place(log, gathered, names)
            names[log.path] |= dict.fromkeys((None, *_nobodies(log)), server)
            if why:
                inferences.append(Inference(f"server of {log.path}", server, why))
    return Hosts(names, tuple(inferences))


def canonical(name: str, servers: Iterable[str]) -> str:
    """The known server of this name, short or full, or the name itself."""
    return next((one for one in servers if short(one).lower() == short(name).lower()), name)


def _count(log: LogFile) -> Counter[str | None]:
    """Rows of each host; all names that name nobody count as None."""
    rows: Counter[str | None] = Counter()
    for table in log.piece.tables.values():
        host = table["host"].cat
        counts = np.bincount(host.codes.to_numpy() + 1, minlength=1 + len(host.categories)).tolist()
        for name, count in zip((None, *host.categories), counts, strict=True):
            if count:
                rows[None if name is None or name.lower() in _NOBODY else name] += count
    return rows


def _nobodies(log: LogFile) -> set[str]:
    return {
        host
        for table in log.piece.tables.values()
        for host in table["host"].cat.categories
        if host.lower() in _NOBODY
    }


def _group(rows: Counter[str]) -> dict[str, str]:
    """The server of each host name: the most frequent of the names that differ only by domain or capitals."""
    domains: dict[str, set[str]] = {}
    for host in rows:
        name, _, domain = host.lower().partition(".")
        if domain and not is_address(host):
            domains.setdefault(name, set()).add(domain)
    servers: dict[str, str] = {}
    found = {}
    for host, _ in rows.most_common():
        twofold = len(domains.get(short(host).lower(), ())) > 1  # two machines of one name in two domains
        key = host.lower() if twofold else short(host).lower()
        found[host] = servers.setdefault(key, host)
    return found


def _merge_addresses(logs: Iterable[LogFile], known: dict[str, str]) -> dict[str, str]:
    """Logs that write a server's address for its name are of the server that answers with this address."""
    addresses = [host for host in known if is_address(host)]
    if not addresses or len(addresses) == len(known):
        return known
    own = {
        server: own_address(logs, [host for host in known if known[host] == server])
        for server in set(known.values())
    }
    named = {address: server for server, address in own.items() if address and not is_address(server)}
    return {host: named.get(host, server) for host, server in known.items()}


def own_address(logs: Iterable[LogFile], hosts: Iterable[str | None]) -> str | None:
    """The server identifier in requests that these hosts acknowledged: their own address."""
    names = [host for host in hosts if host is not None]
    votes: Counter[str] = Counter()
    for log in logs:
        messages = log.piece.tables["messages"]
        mine = messages["host"].isin(names).to_numpy()
        ip, mac, own = (messages[name].cat.codes.to_numpy(np.int64) for name in ("ip", "mac", "server_id"))
        client = ip * len(messages["mac"].cat.categories) + mac
        given = np.unique(client[mine & (messages["type"] == "ACK").to_numpy()])
        named = own[mine & (own >= 0) & np.isin(client, given)]
        addresses = messages["server_id"].cat.categories
        votes.update(dict(zip(addresses, np.bincount(named, minlength=len(addresses)).tolist(), strict=True)))
    address, count = votes.most_common(1)[0] if votes else (None, 0)
    return address if count else None


def _joined(known: dict[str, str]) -> list[str]:
    return sorted(server for server, hosts in Counter(known.values()).items() if hosts > 1)


def _told_one(server: str, hosts: list[str]) -> Inference:
    return Inference(f"server {server}", ", ".join(sorted(hosts)), "names in the logs that mean one machine")


def _place(log: LogFile, gathered: Gathered, names: Mapping[str, Names]) -> tuple[str, str | None]:
    """The server of lines that name no host, and the ground; none where the user said so."""
    servers = sorted({server for one in names.values() for server in one.values()})
    if log.path in gathered.asked:
        return gathered.asked[log.path], None
    home = site(log.path)
    if home in gathered.hostnames:
        return canonical(gathered.hostnames[home], servers), "the host name that was collected with it"
    named = named_in(log.path, servers)
    if named is not None:
        return named, "its place; its lines name no host"
    beside = {server for path, one in names.items() if site(path) == home for server in one.values()}
    if len(beside) == 1:
        return beside.pop(), "the log beside it; its lines name no host"
    name = place_name(log.path)
    if name is not None:
        return canonical(name, servers), "its place; its lines name no host"
    return _UNNAMED, "nothing names it; --server NAME=PATH would"
