// urql against the gateway. Install: npm install @urql/core graphql
// Run: node urql.mjs http://localhost:8000
import { Client, cacheExchange, fetchExchange } from "@urql/core";

const gateway = process.argv[2] ?? "http://localhost:8000";
const client = new Client({
  url: `${gateway}/graphql`,
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: false, // the gateway's answers to POST are cached too
});

const PRODUCT = `
  query Product($handle: String!) {
    product(handle: $handle) {
      id
      title
      variants(first: 1) { nodes { id inventory { availability } } }
    }
  }
`;
const NEW_CART = `
  mutation NewCart($lines: [CartLineInput!]!) {
    cartCreate(input: { lines: $lines }) {
      cart { id totalQuantity checkoutUrl }
      userErrors { message }
    }
  }
`;

const page = await client.query(PRODUCT, { handle: "ceramic-mug" }).toPromise();
if (page.error) throw page.error;
const [variant] = page.data.product.variants.nodes;

const lines = [{ merchandiseId: variant.id, quantity: 2 }];
const created = await client.mutation(NEW_CART, { lines }).toPromise();
if (created.error) throw created.error;

console.log(
  JSON.stringify({
    title: page.data.product.title,
    availability: variant.inventory.availability,
    quantity: created.data.cartCreate.cart.totalQuantity,
  }),
);
