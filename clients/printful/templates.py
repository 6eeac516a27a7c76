"""Product templates: garments with a design that staff made in Printful's editor.

Source: Printful API v1 (2026-03), Product Templates. Its pages are `result.items`, unlike any other list's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.printful.values import fields, integer, items, moment, text, texts


@dataclass(frozen=True, slots=True)
class TemplatePlacement:
    placement: str
    display_name: str | None
    technique: str | None


@dataclass(frozen=True, slots=True)
class ProductTemplate:
    """`variant_ids` are the catalogue variants that it can be ordered as."""

    id: int
    product_id: int | None
    external_product_id: str | None
    title: str | None
    variant_ids: tuple[int, ...]
    colors: tuple[str, ...]
    sizes: tuple[str, ...]
    picture_url: str | None
    placements: tuple[TemplatePlacement, ...]
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Some templates of `total`."""

    templates: tuple[ProductTemplate, ...]
    total: int


def read_templates(body: Mapping[str, Any]) -> TemplatePage:
    """A page of templates from a whole answer. Raises ValueError when one has no id."""
    result = body.get("result")
    found = items(result.get("items")) if isinstance(result, dict) else items(result)
    total = integer(fields(body.get("paging")).get("total"))
    return TemplatePage(tuple(map(_template, found)), len(found) if total is None else total)


def _template(raw: Mapping[str, Any]) -> ProductTemplate:
    key = integer(raw.get("id"))
    if key is None:
        raise ValueError("a template without an id")
    # The document and real answers disagree about where the picture is.
    file = fields(raw.get("mockup_file"))
    variant_ids = raw.get("available_variant_ids")
    return ProductTemplate(
        id=key,
        product_id=integer(raw.get("product_id")),
        external_product_id=text(raw.get("external_product_id")),
        title=text(raw.get("title")),
        variant_ids=tuple(
            number
            for each in (variant_ids if isinstance(variant_ids, list) else ())
            if (number := integer(each)) is not None
        ),
        colors=tuple(name for each in items(raw.get("colors")) if (name := text(each.get("color_name")))),
        sizes=texts(raw.get("sizes")),
        picture_url=text(raw.get("mockup_file_url")) or text(file.get("imageURL")),
        placements=tuple(
            TemplatePlacement(place, text(each.get("display_name")), text(each.get("technique_key")))
            for each in items(raw.get("placements"))
            if (place := text(each.get("placement")))
        ),
        created_at=moment(raw.get("created_at")),
        updated_at=moment(raw.get("updated_at")),
    )
