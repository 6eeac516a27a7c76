// The audits of GraphQL over HTTP that the package graphql-http brings. Usage: node audits.mjs GATEWAY_URL
import { auditServer } from "graphql-http";

const results = await auditServer({ url: `${process.argv[2]}/graphql` });
const failed = results
  .filter((result) => result.status !== "ok")
  .map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ total: results.length, failed }));
