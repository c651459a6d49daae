"""Whose a configuration and a lease file are: by the user's word, by place, and by what stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dhcplens.ingest.events import Events, join, log_events, pair, writer_events
from dhcplens.ingest.gathered import ConfFile, Gathered, LeaseFile
from dhcplens.ingest.hosts import Hosts, canonical, own_address
from dhcplens.ingest.leases import LeasePiece
from dhcplens.ingest.places import is_address, named_in, place_name, short, site
from dhcplens.ingest.track import TABLES, Track
from dhcplens.model.states import Role
from dhcplens.model.values import Inference, Problem

_ASK: Final = "cannot tell which server it belongs to, so it is not used; --server NAME=PATH tells"
_COPIES: Final = ("~", ".bak", ".old", ".orig", ".save", ".rpmsave", ".rpmnew", ".dpkg-old", ".dpkg-dist")
_CLEAR: Final = 1.5  # times as many events as for the next server make it clear who wrote a lease file


@dataclass(frozen=True, slots=True)
class Owners:
    """Server of each configuration and lease file, all servers, and the grounds."""

    of: dict[str, str]
    servers: tuple[str, ...]
    inferences: tuple[Inference, ...]
    problems: tuple[Problem, ...]


def find_owners(gathered: Gathered, hosts: Hosts, tracks: Sequence[Track]) -> Owners:
    """The server of each configuration and lease file; a Problem for each where nothing tells it."""
    work = _Work(gathered, hosts, tracks)
    confs = [conf for conf in gathered.confs if not work.by_place(conf.path)]
    work.confs_by_content(confs)
    leases = [lease for lease in gathered.leases if not work.by_place(lease.path)]
    work.leases_by_content(leases)
    work.confs_by_content([conf for conf in confs if conf.path not in work.of])
    for conf in confs:
        if conf.path not in gathered.included:
            work.by_elimination(conf.path, {one.path for one in gathered.confs if one.conf.peers})
    for lease in leases:
        work.by_elimination(lease.path, {one.path for one in gathered.leases})
    return Owners(work.of, tuple(sorted(work.servers)), tuple(work.inferences), tuple(work.problems))


@dataclass
class _Facts:
    """What is known of a server beside its name."""

    address: str | None = None
    role: Role | None = None
    relationships: frozenset[str] = frozenset()


def _is_at(name: str, facts: _Facts, address: str | None) -> bool:
    """Whether an address of a configuration is a server's; it may be its host name."""
    if address is None:
        return False
    return facts.address == address or (
        not is_address(address) and short(address).lower() == short(name).lower()
    )


