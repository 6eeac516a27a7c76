"""Printful's mockup generator: print files, and tasks that take time and expire after a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.printful.refusals import NotFound, Refusal
from sandbox.printful_ids import HOODIE, MUG, PRINT_VARIANTS, SHIRT, TOTE, PrintProduct
from sandbox.store import Store

TAKES = timedelta(seconds=12)
KEPT = timedelta(days=1)
# The size in pixels of the print file of each placement.
_SIZES = {
    (SHIRT, "front"): (1800, 2400),
    (SHIRT, "back"): (1800, 2400),
    (SHIRT, "label_outside"): (450, 450),
    (HOODIE, "front"): (1800, 2100),
    (HOODIE, "back"): (1800, 2400),
    (MUG, "default"): (2700, 1050),
    (TOTE, "front"): (1500, 1500),
    (TOTE, "back"): (1500, 1500),
}


def print_files(product: PrintProduct) -> dict[str, Any]:
    """The placements of a product's variants, with their print files."""
    placements = {place: title for place, title, _ in product.placements}
    numbers = {place: product.id * 10 + number for number, place in enumerate(placements)}
    return {
        "product_id": product.id,
        "available_placements": placements,
        "printfiles": [
            {
                "printfile_id": number,
                "width": _SIZES[product.id, place][0],
                "height": _SIZES[product.id, place][1],
                "dpi": 150,
                "fill_mode": "cover" if product.id == MUG else "fit",
                "can_rotate": False,
            }
            for place, number in numbers.items()
        ],
        "variant_printfiles": [
            {"variant_id": variant.id, "placements": dict(numbers)}
            for variant in PRINT_VARIANTS.values()
            if variant.product_id == product.id
        ],
        "option_groups": ["Flat"],
        "options": list(placements.values()),
    }


@dataclass(frozen=True, slots=True)
class Task:
    """An accepted task: its variants, its art by placement, and its creation time."""

    variant_ids: tuple[int, ...]
    placement: str
    art_url: str
    made: datetime


class MockupTasks:
    """The mockup tasks of the account, by the store's clock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: dict[str, Task] = {}

    def create(self, product: PrintProduct, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A new task. Raises Refusal."""
        known = {variant.id for variant in PRINT_VARIANTS.values() if variant.product_id == product.id}
        variant_ids = asked.get("variant_ids")
        if not isinstance(variant_ids, list) or not variant_ids or not set(variant_ids) <= known:
            raise Refusal(400, "The variants do not belong to the product.", code="MG-4")
        if asked.get("format", "jpg") not in ("jpg", "png"):
            raise Refusal(400, "Invalid format", code="MG-5")
        files = asked.get("files")
        file = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
        place, art_url = file.get("placement"), file.get("image_url")
        if place not in {each for each, _, _ in product.placements} or not isinstance(art_url, str):
            raise Refusal(400, "Files need a placement and an image_url.", code="MG-4")
        _check_position(file.get("position"))
        key = f"gt-{self._store.new_id()}"
        self._tasks[key] = Task(tuple(variant_ids), place, art_url, self._store.clock.now())
        return {"task_key": key, "status": "pending"}

    def progress(self, key: str) -> dict[str, Any]:
        """The state of a task. Raises NotFound once its images are expired."""
        task = self.task(key)
        if self._store.clock.now() - task.made < TAKES:
            return {"task_key": key, "status": "pending"}
        if not task.art_url.lower().endswith((".png", ".jpg", ".jpeg")):
            return {"task_key": key, "status": "failed", "error": "The file is of a kind that cannot be printed."}
        return {
            "task_key": key,
            "status": "completed",
            "mockups": [
                {
                    "placement": task.placement,
                    "display_name": task.placement.replace("_", " ").title(),
                    "variant_ids": list(task.variant_ids),
                    "mockup_url": f"{self._store.public_url}/sandbox/mockups/{key}.png",
                    "extra": [],
                }
            ],
            "printfiles": [{"variant_ids": list(task.variant_ids), "placement": task.placement, "url": task.art_url}],
        }

    def task(self, key: str) -> Task:
        """A task of the last day. Raises NotFound."""
        task = self._tasks.get(key)
        if task is None or self._store.clock.now() - task.made >= KEPT:
            raise NotFound
        return task


def _check_position(position: Any) -> None:
    """Refuses art outside its area."""
    if position is None:
        return
    names = ("area_width", "area_height", "width", "height", "top", "left")
    if not isinstance(position, dict) or not all(isinstance(position.get(name), int) for name in names):
        raise Refusal(400, "Invalid position")
    fits_across = 0 <= position["left"] <= position["area_width"] - position["width"]
    fits_down = 0 <= position["top"] <= position["area_height"] - position["height"]
    if not (fits_across and fits_down):
        raise Refusal(400, "Invalid position")
