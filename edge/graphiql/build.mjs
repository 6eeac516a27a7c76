// Bundles GraphiQL with its editor's workers into dist/, every file named by a hash of its content.
import { rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const outdir = new URL("dist", import.meta.url).pathname;

// graphiql-explorer asks for graphql by `require`, all others by `import`: two copies of the library
// would not recognise each other's types, so both get the same file.
const oneCopyOfGraphql = {
  name: "one copy of graphql",
  setup({ onResolve }) {
    const path = require.resolve("graphql/index.mjs");
    onResolve({ filter: /^graphql$/ }, () => ({ path }));
  },
};

// graphiql/style.css brings the editor's styles along already.
const noSecondEditorStyles = {
  name: "no second copy of the editor's styles",
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor\/.*\.css$/ }, () => ({ contents: "", loader: "empty" }));
  },
};

const shared = {
  absWorkingDir: new URL(".", import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  metafile: true,
  outdir,
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"', "globalThis.process.env.NODE_ENV": '"production"' },
  plugins: [oneCopyOfGraphql, noSecondEditorStyles],
  logLevel: "warning",
};

/** Name of the file that was built from `entryPoint`. */
function outputName(metafile, entryPoint) {
  const [file] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entryPoint);
  return basename(file);
}

await rm(outdir, { recursive: true, force: true });

const workerEntries = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
};
const workers = await build({
  ...shared,
  entryPoints: Object.entries(workerEntries).map(([label, file]) => ({ in: file, out: `${label}.worker` })),
  entryNames: "[name]-[hash]",
});
const workerFiles = Object.fromEntries(
  Object.entries(workerEntries).map(([label, file]) => [label, outputName(workers.metafile, file)]),
);

const page = await build({
  ...shared,
  entryPoints: ["main.jsx"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  splitting: true,
  jsx: "automatic",
  loader: { ".ttf": "file" },
  define: { ...shared.define, WORKER_FILES: JSON.stringify(workerFiles) },
});
const script = outputName(page.metafile, "main.jsx");
const [, main] = Object.entries(page.metafile.outputs).find(([file]) => basename(file) === script);
await writeFile(
  `${outdir}/manifest.json`,
  JSON.stringify({ script, stylesheet: basename(main.cssBundle) }, null, 2) + "\n",
);
