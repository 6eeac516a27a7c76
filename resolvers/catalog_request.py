"""The check of the catalogue for one request."""

from clients.budget import Priority
from clients.guard import CallOptions
from clients.upstreams import UpstreamName
from resolvers.catalog_check import CatalogReport, catalog_report
from resolvers.context import RequestContext
from resolvers.public_errors import NotConfigured


async def checked_catalog(context: RequestContext) -> CatalogReport:
    """The whole catalogue, checked with the priority of sweeps. Raises NotConfigured and UpstreamError."""
    services = context.services
    if services.admin is None:
        raise NotConfigured(UpstreamName.ADMIN)
    options = CallOptions(Priority.SWEEPS, context.options.deadline)
    prints = (
        None if services.print_catalogue is None else services.print_catalogue.reader(options, context.request_cache)
    )
    return await catalog_report(services.admin, prints, designs=len(services.designs), options=options)
