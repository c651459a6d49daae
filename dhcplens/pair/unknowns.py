"""What cannot be known of a pair, said in words: missing files, logs that do not overlap, clocks not
compared.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dhcplens.model.values import Inference

if TYPE_CHECKING:
    from dhcplens.pair.view import PairView, Server

_NOT_KNOWN = "not known"


def unknowns(pair: "PairView") -> Iterator[Inference]:
    """The skew with its ground, and one statement for each thing that stays open."""
    yield from _partner(pair)
    for server in pair.servers:
        yield from _missing(server)
        if server.role is None:
            why = "neither configuration nor lease file nor log tells"
            yield Inference(f"role of {server.name}", _NOT_KNOWN, why)
    if len(pair.servers) == 2:
        yield _clocks(pair)
        if pair.overlap is None:
            why = "the logs of the two servers cover no common time, or one has no times"
            yield Inference("both sides of the same events", _NOT_KNOWN, why)
    if pair.hba is None:
        yield Inference(
            "which clients are whose", _NOT_KNOWN, "no configuration of the primary with split or hba"
        )


def _partner(pair: "PairView") -> Iterator[Inference]:
    if len(pair.servers) == 1:
        why = (
            f"only files of {pair.servers[0].name} were given: whether its partner was down or the link, "
            "and what the partner's lease file holds, cannot be told"
        )
        yield Inference("the partner", _NOT_KNOWN, why)


def _missing(server: "Server") -> Iterator[Inference]:
    log, leases = server.log, server.leases
    if not any(len(table) for table in (log.messages, log.transitions, log.pools, log.updates, log.notices)):
        why = "no log of it was given: its own moves, its restarts and whom it served are not seen"
        yield Inference(f"log of {server.name}", "missing", why)
    if leases.bindings.empty and leases.failover_states.empty:
        why = "no lease file of it was given: its bindings cannot be compared"
        yield Inference(f"lease file of {server.name}", "missing", why)
    if server.conf is None:
        why = "no configuration of it was given: limits are taken to be dhcpd's defaults"
        yield Inference(f"configuration of {server.name}", "missing", why)


def _clocks(pair: "PairView") -> Inference:
    first, second = (server.name for server in pair.servers)
    skew = pair.skew
    if skew.seconds is None:
        return Inference("clock skew", _NOT_KNOWN, "nothing that both servers logged; taken to be none")
    ground = f"{skew.count} {skew.how} that both servers logged, spread {skew.spread:g} s"
    if not skew.counts:
        return Inference("clock skew", "none that matters", f"{skew.seconds:g} s by {ground}")
    order = f"ahead of {first}" if skew.seconds > 0 else f"behind {first}"
    return Inference("clock skew", f"{second} is {abs(skew.seconds):g} s {order}", ground)
