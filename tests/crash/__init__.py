"""Bad days: a real server under load, one fault after the other, and what must be true after each.

``python -m tests.crash --rounds 100`` runs it; the tests run a short round of each fault.
"""
