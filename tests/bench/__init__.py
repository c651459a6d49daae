"""Benchmarks: how fast we are beside the tools that people use, as ratios. ``python -m tests.bench``."""
