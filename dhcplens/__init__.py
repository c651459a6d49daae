"""Health of ISC dhcpd failover pairs: read both servers' files, diagnose, replay.

``import dhcplens as dl; pair = dl.read("folder")`` is the way in. Heavy imports wait until they are used.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Pair", "__version__", "read"]

if TYPE_CHECKING:
    from dhcplens.api import Pair, read


def __getattr__(name: str) -> Any:
    if name in __all__:
        from dhcplens import api

        return getattr(api, name)
    raise AttributeError(f"module 'dhcplens' has no attribute {name!r}")
