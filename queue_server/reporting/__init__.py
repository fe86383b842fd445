"""Reports about past days: figures over periods, two periods compared, arrivals, counters needed.

``keep.py`` writes tallies of past days once they are over; ``period.py`` reads them with what is not kept yet;
``report.py``, ``compare.py`` and ``arrivals.py`` make the figures. docs/reports.md defines each figure.
"""
