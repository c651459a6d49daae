"""The reference server: a pure state machine, no I/O, no wall clock, no randomness of its own."""
