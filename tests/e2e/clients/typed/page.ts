// A shop's page as its author writes it: `graphql` types each operation from the gateway's schema.
import { GraphQLClient } from "graphql-request";
import { graphql, useFragment } from "./gql/index.ts";
import type { AvailabilityOfFragment } from "./gql/graphql.ts";

const AVAILABILITY = graphql(`
  fragment AvailabilityOf on ProductVariant {
    inventory {
      tracked
    }
  }
`);

export const PRODUCT_PAGE = graphql(`
  query TypedProductPage($handle: String!, $channel: ID) @inContext(country: US, channelId: $channel) {
    product(handle: $handle) {
      id
      title
      isCustomizable
      priceRange {
        minVariantPrice {
          amount
          currencyCode
        }
      }
      variants(first: 1) {
        nodes {
          ...AvailabilityOf
        }
      }
      ... @defer(label: "later", if: true) {
        vendor
      }
    }
  }
`);

const CREATE_CART = graphql(`
  mutation TypedCartCreate($lines: [CartLineInput!]!) {
    cartCreate(input: { lines: $lines }) {
      cart {
        totalQuantity
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export interface Seen {
  title: string;
  isCustomizable: boolean | null;
  tracked: boolean | null;
  vendor: string | null;
  quantity: number | null;
}

/** Sends the operations with graphql-request, which takes their types from the documents. */
export async function visit(url: string, handle: string, merchandiseId: string): Promise<Seen> {
  const client = new GraphQLClient(url);
  const { product } = await client.request(PRODUCT_PAGE, { handle, channel: null });
  if (!product) throw new Error(`no product ${handle}`);
  const { cartCreate } = await client.request(CREATE_CART, { lines: [{ merchandiseId, quantity: 2 }] });
  const variants: readonly AvailabilityOfFragment[] = product.variants.nodes.map((each) => useFragment(AVAILABILITY, each));
  return {
    title: product.title,
    isCustomizable: product.isCustomizable,
    tracked: variants[0]?.inventory?.tracked ?? null,
    vendor: product.vendor ?? null,
    quantity: cartCreate?.cart?.totalQuantity ?? null,
  };
}

export async function mistakes(client: GraphQLClient): Promise<void> {
  // @ts-expect-error: `handle` is required
  await client.request(PRODUCT_PAGE, { channel: null });
  const { product } = await client.request(PRODUCT_PAGE, { handle: "latte" });
  // @ts-expect-error: the page does not select it
  void product?.descriptionHtml;
  // @ts-expect-error: a product may be null
  void product.title;
}
