"""Resolves gateway fields for all objects of a place in batches, and sets the values on the objects."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from schema.execution.envelope import Join, ObjectsByShape, StorefrontStruct
from schema.execution.evaluation import Evaluation
from schema.execution.projection import OwnField, all_of, complete_value, complete_value_async

READ_FIELDS = 5
"""The number of fields that a value read from an upstream counts as: reading it takes about that long."""

Objects = Sequence[StorefrontStruct]


def begin(found: ObjectsByShape, evaluation: Evaluation) -> list[Callable[[], Awaitable[None]]]:
    """Resolves the synchronous gateway fields of these objects; returns functions that start the asynchronous ones."""
    waiting: list[Callable[[], Awaitable[None]]] = []
    for shape, objects in found.items():
        for join in shape.joins:
            facts = _facts(join, objects)
            field = join.field
            waits = field.many is not None or field.is_async or field.completion.is_async
            evaluation.spend(len(objects) * (READ_FIELDS if waits else 1))
            if not waits:
                _put(join, objects, [_read(field, each, evaluation) for each in facts], evaluation)
            else:
                waiting.append(partial(_later, join, objects, facts, evaluation))
    return waiting


async def join_all(found: ObjectsByShape, evaluation: Evaluation) -> None:
    """Resolves the gateway fields of these objects."""
    waiting = begin(found, evaluation)
    if waiting:
        await all_of(each() for each in waiting)


async def _later(join: Join, objects: Objects, facts: list[dict[str, Any]], evaluation: Evaluation) -> None:
    field = join.field
    values: Sequence[Any]
    if field.many is not None:
        try:
            values = await field.many(facts, evaluation)
        except Exception as error:
            values = [error] * len(facts)
    elif field.is_async:
        values = await asyncio.gather(*(field.read(each, evaluation) for each in facts), return_exceptions=True)
    else:
        values = [_read(field, each, evaluation) for each in facts]
    await evaluation.context.load.turn()
    if field.completion.is_async:
        await _put_later(join, objects, values, evaluation)
    else:
        _put(join, objects, values, evaluation)


def _facts(join: Join, objects: Objects) -> list[dict[str, Any]]:
    names = [name for name, _ in join.needs]
    attributes = [attribute for _, attribute in join.needs]
    if not names:
        return [{} for _ in objects]
    if len(names) == 1:
        (name,), (attribute,) = names, attributes
        return [{name: getattr(each, attribute)} for each in objects]
    read = attrgetter(*attributes)
    if len(names) == 2:
        first, second = names
        return [{first: one, second: other} for one, other in map(read, objects)]
    return [dict(zip(names, read(each), strict=True)) for each in objects]


def _read(field: OwnField, facts: dict[str, Any], evaluation: Evaluation) -> Any:
    try:
        return field.read(facts, evaluation)
    except Exception as error:
        return error


def _put(join: Join, objects: Objects, values: Sequence[Any], evaluation: Evaluation) -> None:
    """Sets the JSON form of each value on its object. A value that several objects share is completed once."""
    field, key, attribute = join.field, join.key, join.attribute
    complete, nullable = field.completion.complete, field.nullable
    known: dict[int, tuple[Any, int]] | None = {} if field.completion.is_shared else None
    for each, value in zip(objects, values, strict=True):
        if known is None or value is None:
            setattr(each, attribute, complete_value(value, complete, nullable, evaluation, (each, key)))
            continue
        cached = known.get(id(value))
        if cached is not None:
            evaluation.spend(cached[1])
            setattr(each, attribute, cached[0])
            continue
        left, failures = evaluation.left, len(evaluation.failures)
        json = complete_value(value, complete, nullable, evaluation, (each, key))
        setattr(each, attribute, json)
        if len(evaluation.failures) == failures:  # each object needs its own path for a failure
            known[id(value)] = json, left - evaluation.left


async def _put_later(join: Join, objects: Objects, values: Sequence[Any], evaluation: Evaluation) -> None:
    field = join.field
    completed = await all_of(
        complete_value_async(value, field.completion, field.nullable, evaluation, (each, join.key))
        for each, value in zip(objects, values, strict=True)
    )
    for each, json in zip(objects, completed, strict=True):
        setattr(each, join.attribute, json)
