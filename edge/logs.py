"""Logs: one JSON object a line, or plain lines on a terminal. Personal data is removed.

All records pass here, also those of the standard library, so that one processor sees all values.
"""

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from resolvers.request_log import current_request_id

# Errors of upstreams repeat what a caller sent. A cart's key opens the cart, and an address identifies a person.
_PRIVATE = re.compile(
    r"""
      (?<=[?&]key=)[^\s&'"\\]+                                          # the key of a cart or of a checkout
    | (?<=%3Fkey%3D)[^\s&'"\\%]+ | (?<=%26key%3D)[^\s&'"\\%]+
    | (?:[\w.+!\#$*^`~-]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4})+(?:'[\w.+-]+)*(?:@|%40)             # an e-mail address
      (?:[^\s@'"<>()\[\]{},;:\\/]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4})+\.[^\W\d_]{2,}
    | (?<![\w+])\+\d[\d\ ().-]{6,}\d                                    # a phone number
    | \b(?:shp[a-z]{2}_|EAAA|sq0[a-z]{3}-)[\w-]{10,}                    # a token of Shopify or Square
    | (?<=bearer\ )[\w.~+/=-]+ | (?<=basic\ )[\w+/]{8,}=*
    | (?<=/webhooks/printful/)[\w-]+                                    # the secret end of an address
    | (?<=://)[^/\s:@"']*:[^/\s@"']+(?=@)                                # a password in an address
    | \beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?                                  # a JSON web token
    | (?<!\w)\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\w)                      # a phone number without its country
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What a field with such a name says, in JSON, in Python's notation or as a header; the name stays.
_NAMED = re.compile(
    r"""
      ( (?<![A-Za-z]) (?:[\w-]*(?:token|secret|phone)|password|address_?[12]|(?:first|last)_?name|zip)
        \\*["']? \s*[:=]\s* ) (\\*["']) (?!\*) .*? \2
    | ( (?<!\w) x-[\w-]*token \s*[:=]\s* ) [\w.-]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PRIVATE_NAMES = re.compile(
    r"authorization|cookie|set-cookie|e-?mail|.*phone|password|.*secret|.*token|address_?[12]|(first|last)_?name|zip",
    re.IGNORECASE,
)
_OURS = ("timestamp", "level")
_NESTED = 6
_WORD = 60


class _OurHandler(logging.StreamHandler[TextIO]):
    """The one handler of the root logger that `set_up_logs` replaces."""


def set_up_logs(level: str, *, as_json: bool, to: TextIO) -> None:
    """Sends structlog events at `level` and above to a stream, and warnings of libraries."""
    number: int = getattr(logging, level.upper())
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_private_parts,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*before, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(to),
        cache_logger_on_first_use=False,
    )
    _set_up_libraries(number, before, renderer, to)


def _set_up_libraries(level: int, before: list[Processor], renderer: Processor, to: TextIO) -> None:
    """Sends records of the standard library's loggers the same way; those of libraries from warnings on."""
    handler = _OurHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *before,
                renderer,
            ],
            use_get_message=True,
        )
    )
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, _OurHandler)]:
        root.removeHandler(each)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))


def _with_request_id(_: object, __: str, event: EventDict) -> EventDict:
    request_id = current_request_id()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def without_private_parts(_: object, __: str, event: EventDict) -> EventDict:
    """The event with `***` in place of cart keys, e-mail addresses, phone numbers and tokens, at any depth."""
    return {name: value if name in _OURS else _named(name, value) for name, value in event.items()}


def _named(name: str, value: Any, depth: int = 0) -> Any:
    return "***" if value and _PRIVATE_NAMES.fullmatch(name) else _clean(value, depth)


def _clean(value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (str, bytes)):
        return without_private_text(value if isinstance(value, str) else value.decode("utf-8", "backslashreplace"))
    if depth < _NESTED and isinstance(value, Mapping):
        return {_clean(str(name)): _named(str(name), each, depth + 1) for name, each in value.items()}
    if depth < _NESTED and isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(each, depth + 1) for each in value]
    return without_private_text(str(value))


def without_private_text(text: str) -> str:
    """The text with `***` in place of cart keys, e-mail addresses, phone numbers and tokens."""
    return _hidden_word(text) if len(text) <= _WORD else _scrubbed(text)


@lru_cache(2_048)
def _hidden_word(text: str) -> str:
    """The same for short texts, most of which are names that every line has: the patterns take some 20 us."""
    return _scrubbed(text)


def _scrubbed(text: str) -> str:
    return _PRIVATE.sub("***", _NAMED.sub(_name_alone, text))


def _name_alone(found: re.Match[str]) -> str:
    return f"{found[1] or found[3]}***"
