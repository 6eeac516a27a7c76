// Relay's compiler with the schema that the gateway serves; it also writes the persisted texts.
// Usage: node relay.mjs GATEWAY_URL
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import relay from "relay-compiler";
import { inCopyOf } from "./folders.mjs";

const gateway = process.argv[2];
const CONFIG = {
  src: "./src",
  schema: "./schema.graphql",
  language: "typescript",
  artifactDirectory: "./src/generated",
  persistConfig: { file: "./persisted.json", algorithm: "SHA256" },
};

function compile(folder) {
  return new Promise((resolve, reject) => {
    execFile(relay, ["relay.config.json"], { cwd: folder }, (error, stdout, stderr) =>
      error ? reject(new Error(stdout + stderr)) : resolve(stdout + stderr),
    );
  });
}

const report = await inCopyOf("relay", async (folder) => {
  const schema = await (await fetch(`${gateway}/schema.graphql`)).text();
  await writeFile(`${folder}/schema.graphql`, schema);
  await mkdir(`${folder}/src/generated`);
  await writeFile(`${folder}/persisted.json`, "{}");
  await writeFile(`${folder}/relay.config.json`, JSON.stringify(CONFIG));
  const output = await compile(folder);
  const listing = await readFile(`${folder}/src/generated/page_listing.graphql.ts`, "utf8");
  return { output, listing, manifest: JSON.parse(await readFile(`${folder}/persisted.json`, "utf8")) };
});
console.log(JSON.stringify(report));
