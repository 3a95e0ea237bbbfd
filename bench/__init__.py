"""Benchmarks: one module each; `python -m bench NAME` prints one line of JSON last.

A module has ``run(*, seed: int) -> dict`` with "figures" and "conditions".
"""
