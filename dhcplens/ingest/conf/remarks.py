"""What is to be said of a configuration: what, where, why it matters, what to write."""

from dataclasses import dataclass

from dhcplens.ingest.conf.advice import advice_for
from dhcplens.ingest.conf.tree import ConfProblem
from dhcplens.model.conf import FailoverPeer, Pool
from dhcplens.model.states import Severity


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file and a column in it, both 1-based."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)


def at(declared: FailoverPeer | Pool) -> Place:
    """Where a peer or a pool is declared."""
    return Place(declared.source, declared.line)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong in one configuration, or that does not fit between two.

    ``name`` is kebab-case and stays the same between versions. ``critical`` means that dhcpd does not start,
    or that the pair cannot work; ``warning`` that it works badly; ``info`` that it works and may surprise.
    ``here`` is the place in the first (or only) configuration, ``there`` in the second.
    """

    name: str
    severity: Severity
    message: str
    why: str
    write: str
    here: Place | None = None
    there: Place | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that are known, those of the first configuration before those of the second."""
        return tuple(place for place in (self.here, self.there) if place is not None)


def remark(
    name: str, severity: Severity, message: str, here: Place | None, there: Place | None = None
) -> Remark:
    """A remark with the advice that belongs to its name."""
    return Remark(name, severity, message, *advice_for(name), here, there)


def of_problem(problem: ConfProblem, write: str | None = None) -> Remark:
    """A problem with the reason why it matters and what to write instead."""
    why, usual = advice_for(problem.cause)
    place = Place(problem.source, problem.line, problem.column)
    return Remark(
        problem.cause, problem.severity, problem.message, why, usual if write is None else write, place
    )


def in_order(remarks: list[Remark]) -> tuple[Remark, ...]:
    """The worst first, then by place."""
    return tuple(
        sorted(
            remarks,
            key=lambda one: (
                -one.severity.rank,
                [(place.source, place.line or 0, place.column or 0) for place in one.places],
            ),
        )
    )
