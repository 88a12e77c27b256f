"""Measurements, never run as tests: ``python3 benchmarks/run.py``. What they showed stands in docs/benchmarks.md."""
