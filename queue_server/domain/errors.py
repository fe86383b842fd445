"""One family of errors for everything the system answers with "no".

A refusal carries a code, never a sentence: the words files hold the sentence for
``refused.<code>`` in each language, so that the person at the screen reads it in theirs.
"""

from __future__ import annotations


class Refused(Exception):
    """A command was understood and not carried out; nothing was changed.

    ``code`` names the reason (snake_case, the key in the words files) and ``facts`` fill the
    sentence: strings and integers only, never anybody's personal data.
    """

    def __init__(self, code: str, **facts: str | int | None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def as_answer(self) -> dict[str, object]:
        return {"ok": False, "refused": self.code, "facts": self.facts}


class NotAllowed(Refused):
    """The one who asks may not do this at all (wrong role, wrong office, revoked device)."""


class NotFound(Refused):
    """What was asked for does not exist, or not for the one who asks; the two look the same."""


class TooMany(Refused):
    """Asked too often; ``seconds`` among the facts says how long to wait."""


class Busy(Refused):
    """The command was never run: the queue of commands is full or its deadline has passed."""
