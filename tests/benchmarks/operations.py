"""The operations that are measured: a page of a shop's listing, and a product's page that needs three upstreams."""

LISTING = """
query Listing {
  products(first: 100) {
    nodes {
      id title handle description vendor productType tags availableForSale
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
