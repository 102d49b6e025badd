"""One log on stderr for us and for every library, as JSON or for people, with no token in any line of it."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor

from bot.core.redaction import redact

SHORTEST = 8
"""Known secrets shorter than this are words that could stand anywhere."""

OTHERS = ("bolt", "slack_bolt", "slack_sdk", "apscheduler", "aiohttp", "asyncio", "httpx", "httpcore", "sqlalchemy", "alembic", "aiosqlite")

RENDERED = frozenset({"exc_info", "exception", "stack"})
"""What the renderer writes over several lines."""

UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"  # as in core/one_line.py
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line: tracebacks and the messages of libraries are in it."""

    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self.secrets)


def is_worth_telling(record: logging.LogRecord) -> bool:
    """What libraries say counts from a warning on. Bolt gives its loggers the level of the root, so a level would not hold."""
    return record.levelno >= logging.WARNING or not record.name.startswith(OTHERS)


def configure_logging(level: str, form: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """`level` is debug, info, warning or error; `form` is json or console."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = RedactingFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers(form, stream)]
    )
    formatter.secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(is_worth_telling)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def renderers(form: str, stream: TextIO) -> list[Processor]:
    """Tracebacks as Python prints them: richer ones show the values of variables. JSON escapes by itself."""
    if form == "console":
        return [unsplit, structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=indented_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def unsplit(_logger: object, _name: str, event: EventDict) -> EventDict:
    """No value begins a line of its own, which could pass for another event, or reaches the terminal as a command."""
    return {escaped(name): rendered(value) if name in RENDERED else escaped(value) for name, value in event.items()}


def escaped(value: object) -> Any:
    """Controls, line ends, zero-width and bidi characters become their escapes; what has none stays what it is."""
    text = value if isinstance(value, str) else repr(value)
    shown = UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return value if shown == text else shown


def rendered(value: object) -> object:
    """`exc_info` is left to the renderer; what is text already gets its margin."""
    return indented(value) if isinstance(value, str) else value


def indented_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    made = io.StringIO()
    structlog.dev.plain_traceback(made, exc_info)
    out.write(f"\n{indented(made.getvalue())}")


def indented(lines: str) -> str:
    """Lines behind a margin: the message of an exception can have several, and they can be anybody's."""
    return "\n".join(f"  | {escaped(line)}" for line in lines.strip("\n").split("\n"))
