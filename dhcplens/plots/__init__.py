"""matplotlib figures of a pair."""
