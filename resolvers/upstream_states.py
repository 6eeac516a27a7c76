"""The state of each upstream that is set up."""

from collections.abc import Mapping

from clients.guard import GuardState
from resolvers.context import Services


def upstream_states(services: Services) -> Mapping[str, GuardState]:
    """The state of each upstream, by name, as its guard sees it."""
    states = {"storefront": services.storefront.state}
    if services.admin is not None:
        states["admin"] = services.admin.state
    if services.print_catalogue is not None:
        states["printful"] = services.print_catalogue.printful.state
    if services.orders is not None:
        for name, connector in services.orders.connectors.items():
            if (state := connector.state) is not None:
                states[name] = state
    return states
