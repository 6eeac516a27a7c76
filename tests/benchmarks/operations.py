"""The measured operations: listings of 100 products, and a product's page that needs three upstreams."""

_LISTING = """
query Listing {
  products(first: 100) {
    nodes {
      id title handle description vendor productType tags availableForSale %s
      priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      compareAtPriceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      featuredImage { id url altText width height }
      options { id name optionValues { id name } }
      variants(first: 3) {
        nodes {
          id title sku availableForSale
          price { amount currencyCode }
          compareAtPrice { amount currencyCode }
          selectedOptions { name value }
        }
      }
    }
  }
}
"""

LISTING = _LISTING % ""
"""Storefront's fields alone."""
MIXED_LISTING = _LISTING % "kind isFeatured"
"""The same with two fields of the gateway's in each product."""

PRODUCT_PAGE = """
query ProductPage($handle: String!) {
  product(handle: $handle) {
    id title handle description vendor productType tags availableForSale kind isFeatured
    priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
    featuredImage { id url altText width height }
    options { id name optionValues { id name } }
    variants(first: 20) {
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
PRODUCT_PAGE_VARIABLES = {"handle": "your-design-shirt"}

_JOINED = """
query Joined($first: Int!) {
  products(first: $first) {
    nodes {
      id handle title kind isFeatured
      variants(first: 5) {
        nodes { id title sku price { amount currencyCode } %s }
      }
    }
  }
}
"""
_STOCK = "inventory { tracked availability levels { availability location { name } } }"
STOCK_LISTING = _JOINED % _STOCK
"""A listing with stock on all variants and two fields of the gateway's on all products."""

PRINT_LISTING = _JOINED % (_STOCK + " printful { size color availability { region status } product { id name } }")
"""The same with print data."""
