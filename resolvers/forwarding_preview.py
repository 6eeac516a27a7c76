"""`previewForwarding`: what would be sent for an order now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from clients.global_ids import GlobalId
from clients.printful.order_bodies import new_order
from clients.printful.orders import OrderDraft
from resolvers.context import RequestContext
from resolvers.orders import order_lookup
from resolvers.orders.journal import Journal
from resolvers.orders.plan import OrderPlan, PrintPlan
from resolvers.shop_orders import order_service_of


@dataclass(frozen=True, slots=True)
class PreviewedPlan:
    """The plan of an order, with its journal and the actions that would be carried out now."""

    name: str
    plan: OrderPlan
    journal: Journal
    actions: list[str]


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """The request to Printful for a draft; `body` is None when Printful would refuse it, which a warning says."""

    draft: OrderDraft
    body: dict[str, Any] | None
    warnings: Sequence[str] = ()


async def previewed_plan(context: RequestContext, order_id: GlobalId) -> PreviewedPlan | None:
    """The plan of an order; None when there is no such order. Raises NotConfigured and UpstreamError."""
    service = order_service_of(context)
    order = await order_lookup.order_for_staff(service.admin, order_id, options=context.options)
    if order is None:
        return None
    plan, journal, actions = service.settler.plan_with_actions(order)
    return PreviewedPlan(order.name, plan, journal, actions)


def print_request(planned: PrintPlan, journal: Journal) -> PrintRequest | None:
    """The request that would be sent to Printful; None when nothing would be sent."""
    if planned.draft is None:
        return None
    draft = replace(planned.draft, external_id=journal.print.external_id or planned.draft.external_id)
    try:
        return PrintRequest(draft, new_order(draft))
    except ValueError as error:
        return PrintRequest(draft, None, (f"Printful would refuse it: {error}.",))