class _Work:
    """The state of the search: each step may settle some files, and what they tell helps with others."""

    def __init__(self, gathered: Gathered, hosts: Hosts, tracks: Sequence[Track]) -> None:
        self.of: dict[str, str] = {}
        self.inferences: list[Inference] = []
        self.problems: list[Problem] = []
        self._gathered = gathered
        self._hosts = hosts
        self._tracks = tracks
        self.servers: dict[str, _Facts] = {}
        for server in (*hosts.servers, *sorted(set(gathered.asked.values()))):
            own = [track for track in tracks if track.server == server]
            address = server if is_address(server) else None
            self.servers[server] = _Facts(address, log_role(own), relationships(own))

    def _find_addresses(self) -> None:
        """The servers' addresses as far as their logs tell."""
        for server, facts in self.servers.items():
            if facts.address is None:
                names = [host for one in self._hosts.of.values() for host in one if one[host] == server]
                facts.address = own_address(self._gathered.logs, names)

    # The user's word and the place.

    def by_place(self, path: str) -> bool:
        """Settle a file by the user's word, or by a name in its path or beside it."""
        home = site(path)
        if path in self._gathered.asked:
            self._take(path, self._gathered.asked[path], None)
        elif home in self._gathered.hostnames:
            self._take(path, self._gathered.hostnames[home], "the host name that was collected with it")
        elif (named := named_in(path, self.servers)) is not None:
            self._take(path, named, "its place")
        elif (beside := self._beside(path)) is not None:
            self._take(path, beside, "the files beside it")
        return path in self.of

    def _beside(self, path: str) -> str | None:
        """The one server whose logs lie in the same folder, if that is a folder of one machine."""
        home = site(path)
        there = {
            server for log, names in self._hosts.of.items() if site(log) == home for server in names.values()
        }
        alike: Iterable[ConfFile | LeaseFile] = self._gathered.confs
        if any(path == lease.path for lease in self._gathered.leases):
            alike = self._gathered.leases
        rivals = [one.path for one in alike if site(one.path) == home and not is_backup(one.path)]
        mixed = len(rivals) > 1 and not is_backup(path)
        own_site = sum(1 for server in self.servers if self._has_site(server, home)) == 1
        return there.pop() if len(there) == 1 and not mixed and own_site else None

    def _has_site(self, server: str, home: str) -> bool:
        return any(site(log) == home and server in names.values() for log, names in self._hosts.of.items())

    def _take(self, path: str, name: str, why: str | None) -> None:
        server = canonical(name, self.servers)
        self.of[path] = server
        facts = self.servers.setdefault(server, _Facts())
        if why is not None:
            self.inferences.append(Inference(f"server of {path}", server, why))
        for conf in self._gathered.confs:
            if conf.path == path and conf.conf.peers:
                facts.address = conf.conf.peers[0].address or facts.address
                facts.role = conf.conf.peers[0].role
        for lease in self._gathered.leases:
            if lease.path == path and facts.role is None:
                facts.role = lease_role(lease.piece)

    # What stands in the files.

    def confs_by_content(self, confs: Sequence[ConfFile]) -> None:
        """Settle configurations by the addresses and the role in them."""
        waiting = [conf for conf in confs if conf.conf.peers]
        if waiting:
            self._find_addresses()
        for conf in (*waiting, *waiting):  # one that is settled tells of its partner
            if conf.path not in self.of:
                self._conf_by_content(conf)

    def _conf_by_content(self, conf: ConfFile) -> None:
        peer, known = conf.conf.peers[0], self.servers.items()
        named = [name for name, facts in known if peer.name in facts.relationships]
        for found, why in (
            (
                [name for name, facts in known if _is_at(name, facts, peer.address)],
                f"its address is {peer.address}",
            ),
            ([name for name, facts in known if facts.role is peer.role], f"it is a {peer.role}'s"),
            (named if len(known) > 1 else [], f"only this server tells of {peer.name}"),
        ):
            if len(found) == 1:
                return self._take(conf.path, found[0], why)
        there = peer.peer_address
        for found, why in (
            ([name for name, facts in known if _is_at(name, facts, there)], f"its partner is at {there}"),
            ([name for name, facts in known if facts.role is peer.role.partner], f"it is a {peer.role}'s"),
        ):
            if len(found) == 1:
                return self._take_other(conf, found[0], f"{why}, so it is not {found[0]}'s")
        return None

    def _take_other(self, conf: ConfFile, known: str, why: str) -> None:
        """Give it to the partner of a server, which may be one that nothing else has named yet."""
        others = [name for name in self.servers if name != known]
        name = others[0] if len(others) == 1 else None
        if name is None and not others:
            name = place_name(conf.path)
            if name is None or name == known or site(conf.path) in {site(path) for path in self.of}:
                name = conf.conf.peers[0].address
        if name is not None:
            self._take(conf.path, name, why)

    def leases_by_content(self, leases: Sequence[LeaseFile]) -> None:
        """Settle lease files by the role of their writer, else by the events that only he logged."""
        for lease in leases:
            role = lease_role(lease.piece)
            fitting = [
                name for name, facts in self.servers.items() if role is not None and facts.role is role
            ]
            if len(fitting) == 1:
                ground = "there is" if role is Role.SECONDARY else "there is no"
                self._take(lease.path, fitting[0], f"it is a {role}'s: {ground} mclt in its state blocks")
                continue
            known = writer_events(lease.piece)
            votes = sorted(((self._votes(server, known), server) for server in self.servers), reverse=True)
            if (
                votes
                and votes[0][0]
                and votes[0][0] >= _CLEAR * max((count for count, _ in votes[1:]), default=0)
            ):
                count, best = votes[0]
                why = f"its log has {count} of the file's acknowledgements and moves"
                self._take(lease.path, best, why)

    def _votes(self, server: str, known: Events) -> int:
        logged = join([log_events(track)[1] for track in self._tracks if track.server == server])
        return max(pair(logged, known).votes.values(), default=0)

    # What remains.

    def by_elimination(self, path: str, alike: set[str]) -> None:
        """Settle a file that nothing else told of, by the place's name or as the one that a server lacks."""
        if path in self.of:
            return
        without = [name for name in self.servers if not any(self.of.get(other) == name for other in alike)]
        waiting = [other for other in alike if other not in self.of]
        name = place_name(path)
        if len(self.servers) < 2 and name is not None:
            self._take(path, name, "its place")
        elif len(without) == 1 and waiting == [path]:
            self._take(path, without[0], "no other server lacks such a file")
        else:
            self.problems.append(Problem(path, _ASK))


def is_backup(path: str) -> bool:
    """Whether a name is an older copy's: ``dhcpd.leases~``, ``dhcpd.conf.bak``, ``dhcpd.leases.170000``."""
    tail = path.rpartition("/")[2].lower()
    return tail.endswith(_COPIES) or tail.rpartition(".")[2].isdigit()


def lease_role(piece: LeasePiece) -> Role | None:
    """The writer's role: only a secondary keeps ``mclt`` in its state blocks."""
    states = piece.failover_states
    if not len(states):
        return None
    return Role.SECONDARY if states["mclt"].notna().any() else Role.PRIMARY


def relationships(tracks: Iterable[Track]) -> frozenset[str]:
    """Names of the relationships whose moves the tracks' server logged."""
    found: set[str] = set()
    for track in tracks:
        moves = track.place[track.table == TABLES.index("transitions")]
        found |= set(track.piece.tables["transitions"]["relationship"].iloc[moves].dropna())
    return frozenset(found)


def log_role(tracks: Iterable[Track]) -> Role | None:
    """The logger's role by the sign of ``lts``: since 3.1 it is positive on the side that has too many.

    In 3.0 only a primary ever writes the opposite sign.
    """
    for track in tracks:
        pools = track.piece.tables["pools"].iloc[track.place[track.table == TABLES.index("pools")]]
        sign = (np.sign(pools["lts"]) * np.sign(pools["free"] - pools["backup"])).fillna(0).to_numpy(np.int64)
        old = (pools["kind"] == "pool").to_numpy()
        newer = sign[~old & (sign != 0)]
        if len(newer):
            return Role.PRIMARY if newer.mean() > 0 else Role.SECONDARY
        if (sign[old] < 0).any():
            return Role.PRIMARY
    return None
