"""A queue for public offices: numbers, counters, boards that speak, and a log of every wait."""

__version__ = "0.1.0"
