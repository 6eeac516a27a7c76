"""Logs: one JSON object a line, or plain lines where a person watches."""

import logging
import re
from typing import TextIO

import structlog
from structlog.typing import EventDict

# Upstreams repeat in their errors what a caller sent: a cart's key opens the cart, an address names a person.
_PRIVATE = re.compile(r"(?<=[?&]key=)[^\s&'\"]+|[^\s@'\"<>]+@[^\s@'\"<>]+\.[a-zA-Z]+")


def set_up_logs(level: str, *, as_json: bool, to: TextIO) -> None:
    """Sends the events of structlog at `level` and above there."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            without_private_parts,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(to),
        cache_logger_on_first_use=False,
    )


def without_private_parts(_: object, __: str, event: EventDict) -> EventDict:
    """An event whose texts have `***` in place of cart keys and e-mail addresses."""
    return {name: _PRIVATE.sub("***", value) if isinstance(value, str) else value for name, value in event.items()}
