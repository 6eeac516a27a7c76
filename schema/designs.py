"""`designs`, `Product.designs` and `cartAddDesignedLine`: what buyers can have printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers import designs, product_kinds
from resolvers.context import RequestContext
from schema.gateway_field import Facts, Rewrite
from schema.info import Info


@strawberry.type(description="A picture that the shop prints on customizable goods.")
class Design:
    id: strawberry.ID
    name: str
    thumbnail_url: str = strawberry.field(description="A small picture of the design, for choosing.")
    full_image_url: str = strawberry.field(description="The print file.")
    description: str | None

    @classmethod
    def of(cls, design: designs.ShopDesign) -> Design:
        return cls(
            id=strawberry.ID(design.id),
            name=design.name,
            thumbnail_url=design.thumbnail_url,
            full_image_url=design.full_image_url,
            description=design.description,
        )


def all_designs(info: Info) -> list[Design]:
    return [Design.of(design) for design in info.context.services.designs]


def product_designs(facts: strawberry.Parent[Facts], info: Info) -> list[Design]:
    return all_designs(info) if product_kinds.is_customizable(facts["tags"]) else []


async def _designed_line(arguments: Mapping[str, Any], context: RequestContext) -> Mapping[str, Any]:
    design = context.services.designs.chosen(arguments["designId"])
    line = {
        "merchandiseId": arguments["merchandiseId"],
        "quantity": arguments["quantity"],
        "attributes": designs.line_attributes(design),
    }
    return {"cartId": arguments["cartId"], "lines": [line]}


DESIGNED_LINE = Rewrite(field="cartLinesAdd", sends=("cartId", "lines"), arguments=_designed_line)
