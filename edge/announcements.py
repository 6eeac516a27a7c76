"""What the servers print when they start to listen."""

import shlex
from collections.abc import Mapping

from edge.settings import GatewaySettings


def of_gateway(settings: GatewaySettings) -> str:
    """The addresses of the graph, and the features that are off."""
    address = settings.public_address
    lines = [
        f"Kynda gateway, {settings.mode} mode: {address}/graphql",
        f"  GraphiQL in a browser: {address}/graphql" if settings.shows_graphiql else "  GraphiQL: off (GRAPHIQL)",
        f"  schema {address}/schema.graphql, health {address}/health",
    ]
    if settings.mode == "sandbox":
        lines.append(f"  the sandbox behind it: {address}/sandbox")
        lines.append(f"  the staff desk: {address}/staff, staff token {settings.staff_token_text}")
        lines.append(f"  pay the example cart and watch its order: {address}/sandbox/checkout/example?key=example")
        if settings.workers > 1:
            lines.append("  workers: 1, because the sandbox is in the memory of one process; WORKERS is for live mode")
    else:
        lines += [f"  off: {each}" for each in settings.switched_off()]
        lines += [f"  {each}" for each in settings.shared_or_not()]
    return "\n".join(lines)


def of_sandbox(address: str, environment: Mapping[str, str]) -> str:
    """The addresses of the stand-ins, and the settings of a gateway that uses them."""
    return "\n".join(
        [
            f"Kynda sandbox: {address}/sandbox",
            "  a gateway in live mode reaches it with",
            *(f"  {name}={shlex.quote(value)}" for name, value in environment.items()),
            "  PUBLIC_URL=<where the gateway listens>",
            f"  DESIGNS_FILE=<a copy of {address}/sandbox/designs.json>",
            "  Once it runs, `python -m app webhooks` with the same settings subscribes it to Shopify's and Printful's",
            "  webhooks. Square's go to the SQUARE_WEBHOOK_NOTIFICATION_URL that the sandbox itself is started with,",
            "  signed with its SQUARE_WEBHOOK_SIGNATURE_KEY.",
        ]
    )
