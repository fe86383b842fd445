"""What the server writes about itself: lines for people, or one JSON object a line for whoever collects them.

Neither holds anything personal: messages name acts, offices and numbers of rows, never a name, a text or an address.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

KINDS = ("text", "json")
#: Libraries whose every request or step would be a line.
LOUD = ("werkzeug", "alembic")


class JsonLines(logging.Formatter):
    """``at`` (UTC, ISO 8601), ``level``, ``from``, ``message``, and ``trace`` where something broke."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "from": record.name, "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def begin(kind: str) -> None:
    """Sets up logging for a server; ``kind`` is one of KINDS."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonLines() if kind == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for library in LOUD:
        logging.getLogger(library).setLevel(logging.WARNING)
