"""One log on stderr for us and for every library, as JSON or for people, with no token in any line of it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import structlog
from structlog.typing import Processor

from bot.core.redaction import redact

SHORTEST = 8
"""Known secrets shorter than this are words that could stand anywhere."""

OTHERS = ("bolt", "slack_bolt", "slack_sdk", "apscheduler", "aiohttp", "asyncio", "httpx", "httpcore", "sqlalchemy", "alembic", "aiosqlite")


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
    """Tracebacks as Python prints them: richer ones show the values of variables."""
    if form == "console":
        return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
