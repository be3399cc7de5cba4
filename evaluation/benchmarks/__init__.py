"""Measurements of single parts, each a command: `python -m evaluation.benchmarks.NAME`."""
