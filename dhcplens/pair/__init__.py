"""Two servers on one clock: roles, skew, state intervals, pools, transactions, binding histories."""

from dhcplens.pair.build import build
from dhcplens.pair.part import part, relationships_apart
from dhcplens.pair.skew import Skew
from dhcplens.pair.view import PairView, Server

__all__ = ["PairView", "Server", "Skew", "build", "part", "relationships_apart"]
