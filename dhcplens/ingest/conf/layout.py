"""Networks, ranges and hosts that parse and that dhcpd refuses all the same (dhcpd.conf(5); mdb.c)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from operator import attrgetter

from dhcplens.ingest.conf.tree import ConfProblem, ParsedConf, Statement
from dhcplens.ingest.conf.view import read_range, subnet_of
from dhcplens.model.conf import Range


def layout_problems(parsed: ParsedConf) -> tuple[ConfProblem, ...]:
    """Ranges outside of their subnet, addresses and hosts declared twice, networks without a subnet."""
    layout = _Layout()
    layout.scope(parsed.statements, None, None)
    layout.overlaps()
    return tuple(layout.problems)


@dataclass(frozen=True, slots=True)
class _Placed:
    range: Range
    statement: Statement


@dataclass(slots=True)
class _Layout:
    problems: list[ConfProblem] = field(default_factory=list)
    ranges: list[_Placed] = field(default_factory=list)
    hosts: dict[str, Statement] = field(default_factory=dict)

    def say(self, statement: Statement, cause: str, message: str) -> None:
        line, column = statement.place(0)
        self.problems.append(ConfProblem(statement.source, message, line, column, cause=cause))

    def scope(
        self, statements: Iterable[Statement], subnet: IPv4Network | None, siblings: list[IPv4Network] | None
    ) -> None:
        """``siblings`` are the subnets of the shared network so far, None outside of one."""
        for statement in statements:
            keyword, children = statement.keyword, statement.children
            if keyword == "range" and subnet is not None:
                self._range(statement, (subnet,))
            elif children is None:
                continue
            elif keyword == "subnet":
                self._subnet(statement, children, siblings)
            elif keyword == "shared-network":
                self._shared_network(statement, children)
            elif keyword == "pool":
                for child in children:
                    if child.keyword == "range":
                        self._range(child, (subnet,) if subnet else tuple(siblings or ()))
            elif keyword == "host":
                self._host(statement)
            elif keyword == "group":
                self.scope(children, None, siblings)

    def _subnet(
        self, statement: Statement, children: tuple[Statement, ...], siblings: list[IPv4Network] | None
    ) -> None:
        subnet = subnet_of(statement)
        if subnet is not None:
            self.scope(children, subnet, siblings)
            if siblings is not None:
                siblings.append(subnet)

    def _shared_network(self, statement: Statement, children: tuple[Statement, ...]) -> None:
        subnets: list[IPv4Network] = []
        self.scope(children, None, subnets)
        if not subnets and not any(child.keyword in ("subnet6", "include") for child in children):
            message = f"the shared network {statement.value(1)} has no subnet"
            self.say(statement, "empty-shared-network", message)

    def _range(self, statement: Statement, subnets: tuple[IPv4Network, ...]) -> None:
        one = read_range(statement)
        if one is None:
            return
        self.ranges.append(_Placed(one, statement))
        if not any(one.low in subnet and one.high in subnet for subnet in subnets):
            where = f"the subnet {subnets[0]}" if len(subnets) == 1 else "a subnet declared before it"
            message = f"the range {one.low} to {one.high} is not within {where}"
            self.say(statement, "range-outside-subnet", message)

    def _host(self, statement: Statement) -> None:
        name = "".join(statement.words[1:])
        other = self.hosts.setdefault(name, statement)
        if other is not statement and not any(child.keyword == "deleted" for child in other.children or ()):
            message = f"the host {name} is declared a second time (first at line {other.line})"
            self.say(statement, "host-twice", message)

    def overlaps(self) -> None:
        """Addresses that stand in two ranges."""
        last: _Placed | None = None
        for placed in sorted(self.ranges, key=attrgetter("range.low")):
            if last is not None and placed.range.low <= last.range.high:
                place = f"{last.statement.source}:{last.statement.line}"
                message = f"the address {placed.range.low} stands in the range at {place} too"
                self.say(placed.statement, "address-twice", message)
            if last is None or placed.range.high > last.range.high:
                last = placed
