"""Scenarios, played by the engine or by real dhcpd, and compared."""
