// Persisted queries over GET with Apollo's link and urql's exchange. Usage: node persisted.mjs GATEWAY_URL
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const url = `${process.argv[2]}/graphql`;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function recording(requests) {
  return async (address, options) => {
    const response = await fetch(address, options);
    const sendsText = options.method === "POST" ? options.body.includes('"query"') : String(address).includes("query=");
    requests.push({ method: options.method, sendsText, cacheControl: response.headers.get("cache-control") });
    return response;
  };
}

async function withApollo() {
  const requests = [];
  const http = new HttpLink({ uri: url, fetch: recording(requests) });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries: true }), http]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const query = gql`query ApolloShop { shop { name } }`;
  const ask = () => client.query({ query, fetchPolicy: "network-only" });
  const names = [(await ask()).data.shop.name, (await ask()).data.shop.name];
  return { names, requests };
}

async function withUrql() {
  const requests = [];
  const exchange = persistedExchange({ preferGetForPersistedQueries: true });
  const client = new Client({ url, fetch: recording(requests), exchanges: [exchange, fetchExchange], preferGetMethod: false });
  const names = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const { data, error } = await client.query("query UrqlShop { shop { name } }", {}, { requestPolicy: "network-only" }).toPromise();
    if (error) throw error;
    names.push(data.shop.name);
  }
  return { names, requests };
}

console.log(JSON.stringify({ apollo: await withApollo(), urql: await withUrql() }));
