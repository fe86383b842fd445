"""Ticket paper: ``escpos.py`` lays it out in bytes, ``printer.py`` reaches the machine, ``slips.py`` prints numbers."""
