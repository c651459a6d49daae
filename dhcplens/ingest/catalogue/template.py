"""Templates: one text that both reads and writes a line.

``{name}`` or ``{name:type}`` is a field, ``{name=text}`` a flag that is true where the text stands,
``[...]`` a segment that may be missing as a whole; ``{{`` and ``[[`` stand for the plain characters.
Reading takes one or more blanks where the template has any; writing gives exactly the template's blanks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

Value = str | int | bool
"""What a field holds."""

IP = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|<null address>|[0-9a-fA-F]*:[0-9a-fA-F:.]*"
HEX_ID = r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})*"

TYPES: Mapping[str, str] = {
    "ip": IP,
    "id": rf"{HEX_ID}|<[^>]*>",
    "not": r"not |",
    "nrr": r"(?:peer demands: )?(?:my state unknown|startup|recover(?:ing| wait| done)|resolving conflicts"
    r"|shut down|paused)",
    "int": r"[-+]?\d{1,40}",
    "hex": r"(?:0x)?[0-9a-fA-F]+|\(nil\)",
    "word": r"\S+",
    "state": r"[a-z][a-z_-]*",
    "via": r"\S*[^\s:]",
    "text": r".*",
    "name": r".+?",
    "any": r".*?",
}
"""Regular expression of each field type. ``name`` and ``any`` are as short as the rest of the line allows."""

_BY_NAME: Mapping[str, str] = {
    "relationship": "name",
    "ip": "ip",
    "server_id": "ip",
    "mac": "id",
    "hostname": "text",
    "via": "via",
    "old": "state",
    "new": "state",
    "reason": "text",
    **dict.fromkeys(("count", "total", "free", "backup", "lts", "max_own", "max_misbal", "number"), "int"),
}
_POINTER_TAIL = r"(?: ?\(\d+[a-z]?\))?"  # some builds print '(1770103776p)' after the name
_QUEUE_TAIL = r"(?: +queue +\d+)?"  # and some the length of a queue after any line
_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{(\w+)(?::(\w+)|=([^}]*))?\}|\[|\]")


@dataclass(frozen=True, slots=True)
class Field:
    """One place of a template that varies."""

    name: str
    type: str
    flag: str | None = None

    @property
    def pattern(self) -> str:
        if self.flag is not None:
            return f"(?P<{self.name}>{_literal(self.flag)})?"
        tail = _POINTER_TAIL if self.name == "relationship" else ""
        return f"(?P<{self.name}>{TYPES[self.type]}){tail}"


Node = str | Field | tuple["Node", ...]


class Template:
    """One line of dhcpd, for reading and for writing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes = _parse(text)
        self.fields = tuple(_fields(self.nodes))

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    @property
    def prefix(self) -> str:
        """The plain text at the front, up to the first blank pair or varying place."""
        first = self.nodes[0] if self.nodes else ""
        return re.split(r"[\t\n]|(?<= )\s", first)[0] if isinstance(first, str) else ""

    @cached_property
    def plain(self) -> int:
        """Number of fixed characters outside of optional segments."""
        return sum(len(node) for node in self.nodes if isinstance(node, str))

    @cached_property
    def longest(self) -> str:
        """The longest fixed text without a blank pair that each such line contains."""
        fixed = [
            part for node in self.nodes if isinstance(node, str) for part in re.split(r"\s\s+|[\t\n]", node)
        ]
        return max((part.strip() for part in fixed), key=len, default="")

    @cached_property
    def pattern(self) -> str:
        """Regular expression of the line without anchors; each field is a named group."""
        return _pattern(self.nodes)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(rf"{self.pattern}{_QUEUE_TAIL}\s*", re.DOTALL)

    @cached_property
    def _typed(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.name, "flag" if one.flag is not None else one.type) for one in self.fields)

    def match(self, text: str) -> dict[str, Value] | None:
        """The fields of a line (those of missing segments left out), or None when it is another line."""
        found = self._regex.fullmatch(text)
        if found is None:
            return None
        values: dict[str, Value] = {}
        for name, kind in self._typed:
            value = found[name]
            if kind == "flag":
                values[name] = value is not None
            elif value is not None:
                values[name] = int(value) if kind == "int" else value
        return values

    def format(self, fields: Mapping[str, object]) -> str:
        """The line with these fields; a segment is written if one of its fields is given and not None.

        Raises KeyError for a missing field outside of a segment.
        """
        return "".join(_write(self.nodes, fields))


def _parse(text: str) -> tuple[Node, ...]:
    stack: list[list[Node]] = [[]]
    at = 0
    for token in _TOKEN.finditer(text):
        _add_text(stack[-1], text[at : token.start()])
        at = token.end()
        name, kind, flag = token.groups()
        if name:
            stack[-1].append(Field(name, kind or _BY_NAME.get(name, "word"), flag))
        elif token[0] == "[":
            stack.append([])
        elif token[0] == "]":
            segment = tuple(stack.pop())
            stack[-1].append(segment)
        else:
            _add_text(stack[-1], token[0][0])
    _add_text(stack[-1], text[at:])
    return tuple(stack[0])


def _add_text(nodes: list[Node], text: str) -> None:
    if text and nodes and isinstance(nodes[-1], str):
        nodes[-1] += text
    elif text:
        nodes.append(text)


def _fields(nodes: tuple[Node, ...]) -> Iterator[Field]:
    for node in nodes:
        if isinstance(node, Field):
            yield node
        elif isinstance(node, tuple):
            yield from _fields(node)


def _literal(text: str) -> str:
    return r"\s+".join(re.escape(part) for part in re.split(r"\s+", text))


def _pattern(nodes: tuple[Node, ...]) -> str:
    parts = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(_literal(node))
        elif isinstance(node, Field):
            parts.append(node.pattern)
        else:
            parts.append(f"(?:{_pattern(node)})?")
    return "".join(parts)


def _write(nodes: tuple[Node, ...], fields: Mapping[str, object]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, Field):
            if node.flag is None:
                yield str(fields[node.name])
            elif fields.get(node.name):
                yield node.flag
        elif any(fields.get(one.name) is not None for one in _fields(node)):
            yield from _write(node, fields)
