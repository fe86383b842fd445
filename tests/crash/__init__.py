"""Bad days: real servers under load, one fault after the other, and what must be true after each.

``python -m tests.crash --rounds 100`` runs it; the tests run a short round of some faults.
"""

import sys
from pathlib import Path

# As in a test, the cast and the databases are found by their own names: each is loaded once, whoever asks.
_TESTS = str(Path(__file__).resolve().parents[1])
if _TESTS not in sys.path:
    sys.path.append(_TESTS)
