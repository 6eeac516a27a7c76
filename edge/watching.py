"""Serves the gateway, and watches the process: the event loop's delay, and the metrics on a port of their own."""

from functools import partial

from clients.timing import REAL
from edge import announcements
from edge.gateway import GatewayApp
from edge.metrics_routes import serve_metrics
from edge.server import Beside, listener, serve
from edge.settings import GatewaySettings


def serve_gateway(app: GatewayApp, settings: GatewaySettings) -> int:
    """Serves until a signal ends it; returns the exit status. Raises SettingsError when it cannot listen."""
    beside: list[Beside] = [partial(app.metrics.lag.watch, REAL)]
    if settings.metrics_port is not None:
        listening = listener(settings.host, settings.metrics_port, "METRICS_PORT")
        beside.append(partial(serve_metrics, app.metrics, listening))
    return serve(app, settings, announcements.of_gateway(settings), beside=beside)
