"""Admin's resolvers for how the app is set up: its scopes and its webhook subscriptions."""

from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.store import Store
from sandbox.storefront.connections import connection
from sandbox.storefront.execution import Resolvers
from sandbox.storefront.values import gid


def _installation(_: Any, info: GraphQLResolveInfo[Store]) -> dict[str, Any]:
    return {"id": gid("AppInstallation", 1), "accessScopes": [{"handle": scope} for scope in info.context.admin_scopes]}


def _subscriptions(_: Any, info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    topics, uri = arguments.get("topics"), arguments.get("uri")
    found = [
        each
        for each in info.context.webhook_subscriptions.values()
        if (topics is None or each.topic in topics) and (uri is None or each.uri == uri)
    ]
    if arguments.get("reverse"):
        found.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(found, key=lambda subscription: subscription.id, **page)


RESOLVERS: Resolvers = {
    "QueryRoot": {
        "currentAppInstallation": _installation,
        "webhookSubscriptions": _subscriptions,
    },
    "WebhookSubscription": {"id": lambda subscription, _: gid("WebhookSubscription", subscription.id)},
}
