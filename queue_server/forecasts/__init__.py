"""Forecasts in the running house: what was learned, from which log, and what follows for the screens.

The rules are in ``domain/forecast*.py`` and ``domain/ahead.py``; here they are fed with events, in native threads and
at night in a process of their own.
"""
