// Headless Chromium that reaches this machine alone, and remembers every request that wanted to go elsewhere.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Requests are blocked by name and not by interception, which would answer CORS preflights in the gateway's place.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** Runs `visit(page, seen)` in a new profile; `seen` collects requests to other origins than `own`, and complaints. */
export async function inBrowser(executablePath, own, visit) {
  const profile = await mkdtemp(join(tmpdir(), "kynda-e2e-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: ARGS,
    viewport: { width: 1440, height: 900 },
    timeout: 60_000,
  });
  try {
    context.setDefaultTimeout(30_000);
    const seen = { outside: [], complaints: [] };
    context.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (!own.includes(origin) && !["data:", "blob:"].includes(protocol)) seen.outside.push(request.url());
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") seen.complaints.push(`${message.text()} (${message.location().url})`);
    });
    return { ...(await visit(page, seen)), ...seen };
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
