"""`mockupCreate`: which mockups may be created, and for whom."""

from clients.upstreams import UpstreamName
from resolvers import product_kinds
from resolvers.client_limit import TooOften
from resolvers.context import RequestContext
from resolvers.mockups import Mockups
from resolvers.print_on_demand import CatalogVariantRef, read_printful_sku
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError
from resolvers.shared_mockups import MockupJob


async def create_mockup(context: RequestContext, variant_id: str, design_id: str) -> MockupJob:
    """The mockup of a design on a variant. Raises PublicError, NotConfigured and UpstreamError."""
    design = context.services.designs.chosen(design_id)
    variant = await context.sales.variant(variant_id)
    if variant is None:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no variant {variant_id!r}.")
    ref = read_printful_sku(variant.sku, variant.vendor)
    if not isinstance(ref, CatalogVariantRef) or not product_kinds.is_customizable(variant.tags):
        raise PublicError(ErrorCode.BAD_USER_INPUT, "The buyer does not choose a design for this variant.")
    try:
        return await mockups_of(context).create(ref.variant_id, design, client=context.buyer_ip)
    except TooOften as refused:
        raise context.limited(refused.state, "new mockups") from None


def mockups_of(context: RequestContext) -> Mockups:
    """The mockups of this process. Raises NotConfigured."""
    found = context.services.mockups
    if found is None:
        raise NotConfigured(UpstreamName.PRINTFUL)
    return found
