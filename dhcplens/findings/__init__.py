"""The rules that turn a pair's tables into findings with evidence."""

from typing import TYPE_CHECKING, Any

__all__ = ["diagnose", "examine", "verdict"]

if TYPE_CHECKING:
    from dhcplens.findings.diagnosis import diagnose, examine, verdict


def __getattr__(name: str) -> Any:
    if name in __all__:
        from dhcplens.findings import diagnosis

        return getattr(diagnosis, name)
    raise AttributeError(name)
