"""Types whose fields are read from a model when they are selected: nothing is copied for fields that nobody selects."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar

from strawberry.types.base import get_object_definition

T = TypeVar("T")


def reads(source: str, **computed: Callable[[Any], Any]) -> Callable[[type[T]], type[T]]:
    """Makes the fields of a Strawberry type that have no resolver read the same attributes of `self.<source>`.

    `computed`: fields that are functions of the model instead. The class has an `__init__` that sets `source` alone.
    """

    def reading(cls: type[T]) -> type[T]:
        for field in get_object_definition(cls, strict=True).fields:
            name = field.python_name
            if field.base_resolver is None and name != source:
                read = _of(source, computed[name]) if name in computed else attrgetter(f"{source}.{name}")
                setattr(cls, name, property(read))
        return cls

    return reading


def _of(source: str, compute: Callable[[Any], Any]) -> Callable[[Any], Any]:
    model = attrgetter(source)
    return lambda parent: compute(model(parent))
