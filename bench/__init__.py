"""Benchmarks: bars as ratios against a baseline of the same minute. How to run them: docs/benchmarks.md."""
