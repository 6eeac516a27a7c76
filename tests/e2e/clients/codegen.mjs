// graphql-codegen's client preset against the running gateway, `tsc --strict` over the result, and graphql-request
// with the compiled operations. Usage: node codegen.mjs GATEWAY_URL HANDLE VARIANT_ID
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generate } from "@graphql-codegen/cli";
import { build } from "esbuild";
import { inCopyOf } from "./folders.mjs";

const [gateway, handle, variant] = process.argv.slice(2);
const tsc = fileURLToPath(new URL("../node_modules/.bin/tsc", import.meta.url));
const STRICT = [
  ...["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals"],
  ...["--noEmit", "--skipLibCheck", "--target", "es2023", "--lib", "es2023,dom"],
  ...["--module", "esnext", "--moduleResolution", "bundler", "--allowImportingTsExtensions", "--types", ""],
];

function compile(folder) {
  // The loader's own fetch needs a newer Node than this test does; `fetch` is Node's.
  const schema = { [`${gateway}/graphql`]: { customFetch: (url, options) => fetch(url, options) } };
  const target = { preset: "client", presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } } };
  const config = { useTypeImports: true, enumsAsTypes: true, importExtension: ".ts" };
  const generates = { "gql/": { ...target, config } };
  return generate({ cwd: folder, schema: [schema], documents: ["page.ts"], generates, importExtension: ".ts", silent: true }, true);
}

function typeCheck(folder) {
  return new Promise((resolve) => {
    execFile(tsc, [...STRICT, "page.ts"], { cwd: folder }, (error, stdout, stderr) => resolve(error ? stdout + stderr : ""));
  });
}

async function run(folder) {
  await build({
    entryPoints: [`${folder}/page.ts`],
    outfile: `${folder}/page.mjs`,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  return (await import(`${folder}/page.mjs`)).visit(`${gateway}/graphql`, handle, variant);
}

const report = await inCopyOf("typed", async (folder) => {
  await compile(folder);
  const complaints = await typeCheck(folder);
  const types = await readFile(`${folder}/gql/graphql.ts`, "utf8");
  const manifest = JSON.parse(await readFile(`${folder}/gql/persisted-documents.json`, "utf8"));
  return { complaints, types, manifest, seen: await run(folder) };
});
console.log(JSON.stringify(report));
