"""All resolvers of Admin's stand-in."""

from functools import cache

from sandbox.admin import catalogue, delivery, fulfillments, metafields, order_marks, orders, setup, stock
from sandbox.execution import ExecutableSchema, Resolvers

RESOLVERS: list[Resolvers] = [
    stock.RESOLVERS,
    catalogue.RESOLVERS,
    delivery.RESOLVERS,
    setup.RESOLVERS,
    orders.RESOLVERS,
    metafields.RESOLVERS,
    order_marks.RESOLVERS,
    fulfillments.RESOLVERS,
]


@cache
def admin_schema() -> ExecutableSchema:
    """The official schema with all resolvers: one for the whole process."""
    return ExecutableSchema("admin", RESOLVERS)
