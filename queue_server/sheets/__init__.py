"""Sheets to print and sign, as PDF: the closing sheet of a day, and the monthly report on the standards.

Aggregates only (decisions 33). ``letter.py`` is the paper, ``closing.py`` and ``compliance.py`` what stands on it. The
same log gives the same bytes: nothing on a sheet comes from the clock but what the log itself says.
"""
