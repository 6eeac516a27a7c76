"""Printful's mockup generator: print areas, and tasks that make a picture.

Source: Printful API v1 (2026-03), Mockup Generator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clients.printful.values import fields, integer, items, text


@dataclass(frozen=True, slots=True)
class MockupArea:
    """A print area, in pixels of its print file. `placement` is its name in tasks."""

    placement: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PrintFiles:
    """The print areas of a product's variants; Printful's usual area comes first."""

    product_id: int
    areas: Mapping[int, tuple[MockupArea, ...]]

    def area(self, variant_id: int) -> MockupArea | None:
        """A variant's usual print area: its front, or the first area."""
        areas = self.areas.get(variant_id, ())
        usual = (area for name in ("front", "default") for area in areas if area.placement == name)
        return next(usual, areas[0] if areas else None)


class TaskStatus(StrEnum):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MockupTask:
    """The state of a task. `picture_url` is valid for about a day."""

    key: str
    status: TaskStatus
    picture_url: str | None
    error: str | None


def read_print_files(raw: Mapping[str, Any]) -> PrintFiles:
    """The print files of a product. Raises ValueError without its id."""
    product_id = integer(raw.get("product_id"))
    if product_id is None:
        raise ValueError("print files without a product")
    sizes = {
        key: (width, height)
        for each in items(raw.get("printfiles"))
        if (key := integer(each.get("printfile_id"))) is not None
        and (width := integer(each.get("width")))
        and (height := integer(each.get("height")))
    }
    return PrintFiles(
        product_id,
        {
            variant_id: tuple(
                MockupArea(placement, *sizes[number])
                for placement, key in fields(each.get("placements")).items()
                if (number := integer(key)) in sizes and number is not None
            )
            for each in items(raw.get("variant_printfiles"))
            if (variant_id := integer(each.get("variant_id"))) is not None
        },
    )


def read_mockup_task(raw: Mapping[str, Any]) -> MockupTask:
    """A task. Raises ValueError without its key, or when it is completed without a picture."""
    key, status = text(raw.get("task_key")), text(raw.get("status"))
    if key is None or status not in set(TaskStatus):
        raise ValueError("a task without key or status")
    pictures = [url for each in items(raw.get("mockups")) if (url := text(each.get("mockup_url")))]
    if status == TaskStatus.COMPLETED and not pictures:
        raise ValueError("a completed task without a picture")
    return MockupTask(key, TaskStatus(status), pictures[0] if pictures else None, text(raw.get("error")))
