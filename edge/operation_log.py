"""One log line for each operation that was executed. Answers from memory are only counted."""

import logging
import re
from collections.abc import Sequence

import structlog

from clients.upstream_calls import UpstreamCall
from resolvers.context import RequestContext
from schema.execution.respond import Answer

MOST_CALLS = 20

log = structlog.get_logger(__name__)
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,99}")


def log_operation(
    name: str | None, answer: Answer, context: RequestContext, calls: Sequence[UpstreamCall], seconds: float
) -> None:
    """Logs what an operation cost and which requests it caused; nothing of its text, variables or data."""
    logger = log.bind()
    if not logger.is_enabled_for(logging.INFO):
        return
    logger.info(
        "operation_answered",
        request_id=context.request_id,
        operation=name if name is not None and _NAME.fullmatch(name) else None,
        is_staff=context.staff,
        cache=str(context.request_cache.state),
        cost=context.cost,
        duration_ms=_ms(seconds),
        codes=sorted(set(answer.codes)),
        upstream_calls=[
            {
                "upstream": each.upstream.value,
                "operation": each.operation,
                "outcome": each.outcome,
                "ms": _ms(each.seconds),
            }
            for each in calls[:MOST_CALLS]
        ],
        upstream_call_count=len(calls),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 1)
