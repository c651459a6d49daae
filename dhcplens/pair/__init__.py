"""Two servers on one clock: states, pools, transactions, bindings seen from both sides."""
