"""What commands at the shell share: opening the data, pressing as the system, saying what was refused."""

from __future__ import annotations

from typing import Any

from . import opening
from .commands import messages
from .config import Config
from .database import Database
from .domain.errors import Refused
from .kit import ThreadKit
from .screens.pages import words_of
from .sentence import fill
from .transaction import SYSTEM, Answer, Command, Job, Writer
from .upkeep.data_folder import must_exist


class Session:
    """The database opened for one command; a running server notices what it changes within a second."""

    def __init__(self, settings: Config) -> None:
        opening.prepare(settings)
        self.settings = settings
        self.database = Database(settings.database_url)
        self.writer = Writer(self.database, opening.clock(self.database), ThreadKit())
        self.writer.happened = messages.happened

    def press(self, to: str, act: str, command: Command, **args: Any) -> Answer:
        return self.writer.press_now(Job(to, SYSTEM, act, command, args))

    def close(self) -> None:
        self.database.close()


def existing(settings: Config, language: str = "en") -> Session:
    """A session on an office that is there already; raises CannotUse for a folder without a database."""
    must_exist(settings, language)
    return Session(settings)


def say_refusal(refused: Refused, language: str = "en") -> str:
    """The sentence for a refusal, as the screens would say it."""
    words = words_of("common")[language]
    text = words.get(f"refused.{refused.code}") or words.get("refused.unknown") or refused.code
    return fill(text, refused.facts)
