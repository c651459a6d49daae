"""Leases by the client that has or had them, the one that it would best get again first (dhcpd's mdb.c)."""

from collections.abc import Sequence

from dhcplens.engine.leases import ABANDONED, ACTIVE, ENDED, Lease


class Owners:
    """Leases by client identifier or by hardware address.

    Most clients have one lease in their life; a list is kept only for those which have several.
    """

    __slots__ = ("_only", "_several")

    def __init__(self) -> None:
        self._only: dict[bytes, Lease] = {}
        self._several: dict[bytes, list[Lease]] = {}

    def leases(self, client: bytes) -> Sequence[Lease]:
        """What the client has or had; the empty key is nobody's."""
        if (only := self._only.get(client)) is not None:
            return (only,)
        return self._several.get(client, ())

    def is_only(self, client: bytes, lease: Lease) -> bool:
        """Whether this is the client's one lease (nobody has all that it likes)."""
        return not client or self._only.get(client) is lease

    def add(self, client: bytes, lease: Lease) -> None:
        """Enter a lease at its place among those of the client."""
        if (only := self._only.pop(client, None)) is not None:
            self._several[client] = chain = [only]
        elif (several := self._several.get(client)) is not None:
            chain = several
        else:
            self._only[client] = lease
            return
        place = next((i for i, one in enumerate(chain) if _preferred(one, lease)), len(chain))
        chain.insert(place, lease)

    def remove(self, client: bytes, lease: Lease) -> None:
        """Take out a lease that was entered for the client."""
        if self._only.pop(client, None) is not None:
            return
        chain = self._several[client]
        chain.remove(lease)
        if len(chain) == 1:
            del self._several[client]
            self._only[client] = chain[0]


def _preferred(one: Lease, new: Lease) -> bool:
    """Whether a client would rather get the new lease again than the one that stands in its chain."""
    if one.state is ACTIVE:
        return new.state is ACTIVE and new.ends >= one.ends
    if one.state in ENDED:
        return new.state is ACTIVE or (new.state in ENDED and new.cltt >= one.cltt)
    if one.state is not ABANDONED:
        return (
            new.state is ACTIVE or new.state in ENDED or (new.state is not ABANDONED and new.cltt >= one.cltt)
        )
    return new.state is not ABANDONED or new.cltt >= one.cltt
