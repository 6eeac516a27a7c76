// Composes the supergraph with Mesh and serves it with Hive Gateway. Usage: PORT=... UPSTREAM=http://127.0.0.1:... node hive.mjs
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { PORT } = process.env;
const supergraph = join(mkdtempSync(join(tmpdir(), "supergraph-")), "supergraph.graphql");
const bin = (name) => new URL(`node_modules/.bin/${name}`, import.meta.url).pathname;
execFileSync(bin("mesh-compose"), ["-c", "mesh.config.mjs", "-o", supergraph], { stdio: ["ignore", "ignore", "inherit"] });
const gateway = spawn(
  bin("hive-gateway"),
  ["supergraph", supergraph, "-c", "gateway.config.mjs", "-h", "127.0.0.1", "-p", PORT, "--jit", "--disable-websockets"],
  { stdio: ["ignore", "ignore", "inherit"] },
);
process.on("SIGTERM", () => gateway.kill());
gateway.on("exit", (status) => process.exit(status ?? 0));

const query = JSON.stringify({ query: "{ __typename }" });
for (;;) {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${PORT}/graphql`, { method: "POST", headers, body: query });
    if (response.ok) break;
  } catch {
    // not listening yet
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log("ready");
