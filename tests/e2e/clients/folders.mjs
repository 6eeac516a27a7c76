// Temporary folders for compilers that read and write files.
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../node_modules", import.meta.url));

/** Runs `work(folder)` in a copy of the folder `source` of this one, in which the npm packages are found. */
export async function inCopyOf(source, work) {
  const folder = await mkdtemp(join(tmpdir(), `kynda-${source}-`));
  try {
    await cp(fileURLToPath(new URL(source, import.meta.url)), folder, { recursive: true });
    await symlink(packages, join(folder, "node_modules"));
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
