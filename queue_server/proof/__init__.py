"""Evidence for an inspector: bundles of the log, and the verifier that checks them without trusting us.

``reading.py`` and ``verifier.py`` are standard library only: with ``domain/`` they are what the single file is made of.
"""
