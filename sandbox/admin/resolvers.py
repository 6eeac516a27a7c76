"""All resolvers of Admin's stand-in."""

from sandbox.admin import catalogue, fulfillments, metafields, order_marks, orders, setup, stock
from sandbox.storefront.execution import Resolvers

RESOLVERS: list[Resolvers] = [
    stock.RESOLVERS,
    catalogue.RESOLVERS,
    setup.RESOLVERS,
    orders.RESOLVERS,
    metafields.RESOLVERS,
    order_marks.RESOLVERS,
    fulfillments.RESOLVERS,
]
