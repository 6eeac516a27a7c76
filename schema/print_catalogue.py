"""`printfulCategories`, `printfulProducts`, `printfulProduct`, `printfulTemplates`: Printful's catalogue."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from clients.printful.models import Category
from clients.printful.templates import ProductTemplate
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info
from schema.print_on_demand import PrintProduct
from schema.storefront import DateTime

LARGEST_PAGE = 100


@strawberry.type(description="A category of Printful's catalogue.")
class PrintCategory:
    id: strawberry.ID
    parent_id: strawberry.ID | None = strawberry.field(description="The parent category; null at the top.")
    title: str | None
    image: str | None

    @classmethod
    def of(cls, category: Category) -> PrintCategory:
        parent = None if category.parent_id is None else strawberry.ID(str(category.parent_id))
        return cls(id=strawberry.ID(str(category.id)), parent_id=parent, title=category.title, image=category.image)


@strawberry.type(description="A blank with a design that staff made in Printful's editor.")
class PrintTemplate:
    id: strawberry.ID
    product_id: strawberry.ID | None = strawberry.field(description="Printful's number of the blank.")
    external_product_id: str | None = strawberry.field(description="The shop's own id of it.")
    title: str | None
    catalog_variant_ids: list[strawberry.ID] = strawberry.field(description="The variants that can be ordered.")
    colors: list[str]
    sizes: list[str]
    image: str | None
    placements: list[str] = strawberry.field(description="The placements that are printed.")
    created_at: DateTime | None
    updated_at: DateTime | None

    @classmethod
    def of(cls, template: ProductTemplate) -> PrintTemplate:
        return cls(
            id=strawberry.ID(str(template.id)),
            product_id=None if template.product_id is None else strawberry.ID(str(template.product_id)),
            external_product_id=template.external_product_id,
            title=template.title,
            catalog_variant_ids=[strawberry.ID(str(each)) for each in template.variant_ids],
            colors=list(template.colors),
            sizes=list(template.sizes),
            image=template.picture_url,
            placements=[each.placement for each in template.placements],
            created_at=_date_time(template.created_at),
            updated_at=_date_time(template.updated_at),
        )


@strawberry.type(description="A page of templates.")
class PrintTemplatePage:
    total: int = strawberry.field(description="The number of all templates.")
    nodes: list[PrintTemplate]


async def printful_categories(info: Info) -> list[PrintCategory]:
    return [PrintCategory.of(category) for category in await info.context.prints.categories()]


async def printful_products(
    info: Info,
    *,
    category_ids: list[strawberry.ID] | None = None,
    search: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[PrintProduct]:
    _check_page(offset, limit)
    ids = [catalogue_number(each, "category") for each in category_ids or ()]
    found = await info.context.prints.products(ids, search)
    return [PrintProduct(product) for product in found[offset : offset + limit]]


async def printful_product(info: Info, *, id: strawberry.ID) -> PrintProduct | None:  # noqa: A002 the argument's name
    listing = await info.context.prints.product(catalogue_number(id, "product"))
    return None if listing is None else PrintProduct(listing.product)


async def printful_templates(info: Info, *, offset: int = 0, limit: int = 20) -> PrintTemplatePage:
    _check_page(offset, limit)
    page = await info.context.prints.templates(offset, limit)
    return PrintTemplatePage(total=page.total, nodes=[PrintTemplate.of(template) for template in page.templates])


def _date_time(moment: datetime | None) -> DateTime | None:
    return None if moment is None else DateTime(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def catalogue_number(text: str, of: str) -> int:
    """The number in one of Printful's ids. Raises PublicError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"{text!r} is not the id of a Printful {of}: those are numbers.")
    return int(text)


def _check_page(offset: int, limit: int) -> None:
    if offset < 0 or not 1 <= limit <= LARGEST_PAGE:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"offset begins at 0, and limit is from 1 to {LARGEST_PAGE}.")
