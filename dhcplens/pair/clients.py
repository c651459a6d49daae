"""Clients and their owners: identifiers from lease files, hash buckets of RFC 3074, who served whom."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.loadbalance import BUCKETS, client_hash
from dhcplens.model.states import Role
from dhcplens.model.tables import frame
from dhcplens.pair.columns import categorical, codes, picked
from dhcplens.pair.schemas import CLIENTS, HANDOVERS, SERVED


def identifiers(bindings: Sequence[pd.DataFrame]) -> dict[str, str]:
    """Client identifier that each hardware address last used, from lease files; both in hex with colons."""
    found: dict[str, str] = {}
    for table in bindings:
        mac, uid = categorical(table["mac"]), categorical(table["uid"])
        last = np.full(len(mac.categories), -1)
        known = (mac.codes >= 0) & (uid.codes >= 0)
        last[mac.codes[known]] = uid.codes[known]  # of one that comes again, the last counts
        named = np.flatnonzero(last >= 0)
        found.update(zip(mac.categories[named], uid.categories[last[named]], strict=True))
    return found


def bucket(key: str | None) -> int | None:
    """Hash bucket of a client key in hex, None where it is no hex (as the address of an unnamed client)."""
    try:
        return client_hash(bytes.fromhex((key or "").replace(":", ""))) if key else None
    except ValueError:
        return None


def buckets(macs: Iterable[str], identifier: Mapping[str, str]) -> list[int | None]:
    """Hash bucket of each client: of its identifier where that is known, else of its hardware address."""
    return [bucket(identifier.get(mac, mac)) for mac in macs]


def owners(
    found: Sequence[int | None], hba: bytes | None, roles: Mapping[Role, str | None]
) -> list[str | None]:
    """The server that each bucket belongs to; None where bucket, assignment or role is not known."""
    if hba is None:
        return [None] * len(found)
    bits = np.unpackbits(np.frombuffer(hba, dtype=np.uint8), bitorder="little")
    owner = (roles.get(Role.SECONDARY), roles.get(Role.PRIMARY))
    return [None if number is None else owner[bits[number]] for number in found]


def clients_frame(
    transactions: pd.DataFrame, identifier: Mapping[str, str], servers: Sequence[str]
) -> pd.DataFrame:
    """CLIENTS."""
    number = codes(transactions["mac"])
    names = transactions["mac"].cat.categories
    size = len(names)
    acked = transactions["acked_by"]
    kind = transactions["kind"]
    by = [_served_by(acked, server) for server in (*servers, *[""] * (2 - len(servers)))]
    data: dict[str, object] = {
        f"{what}_{side}": np.bincount(number[chosen & (kind == one).to_numpy()], minlength=size)
        for side, chosen in zip(("first", "second"), by, strict=True)
        for what, one in (("acks", "acquire"), ("renewals", "renew"))
    }
    unanswered = (transactions["outcome"] == "unanswered").to_numpy()
    order = np.argsort(number, kind="stable")
    last = order[np.searchsorted(number[order], np.arange(size), side="right") - 1] if size else order
    ip = np.full(size, -1, dtype=np.int64)
    answered = np.flatnonzero(acked.notna().to_numpy())
    ip[number[answered]] = answered
    one = transactions.iloc[last]
    table = frame(
        CLIENTS,
        {
            **data,
            "mac": names.to_numpy(dtype=object),
            "uid": [identifier.get(name) for name in names],
            "bucket": one["bucket"].reset_index(drop=True),
            "owner": one["owner"].reset_index(drop=True),
            "unanswered": np.bincount(number[unanswered], minlength=size),
            "last": one["end"].reset_index(drop=True),
            "ip": picked(transactions["ip"], ip),
        },
    )
    return table[np.bincount(number, minlength=size) > 0].reset_index(drop=True)


def handovers_frame(transactions: pd.DataFrame, servers: Sequence[str]) -> pd.DataFrame:
    """HANDOVERS: acknowledgements by another server than the last time; those by both count for neither."""
    alone = transactions[transactions["acked_by"].isin(servers).to_numpy()]
    order = np.lexsort((np.arange(len(alone)), codes(alone["mac"])))
    alone = alone.iloc[order]
    client, server = codes(alone["mac"]), codes(alone["acked_by"])
    places = np.flatnonzero((client[1:] == client[:-1]) & (server[1:] != server[:-1]))
    places = places[np.argsort(order[places + 1])]
    now, before = alone.iloc[places + 1], alone.iloc[places]
    columns = {name: now[name].reset_index(drop=True) for name in ("mac", "kind", "ip", "source", "line")}
    return frame(
        HANDOVERS,
        {
            **columns,
            "origin": before["acked_by"].reset_index(drop=True),
            "server": now["acked_by"].reset_index(drop=True),
            "time": now["start"].reset_index(drop=True),
        },
    )


def served_frame(
    clients: pd.DataFrame, servers: Sequence[tuple[str, Role | None]], hba: bytes | None
) -> pd.DataFrame:
    """SERVED."""
    ones = int(np.unpackbits(np.frombuffer(hba, dtype=np.uint8)).sum()) if hba is not None else None
    share = {Role.PRIMARY: ones, Role.SECONDARY: None if ones is None else BUCKETS - ones, None: None}
    anyone = (clients["acks_first"] + clients["acks_second"]) > 0
    sides = list(zip(servers, ("first", "second"), strict=False))
    return frame(
        SERVED,
        {
            "server": [name for (name, _), _ in sides],
            "role": [role for (_, role), _ in sides],
            "clients": [int((clients[f"acks_{side}"] > 0).sum()) for _, side in sides],
            "acks": [int(clients[f"acks_{side}"].sum()) for _, side in sides],
            "renewals": [int(clients[f"renewals_{side}"].sum()) for _, side in sides],
            "hashed": [int((anyone & (clients["owner"] == name)).sum()) for (name, _), _ in sides],
            "expected": [share[role] for (_, role), _ in sides],
        },
    )


def _served_by(acked: pd.Series, server: str) -> NDArray[np.bool_]:
    return np.asarray(acked.isin([server, "both"]) if server else np.zeros(len(acked)), dtype=np.bool_)
