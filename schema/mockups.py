"""`mockupCreate` and `mockup`: pictures of a design on a product."""

from __future__ import annotations

import strawberry

from resolvers.mockup_creation import create_mockup, mockups_of
from resolvers.shared_mockups import MockupJob, MockupState
from schema.designs import Design
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
    def of(cls, mockup: MockupJob, public_url: str) -> Mockup:
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
    created = await create_mockup(info.context, variant_id, design_id)
    return Mockup.of(created, info.context.services.public_url)


async def mockup(info: Info, *, id: strawberry.ID) -> Mockup | None:  # noqa: A002 the argument's name
    found = await mockups_of(info.context).mockup(id)
    return None if found is None else Mockup.of(found, info.context.services.public_url)
