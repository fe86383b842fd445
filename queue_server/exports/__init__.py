"""The wait-time log as files: CSV and JSON lines as a stream, XLSX in the background (decisions 33).

``columns.py`` says what a line holds, ``lines.py`` and ``xlsx.py`` write it, ``work.py`` is the program that
runs apart from the server, ``process.py`` and ``jobs.py`` are the server's side of it.
"""
