"""Logs as one JSON object a line, each with the conversation that it is about, none with anything personal."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

_conversation: ContextVar[str] = ContextVar("conversation", default="")


def about(conversation: str) -> None:
    """What is logged from here on, in this task and in the threads it starts, is about this conversation."""
    # The id itself opens the conversation for whoever knows it: a log has its hash.
    _conversation.set(mark(conversation))


def mark(conversation: str) -> str:
    """The name of a conversation in every log."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:16]


class Json(logging.Formatter):
    """Time (UTC), level, logger, message, conversation; of an error its name and where, never what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a line break in what is logged cannot start another one."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if conversation := _conversation.get():
            line["conversation"] = conversation
        if record.exc_info and record.exc_info[1] is not None:
            # Its message could hold a row, a text, a number.
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = " < ".join(places(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False)


def places(trace: TracebackType | None) -> list[str]:
    """Where an error was raised, innermost first: "core.py:12 book"; of libraries the innermost place only."""
    found = traceback.extract_tb(trace)
    frames = [f for f in found[:-1] if "site-packages" not in f.filename][-6:] + found[-1:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)]


def configure() -> None:
    """Log to the standard error, from INFO on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Requests have numbers in their query (Kannel's), and rasa-sdk logs trackers.
    for name in ("aiohttp.access", "rasa_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
