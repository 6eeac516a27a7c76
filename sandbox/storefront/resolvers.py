"""All tables of resolvers of Storefront's stand-in."""

from sandbox.storefront.execution import Resolvers

RESOLVERS: list[Resolvers] = []
