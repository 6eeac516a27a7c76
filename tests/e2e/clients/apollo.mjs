// Apollo Client at the gateway's own path. Usage: node apollo.mjs GATEWAY_URL
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { goThroughCart, openProductPage } from "./journey.mjs";
import { operations } from "./operations.mjs";

const client = new ApolloClient({
  link: new HttpLink({ uri: `${process.argv[2]}/graphql` }),
  cache: new InMemoryCache(),
});

async function send(text, variables) {
  const document = gql(text);
  const isMutation = document.definitions.some((definition) => definition.operation === "mutation");
  const { data } = isMutation
    ? await client.mutate({ mutation: document, variables })
    : await client.query({ query: document, variables, fetchPolicy: "network-only" });
  return data;
}

const page = await openProductPage(send);
const cart = await goThroughCart(send, page.product);
const joined = await send(operations.GatewayFields, { handle: "your-design-shirt" });
const cachedTypes = [...new Set(Object.values(client.cache.extract()).map((entry) => entry.__typename))].sort();
console.log(JSON.stringify({ page, cart, joined, cachedTypes }));
