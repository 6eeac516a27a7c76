// A page's operations in Relay's own manner: fragments with arguments, a paginated connection, `@defer`.
import { graphql } from "relay-runtime";

export const PRICE = graphql`
  fragment page_price on Product @argumentDefinitions(variants: { type: "Int", defaultValue: 1 }) {
    priceRange {
      minVariantPrice {
        amount
        currencyCode
      }
    }
    variants(first: $variants) {
      nodes {
        id
        inventory {
          tracked
        }
      }
    }
  }
`;

export const LISTING = graphql`
  fragment page_listing on Collection
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "pageListingPaginationQuery") {
    products(first: $count, after: $cursor) @connection(key: "page_products") {
      edges {
        node {
          id
          title
          isFeatured
          ...page_price @arguments(variants: 1)
        }
      }
    }
  }
`;

export const LATER = graphql`
  fragment page_later on Product {
    vendor
  }
`;

export const PRODUCT_QUERY = graphql`
  query pageProductQuery($handle: String!, $channel: ID) @inContext(country: US, channelId: $channel) {
    product(handle: $handle) {
      title
      ...page_price @arguments(variants: 2)
      ...page_later @defer(label: "later")
    }
  }
`;

export const COLLECTION_QUERY = graphql`
  query pageCollectionQuery($handle: String!) {
    collection(handle: $handle) {
      title
      ...page_listing
    }
  }
`;

export const CREATE_CART = graphql`
  mutation pageCreateCartMutation($input: CartInput!) {
    cartCreate(input: $input) {
      cart {
        id
        totalQuantity
      }
    }
  }
`;
