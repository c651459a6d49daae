"""One server's message lines brought together by client and exchange (RFC 2131 §4.4), whole columns at a
time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.order import ordered
from dhcplens.model.states import MessageType
from dhcplens.model.tables import frame
from dhcplens.pair.columns import UNKNOWN_TIME, coded, codes, picked, stamps, times
from dhcplens.pair.schemas import EXCHANGES

PATIENCE: Final = 75 * 10**9
"""Nanoseconds after which a client's next try is a new exchange: RFC 2131 §4.1 retransmits within 64 s."""
_AGAIN = 5 * 10**9  # a REQUEST that is repeated because its ACK was lost

(_DISCOVER, _OFFER, _SELECT, _REQUEST, _ACK, _NAK, _RELEASE, _DECLINE, _INFORM, _BOOT, _REPLY) = range(11)
_TYPES: dict[str, int] = {
    MessageType.DISCOVER: _DISCOVER,
    MessageType.OFFER: _OFFER,
    MessageType.REQUEST: _REQUEST,
    MessageType.ACK: _ACK,
    MessageType.NAK: _NAK,
    MessageType.RELEASE: _RELEASE,
    MessageType.DECLINE: _DECLINE,
    MessageType.INFORM: _INFORM,
    MessageType.BOOTREQUEST: _BOOT,
    MessageType.BOOTREPLY: _REPLY,
}
_FOLLOWS = {
    _DISCOVER: (_DISCOVER, _OFFER),
    _OFFER: (_DISCOVER, _OFFER),
    _SELECT: (_DISCOVER, _OFFER, _SELECT, _ACK),
    _REQUEST: (_OFFER, _REQUEST),
    _ACK: (_SELECT, _REQUEST, _INFORM),
    _NAK: (_SELECT, _REQUEST),
    _BOOT: (_BOOT,),
    _REPLY: (_BOOT,),
}
_KINDS = ("acquire", "renew", "release", "decline", "inform", "bootp")
_KIND_OF = np.array([0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 5])
OUTCOMES: Final = ("acked", "informed", "released", "declined", "nak", "offered", "unanswered")
"""How an exchange ended, the best first."""


def _patience() -> NDArray[np.int64]:
    waits = np.full((11, 11), -1, dtype=np.int64)
    for after, before in _FOLLOWS.items():
        waits[list(before), after] = PATIENCE
    waits[_ACK, _SELECT] = _AGAIN
    return waits


_WAITS = _patience()


