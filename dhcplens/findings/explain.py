"""The page of a rule as text, and the list of all rules."""

import textwrap

from dhcplens.findings.limits import described
from dhcplens.findings.pages import filled, pages
from dhcplens.findings.registry import rules

WIDTH = 80


def index() -> str:
    """Code, name and severity of each rule, and below these what it is."""
    known = pages()
    return "".join(
        f"{one.code}  {name:<33} {one.severity}\n{_wrapped(known[name].summary, 7)}\n"
        for name, one in rules().items()
    )


def page(name: str) -> str | None:
    """The page of a rule (by name or code) in eighty columns, None where there is no such rule."""
    named = rules()
    one = named.get(name) or next((one for one in named.values() if one.code == name.upper()), None)
    if one is None:
        return None
    text = pages()[one.name]
    parts = [
        f"{one.name} ({one.code}, {one.severity})",
        _wrapped(text.summary),
        f"What it means\n{_wrapped(filled(text.meaning, {}), 2)}",
        f"How it is recognised\n{_wrapped(text.recognised, 2)}",
    ]
    if limits := described(one.limits):
        lines = [_wrapped(f"{one.name}.{item} = {default:g}: {doc}", 2) for item, default, doc in limits]
        parts.append("\n".join(["Thresholds (--set)", *lines]))
    if text.advice:
        steps = [
            textwrap.fill(
                filled(step, {}),
                WIDTH,
                initial_indent=f"  {place}. ",
                subsequent_indent="     ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            for place, step in enumerate(text.advice, 1)
        ]
        parts.append("\n".join(["What to do", *steps]))
    parts.append(f"See also\n{_wrapped('; '.join(text.references), 2)}")
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )
