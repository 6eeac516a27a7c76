"""`mockupCreate` and `mockup`: pictures of a design on a product."""

from __future__ import annotations

import strawberry

from resolvers import mockups, product_kinds
from resolvers.client_limit import TooOften
from resolvers.mockups import Mockups, MockupState
from resolvers.print_on_demand import CatalogVariantRef, read_printful_sku
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError
from schema.designs import Design, chosen_design
from schema.info import Info

strawberry.enum(
    MockupState,
    description="COMPOSED: only the gateway's picture exists. PENDING: Printful is making its picture. READY: "
    "Printful's picture exists. "
    "FAILED: Printful could not make one. The gateway's picture exists in every state.",
)


@strawberry.type(description="A design on a product, as a picture.")
class Mockup:
    id: strawberry.ID
    state: MockupState
    composed_url: str = strawberry.field(description="The gateway's picture, available at once.")
    printful_url: str | None = strawberry.field(description="The picture Printful made; null until it is READY.")
    design: Design

    @classmethod
    def of(cls, mockup: mockups.MockupJob, public_url: str) -> Mockup:
        address = f"{public_url}/mockups/{mockup.id}"
        is_ready = mockup.state is MockupState.READY
        return cls(
            id=strawberry.ID(mockup.id),
            state=mockup.state,
            composed_url=f"{address}.png",
            printful_url=f"{address}-printful.png" if is_ready else None,
            design=Design.of(mockup.design),
        )


async def mockup_create(info: Info, *, variant_id: strawberry.ID, design_id: strawberry.ID) -> Mockup | None:
    context = info.context
    design = chosen_design(context, design_id)
    variant = await context.sales.variant(variant_id)
    if variant is None:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no variant {variant_id!r}.")
    ref = read_printful_sku(variant.sku, variant.vendor)
    if not isinstance(ref, CatalogVariantRef) or not product_kinds.is_customizable(variant.tags):
        raise PublicError(ErrorCode.BAD_USER_INPUT, "The buyer does not choose a design for this variant.")
    try:
        made = _mockups(info).create(ref.variant_id, design, client=context.buyer_ip)
    except TooOften:
        raise PublicError(ErrorCode.THROTTLED, "Too many new mockups: try again in an hour.") from None
    return Mockup.of(made, context.services.public_url)


def mockup(info: Info, *, id: strawberry.ID) -> Mockup | None:  # noqa: A002 the argument's name
    found = _mockups(info).mockup(id)
    return None if found is None else Mockup.of(found, info.context.services.public_url)


def _mockups(info: Info) -> Mockups:
    found = info.context.services.mockups
    if found is None:
        raise NotConfigured("printful")
    return found
