"""The workloads of `make bench-peers`: pages of the shop that need one, two or three upstreams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.operations import LISTING

_PRODUCT_PAGE = """
query ProductPage($handle: String!) {
  product(handle: $handle) {
    id title handle description vendor productType tags availableForSale
    priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
    featuredImage { id url altText width height }
    options { id name optionValues { id name } }
    variants(first: 10) {
      nodes {
        id title sku availableForSale
        price { amount currencyCode }
        selectedOptions { name value }
        inventory { tracked availability levels { availability location { id name } } }
        printful { catalogVariantId size color colorCode image isAvailable product { id name brand } }
      }
    }
  }
}
"""
_PRINT_LISTING = """
query PrintListing {
  products(first: 50, reverse: true) {
    nodes {
      id title handle
      priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      featuredImage { id url altText width height }
      variants(first: 3) {
        nodes {
          id title sku availableForSale price { amount currencyCode }
          printful { catalogVariantId size color isAvailable product { id name brand } }
        }
      }
    }
  }
}
"""
_ORDER = """
query OrderPage($id: ID!) {
  shopOrderById(id: $id) {
    id name placedAt financialStatus fulfillmentStatus tags
    total { amount currencyCode }
    lines { title variantTitle sku quantity currentQuantity }
    printful { orderId status }
  }
}
"""
ORDER_ID = "gid://shopify/Order/7700000003"


@dataclass(frozen=True)
class Workload:
    """One operation, and how often a round asks each side for it."""

    key: str
    title: str
    query: str
    operations: int
    variables: Mapping[str, Any] = field(default_factory=dict)
    is_cached: bool = False


WORKLOADS = (
    Workload(
        "W1",
        "product page: 10 variants, stock and print data",
        _PRODUCT_PAGE,
        200,
        {"handle": "your-design-shirt"},
    ),
    Workload("W2", "listing: 50 products, print data on 20 of them", _PRINT_LISTING, 100),
    Workload("W3", "order page: Admin and Printful, staff", _ORDER, 200, {"id": ORDER_ID}),
    Workload("W4", "pure listing of 100 products", LISTING, 200),
    Workload("W5", "W4 out of the response cache", LISTING, 600, is_cached=True),
)
