"""The state machine drawn from its tables: ``python -m dhcplens.engine.diagram`` prints a Mermaid diagram."""

from collections.abc import Iterator

from dhcplens.engine.states import (
    INTERRUPTED,
    ON_DISCONNECT,
    ON_PEER,
    ON_UPDATE_DONE,
    PARTNER_DOWN,
    RECOVER,
    RECOVER_DONE,
    RECOVER_WAIT,
    Reaction,
)
from dhcplens.model.states import FailoverState


def moves() -> Iterator[tuple[FailoverState, FailoverState, str]]:
    """Every move of the machine: from, to, cause. Moves into ``startup`` and back are left out."""
    for old, new in ON_DISCONNECT.items():
        yield old, new, "link lost"
    for me, row in ON_PEER.items():
        for partner, outcome in row.items():
            if outcome.move is not None and outcome.move is not me:
                refused = "" if isinstance(outcome, Reaction) else " (refused)"
                yield me, outcome.move, f"partner {partner}{refused}"
            if isinstance(outcome, Reaction) and outcome.from_startup is not None:
                yield me, outcome.from_startup, f"partner {partner}, while starting"
    for (me, role, _), then in ON_UPDATE_DONE.items():
        if isinstance(then, FailoverState):
            yield me, then, f"update done ({role})"
    yield RECOVER, RECOVER_DONE, "update done, MCLT over or partner recovers too"
    yield RECOVER, RECOVER_WAIT, "update done"
    yield RECOVER_WAIT, RECOVER_DONE, "MCLT over"
    yield INTERRUPTED, PARTNER_DOWN, "operator or auto-partner-down"


def mermaid() -> str:
    """The diagram; causes of the same move stand on one arrow."""
    arrows: dict[tuple[FailoverState, FailoverState], list[str]] = {}
    for old, new, cause in moves():
        arrows.setdefault((old, new), []).append(cause)
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{state}" as {_name(state)}' for state in _drawn(arrows)]
    lines += ["  [*] --> recover: first start"]
    lines += [f"  {_name(old)} --> {_name(new)}: {_label(causes)}" for (old, new), causes in arrows.items()]
    return "\n".join(lines)


def _drawn(arrows: dict[tuple[FailoverState, FailoverState], list[str]]) -> list[FailoverState]:
    return [state for state in FailoverState if any(state in pair for pair in arrows)]


def _name(state: FailoverState) -> str:
    return state.value.replace("-", "_")


def _label(causes: list[str]) -> str:
    """``partner a`` and ``partner b`` become ``partner a, b``."""
    partners = [cause.removeprefix("partner ") for cause in causes if cause.startswith("partner ")]
    others = [cause for cause in causes if not cause.startswith("partner ")]
    return "; ".join([f"partner {', '.join(partners)}"] * bool(partners) + others)


if __name__ == "__main__":
    print(mermaid())
