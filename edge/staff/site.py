"""Builds the staff desk from the settings."""

from collections.abc import Callable
from functools import cache

from starlette.routing import BaseRoute

from edge.client_address import TrustedProxies
from edge.rate_limits import RateLimits
from edge.settings import GatewaySettings
from edge.staff.access import StaffAccess
from edge.staff.desk import DeskSettings, StaffDesk
from edge.staff.feed import CountsFeed
from edge.staff.graph import StaffGraph
from edge.staff.links import SystemLinks
from edge.staff.session import StaffSessions
from resolvers.context import Services


def desk_routes(
    settings: GatewaySettings,
    services: Callable[[], Services],
    graph: StaffGraph,
    access: StaffAccess,
    rates: Callable[[], RateLimits],
    stream_ends: list[Callable[[], None]],
) -> list[BaseRoute]:
    """The routes of the desk. `services` and `rates` are available while the gateway runs.

    What ends its live counts is added to `stream_ends`, for a shutdown.
    """

    @cache
    def sessions() -> StaffSessions:
        return StaffSessions(
            access,
            settings.staff_session_secret_text,
            lifetime_s=round(settings.staff_session_hours * 3600),
            now=services().now,
        )

    @cache
    def feed() -> CountsFeed:
        counts_feed = CountsFeed(graph, services().timing)
        stream_ends.append(counts_feed.close)
        return counts_feed

    desk = StaffDesk(
        graph,
        access,
        DeskSettings(
            settings.public_address,
            TrustedProxies(settings.trusted_proxies),
            settings.sweep_minutes,
            is_sandbox=settings.mode == "sandbox",
        ),
        sessions=sessions,
        rates=rates,
        feed=feed,
        links=SystemLinks(settings.shop, is_sandbox=settings.mode == "sandbox"),
    )
    return desk.routes
