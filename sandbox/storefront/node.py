"""`node` and `nodes`: any object by its global id."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from graphql import GraphQLError

from sandbox.execution import Resolvers
from sandbox.storefront import (
    articles,
    cart_fields,
    catalogue_nodes,
    companies,
    content_pages,
    customers,
    localization,
    locations,
    menus,
    metaobjects,
    orders,
    shop,
)
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid

Loader = Callable[[Visit, str], Any]
"""(visit, the id's part behind the type, without parameters) -> the record, or None."""
MOST_IDS = 250
# The parameters of these ids contain the key, or the cart of a line.
WITH_PARAMETERS = frozenset({"Cart", "CartLine", "ComponentizableCartLine", "Order"})
MODULES: tuple[ModuleType, ...] = (
    articles,
    cart_fields,
    catalogue_nodes,
    companies,
    content_pages,
    customers,
    localization,
    locations,
    menus,
    metaobjects,
    orders,
    shop,
)


def _loaders() -> Mapping[str, Loader]:
    loaders: dict[str, Loader] = {}
    for module in MODULES:
        twice = loaders.keys() & module.NODES.keys()
        assert not twice, f"{twice} have two loaders"
        loaders |= module.NODES
    return loaders


LOADERS = _loaders()
"""Type name -> what finds a record of that type."""


def found(visit: Visit, global_id: str) -> Any | None:
    """The object with that id, or None. Raises GraphQLError for an invalid id."""
    tail = read_gid(global_id)
    if not tail:
        raise GraphQLError(f"Invalid global id '{global_id}'", extensions={"code": "argumentLiteralsIncompatible"})
    kind, _, whole_tail = global_id.removeprefix("gid://shopify/").partition("/")
    loader = LOADERS.get(kind)
    return loader(visit, whole_tail if kind in WITH_PARAMETERS else tail) if loader else None


def _nodes(_: Any, info: Any, *, ids: list[str]) -> list[Any]:
    if len(ids) > MOST_IDS:
        raise GraphQLError(
            f"The input array size of {len(ids)} is greater than the maximum allowed of {MOST_IDS}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    return [found(info.context, each) for each in ids]


RESOLVERS: Resolvers = {"QueryRoot": {"node": lambda _, info, *, id: found(info.context, id), "nodes": _nodes}}  # noqa: A006
