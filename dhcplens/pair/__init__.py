"""Two servers on one clock: roles, skew, state intervals, pools, transactions, binding histories."""

from dhcplens.pair.view import PairView, Server, Skew

__all__ = ["PairView", "Server", "Skew"]
