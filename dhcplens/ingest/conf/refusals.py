"""Failover configurations that parse and that dhcpd refuses all the same (dhcpd.conf(5), failover.c).

Which version refuses what is taken from the sources of 3.0.1 to 4.4.3-P1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from dhcplens.ingest.conf.layout import layout_problems
from dhcplens.ingest.conf.peers import decimal, words_of
from dhcplens.ingest.conf.tree import ConfProblem, ParsedConf, Statement
from dhcplens.model.states import Severity

NEWEST = "4.4.3"
_SINCE = {
    "max-lease-misbalance": (3, 1, 0),
    "max-lease-ownership": (3, 1, 0),
    "max-balance": (3, 1, 0),
    "min-balance": (3, 1, 0),
    "auto-partner-down": (4, 2, 0),
}
_CONTAINERS = frozenset({"shared-network", "subnet", "group"})


def version_of(text: str) -> tuple[int, ...]:
    """``4.4.3-P1`` as (4, 4, 3); raises ValueError where there is no number."""
    digits = text.lower().removeprefix("v").split("-")[0].split(".")
    numbers = []
    for part in digits:
        head = part[: len(part) - len(part.lstrip("0123456789"))]
        if not head:
            break
        numbers.append(int(head))
    if not numbers:
        raise ValueError(f"{text!r} is no version of dhcpd")
    return tuple(numbers)


def refusals(parsed: ParsedConf, version: str = NEWEST) -> tuple[ConfProblem, ...]:
    """What a dhcpd of a version refuses about failover, pools, networks and hosts, in the order of the lines.

    ``critical`` problems keep dhcpd from starting, a ``warning`` is only logged. Wrong syntax is not repeated
    here, it stands in ``parsed.problems``. Raises ValueError for a text that is no version.
    """
    checker = _Checker(version_of(version))
    checker.scope(parsed.statements, None)
    checker.finish()
    found = (*checker.problems, *layout_problems(parsed))
    return tuple(sorted(found, key=lambda one: (one.source != parsed.source, one.source, one.line or 0)))


@dataclass(slots=True)
class _Network:
    relationship: str | None = None


@dataclass(slots=True)
class _Checker:
    version: tuple[int, ...]
    problems: list[ConfProblem] = field(default_factory=list)
    declared: dict[str, Statement] = field(default_factory=dict)
    primaries: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    unknown: list[tuple[str, int]] = field(default_factory=list)

    def say(
        self,
        statement: Statement,
        cause: str,
        message: str,
        severity: Severity = Severity.CRITICAL,
        subject: str = "",
    ) -> None:
        line, column = statement.place(0)
        problem = ConfProblem(
            statement.source, message, line, column, cause=cause, severity=severity, subject=subject
        )
        self.problems.append(problem)

    def scope(self, statements: Iterable[Statement], network: _Network | None) -> None:
        for statement in statements:
            keyword, children = statement.keyword, statement.children
            if keyword == "failover" and statement.says("failover", "peer"):
                self._failover(statement, network)
            elif children is None:
                continue
            elif keyword == "pool" and network is not None:
                self._pool(statement, children, network)
            elif keyword == "shared-network" or (keyword == "subnet" and network is None):
                self.scope(children, _Network())
            elif keyword in _CONTAINERS:
                self.scope(children, network)

    def _failover(self, statement: Statement, network: _Network | None) -> None:
        name = statement.value(2)
        if not name:
            return
        known = name in self.declared
        is_state = len(statement.words) > 3 and statement.words[3].lower() == "state"
        if statement.children is None:
            if network is None:
                message = f"outside of a shared-network, failover peer {name} needs a declaration in braces"
                self.say(statement, "reference-misplaced", message, subject=name)
            elif not known:
                self._not_declared(statement, name)
            else:
                network.relationship = name
        elif is_state:
            self._state(statement, name)
        elif known:
            self.say(statement, "peer-redeclared", f"the failover peer {name} is declared a second time")
        else:
            self._declare(statement, name)
            if network is not None:
                network.relationship = name

    def _state(self, statement: Statement, name: str) -> None:
        if name not in self.declared:
            self._not_declared(statement, name)
        elif name in self.primaries:
            for child in statement.children or ():
                if child.keyword == "mclt":
                    self.say(child, "state-mclt", "mclt belongs to the state of a secondary only")

    def _not_declared(self, statement: Statement, name: str) -> None:
        self.unknown.append((name, len(self.problems)))
        message = f"no failover peer {name} is declared before this"
        self.say(statement, "unknown-peer", message, subject=name)

    def _declare(self, statement: Statement, name: str) -> None:
        self.declared[name] = statement
        children = statement.children or ()
        secondary, has_buckets = self._load_balance(children)
        said = {_subject(child) for child in children}
        if "peer address" not in said:
            self.say(statement, "peer-address-missing", f"the failover peer {name} has no peer address")
        if self.version < (4, 2):
            for port in ("port", "peer port"):
                if port not in said:
                    message = f"the failover peer {name} has no {port}, which dhcpd before 4.2.0 demands"
                    self.say(statement, "port-missing", message)
        if not secondary:
            self.primaries.add(name)
            self._primary(statement, name, has_buckets)
        if "address" not in said:
            message = f"the failover peer {name} has no address of its own, so dhcpd ends when it starts"
            self.say(statement, "no-local-address", message)

    def _primary(self, statement: Statement, name: str, has_buckets: bool) -> None:
        mclt = [child for child in statement.children or () if words_of(child)[:1] == ("mclt",)]
        if not has_buckets:
            message = f"the primary of {name} needs split (or hba): its share of the clients"
            self.say(statement, "no-split", message)
        elif not mclt or decimal(mclt[-1].words[-1]) == 0:
            message = f"the primary of {name} needs mclt: how long leases run before both know of them"
            self.say(mclt[-1] if mclt else statement, "no-mclt", message)

    def _load_balance(self, children: Iterable[Statement]) -> tuple[bool, bool]:
        """Checks a declaration's statements in their order: is it a secondary, and are buckets assigned?"""
        secondary = buckets = False
        for child in children:
            words = words_of(child)
            keyword = words[0] if words else ""
            if self.version < _SINCE.get(keyword, ()):
                since = ".".join(map(str, _SINCE[keyword]))
                self.say(child, "statement-too-new", f"{keyword} exists only since dhcpd {since}")
            if keyword in ("primary", "secondary"):
                secondary = keyword == "secondary"
            if keyword in ("split", "hba") or (keyword == "secondary" and buckets):
                if secondary:
                    message = "only the primary may have split or hba: it tells the secondary"
                    self.say(child, "secondary-split", message)
                if keyword != "secondary":
                    buckets = self._buckets(child, words) or buckets
        return secondary, buckets

    def _buckets(self, child: Statement, words: tuple[str, ...]) -> bool:
        """Whether a split or hba statement counts."""
        split = decimal(words[1]) if words[0] == "split" and len(words) == 2 else None
        if split is None:
            return True
        most = 256 if self.version >= (4, 3, 2) or (4, 2, 8) <= self.version < (4, 3) else 255
        if not 0 <= split <= most:
            self.say(child, "split-range", f"split must be from 0 to {most}, not {split}")
            return False
        return True

    def _pool(self, statement: Statement, children: tuple[Statement, ...], network: _Network) -> None:
        relationship = network.relationship
        denies_bootp = has_range = False
        for child in children:
            if child.says("failover", "peer") and len(child.words) == 3:
                relationship = self._pool_peer(child)
            elif child.says("no", "failover", "peer"):
                relationship = None
            elif child.keyword == "range":
                has_range = True
                if relationship is not None and child.says("range", "dynamic-bootp"):
                    message = (
                        f"BOOTP clients get no addresses from a pool of the failover peer {relationship}"
                    )
                    self.say(child, "bootp-in-failover-pool", message)
            elif child.says("deny", "dynamic", "bootp", "clients"):
                denies_bootp = True
        if not has_range:
            self.say(statement, "empty-pool", "this pool has no range of addresses")
        if relationship is not None and not denies_bootp and self.version < (3, 1):
            message = f"the pool of {relationship} must deny dynamic bootp clients before dhcpd 3.1.0"
            self.say(statement, "bootp-permitted", message)

    def _pool_peer(self, child: Statement) -> str | None:
        name = child.value(2)
        if name in self.declared:
            self.named.add(name)
            return name
        self._not_declared(child, name)
        return None

    def finish(self) -> None:
        """What is seen only at the end of the file."""
        for name, at in self.unknown:
            if name in self.declared:
                line = self.declared[name].line
                message = f"the failover peer {name} is declared only after this, at line {line}"
                self.problems[at] = replace(self.problems[at], message=message)
        for name, statement in self.declared.items():
            if name not in self.named:
                message = f"no pool names the failover peer {name}"
                self.say(statement, "unreferenced-peer", message)
            self._load_balance_off(statement, name)

    def _load_balance_off(self, statement: Statement, name: str) -> None:
        seconds = [decimal(child.words[-1]) for child in statement.children or () if _is_load(child)]
        if self.version >= (4, 4) and not (seconds and seconds[-1]):
            message = f"load balancing is off for {name}: its load balance max seconds is 0 or missing"
            self.say(statement, "load-balance-off", message, Severity.WARNING)


def _subject(child: Statement) -> str:
    words = words_of(child)
    return " ".join(words[:2] if words[:1] == ("peer",) else words[:1])


def _is_load(child: Statement) -> bool:
    return child.says("load", "balance", "max", "seconds")


def peer_declarations(parsed: ParsedConf) -> Iterator[Statement]:
    """The declarations of failover peers, in the order of the file."""
    pending = list(reversed(parsed.statements))
    while pending:
        statement = pending.pop()
        if statement.children is None:
            continue
        if statement.says("failover", "peer") and len(statement.words) == 3:
            yield statement
        elif statement.keyword in _CONTAINERS:
            pending.extend(reversed(statement.children))