@dataclass(frozen=True)
class _Rows:
    """The message lines that belong to exchanges, sorted by client and then as logged."""

    row: NDArray[np.int64]  # in the table
    kind: NDArray[np.int8]
    stamp: NDArray[np.int64]
    client: NDArray[np.int64]
    begins: NDArray[np.int64]  # where each exchange begins, in these arrays

    def of(self, *kinds: int) -> NDArray[np.bool_]:
        """Which lines are of these kinds."""
        wanted = np.zeros(len(_KIND_OF), dtype=np.bool_)
        wanted[list(kinds)] = True
        return wanted[self.kind]

    def counts(self, *kinds: int) -> NDArray[np.int64]:
        """How many lines of these kinds each exchange has."""
        return np.add.reduceat(self.of(*kinds), self.begins, dtype=np.int64)

    def last(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Table row of the last chosen line of each exchange, -1 without any."""
        places = np.where(chosen, np.arange(len(self.row), dtype=np.int32), np.int32(-1))
        found = np.maximum.reduceat(places, self.begins)
        return np.where(found >= 0, self.row[found], -1)


def exchanges(server: str, messages: pd.DataFrame) -> pd.DataFrame:
    """EXCHANGES of one server. Lines that name no client (LEASEQUERY, no identifier) are left out."""
    rows = _sorted(messages)
    if not len(rows.row):
        return frame(EXCHANGES, {})
    ends = np.append(rows.begins[1:], len(rows.row)) - 1
    first, last = rows.row[rows.begins], rows.row[ends]
    acks, naks, offers = rows.counts(_ACK, _REPLY), rows.counts(_NAK), rows.counts(_OFFER)
    discovers, requests = rows.counts(_DISCOVER), rows.counts(_SELECT, _REQUEST, _BOOT)
    kind = _KIND_OF[rows.kind[rows.begins]]
    note = rows.last(_present(messages["note"])[rows.row])
    has_ip = _present(messages["ip"])[rows.row]
    named = [
        rows.last(chosen & has_ip) for chosen in (rows.of(_ACK, _REPLY), rows.of(_OFFER), rows.kind >= 0)
    ]
    ip = np.where(named[0] >= 0, named[0], np.where(named[1] >= 0, named[1], named[2]))
    lines = messages["line"].to_numpy(dtype=np.int64)
    return frame(
        EXCHANGES,
        {
            "server": np.full(len(first), server, dtype=object),
            "mac": _client_names(messages, rows.client[rows.begins]),
            "start": times(rows.stamp[rows.begins]),
            "end": times(rows.stamp[ends]),
            "kind": coded(kind, _KINDS),
            "outcome": _outcomes(kind, acks, naks, offers, picked(messages["note"], note)),
            "ip": picked(messages["ip"], ip),
            "server_id": picked(messages["server_id"], rows.last(rows.kind == _SELECT)),
            "hostname": picked(messages["hostname"], rows.last(_present(messages["hostname"])[rows.row])),
            "via": picked(messages["via"], first),
            "note": picked(messages["note"], note),
            "detail": picked(messages["detail"], note),
            "discovers": discovers,
            "offers": offers,
            "requests": requests,
            "acks": acks,
            "naks": naks,
            "retries": np.maximum(discovers - 1, 0) + np.maximum(requests - 1, 0),
            "source": picked(messages["source"], first),
            "line": lines[first],
            "end_source": picked(messages["source"], last),
            "end_line": lines[last],
        },
    )


def _sorted(messages: pd.DataFrame) -> _Rows:
    numbers = [_TYPES.get(name, -1) for name in messages["type"].cat.categories]
    kind = np.array([*numbers, -1], dtype=np.int8)[messages["type"].cat.codes.to_numpy()]
    kind[(kind == _REQUEST) & _present(messages["server_id"])] = _SELECT
    client = _clients(messages, kind)
    chosen = np.flatnonzero((kind >= 0) & (client >= 0))
    row = chosen[ordered(client[chosen])]
    kind, client = kind[row], client[row]
    stamp = stamps(messages["time"])[row]
    follows = np.zeros(len(row), dtype=np.bool_)
    if len(row):
        wait = _WAITS[kind[:-1], kind[1:]]
        unstamped = (stamp[1:] == UNKNOWN_TIME) | (stamp[:-1] == UNKNOWN_TIME)
        near = (wait >= 0) & (np.where(unstamped, 0, np.diff(stamp)) <= wait)
        follows[1:] = (client[1:] == client[:-1]) & near
    return _Rows(row, kind, stamp, client, np.flatnonzero(~follows))


def _clients(messages: pd.DataFrame, kind: NDArray[np.int8]) -> NDArray[np.int64]:
    """A number for each line's client: of its hardware address; of the address for an INFORM and its ACK.

    An INFORM line names no hardware address (dhcpd's dhcp.c), so its ACK is found by the address.
    """
    client = codes(messages["mac"])
    informs = kind == _INFORM
    if not informs.any():
        return client
    ip = codes(messages["ip"])
    order = ordered(ip + 1)
    answered = np.zeros(len(ip), dtype=np.bool_)
    answered[order[1:]] = informs[order[:-1]] & (ip[order[1:]] == ip[order[:-1]])
    by_address = (informs | (answered & (kind == _ACK))) & (ip >= 0)
    return np.where(by_address, len(messages["mac"].cat.categories) + ip, client)


def _client_names(messages: pd.DataFrame, client: NDArray[np.int64]) -> pd.Categorical:
    macs, ips = messages["mac"].cat.categories, messages["ip"].cat.categories
    if client.max() < len(macs):
        return coded(client, macs)
    names, numbers = np.unique(np.concatenate([macs, ips]).astype(object), return_inverse=True)
    return coded(numbers[client], names)


def _outcomes(
    kind: NDArray[np.int64],
    acks: NDArray[np.int64],
    naks: NDArray[np.int64],
    offers: NDArray[np.int64],
    note: pd.Categorical,
) -> pd.Categorical:
    refused = pd.Series(note).isin(["not-found", "ignored"]).to_numpy()
    number = np.select(
        [
            (kind == 4) & (acks > 0),
            acks > 0,
            naks > 0,
            offers > 0,
            (kind == 2) & ~refused,
            (kind == 3) & ~refused,
        ],
        [OUTCOMES.index(name) for name in ("informed", "acked", "nak", "offered", "released", "declined")],
        OUTCOMES.index("unanswered"),
    )
    return coded(number, OUTCOMES)


def _present(column: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(codes(column) >= 0, dtype=np.bool_)
