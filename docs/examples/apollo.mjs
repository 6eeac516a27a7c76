// Apollo Client against the gateway. Install: npm install @apollo/client graphql rxjs
// Run: node apollo.mjs http://localhost:8000
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";

const gateway = process.argv[2] ?? "http://localhost:8000";
const client = new ApolloClient({
  link: new HttpLink({ uri: `${gateway}/graphql` }),
  cache: new InMemoryCache(),
});

const { data } = await client.query({
  query: gql`
    query Product($handle: String!) {
      product(handle: $handle) {
        id
        title
        variants(first: 1) { nodes { id inventory { availability } } }
      }
    }
  `,
  variables: { handle: "ceramic-mug" },
});
const [variant] = data.product.variants.nodes;

const created = await client.mutate({
  mutation: gql`
    mutation NewCart($lines: [CartLineInput!]!) {
      cartCreate(input: { lines: $lines }) {
        cart { id totalQuantity checkoutUrl }
        userErrors { message }
      }
    }
  `,
  variables: { lines: [{ merchandiseId: variant.id, quantity: 2 }] },
});

console.log(
  JSON.stringify({
    title: data.product.title,
    availability: variant.inventory.availability,
    quantity: created.data.cartCreate.cart.totalQuantity,
  }),
);
